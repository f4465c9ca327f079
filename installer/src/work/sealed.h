// SPDX-License-Identifier: Apache-2.0
// Whether what is in a cluster came from a bundle: the images of all containers, told by the
// digests that the nodes report, and the artifacts of Flux's sources, told by their revisions.
// Nothing that a name says is believed where there is a digest.
#ifndef WORK_SEALED_H
#define WORK_SEALED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/vec.h"
#include "cluster/record/snapshot.h"
#include "model/bundle.h"
#include "model/kube.h"

enum sealed_kind {
    SEALED_CONTAINER,
    SEALED_SOURCE,
};

// One that did not come from the bundle, or of which that cannot be told.
struct sealed_gap {
    enum sealed_kind kind;
    const char *object; // "Pod apps/web-5d8c: container c", "GitRepository flux-system/x"
    const char *what;   // image or URL
    const char *digest; // of the image, or revision of the source; "": none yet
    const char *why;
    bool own; // of the cluster itself, or of what carries sandstrap: it was there before
};

// Texts are in the caller's arena.
struct sealed {
    size_t containers, sources;  // that were looked at
    VEC(struct sealed_gap) gaps; // in the arena, too
};

struct sealed_options {
    struct kube *kube;
    const struct bundle *bundle;
    const struct snapshot *before; // what was there before the first `up`; NULL: not known
    struct arena *arena;
};

// Reads all pods and sources. ERR_API, ERR_CANCELLED. Blocks.
int sealed_look(const struct sealed_options *o, struct sealed *out, struct err **err) MUST_CHECK;

#endif
