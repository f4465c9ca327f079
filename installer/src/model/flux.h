// SPDX-License-Identifier: Apache-2.0
// What the objects of Flux say about each other: where one gets its content from, which revision of
// it has arrived, what it made, and how its controller is asked to look. Pure, one object or two at
// a time; the rules are those of Flux 2.9 (internal/controller of source-, kustomize- and
// helm-controller). Whether one object is ready by its own status is model/ready's.
#ifndef MODEL_FLUX_H
#define MODEL_FLUX_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "io/doc.h"

#define FLUX_GROUP_SUFFIX ".toolkit.fluxcd.io"
#define FLUX_SOURCE_GROUP "source" FLUX_GROUP_SUFFIX
#define FLUX_KUSTOMIZE_GROUP "kustomize" FLUX_GROUP_SUFFIX
#define FLUX_HELM_GROUP "helm" FLUX_GROUP_SUFFIX

// Set to the time of the request by whoever wants a controller to look now.
#define FLUX_REQUESTED_AT "reconcile.fluxcd.io/requestedAt"

// An object by name; all borrowed.
struct flux_ref {
    struct span group, kind, ns, name;
};

// The source that a Kustomization, HelmRelease or HelmChart names: the repository, also where a
// HelmChart stands between. False when it names none.
bool flux_source(const struct node *object, struct flux_ref *ref);
// The HelmChart that helm-controller made for a release with a chart template; false while there is
// none.
bool flux_chart(const struct node *release, struct flux_ref *ref);
// Where the content comes from at once: the HelmChart of a release, else the source.
bool flux_feeder(const struct node *object, struct flux_ref *ref);

// Whether the feeder has stored another revision than the one that the object is at; says which in
// `why`. False when one of the two says nothing of revisions.
bool flux_is_behind(const struct node *object, const struct node *feeder, struct buf *why);

// When the source stored its artifact; empty without one.
struct span flux_stored_at(const struct node *source);

// An entry of status.inventory.entries: "<namespace>_<name>_<group>_<kind>". False for none.
bool flux_inventory_entry(const struct node *entry, struct flux_ref *ref);

// The release that made an object, by the labels that helm-controller puts on it; false for none.
bool flux_release_of(const struct node *object, struct flux_ref *release);

// The request that the controller last answered; "" for none.
struct span flux_handled(const struct node *object);

#endif
