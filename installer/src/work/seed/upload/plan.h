// SPDX-License-Identifier: Apache-2.0
// Which blob goes to which node next, and from which byte on. Pure: nodes are numbers here.
#ifndef WORK_SEED_UPLOAD_PLAN_H
#define WORK_SEED_UPLOAD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/seed.h"

enum upload_state {
    UPLOAD_LACKING,
    UPLOAD_SENDING,
    UPLOAD_THERE, // on one node at least: the others take it from there
};

struct upload_item {
    struct seed_blob blob; // `have`: what its node has of it already
    enum upload_state state;
    size_t node;
    bool bound; // what its node has of it is not known: nowhere else before that is
    int damaged;
};

struct upload_node {
    bool away;       // nothing is sent there
    uint64_t weight; // bytes that it was given
};

struct upload_plan {
    VEC(struct upload_item) items; // sorted by digest
    VEC(struct upload_node) nodes;
    struct upload_item **order; // in which they are sent
    size_t next;                // all before it in `order` are there
};

// All of `needed` is lacking at first.
void upload_plan_begin(struct upload_plan *p, const struct seed_blobs *needed, size_t nodes);
void upload_plan_free(struct upload_plan *p);

// What one node lacks, with what it has of that. What is not in the list is there.
void upload_plan_lacks(struct upload_plan *p, size_t node, const struct seed_blobs *lacks);
// After the first lists of all nodes: what was begun comes first, then the largest.
void upload_plan_order(struct upload_plan *p);

// What to send next, as sending; NULL: nothing for now. It goes to its node, or to the one that was
// given least.
struct upload_item *upload_plan_next(struct upload_plan *p);

void upload_plan_arrived(struct upload_item *item);
// It broke off: its node is away until upload_plan_return().
void upload_plan_broke(struct upload_plan *p, struct upload_item *item);
// It arrived as another, and nothing of it was kept.
void upload_plan_spoilt(struct upload_item *item);
// The node is there again; its list was read.
void upload_plan_return(struct upload_plan *p, size_t node);

// Bytes and blobs that are lacking now, with those that are being sent.
uint64_t upload_plan_left(const struct upload_plan *p, size_t *blobs);
bool upload_plan_is_away(const struct upload_plan *p);

#endif
