// SPDX-License-Identifier: Apache-2.0
// The Lease against two writers, by the rules of client-go's leader election: one that is held is
// taken over when nothing of it has changed for its duration by our own clock; times of two clocks
// are never compared (docs/internals/record.md).
#ifndef CLUSTER_RECORD_LEASE_H
#define CLUSTER_RECORD_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "model/kube.h"

struct lease_options {
    struct loop *loop;
    struct kube *kube;
    const char *ns;   // the namespace that it is in
    int64_t lasts_ms; // without a sign of life its holder is gone
    int64_t renew_ms;
    struct budget budget;
    struct report *report;
    const char *command; // who writes, for people: "up"
};

struct lease;

// Borrows all of `options`. Asks nothing.
struct lease *lease_new(const struct lease_options *options) MUST_CHECK RETURNS_NONNULL;

// Takes it, in a namespace that is there; from then on it is renewed in the background. Blocks as
// long as it takes to see whether its holder is alive. ERR_PREFLIGHT: he is, and who he is.
// ERR_API, ERR_TIMEOUT, ERR_CANCELLED.
int lease_take(struct lease *l, struct err **err) MUST_CHECK;

bool lease_is_held(const struct lease *l);
// ERR_PREFLIGHT: it was held, and somebody else has it now, or has taken it away.
int lease_check(const struct lease *l, struct err **err) MUST_CHECK;

// It is not renewed any more, for it goes with its namespace.
void lease_leave(struct lease *l);

// Gives it up, if it is held, also when the program is called off: for a moment. NULL-safe.
void lease_free(struct lease *l);
CLEANUP_DEFINE(lease_cleanup, struct lease, lease_free);

#endif
