// SPDX-License-Identifier: Apache-2.0
// A token that says "stop": set by SIGINT or SIGTERM through a signalfd, or by the program itself.
// Everything that blocks takes one and polls its descriptor.
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"

struct cancel;

// Blocks SIGINT and SIGTERM for the process and listens to them (call before any thread starts),
// or, without `signals`, makes a token that only cancel_request() sets.
struct cancel *cancel_new(bool signals, struct err **err) MUST_CHECK;

// Readable once the token is set; for poll(). Borrowed.
int cancel_fd(const struct cancel *c);

void cancel_request(struct cancel *c);

// Whether it is set; reads pending signals, never blocks. NULL is never set.
bool cancel_requested(struct cancel *c);

// -1 with ERR_CANCELLED once it is set, else 0.
int cancel_check(struct cancel *c, struct err **err) MUST_CHECK;

void cancel_free(struct cancel *c); // NULL-safe

CLEANUP_DEFINE(cancel_cleanup, struct cancel, cancel_free);

#endif
