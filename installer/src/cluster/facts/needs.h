// SPDX-License-Identifier: Apache-2.0
// What is seen to need that its controller is asked: since when, and how often it was asked.
#ifndef CLUSTER_FACTS_NEEDS_H
#define CLUSTER_FACTS_NEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/identity.h"
#include "base/span.h"

enum need_of {
    NEED_REPAIR,   // it is gone, and its owner can make it again
    NEED_RESUMING, // a teardown has suspended it
    NEED_WAKING,   // its controller is in a pause that may be longer than the failure
};

struct need {
    int64_t since;      // it is seen all the time, as timer_now(); 0: it was not in the last look
    int64_t asked_at;   // the last time; 0: never
    int times;          // that it was asked
    struct span change; // of the last request, see handled_ask()
    bool in_vain;       // it was answered, and nothing has changed
    bool seen;          // in this look
};

struct needs;

struct needs *needs_new(void);
void needs_free(struct needs *n); // NULL-safe
CLEANUP_DEFINE(needs_cleanup, struct needs, needs_free);

// The need, which is seen at the time `now`. For the caller to change; it lives as long as `n`.
struct need *needs_see(struct needs *n, enum need_of what, const struct identity *id,
                       int64_t now) RETURNS_NONNULL;
// The end of a look: what it has not seen is no need any more. How often it was asked stays.
void needs_end_look(struct needs *n);

// Notes that it is asked now: `change` is set, one for all that are asked at one time.
void needs_ask(struct needs *n, struct need *need, int64_t now);

// Whether that object was asked for in vain.
bool needs_in_vain(const struct needs *n, enum need_of what, const struct identity *id);

#endif
