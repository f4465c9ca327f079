// SPDX-License-Identifier: Apache-2.0
// The live picture of the cluster: one watch for each kind of object that is of interest, started
// when the kind is first asked for and served.
#ifndef CLUSTER_INFORMERS_H
#define CLUSTER_INFORMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/doc.h"
#include "model/kube.h"

struct track;

struct track *track_new(struct kube *k);
void track_free(struct track *t); // NULL-safe
CLEANUP_DEFINE(track_cleanup, struct track, track_free);

enum track_answer {
    TRACK_FOUND,
    TRACK_ABSENT,  // the kind is watched and there is no such object
    TRACK_UNKNOWN, // the kind is not watched yet, or not served, or the object cannot be read
};

// The object as last seen; borrowed until the loop runs again. An unknown kind is noted, and
// track_refresh() starts its watch.
enum track_answer track_get(struct track *t, struct span group, struct span kind, struct span ns,
                            struct span name, const struct node **object);

// Why an object or its kind cannot be looked at ("no matches for kind", "forbidden", "nested more
// than …"), or NULL; borrowed.
const char *track_trouble(struct track *t, struct span group, struct span kind, struct span ns,
                          struct span name);

// Whether the watch of a kind that is watched knows all changes up to this resourceVersion.
bool track_has_reached(struct track *t, struct span group, struct span kind, uint64_t version);

// The condition Failed of a Job that had failed when it was deleted, or NULL: what is gone says no
// more, and it may have gone between two looks. Borrowed until the loop runs again.
const struct node *track_failed_job(const struct track *t, struct span ns, struct span name);

// Calls each(object) for every watched object of the kind; nothing happens for an unknown one,
// which is noted as by track_get().
void track_each(struct track *t, const char *group, const char *kind, kube_object_fn *each,
                void *data);

// Starts watches for the kinds noted since; runs the loop. Kinds that are not served are asked for
// again every few seconds. ERR_API, ERR_CANCELLED.
int track_refresh(struct track *t, struct err **err) MUST_CHECK;

// Whether every watch has its first list (or was refused), and nothing is noted.
bool track_settled(struct track *t);
// A kind whose first list is missing, for messages; "everything" when none is.
const char *track_unsettled(const struct track *t);

// Whether anything changed since the last call.
bool track_changed(struct track *t);

#endif
