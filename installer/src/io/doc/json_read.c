// SPDX-License-Identifier: Apache-2.0
// Reading JSON: jansson's values become nodes.
#include <jansson.h>

#include "io/doc/doc_int.h"

static void value_cleanup(json_t **value)
{
    json_decref(*value);
}

static struct node *convert(struct doc *d, json_t *value, uint16_t file);

static struct node *convert_object(struct doc *d, json_t *value, uint16_t file)
{
    struct node *n = node_new_map(d);
    const char *key;
    json_t *member;
    struct pair *pair;

    n->map.cap = (uint32_t)json_object_size(value);
    n->map.pairs = arena_array(d->arena, n->map.cap, sizeof(*pair));
    json_object_foreach (value, key, member) {
        pair = &n->map.pairs[n->map.len++];
        pair->key = doc_intern(d, span_str(key));
        pair->value = convert(d, member, file);
    }
    return n;
}

static struct node *convert_array(struct doc *d, json_t *value, uint16_t file)
{
    struct node *n = node_new_seq(d);

    n->seq.len = n->seq.cap = (uint32_t)json_array_size(value);
    n->seq.items = arena_array(d->arena, n->seq.len, sizeof(struct node *));
    for (uint32_t i = 0; i < n->seq.len; i++)
        n->seq.items[i] = convert(d, json_array_get(value, i), file);
    return n;
}

static struct node *convert_scalar(struct doc *d, json_t *value)
{
    struct node *n;

    switch (json_typeof(value)) {
    case JSON_STRING:
        return node_new_str(d, span_of(json_string_value(value), json_string_length(value)));
    case JSON_INTEGER: return node_new_int(d, json_integer_value(value));
    case JSON_REAL:
        n = doc_new_node(d, NODE_FLOAT);
        node_set_double(d, n, json_real_value(value));
        return n;
    case JSON_TRUE: return node_new_bool(d, true);
    case JSON_FALSE: return node_new_bool(d, false);
    default: return node_new_null(d);
    }
}

static struct node *convert(struct doc *d, json_t *value, uint16_t file)
{
    struct node *n;

    if (json_is_object(value))
        n = convert_object(d, value, file);
    else if (json_is_array(value))
        n = convert_array(d, value, file);
    else
        n = convert_scalar(d, value);
    n->file = file;
    return n;
}

static unsigned depth_of(json_t *value, unsigned limit)
{
    unsigned deepest = 0;
    const char *key;
    json_t *member;
    size_t i;

    if (!json_is_object(value) && !json_is_array(value))
        return 0;
    if (!limit)
        return 1;
    json_object_foreach (value, key, member) {
        unsigned depth = depth_of(member, limit - 1);

        deepest = depth > deepest ? depth : deepest;
    }
    json_array_foreach (value, i, member) {
        unsigned depth = depth_of(member, limit - 1);

        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

// jansson's integers have 64 bits; a text with a larger one is read with all numbers as doubles.
static json_t *load(struct span text, json_error_t *problem)
{
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *value = json_loadb(text.ptr, text.len, flags, problem);

    if (!value && json_error_code(problem) == json_error_numeric_overflow)
        value = json_loadb(text.ptr, text.len, flags | JSON_DECODE_INT_AS_REAL, problem);
    return value;
}

struct node *doc_read_json(struct doc *d, struct span text, const char *name, enum err_kind kind,
                           struct err **err)
{
    json_error_t problem;
    json_t *value CLEANUP(value_cleanup) = load(text, &problem);

    if (!value) {
        err_set(err, kind, "%s:%d: %s", name, problem.line, problem.text);
        return NULL;
    }
    if (depth_of(value, DOC_DEPTH_MAX) > DOC_DEPTH_MAX) {
        err_set(err, kind, "%s: nested more than %d levels deep", name, DOC_DEPTH_MAX);
        return NULL;
    }
    return convert(d, value, doc_add_file(d, name));
}
