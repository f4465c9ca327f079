// SPDX-License-Identifier: Apache-2.0
// Questions about what is not ready that no watch answers: events and logs, asked in the
// background, with their newest answers. Nobody waits for them: what is known is used, what comes
// later counts as a change (informers_note_change()).
//
// Bounded: at most EVIDENCE_QUESTIONS_MAX at a time, EVIDENCE_IN_FLIGHT_MAX of them sent,
// EVIDENCE_ANSWER_MS for each. One is asked again when its version changes, no more often than
// every EVIDENCE_PAUSE_FIRST_MS; without a change after pauses that double. A refusal (403) is
// remembered for all questions of that kind in that namespace.
#ifndef CLUSTER_FACTS_EVIDENCE_FETCH_H
#define CLUSTER_FACTS_EVIDENCE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/loop.h"
#include "base/span.h"
#include "cluster/watch/informers.h"
#include "io/doc.h"
#include "model/kube.h"

#define EVIDENCE_QUESTIONS_MAX 128
#define EVIDENCE_IN_FLIGHT_MAX 4
#define EVIDENCE_ANSWER_MS 5000
#define EVIDENCE_ANSWER_BYTES ((size_t)1 << 20)
#define EVIDENCE_PAUSE_FIRST_MS 500
#define EVIDENCE_PAUSE_MOST_MS 30000

struct evidence_fetch;

// All borrowed; they outlive it. `grace_ms`: how long something has to be asked about before a
// request goes out; most of what is on its way has gone further by then.
struct evidence_fetch *evidence_fetch_new(struct loop *loop, struct kube *k, struct informers *inf,
                                          int64_t grace_ms);
void evidence_fetch_free(struct evidence_fetch *f); // NULL-safe; ends what is in flight
CLEANUP_DEFINE(evidence_fetch_cleanup, struct evidence_fetch, evidence_fetch_free);

enum evidence_kind {
    EVIDENCE_EVENTS, // answered by a list object
    EVIDENCE_LOG,    // answered by text
};

// Copied.
struct evidence_question {
    enum evidence_kind kind;
    struct span ns;
    const char *name;    // what is one question, whatever the path; NULL: the path
    const char *path;    // of the API, with its query
    const char *version; // another one: the last answer may not hold any more
    bool urgent;         // something has failed already: no grace
    bool once;           // an answer stays as it is while the version does
};

// What is known by now; empty before the first answer. It stays until a better one is there: an
// empty one, or none, is not.
struct evidence_answer {
    const struct node *object; // or NULL
    struct span text;
};

// Before the questions of a look: only what this one asks is sent from now on.
void evidence_fetch_begin(struct evidence_fetch *f);

// The newest answer, borrowed until the loop runs again; notes the question for
// evidence_fetch_send().
struct evidence_answer evidence_fetch_ask(struct evidence_fetch *f,
                                          const struct evidence_question *asked);

// Sends what is due, now and whenever the loop runs later. Does not block.
void evidence_fetch_send(struct evidence_fetch *f);

// Whether all questions of the last look were answered or refused, or are EVIDENCE_ANSWER_MS old.
bool evidence_fetch_settled(const struct evidence_fetch *f);

#endif
