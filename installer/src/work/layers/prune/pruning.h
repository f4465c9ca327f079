// SPDX-License-Identifier: Apache-2.0
// What the files that prune share.
#ifndef WORK_LAYERS_PRUNE_PRUNING_H
#define WORK_LAYERS_PRUNE_PRUNING_H

#include "base/buf.h"
#include "base/vec.h"
#include "model/journal.h"
#include "model/ready.h"
#include "work/layers/apply/applying.h"

// One object that left the tree.
struct prune_item {
    struct journal_entry entry; // a copy
    const char *label;
    const struct kube_resource *resource;
    size_t wave; // those of one are deleted at the same time, the highest first
    // On its way out.
    bool leaves;
    char since[READY_TIME_BYTES];
    struct buf why;
    int64_t stood, told; // since when it is that, and when it was told last
};

struct prune_list {
    struct arena *arena;
    struct prune_item *items;
    size_t len, cap;
};

// Deletes them, wave by wave, but for those that turn out not to be ours, or to be in use. Errors
// as prune_objects().
int prune_delete(const struct apply *how, struct prune_list *list, struct err **err) MUST_CHECK;

// What would go with a namespace or a definition that is deleted, though it is not of the tree:
// "2 objects, the first of which is ConfigMap app/notes"; nothing is appended for one that is
// empty. Blocks.
int prune_content(struct kube *k, const struct node *live, struct buf *what, struct err **err)
    MUST_CHECK;

#endif
