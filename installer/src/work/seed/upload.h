// SPDX-License-Identifier: Apache-2.0
// What the nodes lack, through the API server: each blob to one node, several at a time, from where
// an interrupted upload left it; the agents pass it on.
#ifndef WORK_SEED_UPLOAD_H
#define WORK_SEED_UPLOAD_H

#include "work/seed/fleet.h"

#define UPLOAD_CONNECTIONS 6
#define UPLOAD_TELL_MS 5000    // between two lines that say how far it is
#define UPLOAD_FAILURES_MAX 20 // in a row, without a byte that came to stay in between
#define UPLOAD_DAMAGED_MAX 3   // times that one blob may arrive as another

// To be called after fleet_start(), when each agent has the configuration, the bundle's head and
// the list `needed`. Sends what none of them has. What breaks off goes on when the agent (or the
// API server) is there again. Blocks; tells progress. Counts in *result. ERR_INTEGRITY: the bundle
// is not what it was; ERR_TERMINAL: a node has no room, or nothing comes through; ERR_API,
// ERR_TIMEOUT, ERR_CANCELLED.
int upload_run(const struct fleet *f, const struct seed_blobs *needed, struct seed_result *result,
               struct err **err) MUST_CHECK;

#endif
