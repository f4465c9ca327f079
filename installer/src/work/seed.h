// SPDX-License-Identifier: Apache-2.0
// The seed: how a bundle gets onto the nodes of a cluster that has nothing but an API server
// (docs/internals/seed.md). A DaemonSet per class of node runs the loader from an image that is
// there; it takes this very program, which goes on as the node's agent; what the bundle has and the
// nodes lack is uploaded through the API server's pod proxy, each blob once; the agents pass it on.
#ifndef WORK_SEED_H
#define WORK_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/vec.h"
#include "cluster/record/record.h"
#include "model/bundle.h"
#include "model/kube.h"
#include "model/runtime.h"
#include "model/seed.h"

struct seed_options {
    struct loop *loop;
    struct kube *kube;
    struct record *record; // its objects are written down there before they are made
    struct report *report;
    struct budget budget;
    const struct bundle *bundle;
    const char *image;     // that carries the loader on every node; NULL: one that is there
    const char *binary;    // the agent's; NULL: this program
    uint64_t store_budget; // bytes on each node; 0: none
    int port, tls_port;    // 0: SEED_PORT, SEED_TLS_PORT
    bool routes_by_hand;   // nodes on which a pod cannot make routes are no reason to stop
};

// One node, and how far it is.
struct seed_node {
    struct runtime_node node;
    const char *image; // that carries the loader
    const char *pod;   // or NULL
    bool skipped;      // with `why`: another platform, not ready
    bool away;         // likewise; it gets its agent when it comes back
    const char *why;
    struct seed_status status; // the last that its agent said
};
struct seed_facts;
struct seed_nodes {
    struct arena *arena; // the caller's
    VEC(struct seed_node) items;
    struct seed_facts *facts; // what seed_check() found besides
};

// Reads the nodes and finds out, before anything is written, what would be in the way: no image, no
// room, another platform, a pod that would be refused or changed (a dry run). ERR_PREFLIGHT names
// all nodes.
int seed_check(const struct seed_options *o, struct seed_nodes *nodes, struct err **err) MUST_CHECK;

// Makes the objects, waits until every node has its agent, uploads what is lacking, waits until
// each node has all of it, serves it and has its routes. What is there already is not sent again.
// Blocks; tells progress. ERR_TERMINAL, ERR_API, ERR_TIMEOUT, ERR_CANCELLED.
struct seed_result {
    uint64_t sent_bytes, sent_blobs; // through the API server
    uint64_t skipped_bytes;          // that were there
    size_t written;                  // objects
    struct span ca_pem;              // of the authority of the agents; in the nodes' arena
    struct digest binary;            // the program that the agents are
    uint64_t binary_bytes;
};
int seed_bring(const struct seed_options *o, struct seed_nodes *nodes, struct seed_result *result,
               struct err **err) MUST_CHECK;

// Takes routes (and with `store` all that is stored) from the nodes, before the objects go. Needs
// no bundle. Nodes that do not answer are told in *left, in the nodes' arena. Blocks. ERR_API,
// ERR_CANCELLED.
struct seed_left_node {
    const char *node, *why; // with what may be on its disk
};
struct seed_left {
    VEC(struct seed_left_node) items;
};
int seed_leave(const struct seed_options *o, bool store, struct seed_nodes *nodes,
               struct seed_left *left, struct err **err) MUST_CHECK;

// The loader, as it is put into the cluster.
struct span seed_loader(void);

#endif
