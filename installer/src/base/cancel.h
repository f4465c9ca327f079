// SPDX-License-Identifier: Apache-2.0
// A token that says "stop": set by SIGINT, SIGTERM or SIGHUP, or by the program itself. Everything
// that blocks polls its descriptor, every long loop asks it. What does neither in time is ended
// anyway.
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"

// How long a signal may go unheeded. Everything ends within a second: the rest is for ending it.
#define CANCEL_GRACE_MS 700

struct cancel;

// A token that only cancel_request() sets.
struct cancel *cancel_new(struct err **err) MUST_CHECK;

// Ends the process; called on a thread of its own while the others go on.
typedef void cancel_end_fn(void *data);

// SIGINT and SIGTERM set the token from now on; with `hangup` SIGHUP too, which comes when the
// terminal is closed, unless it is ignored. When the process still runs CANCEL_GRACE_MS later, or
// when a second one comes, end(data) is called. Blocks these signals: call it before any thread
// starts. ERR_INTERNAL.
int cancel_on_signals(struct cancel *c, bool hangup, cancel_end_fn *end, void *data,
                      struct err **err) MUST_CHECK;

// From now on a signal may go unheeded for `ms` instead: for a server, whose answers in flight take
// their time. NULL-safe.
void cancel_set_grace(struct cancel *c, int64_t ms);

// Readable once the token is set; for poll(). Borrowed.
int cancel_fd(const struct cancel *c);

// From any thread.
void cancel_request(struct cancel *c);

// Whether it is set; cheap, never blocks. From any thread. NULL is never set.
bool cancel_requested(const struct cancel *c);

// -1 with ERR_CANCELLED once it is set, else 0.
int cancel_check(const struct cancel *c, struct err **err) MUST_CHECK;

// NULL-safe. A token that listens to signals lives as long as the process: nothing is freed.
void cancel_free(struct cancel *c);

CLEANUP_DEFINE(cancel_cleanup, struct cancel, cancel_free);

#endif
