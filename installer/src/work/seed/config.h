// SPDX-License-Identifier: Apache-2.0
// What the agents are to have and to do: their configuration, as it follows from the bundle, the
// nodes and what they had before.
#ifndef WORK_SEED_CONFIG_H
#define WORK_SEED_CONFIG_H

#include "work/seed/facts.h"

struct config {
    uint64_t serial;
    struct buf text;  // agent.json
    struct buf peers; // an address a line
};
#define CONFIG_INIT                                                                                \
    {                                                                                              \
        0, BUF_INIT(BUF_TEXT_MAX), BUF_INIT(BUF_TEXT_MAX)                                          \
    }
void config_free(struct config *c); // also a CLEANUP

// `blobs` is the digest of the list of what a node needs. Where nothing changed it is what is in
// the cluster, to the byte; else its serial is above. The bundle before stays behind the new one:
// what runs of it may be pulled again. Blocks. ERR_API, ERR_CANCELLED.
int config_make(const struct seed_options *o, const struct seed_nodes *nodes,
                const struct digest *blobs, struct config *c, struct err **err) MUST_CHECK;

#endif
