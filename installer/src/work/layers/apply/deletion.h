// SPDX-License-Identifier: Apache-2.0
// What is being deleted and stands in the way: what keeps it, and what has to be applied again when
// it is gone.
#ifndef WORK_LAYERS_APPLY_DELETION_H
#define WORK_LAYERS_APPLY_DELETION_H

#include "base/buf.h"
#include "base/identity.h"
#include "model/ready.h"
#include "work/layers/apply/applying.h"

// Looks whether the object (of the tree, or a namespace) is gone, or there without being deleted.
// If not, *why says what keeps it: the conditions of a namespace, what an
// uninstallation fails of, finalizers. `since` becomes the
// time of its deletion. Blocks. ERR_API, ERR_CANCELLED.
int deletion_look(struct kube *k, const struct kube_resource *resource, const struct identity *id,
                  char since[READY_TIME_BYTES], struct buf *why, bool *gone, struct err **err)
    MUST_CHECK;

// What a namespace that is gone has taken with it: itself, and what the layers up to the one that
// is worked on have in it. In `arena`. ERR_API when the tree does not have the namespace.
int deletion_lost(const struct apply *a, struct span ns, struct arena *arena,
                  const struct node ***objects, size_t *count, struct err **err) MUST_CHECK;

#endif
