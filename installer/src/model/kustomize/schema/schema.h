// SPDX-License-Identifier: Apache-2.0
// What kustomize knows about the fields of objects: which lists are merged by which keys, and which
// kinds live in a namespace. Built in: the facts of kyaml's OpenAPI document v1.21.2; a build may
// use a document of its own instead (`openapi.path`).
#ifndef MODEL_KUSTOMIZE_SCHEMA_SCHEMA_H
#define MODEL_KUSTOMIZE_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "io/doc.h"

struct schemas;
struct schema; // of a type or field; NULL everywhere means that nothing is known

// The number of merge keys of a list, at most.
#define SCHEMA_KEYS_MAX 8

// The built-in schemas; lives in the arena of `d`.
struct schemas *schemas_new(struct doc *d) MUST_CHECK RETURNS_NONNULL;

// What the built-in document is once there is another one.
enum schemas_builtin {
    SCHEMAS_NOT_BUILTIN,   // nothing
    SCHEMAS_BUILTIN_LAST,  // for what the other does not define
    SCHEMAS_BUILTIN_FIRST, // for all that it defines
};

// Uses the OpenAPI document `openapi` (of the same doc, not changed later) from now on. ERR_CONFIG
// when it has no `definitions`.
int schemas_use_custom(struct schemas *s, const struct node *openapi, enum schemas_builtin builtin,
                       struct err **err) MUST_CHECK;

const struct schema *schema_of_type(const struct schemas *s, struct span api_version,
                                    struct span kind);

// The schema of a field of a map, and of the elements of a list.
const struct schema *schema_field(const struct schemas *s, const struct schema *of,
                                  struct span field);
const struct schema *schema_elements(const struct schemas *s, const struct schema *of);

// True for a list that is merged element by element. Its keys go to `keys`, their number to
// *count: none for a list of plain values.
bool schema_merges(const struct schema *of, struct span keys[SCHEMA_KEYS_MAX], size_t *count);

enum scope {
    SCOPE_UNKNOWN,
    SCOPE_CLUSTER,
    SCOPE_NAMESPACED,
};

enum scope schema_scope(const struct schemas *s, struct span api_version, struct span kind);

#endif
