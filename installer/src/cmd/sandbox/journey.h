// SPDX-License-Identifier: Apache-2.0
// The ways up and down, of which the commands are made. Each adds its phases to s->phases.
#ifndef CMD_SANDBOX_JOURNEY_H
#define CMD_SANDBOX_JOURNEY_H

#include <stdbool.h>

#include "base/err.h"
#include "cmd/sandbox/open.h"
#include "work/layers.h"
#include "work/seed.h"
#include "work/teardown.h"

// --- up ---

// Opens all that an `up` needs, bundle, tree, cluster and record, and checks whether what the
// wanted layers wait for can come: before anything is written. Sets *options. Errors as those of
// open.h, layers_range(), layers_check().
int up_open(struct sandbox *s, const char *command, struct command_env *env,
            const struct sandbox_options *o, struct layers_options *options, struct err **err)
    MUST_CHECK;

// Puts sealing keys back that a rebuild kept, and brings the layers up. Errors as keys_restore(),
// layers_up().
int up_bring(struct sandbox *s, const struct layers_options *options, struct layers_causes *causes,
             struct err **err) MUST_CHECK;

// --- down ---

struct down {
    struct sandbox *sandbox; // of down_plan()
    bool keep_nodes;         // set before: what serves the nodes in an air gap stays
    struct teardown_options options;
    struct teardown_plan plan;
    struct teardown_result result; // of down_take()
    struct seed_left left;         // nodes that still have what was brought there
    bool is_clean;                 // nothing of the sandbox is left
};
// Also a CLEANUP for variables of type `struct down`; start with {0}.
void down_free(struct down *d);

// Finds out what there is to take down, and in which order. Reads only. Errors as teardown_plan().
int down_plan(struct sandbox *s, struct down *d, struct err **err) MUST_CHECK;

// Takes it down, and looks for what is left. ERR_LEFTOVERS: steps failed for good; other errors as
// teardown_run(), leftovers_find().
int down_take(struct sandbox *s, struct down *d, struct err **err) MUST_CHECK;

#endif
