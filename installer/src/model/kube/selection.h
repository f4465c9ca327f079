// SPDX-License-Identifier: Apache-2.0
// The requests of a selection, as kube_list() and the watches make them.
#ifndef MODEL_KUBE_SELECTION_H
#define MODEL_KUBE_SELECTION_H

#include "model/kube/client.h"

// Queues the request for one page of its list; `token` is the continue token or NULL for the first
// page.
struct call *selection_list(struct kube *k, const struct kube_selection *s, const char *token,
                            call_done_fn *done, call_drop_fn *drop, void *data) RETURNS_NONNULL;

// Begins to watch it from a resourceVersion on: a request that does not count against
// KUBE_IN_FLIGHT_MAX, and is never repeated.
struct http_transfer *selection_watch(struct kube *k, const struct kube_selection *s,
                                      const char *version,
                                      const struct http_handler *handler) RETURNS_NONNULL;

// Gives an object of a list or watch its apiVersion and kind.
void selection_complete(struct doc *d, const struct kube_selection *s, struct node *object);

#endif
