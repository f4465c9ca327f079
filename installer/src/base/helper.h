// SPDX-License-Identifier: Apache-2.0
// Threads for base/pool.h and base/errands.h. To start one and to join it takes as long as to parse
// a large template: a thread stays when it has done what it was started for, and does the next.
#ifndef BASE_HELPER_H
#define BASE_HELPER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

typedef void helper_fn(void *data);

// How many there are at most, whoever asks for them: one for each core but that of the thread that
// asks. More would take turns with it, milliseconds each.
#define HELPERS_MAX 64
size_t helpers_most(void) MUST_CHECK;

// Has fn(data) called by a thread that has nothing to do, or by a new one, or when one of them has
// done what it does. False when there is none and none can be started: it is not called then. Who
// asks for it does not rely on when it begins, and sees to it that he knows when it has ended.
// Signals are for other threads.
bool helper_start(helper_fn *fn, void *data) MUST_CHECK;

// True when one that was asked for has not begun: nor will it. False when all have begun.
bool helper_call_off(helper_fn *fn, void *data) MUST_CHECK;

// Ends all of them, when they have done what they do. Nobody asks for one meanwhile.
void helpers_end(void);

#define HELPER_STACK_BYTES ((size_t)1 << 20)

#endif
