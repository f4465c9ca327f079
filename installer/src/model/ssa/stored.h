// SPDX-License-Identifier: Apache-2.0
// Whether a value would be stored as another one: what is owned as a whole is replaced, and the API
// server rewrites some of it.
#ifndef MODEL_SSA_STORED_H
#define MODEL_SSA_STORED_H

#include <stdbool.h>

#include "io/doc.h"
#include "model/ssa/builtin.h"

struct stored_kind {
    struct span name;
    bool builtin; // see builtin_is()
};

// Whether `wanted`, put in place of `live` (NULL for nothing), would be stored as `live`.
bool stored_same(const struct stored_kind *k, const struct field *field, const struct node *wanted,
                 const struct node *live);

// Whether the server stores nothing for `wanted`: it is empty.
bool stored_drops(const struct stored_kind *k, const struct field *field,
                  const struct node *wanted);

#endif
