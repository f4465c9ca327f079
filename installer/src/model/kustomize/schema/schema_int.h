// SPDX-License-Identifier: Apache-2.0
// What lookup.c chooses from. A `const struct schema *` is a row of the built-in
// table or a node of the user's document; table_holds() tells which.
#ifndef MODEL_KUSTOMIZE_SCHEMA_SCHEMA_INT_H
#define MODEL_KUSTOMIZE_SCHEMA_SCHEMA_INT_H

#include "model/kustomize/schema/schema.h"

struct custom_type;

struct schemas {
    struct doc *d;
    const struct node *definitions; // of the user's document; NULL without one
    enum schemas_builtin builtin;   // what the built-in ones are beside it
    struct custom_type *types;      // sorted by kind and version
    size_t type_count;
};

// --- table.c ---

bool table_holds(const struct schema *of);

// NULL when there is none.
const struct schema *table_definition(struct span name);
const struct schema *table_of_type(struct span api_version, struct span kind);

enum scope table_scope(struct span api_version, struct span kind);
const struct schema *table_field(const struct schema *schema, struct span field);
const struct schema *table_elements(const struct schema *of);
bool table_merges(const struct schema *of, struct span keys[SCHEMA_KEYS_MAX], size_t *count);

// --- openapi.c ---

// NULL when there is none.
const struct schema *openapi_of_type(const struct schemas *s, struct span api_version,
                                     struct span kind);

enum scope openapi_scope(const struct schemas *s, struct span api_version, struct span kind);
const struct schema *openapi_field(const struct schemas *s, const struct schema *of,
                                   struct span field);
const struct schema *openapi_elements(const struct schemas *s, const struct schema *of);
bool openapi_merges(const struct schema *of, struct span keys[SCHEMA_KEYS_MAX], size_t *count);

#endif
