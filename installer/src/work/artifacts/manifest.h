// SPDX-License-Identifier: Apache-2.0
// Manifests of images and charts, out of the cache where their digest is known.
#ifndef WORK_ARTIFACTS_MANIFEST_H
#define WORK_ARTIFACTS_MANIFEST_H

#include "model/oci.h"

// oci_pull_manifest() for LOCK_PLATFORM. A reference with a digest that is in the cache costs no
// request.
int manifest_get(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                 struct oci_manifest *manifest, struct err **err) MUST_CHECK;

#endif
