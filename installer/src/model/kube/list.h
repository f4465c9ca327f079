// SPDX-License-Identifier: Apache-2.0
// Pages of a list, as kube_list() and the watches read them.
#ifndef MODEL_KUBE_LIST_H
#define MODEL_KUBE_LIST_H

#include "model/kube/client.h"

// Queues the request for one page; `token` is the continue token or NULL for the first page.
struct call *list_start_page(struct kube *k, const struct kube_selection *s, const char *token,
                             call_done_fn *done, call_drop_fn *drop, void *data) RETURNS_NONNULL;

// A page, decoded into `d`. Items have apiVersion and kind.
struct list_page {
    struct node *items; // sequence or NULL
    const char *resource_version;
    const char *token; // of the next page; "" at the end
    struct list_unread {
        struct node *stub; // what raw_stub() finds of it, or NULL
        const char *why;
    } * unread; // items that cannot be read: those are not in `items`
    size_t unread_count;
};

// ERR_API for what is no page at all.
int list_read_page(struct list_page *page, struct doc *d, const struct kube_selection *s,
                   const struct http_response *r, struct err **err) MUST_CHECK;

// Warns of an object that cannot be read; `stub` may be NULL.
void list_warn_unread(struct kube *k, const struct kube_selection *s, const struct node *stub,
                      const char *why);

// Gives an object of a list or watch its apiVersion and kind.
void list_complete_object(struct doc *d, const struct kube_selection *s, struct node *object);

// The path of the selection's collection with its selectors as query.
void list_add_path(const struct kube_selection *s, struct buf *path);

// The Accept header for a list (`plural`) or a watch of the selection.
const char *list_accept(const struct kube_selection *s, bool plural);

#endif
