// SPDX-License-Identifier: Apache-2.0
// The identity of a resource as kustomize has it (its ResId). It differs from base/identity.h: the
// version counts, no namespace is "default", and a kind may be a selector, whose empty fields fit
// all.
#ifndef MODEL_KUSTOMIZE_RESOURCE_RESID_H
#define MODEL_KUSTOMIZE_RESOURCE_RESID_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"

struct gvk {
    struct span group, version, kind;
};

// As a selector: of every kind.
#define GVK_ANY ((struct gvk){SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY})

struct resid {
    struct gvk gvk;
    struct span name, ns;
    bool cluster_scoped; // the kind is known and has no namespace
};

// The pseudo namespace of cluster-scoped resources.
#define RESID_NO_NAMESPACE "_non_namespaceable_"

// Whether `g` fits `selector`, whose empty fields fit all.
bool gvk_selected(const struct gvk *g, const struct gvk *selector);
bool gvk_equal(const struct gvk *a, const struct gvk *b);

// The namespace that counts: "default" for none, RESID_NO_NAMESPACE for cluster-scoped kinds.
struct span resid_namespace(const struct resid *id);

// The key of indexes: effective namespace, group, version, kind and name; in `out` (emptied first).
void resid_key(const struct resid *id, struct buf *out);

// "Deployment apps/v1 web in namespace shop", for messages; in `arena`.
const char *resid_text(struct arena *arena, const struct resid *id);

#endif
