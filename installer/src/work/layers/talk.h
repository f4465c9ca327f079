// SPDX-License-Identifier: Apache-2.0
// What is said while a layer is applied and waited for, and when it ends: lines for the event sink,
// and the words of the error that ends it.
#ifndef WORK_LAYERS_TALK_H
#define WORK_LAYERS_TALK_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/report.h"
#include "base/vec.h"
#include "cluster/finding.h"
#include "cluster/graph.h"

// A line that was said, and when.
struct talk_said {
    char *text;
    int64_t at;
};

// What has been said of one layer, so that a line is written when something is new.
struct talk {
    VEC(struct talk_said) said; // the oldest first
    int64_t started;            // timer_now()
    size_t ready, total;
};

// Also a CLEANUP for variables of type `struct talk`; start with {.started = timer_now()}.
void talk_free(struct talk *t);

// Notes how much is ready.
void talk_count(struct talk *t, const struct graph *g);

// Writes one line about a finding, for people and for programs; `more`: how many others there are.
void talk_tell(struct report *report, const struct finding *f, size_t more);

// Says what is waited for: the first finding, when it is new or was said long ago. A failure that
// is said again comes with its next step, once. At least one finding.
void talk_say(struct talk *t, struct report *report, const struct finding *findings, size_t count);

// The error of a layer that ends: ERR_TERMINAL for this cause, ERR_TIMEOUT for these. Always -1.
int talk_fail(const struct finding *cause, struct err **err) MUST_CHECK;
int talk_time_out(const struct finding *findings, size_t count, struct err **err) MUST_CHECK;

#endif
