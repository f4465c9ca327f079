// SPDX-License-Identifier: Apache-2.0
// The kinds of which everything in a cluster is made up: those that can be listed, but for what
// comes and goes by itself (cluster/record/ignored.h).
#ifndef CLUSTER_RECORD_LISTED_H
#define CLUSTER_RECORD_LISTED_H

#include <stddef.h>

#include "base/arena.h"
#include "model/kube.h"

// For each page of such a list. An aggregated API that is down answers 503: it is not waited for as
// the API server itself is; a connection that breaks time and again is.
#define LISTED_ATTEMPTS 8

// As discovery was last read. Of each kind one version: the preferred one, unless that cannot be
// listed.
const struct kube_resource *const *listed_kinds(const struct kube *k, struct arena *arena,
                                                size_t *count);

#endif
