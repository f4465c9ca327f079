// SPDX-License-Identifier: Apache-2.0
// The agents of all nodes, from the first pod to the last: until each of them runs, and until each
// of them has and serves the bundle.
#ifndef WORK_SEED_FLEET_H
#define WORK_SEED_FLEET_H

#include "work/seed/agents.h"
#include "work/seed/images.h"
#include "work/seed/program.h"

struct fleet {
    const struct seed_options *options;
    struct seed_nodes *nodes;
    const struct images_classes *classes; // with the templates of their pods
    const struct program *program;
    const struct agents *agents;
};

// Waits until each node that is not skipped has an agent: sends the program to one node's loader,
// from which the others take it. Then n->pod and n->status are set. Blocks; tells progress.
// ERR_TERMINAL, when nothing has come nearer for FLEET_STANDS_MS: each node that has none, and why;
// ERR_API, ERR_TIMEOUT, ERR_CANCELLED.
int fleet_start(const struct fleet *f, struct err **err) MUST_CHECK;
#define FLEET_STANDS_MS 90000

// Waits until each of them has all of the bundle, serves it, and leads its node's runtime there.
// Errors as above; ERR_PREFLIGHT: nodes whose runtime a pod cannot lead there, and what to do.
int fleet_settle(const struct fleet *f, struct err **err) MUST_CHECK;

#endif
