// SPDX-License-Identifier: Apache-2.0
// What was seen below an object that fails. A release takes down what an attempt of it made, and
// with that goes the cause: until the next attempt gets as far, the last cause is still the best
// that is known. One cause for each owner, for the version of it that is asked for.
#ifndef CLUSTER_FACTS_MEMORY_H
#define CLUSTER_FACTS_MEMORY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "cluster/told/finding.h"

struct memory;

struct memory *memory_new(void);
void memory_free(struct memory *m); // NULL-safe
CLEANUP_DEFINE(memory_cleanup, struct memory, memory_free);

// Keeps the cause, copied, as the last one below `owner` (its label) at this version of it.
void memory_keep(struct memory *m, const char *owner, const char *asked,
                 const struct finding *cause);

// Copies the last cause below that owner at that version into the arena; false when there is none.
bool memory_recall(const struct memory *m, const char *owner, const char *asked,
                   struct arena *arena, struct finding *cause);

// The owner, or what the cause was seen on, is ready: nothing is to be told any more.
void memory_forget(struct memory *m, const char *label);

#endif
