// SPDX-License-Identifier: Apache-2.0
// Between the files of model/oci: the pieces of a reference.
#ifndef MODEL_OCI_REF_H
#define MODEL_OCI_REF_H

#include "model/oci.h"

bool ref_is_host(struct span s);
bool ref_is_repository(struct span s);
bool ref_is_tag(struct span s);

// Cuts off the first part when it looks like a host: a dot, a port, or "localhost". False, and
// nothing written, when it does not, or there is nothing behind it.
bool ref_split_host(struct span name, struct span *host, struct span *rest);

#endif
