// SPDX-License-Identifier: Apache-2.0
// The schemas of the built-in kinds: a generated table.
#include "model/kustomize/schema/schema_int.h"

#include <stdint.h>

#define NONE 0xffffu

struct builtin_type {
    uint16_t kind, api_version; // in builtin_names
    uint16_t schema;
    uint16_t scope;
};

struct builtin_schema {
    uint16_t first, count; // of its fields, sorted by name
    uint16_t elements;     // of a list; NONE
    uint16_t additional;   // of the values of a map with any key; NONE
    uint16_t keys;         // 0: not merged; else builtin_keys[keys - 1]
};

struct builtin_field {
    uint16_t name;
    uint16_t schema;
};

#include "model/kustomize/schema/schema_table.inc"

static struct span builtin_name(uint16_t at)
{
    return span_str((const char *)&builtin_names + at);
}

static const struct schema *schema_at(uint16_t at)
{
    return at == NONE ? NULL : (const struct schema *)&builtin_schemas[at];
}

bool table_holds(const struct schema *of)
{
    const char *at = (const char *)of, *table = (const char *)builtin_schemas;

    return at >= table && at < table + sizeof(builtin_schemas);
}

static const struct builtin_schema *as_builtin(const struct schema *of)
{
    return (const struct builtin_schema *)of;
}

const struct schema *table_definition(struct span name)
{
    size_t low = 0;
    size_t high = ARRAY_LEN(builtin_definitions);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = span_cmp(name, builtin_name(builtin_definitions[middle].name));

        if (!order)
            return schema_at(builtin_definitions[middle].schema);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const struct builtin_type *find_type(struct span api_version, struct span kind)
{
    size_t low = 0;
    size_t high = ARRAY_LEN(builtin_types);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct builtin_type *type = &builtin_types[middle];
        int order = span_cmp(kind, builtin_name(type->kind));

        if (!order)
            order = span_cmp(api_version, builtin_name(type->api_version));
        if (!order)
            return type;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct schema *table_of_type(struct span api_version, struct span kind)
{
    const struct builtin_type *type = find_type(api_version, kind);

    return type ? schema_at(type->schema) : NULL;
}

enum scope table_scope(struct span api_version, struct span kind)
{
    const struct builtin_type *type = find_type(api_version, kind);

    return type ? (enum scope)type->scope : SCOPE_UNKNOWN;
}

const struct schema *table_field(const struct schema *schema, struct span field)
{
    const struct builtin_schema *of = as_builtin(schema);
    size_t low = of->first;
    size_t high = low + of->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = span_cmp(field, builtin_name(builtin_fields[middle].name));

        if (!order)
            return schema_at(builtin_fields[middle].schema);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return schema_at(of->additional);
}

const struct schema *table_elements(const struct schema *of)
{
    return schema_at(as_builtin(of)->elements);
}

bool table_merges(const struct schema *schema, struct span keys[SCHEMA_KEYS_MAX], size_t *count)
{
    const struct builtin_schema *of = as_builtin(schema);
    struct span rest;

    *count = 0;
    if (!of->keys)
        return false;
    rest = span_str(builtin_keys[of->keys - 1]);
    while (*count < SCHEMA_KEYS_MAX && span_next(&rest, ' ', &keys[*count]))
        ++*count;
    return true;
}
