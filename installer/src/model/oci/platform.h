// SPDX-License-Identifier: Apache-2.0
// Between the files of model/oci: platforms as documents have them.
#ifndef MODEL_OCI_PLATFORM_H
#define MODEL_OCI_PLATFORM_H

#include "model/oci.h"

// The normal form of what a document says, in the arena.
struct oci_platform platform_normalize(struct arena *arena, struct span os,
                                       struct span architecture, struct span variant);

#endif
