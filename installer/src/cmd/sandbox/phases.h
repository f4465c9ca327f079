// SPDX-License-Identifier: Apache-2.0
// The time that a command took, phase by phase: one table for people, one list for programs.
#ifndef CMD_SANDBOX_PHASES_H
#define CMD_SANDBOX_PHASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "io/doc.h"

// One of them; texts are borrowed.
struct phase {
    const char *journey; // "up"; shown when there are several in one run
    const char *name;    // "verify"; the name of a layer
    const char *state;   // "done", "ready", "timed out"; "-": not reached
    bool counts;         // it is about objects
    size_t objects;      // how many; 0: only what changed is counted
    size_t changed;      // written, or removed
    int64_t took_ms;
    int64_t waited_ms; // of that: Kubernetes or its controllers had to come round
};

struct phases {
    VEC(struct phase) list;
    const char *journey; // of those that come; borrowed
    int64_t since;       // timer_now() when the current phase began
};

// Also a CLEANUP for variables of type `struct phases`; start with phases_begin().
void phases_free(struct phases *p);

// The next phase begins now; it is the first of its journey.
void phases_begin(struct phases *p, const char *journey);
// It is over: it was one of work, with nothing to wait for. The next one begins.
void phases_end(struct phases *p, const char *name);
// The same for one that was nothing but waiting.
void phases_end_waiting(struct phases *p, const char *name);
// Adds one that was measured elsewhere. The next one begins.
void phases_add(struct phases *p, struct phase phase);

void phases_print(const struct phases *p, struct buf *out);
// Sets `phases`, `milliseconds` and `waitingMilliseconds` in the map `root` of `d`.
void phases_set(const struct phases *p, struct node *root, struct doc *d);

#endif
