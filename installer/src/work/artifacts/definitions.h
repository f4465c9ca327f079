// SPDX-License-Identifier: Apache-2.0
// Which versions of the Kubernetes API the definitions of a tree bring.
#ifndef WORK_ARTIFACTS_DEFINITIONS_H
#define WORK_ARTIFACTS_DEFINITIONS_H

#include "work/artifacts/walk.h"

// Adds what an object brings, if it is a definition: "group/version" and "group/version/Kind".
void definitions_add(struct walk *w, const struct deep_object *object);

// Whether a definition that was found says that a kind has no namespace; `walk` is one.
bool definitions_are_cluster_scoped(void *walk, struct span group, struct span kind);

// Whether a release was told of a version of the API that it is not there, and now it is.
bool definitions_change(const struct walk *w);

#endif
