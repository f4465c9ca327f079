// SPDX-License-Identifier: Apache-2.0
// Pruning: what the journal has and the tree has no more is deleted, when all else is ready.
#ifndef WORK_LAYERS_PRUNE_PRUNE_H
#define WORK_LAYERS_PRUNE_PRUNE_H

#include <stdbool.h>

#include "work/layers/apply/applying.h"

// Deletes what left the tree, of the layers `first` to `last`, what needs others before what it
// needs; says all of it first, and waits until each is gone. What somebody else had made is
// released; data, namespaces that are not empty and definitions in use stay, which is said, as of
// layers that the tree has no more or with nothing in them. With `stays` nothing is deleted.
// Without a record there is nothing to do. Blocks. ERR_TERMINAL: one does not go; ERR_PREFLIGHT:
// somebody else writes; ERR_TIMEOUT, ERR_API, ERR_CANCELLED.
int prune_objects(const struct apply *how, size_t first, size_t last, bool stays, struct err **err)
    MUST_CHECK;

#endif
