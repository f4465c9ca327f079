// SPDX-License-Identifier: Apache-2.0
// The schemas of the user's OpenAPI document, which is read as it is.
#include "model/kustomize/schema/schema_int.h"

#include <stdlib.h>

#define REFERENCES_MAX 32 // of a $ref that leads to another $ref

struct custom_type {
    struct span kind, api_version;
    const struct node *schema; // NULL: only its scope is known
    enum scope scope;
};

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
        known = s->builtin == SCHEMAS_NOT_BUILTIN ? NULL : table_definition(reference);
        if (known && (!n || s->builtin == SCHEMAS_BUILTIN_FIRST))
            return known;
    }
    return NULL;
}

const struct schema *openapi_field(const struct schemas *s, const struct schema *of,
                                   struct span field)
{
    const struct node *found = node_get_span(node_get(as_node(of), "properties"), field);

    if (!found) {
        found = node_get(as_node(of), "additionalProperties");
        if (!node_is(found, NODE_MAP))
            return NULL;
    }
    return resolve(s, found);
}

const struct schema *openapi_elements(const struct schemas *s, const struct schema *of)
{
    if (!span_is(node_get_text(as_node(of), "type"), "array"))
        return NULL;
    return resolve(s, node_get(as_node(of), "items"));
}

static bool has_merge(struct span strategies)
{
    struct span one;

    while (span_next(&strategies, ',', &one))
        if (span_is(one, "merge"))
            return true;
    return false;
}

bool openapi_merges(const struct schema *schema, struct span keys[SCHEMA_KEYS_MAX], size_t *count)
{
    const struct node *of = as_node(schema);
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

static const struct custom_type *find_type(const struct schemas *s, struct span api_version,
                                           struct span kind)
{
    struct custom_type wanted = {.kind = kind, .api_version = api_version};

    if (!s->type_count)
        return NULL;
    return bsearch(&wanted, s->types, s->type_count, sizeof(wanted), by_kind);
}

const struct schema *openapi_of_type(const struct schemas *s, struct span api_version,
                                     struct span kind)
{
    const struct custom_type *type = find_type(s, api_version, kind);

    return type ? (const struct schema *)type->schema : NULL;
}

enum scope openapi_scope(const struct schemas *s, struct span api_version, struct span kind)
{
    const struct custom_type *type = find_type(s, api_version, kind);

    return type ? type->scope : SCOPE_UNKNOWN;
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
