// SPDX-License-Identifier: Apache-2.0
// Paths of fields as parts between delimiters.
#ifndef MODEL_KUSTOMIZE_FIELD_PATH_H
#define MODEL_KUSTOMIZE_FIELD_PATH_H

#include <stdbool.h>

#include "base/span.h"
#include "base/vec.h"

struct path_parts {
    VEC(struct span); // in the arena
};

// Splits at `delimiter`; a backslash before it keeps it in the part. With `brackets`, a part that
// begins with "[" goes on to its "]".
struct path_parts path_split(struct arena *arena, struct span path, char delimiter, bool brackets);

#endif
