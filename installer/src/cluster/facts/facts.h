// SPDX-License-Identifier: Apache-2.0
// What is known of the cluster at this moment, and how more is found out.
#ifndef CLUSTER_FACTS_FACTS_H
#define CLUSTER_FACTS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"
#include "cluster/facts/deleted.h"
#include "cluster/facts/evidence_fetch.h"
#include "cluster/facts/handled.h"
#include "cluster/facts/memory.h"
#include "cluster/facts/needs.h"
#include "cluster/facts/release_record.h"
#include "cluster/facts/written.h"
#include "cluster/watch/informers.h"
#include "cluster/watch/skew.h"
#include "model/kube.h"

// More evidence than is needed to name a cause: for each unready object.
enum { EVIDENCE_MORE_EVENTS = 1, EVIDENCE_MORE_LOGS = 2 };

struct facts {
    struct informers *informers;
    struct evidence_fetch *evidence;
    unsigned evidence_more; // EVIDENCE_MORE_*
    struct release_records *records;
    struct handled *handled; // NULL: controllers are not asked about changes they have not seen
    struct memory *memory;   // of what was seen in the looks so far
    struct deleted *deleted; // NULL: what was deleted is not applied again
    struct skew *skew;       // of the cluster's clock
    struct needs *needs;     // of requests to controllers
    struct report *report;   // is told of them
    char began[WRITTEN_TIME_BYTES]; // when these facts began to be gathered
    size_t first_layer;             // that is applied; of earlier ones only what has a state counts
    // When we last wrote to the layers so far, see cluster/facts/written.h; "" for not known.
    char last_write[WRITTEN_TIME_BYTES];
    uint64_t jobs_version; // the newest one of a Job that these layers have; 0: unknown
};

// Knows nothing yet. With `acts`, controllers are asked (a write) and deletions remembered; else
// the cluster is only read.
void facts_open(struct facts *f, struct loop *loop, struct kube *k, struct report *report,
                bool acts);
// Also a CLEANUP for variables of type `struct facts`.
void facts_close(struct facts *f);

// Takes in what an apply says of its objects, see struct facts.
void facts_note_write(struct facts *f, const char last_write[WRITTEN_TIME_BYTES],
                      uint64_t jobs_version);

// Whether everything that a look asked for was listed, answered or refused.
bool facts_settled(const struct facts *f);

// Finds out what the last look (cluster/look.h) could not tell. *learned: something is known now
// that no change of an object will tell of, so look again. Runs the loop. ERR_API, ERR_CANCELLED.
int facts_learn(struct facts *f, bool *learned, struct err **err) MUST_CHECK;

#endif
