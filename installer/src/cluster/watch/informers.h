// SPDX-License-Identifier: Apache-2.0
// The live picture of the cluster: one watch for each kind of object that is of interest, started
// when the kind is first asked for and served.
#ifndef CLUSTER_WATCH_INFORMERS_H
#define CLUSTER_WATCH_INFORMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/identity.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"
#include "io/doc.h"
#include "model/kube.h"

struct informers;

// `report` is told what is passed over, as a trace.
struct informers *informers_new(struct loop *loop, struct kube *k, struct report *report);
void informers_free(struct informers *inf); // NULL-safe
CLEANUP_DEFINE(informers_cleanup, struct informers, informers_free);

enum informers_answer {
    INFORMERS_FOUND,
    INFORMERS_ABSENT,  // the kind is watched and there is no such object
    INFORMERS_UNKNOWN, // the kind is not watched yet, or not served, or the object cannot be read
};

// The object as last seen; borrowed until the loop runs again. An unknown kind is noted, and
// informers_refresh() starts its watch.
enum informers_answer informers_get(struct informers *inf, const struct identity *id,
                                    const struct node **object);

// Whether there is such an object, also one of a kind that is not watched as informers_get() does:
// then no more of its kind is kept than names, from a watch of its own. That begins when this is
// asked after informers_watch_names(). What may not be listed is not known.
enum informers_answer informers_find(struct informers *inf, const struct identity *id);
void informers_watch_names(struct informers *inf);

// Why an object or its kind cannot be looked at ("no matches for kind", "forbidden", "nested more
// than …"), or NULL; borrowed.
const char *informers_trouble(struct informers *inf, const struct identity *id);

// Whether the watch of a kind that is watched knows all changes up to this resourceVersion.
bool informers_has_reached(struct informers *inf, struct span group, struct span kind,
                           uint64_t version);

// The condition Failed of a Job that had failed when it was deleted, or NULL: what is gone says no
// more, and it may have gone between two looks. Borrowed until the loop runs again.
const struct node *informers_failed_job(const struct informers *inf, const struct identity *job);

// Calls each(object) for every watched object of the kind; nothing happens for an unknown one,
// which is noted as by informers_get().
void informers_each(struct informers *inf, const char *group, const char *kind,
                    kube_object_fn *each, void *data);

// Starts watches for the kinds noted since; runs the loop. Kinds that are not served are asked for
// again every few seconds. ERR_API, also when the credentials have been refused for a while and
// nothing can be seen any more; ERR_CANCELLED.
int informers_refresh(struct informers *inf, struct err **err) MUST_CHECK;

// Whether every watch has its first list (or was refused), and nothing is noted.
bool informers_settled(struct informers *inf);
// A kind whose first list is missing, for messages; "everything" when none is.
const char *informers_unsettled(const struct informers *inf);

// Lists all watched kinds anew, before something final is said of what is known of them: a
// connection can be silent while the cluster goes on. What it brings are changes as any other, so
// look again. *confirmed: all lists came before the absolute time `until`; those that did not come
// still will. Runs the loop. ERR_CANCELLED.
int informers_confirm(struct informers *inf, int64_t until, bool *confirmed, struct err **err)
    MUST_CHECK;

// Something that a look uses is known now, and no watch tells of it: counts as a change.
void informers_note_change(struct informers *inf);

// Whether anything changed since the last call of this or the next one.
bool informers_changed(struct informers *inf);

// Runs the loop until anything changed: 0, or until the absolute time `until`:
// 1. ERR_CANCELLED.
int informers_wait(struct informers *inf, int64_t until, struct err **err) MUST_CHECK;

#endif
