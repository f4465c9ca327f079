// SPDX-License-Identifier: Apache-2.0
// Lists in pages: each page is decoded, handed over and freed before the next is asked for.
#include "model/kube/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "model/kube/raw.h"

void list_add_path(const struct kube_selection *s, struct buf *path)
{
    char *collection CLEANUP(mem_cleanup) = kube_path(s->resource, s->ns, NULL, NULL);

    buf_add_str(path, collection);
    if (s->labels && *s->labels)
        kube_query(path, "labelSelector", s->labels);
    if (s->fields && *s->fields)
        kube_query(path, "fieldSelector", s->fields);
}

const char *list_accept(const struct kube_selection *s, bool plural)
{
    if (!s->metadata_only)
        return KUBE_ACCEPT_JSON;
    return plural ? "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
                  : "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
}

struct call *list_start_page(struct kube *k, const struct kube_selection *s, const char *token,
                             call_done_fn *done, call_drop_fn *drop, void *data)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *what CLEANUP(mem_cleanup) = kube_call_name("list", s->resource, NULL, NULL);
    char limit[16];
    struct call_spec spec = {.what = what, .accept = list_accept(s, true)};

    list_add_path(s, &path);
    snprintf(limit, sizeof(limit), "%d", KUBE_PAGE_OBJECTS);
    kube_query(&path, "limit", limit);
    if (token)
        kube_query(&path, "continue", token);
    spec.path = buf_str(&path);
    return call_start(k, &spec, done, drop, data);
}

void list_complete_object(struct doc *d, const struct kube_selection *s, struct node *object)
{
    if (!node_is(object, NODE_MAP))
        return;
    node_set_str(d, object, "apiVersion", span_str(s->resource->api_version));
    node_set_str(d, object, "kind", span_str(s->resource->kind));
}

static const char *why_of(struct doc *d, const struct err *error)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    return arena_str(doc_arena(d), buf_str(&text));
}

// The readable items of a page that cannot be read as a whole, and what is known of the others.
static struct node *read_items(struct list_page *page, struct doc *d,
                               const struct kube_selection *s, struct span text)
{
    struct node *items = node_new_seq(d);
    VEC(struct list_unread) unread = {0};
    struct span item;

    while (raw_next_item(&text, &item)) {
        struct err *failure CLEANUP(err_cleanup) = NULL;
        struct node *object = doc_read_json(d, item, "its JSON", ERR_API, &failure);

        if (object) {
            node_push(d, items, object);
            continue;
        }
        object = raw_stub(d, item);
        list_complete_object(d, s, object);
        vec_push_arena(doc_arena(d), &unread, ((struct list_unread){object, why_of(d, failure)}));
    }
    page->unread = unread.items;
    page->unread_count = unread.len;
    return items;
}

// A page whose parts have to be read one by one; NULL when it has none.
static struct node *read_parts(struct list_page *page, struct doc *d,
                               const struct kube_selection *s, struct span text)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct node *root = node_new_map(d), *metadata;
    struct span part, items;

    if (!raw_member(text, "metadata", &part) || !raw_member(text, "items", &items))
        return NULL;
    metadata = doc_read_json(d, part, "metadata", ERR_API, &ignored);
    if (!metadata)
        return NULL;
    node_set(d, root, SPAN("metadata"), metadata);
    node_set(d, root, SPAN("items"), read_items(page, d, s, items));
    return root;
}

void list_warn_unread(struct kube *k, const struct kube_selection *s, const struct node *stub,
                      const char *why)
{
    char *name CLEANUP(mem_cleanup) = stub ? kube_object_name(stub) : NULL;

    report_warn(k->report, "kube", "%s%s cannot be read and is not looked at: %s",
                name ? "" : "an object of the kind ", name ? name : s->resource->kind, why);
}

int list_read_page(struct list_page *page, struct doc *d, const struct kube_selection *s,
                   const struct http_response *r, struct err **err)
{
    struct err *whole CLEANUP(err_cleanup) = NULL;
    struct node *root = doc_read_json(d, buf_span(&r->body), s->resource->plural, ERR_API, &whole);
    const struct node *metadata;

    *page = (struct list_page){0};
    if (!root)
        root = read_parts(page, d, s, buf_span(&r->body));
    if (!root) {
        err_move(err, &whole);
        return err_wrap(err, "list %s", s->resource->kind);
    }
    metadata = node_get(root, "metadata");
    page->items = node_get(root, "items");
    page->resource_version = node_get_str(metadata, "resourceVersion");
    page->token = node_get_str(metadata, "continue");
    NODE_FOREACH_ITEM (object, page->items)
        list_complete_object(d, s, object);
    return 0;
}

// --- blocking ---

struct page_wait {
    const struct kube_selection *selection;
    struct doc *doc;
    struct list_page page;
    struct err *error;
    char *fresh_token; // of a 410
    bool done;
};

static void on_page(void *data, struct call_result *result)
{
    struct page_wait *w = data;

    w->done = true;
    if (result->reason == KUBE_OK) {
        if (list_read_page(&w->page, w->doc, w->selection, result->response, &w->error) < 0)
            w->page = (struct list_page){0};
        return;
    }
    w->error = err_clone(result->error);
    if (result->reason == KUBE_GONE && result->refusal)
        w->fresh_token =
            mem_str(node_str(node_path(result->refusal->status, "metadata", "continue")));
}

static bool is_done(void *data)
{
    return ((struct page_wait *)data)->done;
}

// The continue token of an expired list: "" when the server offers none.
static bool has_fresh_token(const struct page_wait *w)
{
    return w->fresh_token && *w->fresh_token;
}

static int wait_for_page(struct kube *k, struct page_wait *w, const char *token, struct err **err)
{
    struct call *c = list_start_page(k, w->selection, token, on_page, NULL, w);

    if (http_run_until(k->http, is_done, w, TIMER_NEVER, err) < 0) {
        if (!w->done)
            call_abort(c);
        return -1;
    }
    return 0;
}

static int show_items(const struct list_page *page, kube_object_fn *each, void *data,
                      struct err **err)
{
    NODE_FOREACH_ITEM (object, page->items) {
        if (each(data, object, err) < 0)
            return -1;
    }
    return 0;
}

static void page_wait_free(struct page_wait *w)
{
    doc_free(w->doc);
    err_free(w->error);
    free(w->fresh_token);
}

// One page; *token becomes that of the next or NULL.
static int list_one(struct kube *k, const struct kube_selection *s, char **token,
                    kube_object_fn *each, void *data, size_t *count, struct err **err)
{
    struct page_wait w CLEANUP(page_wait_free) = {.selection = s, .doc = doc_new()};

    if (wait_for_page(k, &w, *token, err) < 0)
        return -1;
    if (w.error && !(*token && has_fresh_token(&w)))
        return err_move(err, &w.error);
    free(*token);
    if (w.error) {
        *token = STEAL(w.fresh_token);
        return 0;
    }
    *token = *w.page.token ? mem_str(w.page.token) : NULL;
    for (size_t i = 0; i < w.page.unread_count; i++)
        list_warn_unread(k, s, w.page.unread[i].stub, w.page.unread[i].why);
    *count += node_len(w.page.items);
    return show_items(&w.page, each, data, err);
}

int kube_list(struct kube *k, const struct kube_selection *selection, kube_object_fn *each,
              void *data, size_t *count, struct err **err)
{
    char *token CLEANUP(mem_cleanup) = NULL;
    size_t total = 0;

    do {
        if (list_one(k, selection, &token, each, data, &total, err) < 0)
            return -1;
    } while (token);
    if (count)
        *count = total;
    return 0;
}
