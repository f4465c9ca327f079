// SPDX-License-Identifier: Apache-2.0
// The record: what sandstrap keeps in the cluster about what it did there, in the namespace
// sandstrap-system: the journal of what it made or adopted, a snapshot of what there was before the
// first write, and a Lease that keeps two from writing at once. Made before anything else is
// written and removed last (docs/internals/record.md). Trees that have nothing to do with each
// other can share a cluster, each with a record in a namespace of its own.
#ifndef CLUSTER_RECORD_RECORD_H
#define CLUSTER_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/budget.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "cluster/record/place.h"
#include "cluster/record/snapshot.h"
#include "model/journal.h"
#include "model/kube.h"

#define RECORD_PAGE_MAX_BYTES ((size_t)900 << 10) // of a ConfigMap, which holds 1 MiB
#define RECORD_LEASE_MS 15000                     // without a sign of life its holder is gone
#define RECORD_RENEW_MS 5000

struct record;

struct record_options {
    struct loop *loop;
    struct kube *kube;
    const char *command; // who writes, for people: "up"
    const char *ns;      // the namespace of this record; NULL: RECORD_NAMESPACE
    struct budget budget;
    struct report *report;
};

// Reads the journal; writes nothing. A cluster without one has an empty record. All of `options` is
// borrowed. Blocks. ERR_INTEGRITY: a page is not understood; ERR_API, ERR_CANCELLED.
struct record *record_open(const struct record_options *options, struct err **err) MUST_CHECK;
// Gives up the lease, if it is held: best effort, the record stays. NULL-safe.
void record_free(struct record *r);
CLEANUP_DEFINE(record_cleanup, struct record, record_free);

// Where it is, or would be; whether the cluster has one; and what is in it. Borrowed.
const char *record_namespace(const struct record *r);
bool record_exists(const struct record *r);
const struct journal *record_journal(const struct record *r);
// What was there before the first write, read when it is first asked for; *snapshot is NULL when
// the cluster has none. Blocks. ERR_INTEGRITY, ERR_API, ERR_CANCELLED.
int record_snapshot(struct record *r, const struct snapshot **snapshot, struct err **err)
    MUST_CHECK;

// To be called before the first write; later calls cost nothing. Makes the namespace, takes the
// Lease, reads the journal again, and takes the snapshot unless there is one. From then on the
// Lease is renewed in the background. Blocks, also while a holder that gives no sign of life is
// waited for until its Lease is over. ERR_PREFLIGHT: somebody else writes (who, from where, what,
// since when); ERR_API, ERR_CANCELLED.
int record_begin(struct record *r, struct err **err) MUST_CHECK;
// Something to be asked once, before the next write is let: it may refuse it. Nothing is asked when
// nothing is written. `ask` and `data` are borrowed until then.
typedef int record_ask_fn(void *data, struct err **err);
void record_ask_first(struct record *r, record_ask_fn *ask, void *data);
// The same without a snapshot, for who takes down: where there is none it is too late for one, for
// all that is to go would count as there before.
int record_take(struct record *r, struct err **err) MUST_CHECK;
// Whether the Lease is still ours. ERR_PREFLIGHT: it was lost; nothing may be written any more.
int record_check(const struct record *r, struct err **err) MUST_CHECK;

// Begins if need be, and writes these entries down before the objects are written; when it returns
// they are in the cluster. `uid` of an entry is that of the object that is there, "" when none is,
// and `adopted` whether somebody else seems to have made that; what the journal knows of the same
// object counts more. What it has already costs nothing. Blocks. Errors as record_begin().
int record_intend(struct record *r, const struct journal_entry *entries, size_t count,
                  struct err **err) MUST_CHECK;
// An object that is there as wanted: if its entry has no UID yet, or the same one, what else it has
// is brought up to date. In memory until record_flush(), as all of these; nothing happens for
// unknown ones.
void record_see(struct record *r, const struct journal_entry *entry);
// What became of one that was written.
void record_note(struct record *r, const struct identity *id, const char *uid);
void record_forget(struct record *r, const struct identity *id);
// The names of the layers of the tree, in order; written with the next change.
void record_layers(struct record *r, const char *const *names, size_t count);
// Writes down what was noted since. Blocks.
int record_flush(struct record *r, struct err **err) MUST_CHECK;

// Removes the record with its namespace and gives the Lease up; waits until it is gone. Blocks.
// ERR_API, ERR_TIMEOUT, ERR_CANCELLED.
int record_remove(struct record *r, struct err **err) MUST_CHECK;

#endif
