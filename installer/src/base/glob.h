// SPDX-License-Identifier: Apache-2.0
// Patterns of file names, in the two dialects that charts know.
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

enum glob_dialect {
    GLOB_PATH, // Go's path.Match: * ? [a-z] [^a] \x; * and ? do not match "/"
    GLOB_TREE, // gobwas/glob with the separator "/": also **, {a,b} and [!a]
};

// False when the pattern is malformed in that dialect.
bool glob_is_valid(struct span pattern, enum glob_dialect dialect);
// Whether the whole text matches. A malformed pattern matches nothing. Bounded: time is at most
// polynomial in the lengths.
bool glob_match(struct span pattern, struct span text, enum glob_dialect dialect);

#endif
