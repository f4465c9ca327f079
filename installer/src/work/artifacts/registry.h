// SPDX-License-Identifier: Apache-2.0
// Indexes, manifests and configs of images and charts, out of the cache where their digest is
// known.
#ifndef WORK_ARTIFACTS_REGISTRY_H
#define WORK_ARTIFACTS_REGISTRY_H

#include "io/http.h"
#include "model/lock.h"
#include "model/oci.h"

// oci_resolve() for the platforms of a lock. A reference with a digest that is in the cache costs
// no request.
int manifest_resolve(struct http *h, struct oci *o, struct arena *arena, const struct oci_ref *ref,
                     enum oci_content content, const struct lock *lock,
                     struct oci_resolved *resolved, struct err **err) MUST_CHECK;

// What a lock says of it: digest, size, manifests; in the arena.
void manifest_pin(struct arena *arena, const struct oci_resolved *resolved, const struct lock *lock,
                  struct lock_entry *entry);

#endif
