// SPDX-License-Identifier: Apache-2.0
// Who acts on the objects of Flux.
#ifndef CLUSTER_CONTROLLERS_H
#define CLUSTER_CONTROLLERS_H

#include "base/identity.h"
#include "cluster/informers.h"
#include "io/doc.h"

// The Deployment of the controller that acts on objects of this group, by the labels that all
// installations of Flux have; NULL when there is none, or it is not known yet. Borrowed until the
// loop runs.
const struct node *controllers_find(struct informers *inf, struct span group);

// Whether nobody acts: no pod of the controller is ready.
bool controllers_is_down(const struct node *deployment);

#endif
