// SPDX-License-Identifier: Apache-2.0
// Values without what a pattern matches at one of their ends.
#ifndef CONTROLLER_KUSTOMIZATION_ENVSUBST_TRIM_H
#define CONTROLLER_KUSTOMIZATION_ENVSUBST_TRIM_H

#include "base/buf.h"
#include "base/span.h"

// Appends `s` without the shortest, or the longest, start that `pattern` matches. One that is
// malformed matches nothing.
void trim_prefix(struct span s, struct span pattern, bool shortest, struct buf *out);
// The same at the end.
void trim_suffix(struct span s, struct span pattern, bool shortest, struct buf *out);

#endif
