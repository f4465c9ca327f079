// SPDX-License-Identifier: Apache-2.0
// Schemas: a generated table for the built-in kinds, the user's OpenAPI document as it is.
#include "model/kustomize/schema/schema.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NONE 0xffffu
#define REFERENCES_MAX 32 // of a $ref that leads to another $ref

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

struct custom_type {
    struct span kind, api_version;
    const struct node *schema; // NULL: only its scope is known
    enum scope scope;
};

// A `const struct schema *` is a row of builtin_schemas or a node of the user's document; the
// address tells which.
struct schemas {
    struct doc *d;
    const struct node *definitions; // of the user's document
    enum schemas_builtin builtin;   // what the built-in ones are beside it
    struct custom_type *types;      // sorted by kind and version
    size_t type_count;
};

struct schemas *schemas_new(struct doc *d)
{
    struct schemas *s = ARENA_NEW(doc_arena(d), struct schemas);

    s->d = d;
    return s;
}

// --- the built-in table ---

static struct span builtin_name(uint16_t at)
{
    return span_str((const char *)&builtin_names + at);
}

static const struct schema *builtin_schema(uint16_t at)
{
    return at == NONE ? NULL : (const struct schema *)&builtin_schemas[at];
}

static const struct builtin_schema *as_builtin(const struct schema *of)
{
    return (const struct builtin_schema *)of;
}

static bool is_builtin(const struct schema *of)
{
    const char *at = (const char *)of, *table = (const char *)builtin_schemas;

    return at >= table && at < table + sizeof(builtin_schemas);
}

// The built-in definition called `name`; NULL when there is none.
static const struct schema *builtin_definition(struct span name)
{
    size_t low = 0;
    size_t high = ARRAY_LEN(builtin_definitions);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = span_cmp(name, builtin_name(builtin_definitions[middle].name));

        if (!order)
            return builtin_schema(builtin_definitions[middle].schema);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const struct builtin_type *builtin_type(struct span api_version, struct span kind)
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

static const struct schema *builtin_field(const struct builtin_schema *of, struct span field)
{
    size_t low = of->first;
    size_t high = low + of->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = span_cmp(field, builtin_name(builtin_fields[middle].name));

        if (!order)
            return builtin_schema(builtin_fields[middle].schema);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return builtin_schema(of->additional);
}

static bool builtin_merges(const struct builtin_schema *of, struct span keys[SCHEMA_KEYS_MAX],
                           size_t *count)
{
    struct span rest;

    *count = 0;
    if (!of->keys)
        return false;
    rest = span_str(builtin_keys[of->keys - 1]);
    while (*count < SCHEMA_KEYS_MAX && span_next(&rest, ' ', &keys[*count]))
        ++*count;
    return true;
}

// --- the user's document ---

static const struct node *as_node(const struct schema *of)
{
    return (const struct node *)of;
}

// Follows "$ref": "#/definitions/NAME"; NULL when that leads nowhere.
static const struct schema *resolve(const struct schemas *s, const struct node *n)
{
    for (int i = 0; n && i < REFERENCES_MAX; i++) {
        struct span reference = node_get_text(n, "$ref");
        const struct schema *known;

        if (!reference.len)
            return (const struct schema *)n;
        if (!span_skip(&reference, "#/definitions/"))
            return NULL;
        n = node_get_span(s->definitions, reference);
        known = s->builtin == SCHEMAS_NOT_BUILTIN ? NULL : builtin_definition(reference);
        if (known && (!n || s->builtin == SCHEMAS_BUILTIN_FIRST))
            return known;
    }
    return NULL;
}

static const struct schema *custom_field(const struct schemas *s, const struct node *of,
                                         struct span field)
{
    const struct node *found = node_get_span(node_get(of, "properties"), field);

    if (!found) {
        found = node_get(of, "additionalProperties");
        if (!node_is(found, NODE_MAP))
            return NULL;
    }
    return resolve(s, found);
}

static const struct schema *custom_elements(const struct schemas *s, const struct node *of)
{
    if (!span_is(node_get_text(of, "type"), "array"))
        return NULL;
    return resolve(s, node_get(of, "items"));
}

static bool has_merge(struct span strategies)
{
    struct span one;

    while (span_next(&strategies, ',', &one))
        if (span_is(one, "merge"))
            return true;
    return false;
}

static bool custom_merges(const struct node *of, struct span keys[SCHEMA_KEYS_MAX], size_t *count)
{
    const struct node *list = node_get(of, "x-kubernetes-list-map-keys");
    struct span key = node_get_text(of, "x-kubernetes-patch-merge-key");

    *count = 0;
    if (!has_merge(node_get_text(of, "x-kubernetes-patch-strategy")))
        return false;
    NODE_FOREACH_ITEM (item, list) {
        if (*count < SCHEMA_KEYS_MAX)
            keys[(*count)++] = node_text(item);
    }
    if (!node_is(list, NODE_SEQ) && key.len)
        keys[(*count)++] = key;
    return true;
}

static int by_kind(const void *a, const void *b)
{
    const struct custom_type *left = a;
    const struct custom_type *right = b;
    int order = span_cmp(left->kind, right->kind);

    return order ? order : span_cmp(left->api_version, right->api_version);
}

static const struct custom_type *custom_type(const struct schemas *s, struct span api_version,
                                             struct span kind)
{
    struct custom_type wanted = {.kind = kind, .api_version = api_version};

    if (!s->type_count)
        return NULL;
    return bsearch(&wanted, s->types, s->type_count, sizeof(wanted), by_kind);
}

// One `x-kubernetes-group-version-kind`.
static struct custom_type read_type(struct schemas *s, const struct node *gvk)
{
    struct span group = node_get_text(gvk, "group");
    struct span version = node_get_text(gvk, "version");
    struct custom_type type = {.kind = node_get_text(gvk, "kind"), .api_version = version};

    if (group.len)
        type.api_version = span_str(
            arena_printf(doc_arena(s->d), "%.*s/%.*s", SPAN_ARG(group), SPAN_ARG(version)));
    return type;
}

static const char GVK[] = "x-kubernetes-group-version-kind";

static size_t count_types(const struct node *openapi)
{
    size_t count = node_len(node_get(openapi, "paths"));

    NODE_FOREACH_PAIR (pair, node_get(openapi, "definitions"))
        count += node_len(node_get(pair->value, GVK));
    return count;
}

static void add_definitions(struct schemas *s, const struct node *openapi)
{
    NODE_FOREACH_PAIR (pair, node_get(openapi, "definitions")) {
        NODE_FOREACH_ITEM (gvk, node_get(pair->value, GVK)) {
            struct custom_type type = read_type(s, gvk);

            type.schema = pair->value;
            s->types[s->type_count++] = type;
        }
    }
}

// A kind is namespaced when one of the paths to read it names a namespace.
static void add_scopes(struct schemas *s, const struct node *openapi)
{
    NODE_FOREACH_PAIR (pair, node_get(openapi, "paths")) {
        const struct node *gvk = node_get(node_get(pair->value, "get"), GVK);
        struct custom_type type;

        if (!gvk)
            continue;
        type = read_type(s, gvk);
        type.scope = SCOPE_CLUSTER;
        if (span_search(pair->key, SPAN("namespaces/{namespace}")) < pair->key.len)
            type.scope = SCOPE_NAMESPACED;
        s->types[s->type_count++] = type;
    }
}

// After sorting: one entry of each kind with its schema and its widest scope.
static void merge_types(struct schemas *s)
{
    size_t kept = 0;

    qsort(s->types, s->type_count, sizeof(*s->types), by_kind);
    for (size_t i = 0; i < s->type_count; i++) {
        struct custom_type *last = kept ? &s->types[kept - 1] : NULL;

        if (!last || by_kind(last, &s->types[i]) != 0) {
            s->types[kept++] = s->types[i];
            continue;
        }
        if (s->types[i].schema)
            last->schema = s->types[i].schema;
        if (s->types[i].scope > last->scope)
            last->scope = s->types[i].scope;
    }
    s->type_count = kept;
}

int schemas_use_custom(struct schemas *s, const struct node *openapi, enum schemas_builtin builtin,
                       struct err **err)
{
    const struct node *definitions = node_get(openapi, "definitions");

    if (!node_is(definitions, NODE_MAP))
        return err_set(err, ERR_CONFIG, "%s: the OpenAPI document has no \"definitions\"",
                       openapi ? doc_file_name(s->d, openapi->file) : "openapi");
    s->definitions = definitions;
    s->builtin = builtin;
    s->type_count = 0;
    s->types = arena_array(doc_arena(s->d), count_types(openapi) + 1, sizeof(*s->types));
    add_definitions(s, openapi);
    add_scopes(s, openapi);
    if (s->type_count)
        merge_types(s);
    return 0;
}

// --- both ---

const struct schema *schema_of_type(const struct schemas *s, struct span api_version,
                                    struct span kind)
{
    const struct builtin_type *type = builtin_type(api_version, kind);
    const struct schema *known = type ? builtin_schema(type->schema) : NULL;
    const struct custom_type *custom = s->definitions ? custom_type(s, api_version, kind) : NULL;

    if (!s->definitions || (known && s->builtin == SCHEMAS_BUILTIN_FIRST))
        return known;
    if (custom && custom->schema)
        return (const struct schema *)custom->schema;
    return s->builtin == SCHEMAS_NOT_BUILTIN ? NULL : known;
}

const struct schema *schema_field(const struct schemas *s, const struct schema *of,
                                  struct span field)
{
    if (!of)
        return NULL;
    return is_builtin(of) ? builtin_field(as_builtin(of), field)
                          : custom_field(s, as_node(of), field);
}

const struct schema *schema_elements(const struct schemas *s, const struct schema *of)
{
    if (!of)
        return NULL;
    return is_builtin(of) ? builtin_schema(as_builtin(of)->elements)
                          : custom_elements(s, as_node(of));
}

bool schema_merges(const struct schema *of, struct span keys[SCHEMA_KEYS_MAX], size_t *count)
{
    *count = 0;
    if (!of)
        return false;
    return is_builtin(of) ? builtin_merges(as_builtin(of), keys, count)
                          : custom_merges(as_node(of), keys, count);
}

enum scope schema_scope(const struct schemas *s, struct span api_version, struct span kind)
{
    // The scopes of the built-in kinds hold with every document.
    const struct builtin_type *type = builtin_type(api_version, kind);
    const struct custom_type *custom;

    if (type && type->scope != SCOPE_UNKNOWN)
        return (enum scope)type->scope;
    custom = s->definitions ? custom_type(s, api_version, kind) : NULL;
    return custom ? custom->scope : SCOPE_UNKNOWN;
}
