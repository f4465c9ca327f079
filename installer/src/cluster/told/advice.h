// SPDX-License-Identifier: Apache-2.0
// The next step: what a person can do about a finding, in one sentence with the names filled in. A
// pure function of what the finding says; the sentences are rows of advice_table.c.
#ifndef CLUSTER_TOLD_ADVICE_H
#define CLUSTER_TOLD_ADVICE_H

#include <stddef.h>

#include "base/arena.h"
#include "cluster/told/finding.h"

// One row: the first that fits a finding gives its sentence.
struct advice_row {
    const char *reasons; // one of these, separated by spaces; NULL: any
    const char *kinds;   // of the object, the same; NULL: any
    const char *words;   // one of these is in the message, separated by "|"; NULL: any
    // The sentence. {object}, {kind} (as kubectl takes it), {name}, {ns}, {pod} (its name),
    // {container}; {kubectl} is the command with the namespace; {source} is where to change it: the
    // values of the release, or the tree; {flux} is the kind as the flux command takes it.
    const char *next;
};

extern const struct advice_row advice_rows[];
extern const size_t advice_row_count;

// The first row that fits, or NULL.
const struct advice_row *advice_row(const struct finding *f);

// Its sentence for a finding, in the arena; NULL when there is nothing to do but to wait.
const char *advice_next(const struct finding *f, struct arena *arena);

#endif
