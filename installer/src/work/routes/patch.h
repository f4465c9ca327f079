// SPDX-License-Identifier: Apache-2.0
// What a controller needs to be led somewhere else: the names in its /etc/hosts, and whom to trust.
#ifndef WORK_ROUTES_PATCH_H
#define WORK_ROUTES_PATCH_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/report.h"
#include "base/span.h"
#include "io/doc.h"
#include "work/routes/names.h"

#define PATCH_CA_NAME "sandstrap-ca" // ConfigMap and volume
#define PATCH_CA_KEY "ca.crt"
#define PATCH_CA_FOLDER "/etc/sandstrap/ca" // where it is mounted
#define PATCH_CA_FILE PATCH_CA_FOLDER "/" PATCH_CA_KEY

struct patch_route {
    struct span ip;
    const struct names *names;
    struct span ca_pem;
};

// ERR_CONFIG when the tree says another thing in one of the fields that lead a Deployment there; a
// proxy that is in the way is warned of.
int patch_check(const struct node *deployment, struct report *report, struct err **err) MUST_CHECK;

// These fields, as an object of its own in `doc`. Errors as patch_check().
const struct node *patch_of(const struct patch_route *route, const struct node *deployment,
                            struct doc *doc, struct report *report, struct err **err) MUST_CHECK;

// The same fields of a pod's spec, for the container of this name. Added to `spec`.
void patch_pod(const struct patch_route *route, struct span container, struct node *spec,
               struct doc *doc);

// The ConfigMap that they need in a namespace.
const struct node *patch_ca(struct span ca_pem, struct span ns, struct doc *doc);

#endif
