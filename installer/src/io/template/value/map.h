// SPDX-License-Identifier: Apache-2.0
// Maps for what copies them.
#ifndef IO_TEMPLATE_VALUE_MAP_H
#define IO_TEMPLATE_VALUE_MAP_H

#include "io/template.h"

// The same keys and items, which may be lists and maps that both maps refer to; those of a map that
// was lent stay lent.
struct value_map *map_copy(struct arena *a, const struct value_map *map) MUST_CHECK RETURNS_NONNULL;

// Item number `i`, to be changed in place; NULL behind the last, and when they are lent.
struct value *map_item(struct value_map *map, size_t i);

// A copy of `v`, which must not change any more, for somebody who may change his: what is never
// looked into is never copied. Lists are copied at once, as everybody looks into them without
// asking; their depth is that of a document.
struct value value_lend(struct arena *a, const struct value *v) MUST_CHECK;

#endif
