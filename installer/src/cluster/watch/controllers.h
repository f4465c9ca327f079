// SPDX-License-Identifier: Apache-2.0
// Who acts on the objects of Flux.
#ifndef CLUSTER_WATCH_CONTROLLERS_H
#define CLUSTER_WATCH_CONTROLLERS_H

#include "base/identity.h"
#include "base/span.h"
#include "cluster/watch/informers.h"
#include "io/doc.h"

// The labels of all that Flux installs of itself (fluxcd/flux2 manifests/bases): part-of is "flux",
// component the controller.
#define CONTROLLERS_PART_OF "app.kubernetes.io/part-of"
#define CONTROLLERS_COMPONENT "app.kubernetes.io/component"

// The name of the controller that acts on objects of this kind: "helm-controller"; NULL: none that
// is known.
const char *controllers_name(struct span group, struct span kind);

// The Deployment of the controller that acts on objects of this group, by the labels that all
// installations of Flux have; NULL when there is none, or it is not known yet. Borrowed until the
// loop runs.
const struct node *controllers_find(struct informers *inf, struct span group);

// Whether nobody acts: no pod of the controller is ready.
bool controllers_is_down(const struct node *deployment);

#endif
