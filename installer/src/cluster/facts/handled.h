// SPDX-License-Identifier: Apache-2.0
// Changes that a controller of Flux has not seen. An umbrella changes the values of a release in a
// Secret and tells the HelmRelease by an annotation: its generation stays, and until
// helm-controller looks at its next interval the release is Ready with the old values. It is asked
// to look now (reconcile.fluxcd.io/requestedAt, fluxcd/pkg/apis/meta).
#ifndef CLUSTER_FACTS_HANDLED_H
#define CLUSTER_FACTS_HANDLED_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "io/doc.h"
#include "model/kube.h"

#define HANDLED_MANAGER "sandstrap-request"

// Requests that were noted and sent.
struct handled;

struct handled *handled_new(struct kube *k);
void handled_free(struct handled *h); // NULL-safe
CLEANUP_DEFINE(handled_cleanup, struct handled, handled_free);

// Whether the release was written to after its controller last wrote its status; if so, its
// controller is asked about that change.
bool handled_is_behind(struct handled *h, const struct node *release);

// Notes a request for handled_refresh(): the object's controller is to look because of a change at
// that time. Once for each object and change.
void handled_ask(struct handled *h, const struct node *object, struct span change);
// The same of a release, which is to be installed or upgraded even if nothing has changed.
void handled_ask_to_install(struct handled *h, const struct node *release, struct span change);

// The same of what a teardown has suspended, which is to be resumed. `change`: when that was.
void handled_ask_to_resume(struct handled *h, const struct node *object, struct span change);

// Whether the controller has answered such a request.
bool handled_has_answered(const struct handled *h, const struct node *object, struct span change);

// Sends what was noted; what comes of it comes as a change of the object. Runs the loop. An object
// that has vanished meanwhile is no error. ERR_API, ERR_CANCELLED.
int handled_refresh(struct handled *h, struct err **err) MUST_CHECK;

#endif
