// SPDX-License-Identifier: Apache-2.0
// Lists, blocking: each page is decoded, handed over and freed before the next is asked for.
#include "model/kube/page.h"

#include <stdlib.h>

#include "base/mem.h"

struct page_wait {
    const struct kube_selection *selection;
    struct doc *doc;
    struct page page;
    struct err *error;
    char *fresh_token; // of a 410
    bool done;
};

static void on_page(void *data, struct call_result *result)
{
    struct page_wait *w = data;

    w->done = true;
    if (result->reason == KUBE_OK) {
        if (page_read(&w->page, w->doc, w->selection, result->response, &w->error) < 0)
            w->page = (struct page){0};
        return;
    }
    w->error = err_clone(result->error);
    if (result->reason == KUBE_GONE && result->refusal)
        w->fresh_token =
            mem_str(node_str(node_path(result->refusal->status, "metadata", "continue")));
}

// The continue token of an expired list: "" when the server offers none.
static bool has_fresh_token(const struct page_wait *w)
{
    return w->fresh_token && *w->fresh_token;
}

static int wait_for_page(struct kube *k, struct page_wait *w, const char *token, struct err **err)
{
    struct call *c = selection_list(k, w->selection, token, on_page, NULL, w);

    if (loop_run_until_set(k->loop, &w->done, err) < 0) {
        if (!w->done)
            call_abort(c);
        return -1;
    }
    return 0;
}

static int show_items(const struct page *page, kube_object_fn *each, void *data, struct err **err)
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
        page_warn_unread(k, s, w.page.unread[i].stub, w.page.unread[i].why);
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
