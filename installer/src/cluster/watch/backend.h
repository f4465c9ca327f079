// SPDX-License-Identifier: Apache-2.0
// Whether anything answers behind a Service, as webhooks and API services need it.
#ifndef CLUSTER_WATCH_BACKEND_H
#define CLUSTER_WATCH_BACKEND_H

#include "base/err.h"
#include "model/kube.h"

enum backend_state {
    BACKEND_READY, // or not known: EndpointSlices are not served
    BACKEND_EMPTY,
    BACKEND_ABSENT, // there is no such Service
};

// Reads the Service and its EndpointSlices. Blocks. ERR_API, ERR_CANCELLED.
int backend_look(struct kube *k, const char *ns, const char *service, enum backend_state *state,
                 struct err **err) MUST_CHECK;

// "does not exist", "has no ready endpoints"; NULL for BACKEND_READY.
const char *backend_text(enum backend_state state);

#endif
