// SPDX-License-Identifier: Apache-2.0
// A controller that is still at work on the former version of an object: helm-controller ends an
// attempt, and kustomize-controller its health checks, by their timeout if need be, before it looks
// at what was asked for meanwhile.
#ifndef CLUSTER_JUDGE_FORMER_H
#define CLUSTER_JUDGE_FORMER_H

#include "io/doc.h"
#include "model/ready.h"

#define FORMER_REASON "FormerVersion"

// Changes `ready` to progressing, with until when at most, where a HelmRelease or Kustomization was
// changed after its present attempt had begun: what shows below it belongs to what was asked for
// before. Nothing with other objects.
void former_check(const struct node *object, struct ready *ready);

#endif
