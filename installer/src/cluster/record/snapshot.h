// SPDX-License-Identifier: Apache-2.0
// A snapshot: which objects a cluster has at one moment, by kind, namespace, name and UID. What is
// made anew all the time by the cluster itself is left out (cluster/record/ignored.h).
#ifndef CLUSTER_RECORD_SNAPSHOT_H
#define CLUSTER_RECORD_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/span.h"
#include "model/kube.h"

#define SNAPSHOT_OBJECTS_MAX ((size_t)200000)

struct snapshot;

struct snapshot *snapshot_new(void) MUST_CHECK RETURNS_NONNULL;
void snapshot_free(struct snapshot *s); // NULL-safe
CLEANUP_DEFINE(snapshot_cleanup, struct snapshot, snapshot_free);

// Lists everything that can be listed, metadata only, in pages, several kinds at a time. A kind
// that may not be listed, or whose API service does not answer, is noted as unknown. Reads
// discovery anew. Blocks. ERR_API: more than SNAPSHOT_OBJECTS_MAX objects; ERR_CANCELLED.
int snapshot_take(struct kube *k, struct snapshot *s, struct err **err) MUST_CHECK;
// The same, and each object that is taken is shown, with all of its metadata.
int snapshot_take_each(struct kube *k, struct snapshot *s, kube_object_fn *see, void *data,
                       struct err **err) MUST_CHECK;

enum snapshot_answer {
    SNAPSHOT_ABSENT,
    SNAPSHOT_SAME,    // there, with this UID
    SNAPSHOT_ANOTHER, // there under this name, with another UID
    SNAPSHOT_UNKNOWN, // its kind could not be listed, or is left out
};
// `uid` NULL: any counts as the same.
enum snapshot_answer snapshot_find(const struct snapshot *s, const struct identity *id,
                                   const char *uid);
size_t snapshot_count(const struct snapshot *s);

// All objects, kind by kind; texts are borrowed from the snapshot.
struct snapshot_object {
    struct identity id;
    const char *uid;
    const char *controller; // UID of the owner that makes it anew and takes it along, or ""
};
typedef void snapshot_each_fn(void *data, const struct snapshot_object *object);
void snapshot_each(const struct snapshot *s, snapshot_each_fn *each, void *data);

// Appends the kinds that could not be listed, joined by ", ": "Thing of x.io", "all of y.io".
void snapshot_unknown(const struct snapshot *s, struct buf *out);

// As pages, in the way of model/journal.h.
int snapshot_write(const struct snapshot *s, size_t page_max,
                   int (*page)(void *data, size_t page, struct span bytes, struct err **err),
                   void *data, struct err **err) MUST_CHECK;
int snapshot_read(struct snapshot *s, struct span page, const char *what, struct err **err)
    MUST_CHECK;

#endif
