// SPDX-License-Identifier: Apache-2.0
// Merges dicts as mergo 1.0.1 does for Sprig.
#ifndef MODEL_CHART_FUNCTIONS_MERGE_H
#define MODEL_CHART_FUNCTIONS_MERGE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "io/template.h"

// What mergo says instead of merging a dict into an object (*semver.Version); other errors are
// panics.
#define MERGE_OTHER_TYPE "src and dst must be of same type"

// Adds what `from` has to `into`, both of a map type; dicts below that both have are merged, too,
// all else is shared with `from`. Keys of `into` with something that is not empty stay as they are;
// with `overwrite` they are replaced, also by what is empty. ERR_CONFIG: the words of mergo and of
// reflect, or a dict that holds itself.
// For `call`, in its arena.
int merge_maps(struct template_call *call, const struct value *into, const struct value *from,
               bool overwrite, struct err **err) MUST_CHECK;

#endif
