// SPDX-License-Identifier: Apache-2.0
// Lists, blocking: one or many at a time. Each page is decoded, handed over and freed before the
// next one of its list is asked for.
#include "model/kube/page.h"

#include <stdlib.h>

#include "base/mem.h"

// All lists of one call.
struct listing {
    struct kube *kube;
    const struct kube_lists *lists;
    size_t objects; // that were handed over
    size_t running; // lists that have not ended
    struct err *error;
    bool done;
};

struct one_list {
    struct listing *listing;
    const struct kube_selection *selection;
    struct call *call; // NULL once it has ended
    bool continued;    // it is not the first page that is asked for
};

static void on_page(void *data, struct call_result *result);

static void ask(struct one_list *l, const char *token)
{
    l->continued = token != NULL;
    l->call = selection_list(l->listing->kube, l->selection, token, on_page, NULL, l);
}

static void end_one(struct listing *all)
{
    all->running--;
    all->done |= all->running == 0;
}

static int show_page(struct one_list *l, const struct page *page, struct err **err)
{
    struct listing *all = l->listing;

    for (size_t i = 0; i < page->unread_count; i++)
        page_warn_unread(all->kube, l->selection, page->unread[i].stub, page->unread[i].why);
    NODE_FOREACH_ITEM (object, page->items) {
        if (all->lists->each(all->lists->data, object, err) < 0)
            return -1;
        all->objects++;
    }
    return 0;
}

static void take_page(struct one_list *l, const struct http_response *r)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct listing *all = l->listing;
    struct page page;

    if (page_read(&page, d, l->selection, r, &all->error) < 0 ||
        show_page(l, &page, &all->error) < 0)
        all->done = true;
    else if (*page.token)
        ask(l, page.token);
    else
        end_one(all);
}

// The continue token that an expired list offers instead; "" when there is none.
static const char *fresh_token(const struct one_list *l, const struct call_result *result)
{
    bool expired = result->reason == KUBE_GONE && result->refusal && l->continued;

    return expired ? node_str(node_path(result->refusal->status, "metadata", "continue")) : "";
}

// Whether a kind was refused, and the others may go on.
static bool is_refused(const struct listing *all, const struct call_result *result)
{
    return all->lists->refused && err_kind(result->error) != ERR_CANCELLED &&
           result->reason != KUBE_UNREACHABLE && result->reason != KUBE_UNAUTHORIZED;
}

static void on_page(void *data, struct call_result *result)
{
    struct one_list *l = data;
    struct listing *all = l->listing;

    l->call = NULL;
    if (all->done)
        return;
    if (result->reason == KUBE_OK) {
        take_page(l, result->response);
    } else if (*fresh_token(l, result)) {
        ask(l, fresh_token(l, result));
    } else if (is_refused(all, result)) {
        all->lists->refused(all->lists->data, l->selection, result->error);
        end_one(all);
    } else {
        all->error = err_clone(result->error);
        all->done = true;
    }
}

static int list_all(struct listing *all, struct err **err)
{
    size_t count = all->lists->count;
    struct one_list *ones CLEANUP(mem_cleanup) = mem_zalloc(count, sizeof(*ones));
    int result;

    all->running = count;
    all->done = count == 0;
    for (size_t i = 0; i < count; i++) {
        ones[i].listing = all;
        ones[i].selection = &all->lists->selections[i];
        ask(&ones[i], NULL);
    }
    result = loop_run_until_set(all->kube->loop, &all->done, err);
    all->done = true; // what ends by being called off is not looked at
    for (size_t i = 0; i < count; i++)
        call_abort(ones[i].call);
    if (result < 0)
        err_clear(&all->error);
    return all->error ? err_move(err, &all->error) : result;
}

int kube_list_many(struct kube *k, const struct kube_lists *lists, struct err **err)
{
    struct listing all = {.kube = k, .lists = lists};

    return list_all(&all, err);
}

int kube_list(struct kube *k, const struct kube_selection *selection, kube_object_fn *each,
              void *data, size_t *count, struct err **err)
{
    struct kube_lists lists = {.selections = selection, .count = 1, .each = each, .data = data};
    struct listing all = {.kube = k, .lists = &lists};

    if (list_all(&all, err) < 0)
        return -1;
    if (count)
        *count = all.objects;
    return 0;
}
