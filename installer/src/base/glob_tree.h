// SPDX-License-Identifier: Apache-2.0
// The dialect GLOB_TREE of base/glob.h.
#ifndef BASE_GLOB_TREE_H
#define BASE_GLOB_TREE_H

#include <stdbool.h>

#include "base/span.h"

bool glob_tree_is_valid(struct span pattern);
bool glob_tree_match(struct span pattern, struct span text);

#endif
