// SPDX-License-Identifier: Apache-2.0
// What is said while something is waited for: lines for the event sink, written when something is
// new.
#ifndef CLUSTER_TOLD_TALK_H
#define CLUSTER_TOLD_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/report.h"
#include "base/vec.h"
#include "cluster/told/finding.h"

// A line that was said, and when.
struct talk_said {
    char *text;
    int64_t at;
};

// What has been said during one wait.
struct talk {
    const char *component;      // that speaks: "layers"
    VEC(struct talk_said) said; // the oldest first
};

// Also a CLEANUP for variables of type `struct talk`; start with {.component = …}.
void talk_free(struct talk *t);

// Writes one line about a finding, for people and for programs; `more`: how many others there are.
void talk_tell(struct report *report, const char *component, const struct finding *f, size_t more);

// Says what is waited for: the first finding, when it is new or was said long ago; whether it was.
// A failure that is said again comes with its next step, once. At least one finding.
bool talk_say(struct talk *t, struct report *report, const struct finding *findings, size_t count);

#endif
