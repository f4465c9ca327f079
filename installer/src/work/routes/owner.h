// SPDX-License-Identifier: Apache-2.0
// Objects that go with another one, by Kubernetes' own garbage collection.
#ifndef WORK_ROUTES_OWNER_H
#define WORK_ROUTES_OWNER_H

#include "base/span.h"
#include "io/doc.h"

// Whoever takes `kind` (of "v1") away takes `object` away, too: both are in one namespace.
void owner_set(struct doc *d, struct node *object, const char *kind, const char *name,
               struct span uid);

#endif
