// SPDX-License-Identifier: Apache-2.0
// What somebody took away from a release, or from a Kustomization: its owner is ready and does not
// look. helm-controller makes up for it only in an upgrade that is forced (forceAt,
// fluxcd/helm-controller atomic_release.go; detection of drift is off by default), and
// kustomize-controller in any look.
#ifndef CLUSTER_ACT_REPAIR_H
#define CLUSTER_ACT_REPAIR_H

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"
#include "cluster/graph/layer.h"

// Asks the owners of what is gone, or stands at zero replicas against its release, to make it again
// (facts->handled), and says so: once for each object. What is asked in vain is failing.
void repair_mark(struct graph *g, const struct facts *facts, const struct layers *layers);

#endif
