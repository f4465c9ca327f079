// SPDX-License-Identifier: Apache-2.0
// What the nodes lack, through the API server: each blob to one node, several at a time, from where
// an interrupted upload left it; the agents pass it on.
#ifndef WORK_SEED_UPLOAD_H
#define WORK_SEED_UPLOAD_H

#include "work/seed/agents.h"

// To be called when each node that is not skipped has its agent, which has the configuration, the
// bundle's head and the list `needed`. Sends what none of them has. Blocks; tells progress. Counts
// in *result. ERR_INTEGRITY: the bundle is not what it was; ERR_API, ERR_TIMEOUT, ERR_CANCELLED.
int upload_run(const struct seed_options *o, struct seed_nodes *nodes, const struct agents *agents,
               const struct seed_blobs *needed, struct seed_result *result, struct err **err)
    MUST_CHECK;

#endif
