// SPDX-License-Identifier: Apache-2.0
// Pages of a list, as kube_list() and the watches read them.
#ifndef MODEL_KUBE_PAGE_H
#define MODEL_KUBE_PAGE_H

#include "model/kube/selection.h"

// A page, decoded into `d`. Items have apiVersion and kind.
struct page {
    struct node *items; // sequence or NULL
    const char *resource_version;
    const char *token; // of the next page; "" at the end
    struct page_unread {
        struct node *stub; // what raw_stub() finds of it, or NULL
        const char *why;
    } * unread; // items that cannot be read: those are not in `items`
    size_t unread_count;
};

// ERR_API for what is no page at all.
int page_read(struct page *page, struct doc *d, const struct kube_selection *s,
              const struct http_response *r, struct err **err) MUST_CHECK;

// Warns of an object that cannot be read; `stub` may be NULL.
void page_warn_unread(struct kube *k, const struct kube_selection *s, const struct node *stub,
                      const char *why);

#endif
