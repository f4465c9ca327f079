// SPDX-License-Identifier: Apache-2.0
// Which versions of the Kubernetes API, and which kinds, the definitions of a tree bring.
#ifndef WORK_ARTIFACTS_WALK_DEFINITIONS_H
#define WORK_ARTIFACTS_WALK_DEFINITIONS_H

#include "work/artifacts/walk/walk.h"

// Adds what an object brings, if it is a definition: "group/version" and "group/version/Kind".
void definitions_add(struct walk *w, const struct deep_object *object);

// Appends the versions of the API that are there when a release is installed: all that the tree
// brings, but for what only that release's own templates do. Borrowed.
void definitions_for(const struct walk *w, const char *release, release_api_versions *out);

// Whether a definition that was found says that a kind has no namespace; `walk` is one. Of a kind
// without any it is noted that it was asked for.
bool definitions_are_cluster_scoped(void *walk, struct span group, struct span kind);

// Whether a release would be told something else of definitions than it was.
bool definitions_outdate(const struct walk *w, const struct finished *release);

// Behind a pass: such a release, or NULL when definitions have settled.
const struct finished *definitions_change(struct walk *w);

// ERR_CONFIG when they do not: releases ask on and on for what comes then.
int definitions_never_settle(const struct walk *w, const struct finished *release,
                             struct err **err);
// Behind the last pass. ERR_CONFIG when a release was told that a version of the API is there,
// and with that told nothing brings it.
int definitions_check(const struct walk *w, struct err **err) MUST_CHECK;

#endif
