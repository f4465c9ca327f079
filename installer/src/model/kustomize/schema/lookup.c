// SPDX-License-Identifier: Apache-2.0
// Schemas: the built-in ones, or the user's.
#include "model/kustomize/schema/schema_int.h"

struct schemas *schemas_new(struct doc *d)
{
    struct schemas *s = ARENA_NEW(doc_arena(d), struct schemas);

    s->d = d;
    return s;
}

const struct schema *schema_of_type(const struct schemas *s, struct span api_version,
                                    struct span kind)
{
    const struct schema *known = table_of_type(api_version, kind);
    const struct schema *custom = s->definitions ? openapi_of_type(s, api_version, kind) : NULL;

    if (!s->definitions || (known && s->builtin == SCHEMAS_BUILTIN_FIRST))
        return known;
    if (custom)
        return custom;
    return s->builtin == SCHEMAS_NOT_BUILTIN ? NULL : known;
}

const struct schema *schema_field(const struct schemas *s, const struct schema *of,
                                  struct span field)
{
    if (!of)
        return NULL;
    return table_holds(of) ? table_field(of, field) : openapi_field(s, of, field);
}

const struct schema *schema_elements(const struct schemas *s, const struct schema *of)
{
    if (!of)
        return NULL;
    return table_holds(of) ? table_elements(of) : openapi_elements(s, of);
}

bool schema_merges(const struct schema *of, struct span keys[SCHEMA_KEYS_MAX], size_t *count)
{
    *count = 0;
    if (!of)
        return false;
    return table_holds(of) ? table_merges(of, keys, count) : openapi_merges(of, keys, count);
}

enum scope schema_scope(const struct schemas *s, struct span api_version, struct span kind)
{
    // The scopes of the built-in kinds hold with every document.
    enum scope scope = table_scope(api_version, kind);

    return scope == SCOPE_UNKNOWN && s->definitions ? openapi_scope(s, api_version, kind) : scope;
}
