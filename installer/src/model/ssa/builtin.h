// SPDX-License-Identifier: Apache-2.0
// What the API server does to fields of its own kinds when it stores them: quantities get a
// canonical form, some fields a default, some empty ones are left out. Fields of other kinds stay
// as they were written.
#ifndef MODEL_SSA_BUILTIN_H
#define MODEL_SSA_BUILTIN_H

#include <stdbool.h>

#include "io/doc.h"

// Where a value stands in its object: a chain up to the object itself, whose `above` is NULL.
struct field {
    const struct field *above;
    struct span name; // empty for the items of a list
};

// A kind of the API server's own, by the apiVersion of `object`; not one of a definition or of an
// aggregated API.
bool builtin_is(const struct node *object);

// For kinds of the API server's own:

// Whether the field is a resource quantity.
bool builtin_is_quantity(struct span kind, const struct field *field);

// What the field becomes when it is not written, as text; NULL when that is not known. Only fields
// below an atomic list or map are known: what is beside the wanted fields elsewhere does not
// matter.
const char *builtin_default(struct span kind, const struct field *field);

// The empty value of the field that is not stored, as JSON; NULL when that is not known.
const char *builtin_dropped(struct span kind, const struct field *field);

#endif
