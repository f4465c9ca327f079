// SPDX-License-Identifier: Apache-2.0
// A page of a list, as a whole or, when one of its objects cannot be read, in parts.
#include "model/kube/page.h"

#include "base/mem.h"
#include "base/vec.h"
#include "model/kube/raw.h"

static const char *why_of(struct doc *d, const struct err *error)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    return arena_str(doc_arena(d), buf_str(&text));
}

// The readable items of a page that cannot be read as a whole, and what is known of the others.
static struct node *read_items(struct page *page, struct doc *d, const struct kube_selection *s,
                               struct span text)
{
    struct node *items = node_new_seq(d);
    VEC(struct page_unread) unread = {0};
    struct span item;

    while (raw_next_item(&text, &item)) {
        struct err *failure CLEANUP(err_cleanup) = NULL;
        struct node *object = doc_read_json(d, item, "its JSON", ERR_API, &failure);

        if (object) {
            node_push(d, items, object);
            continue;
        }
        object = raw_stub(d, item);
        selection_complete(d, s, object);
        vec_push_arena(doc_arena(d), &unread, ((struct page_unread){object, why_of(d, failure)}));
    }
    page->unread = unread.items;
    page->unread_count = unread.len;
    return items;
}

// A page whose parts have to be read one by one; NULL when it has none.
static struct node *read_parts(struct page *page, struct doc *d, const struct kube_selection *s,
                               struct span text)
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

void page_warn_unread(struct kube *k, const struct kube_selection *s, const struct node *stub,
                      const char *why)
{
    char *name CLEANUP(mem_cleanup) = stub ? node_label(stub) : NULL;

    report_warn(k->report, "kube", "%s%s cannot be read and is not looked at: %s",
                name ? "" : "an object of the kind ", name ? name : s->resource->kind, why);
}

int page_read(struct page *page, struct doc *d, const struct kube_selection *s,
              const struct http_response *r, struct err **err)
{
    struct err *whole CLEANUP(err_cleanup) = NULL;
    struct node *root = doc_read_json(d, buf_span(&r->body), s->resource->plural, ERR_API, &whole);
    const struct node *metadata;

    *page = (struct page){0};
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
        selection_complete(d, s, object);
    return 0;
}
