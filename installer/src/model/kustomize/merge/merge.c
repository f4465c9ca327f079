// SPDX-License-Identifier: Apache-2.0
// Strategic merge: maps, scalars and directives.
#include "model/kustomize/merge/merge.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/kustomize/merge/merge_int.h"

enum directive {
    DIRECTIVE_MERGE,
    DIRECTIVE_REPLACE,
    DIRECTIVE_DELETE,
};

bool merge_is_null(const struct node *n)
{
    return !n || n->type == NODE_NULL;
}

bool merge_is_empty_map(const struct node *n)
{
    return merge_is_null(n) || (n->type == NODE_MAP && n->map.len == 0);
}

int merge_fail(struct merge *m, const struct node *at, const char *what)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (struct span *, part, &m->path) {
        if (path.len)
            buf_add_char(&path, '.');
        buf_add_span(&path, *part);
    }
    return err_set(m->err, ERR_CONFIG, "%s:%u: %s: %s", doc_file_name(m->d, at->file), at->line,
                   path.len ? buf_str(&path) : "the object", what);
}

// --- directives ---

static int parse_directive(struct merge *m, const struct node *value, enum directive *directive)
{
    struct span text = node_source(value);

    if (span_is(text, "delete"))
        *directive = DIRECTIVE_DELETE;
    else if (span_is(text, "replace"))
        *directive = DIRECTIVE_REPLACE;
    else if (span_is(text, "merge"))
        *directive = DIRECTIVE_MERGE;
    else {
        merge_fail(m, value, "unknown value of $patch");
        return err_hint(m->err, "$patch is one of delete, merge and replace");
    }
    return 0;
}

// The directive of a list is the only field of one of its elements.
static int list_directive(struct merge *m, struct node *patch, enum directive *directive)
{
    NODE_FOREACH_ITEM (item, patch) {
        struct node *value = node_get(item, "$patch");
        struct span text;

        if (!value)
            continue;
        if (node_len(item) > 1)
            return 0;
        text = node_source(value);
        if (parse_directive(m, value, directive) < 0)
            return -1;
        return merge_elide_element(m, patch, SPAN("$patch"), text);
    }
    return 0;
}

// What `$patch` in a map, or in an element of its own in a list, asks for; the directive itself is
// removed from the patch.
static int merge_directive(struct merge *m, struct node *patch, enum directive *directive)
{
    struct node *value;

    *directive = DIRECTIVE_MERGE;
    if (node_is(patch, NODE_SEQ))
        return list_directive(m, patch, directive);
    value = node_get(patch, "$patch");
    if (!value)
        return 0;
    if (parse_directive(m, value, directive) < 0)
        return -1;
    (void)node_remove(patch, SPAN("$patch"));
    return 0;
}

// --- fields ---

static void take_brackets(const struct node *from, struct node *to)
{
    to->flags = (uint8_t)((to->flags & ~NODE_FLOW) | (from->flags & NODE_FLOW));
}

// kyaml gives a new value the style of the old one. So quotes stay, and what is written in quotes
// is a string, whatever it was in the patch.
static void take_style(struct merge *m, const struct node *old, struct node *value)
{
    bool scalar = old->type != NODE_MAP && old->type != NODE_SEQ;

    if (value == old)
        return;
    if (value->type == NODE_MAP || value->type == NODE_SEQ) {
        take_brackets(old, value);
        return;
    }
    if (!scalar)
        return;
    if (!(old->flags & NODE_QUOTED)) {
        value->flags &= (uint8_t)~NODE_QUOTED;
        return;
    }
    if (value->type != NODE_STRING || value->flags & NODE_RETYPED) {
        value->text = arena_span(doc_arena(m->d), node_source(value));
        value->type = NODE_STRING;
        value->flags &= (uint8_t)~NODE_RETYPED;
    }
    value->flags |= NODE_QUOTED;
}

static struct pair *find_pair(struct node *map, struct span key)
{
    NODE_FOREACH_PAIR (pair, map) {
        if (pair->key.ptr == key.ptr || span_eq(pair->key, key))
            return pair;
    }
    return NULL;
}

// kyaml quotes each text that YAML 1.1 reads as something else when it sets it, also to itself.
static void quote_if_needed(struct node *value)
{
    if (value->type == NODE_STRING && !(value->flags & NODE_RETYPED) && value->text.len &&
        doc_text_is_typed(value->text))
        value->flags |= NODE_QUOTED;
}

// Sets a field of a map as kyaml does: null removes; the quotes of the old value stay.
static void merge_set_field(struct merge *m, struct node *map, struct span key, struct merged value)
{
    struct pair *pair;

    if (merge_is_null(value.node) && !value.keep_null) {
        (void)node_remove(map, key);
        return;
    }
    pair = find_pair(map, key);
    if (!pair || pair->value == value.node)
        quote_if_needed(value.node);
    if (pair) {
        take_style(m, pair->value, value.node);
        // In place: one node may stand in several maps, and then changes in all of them.
        *pair->value = *value.node;
        return;
    }
    node_set(m->d, map, key, value.node);
}

static int merge_field(struct merge *m, struct node *dest, struct node *origin, struct span key,
                       const struct schema *schema)
{
    struct merged value = {0};
    int result;

    vec_push(&m->path, key);
    result = merge_nodes(m, node_get_span(dest, key), node_get_span(origin, key),
                         schema_field(m->schemas, schema, key), &value);
    m->path.len--;
    if (result == 0)
        merge_set_field(m, dest, key, value);
    return result;
}

// Visits the fields that dest had at first, then those that only the patch has.
static int merge_fields(struct merge *m, struct node *dest, struct node *origin,
                        const struct schema *schema)
{
    VEC(struct span) keys CLEANUP(mem_cleanup) = {0};
    int result = 0;

    NODE_FOREACH_PAIR (pair, dest)
        vec_push(&keys, pair->key);
    if (origin != dest) {
        NODE_FOREACH_PAIR (pair, origin) {
            if (!find_pair(dest, pair->key))
                vec_push(&keys, pair->key);
        }
    }
    VEC_FOREACH (struct span *, key, &keys) {
        result = merge_field(m, dest, origin, *key, schema);
        if (result < 0)
            break;
    }
    return result;
}

// --- nodes ---

// Which of the two is the base of the result: NULL when nothing is to remain.
static int choose_map(struct merge *m, struct node *dest, struct node *origin, struct merged *out)
{
    enum directive directive = DIRECTIVE_MERGE;
    bool has_directive = node_is(origin, NODE_MAP) || node_is(origin, NODE_SEQ);

    if (merge_is_null(dest)) {
        struct err *ignored CLEANUP(err_cleanup) = NULL;
        struct merge quiet = *m;

        quiet.err = &ignored;
        if (has_directive && merge_directive(&quiet, origin, &directive) == 0 &&
            directive == DIRECTIVE_DELETE)
            return 0;
        // A null that was written out stays; a field without any value goes.
        out->keep_null = !origin && dest && node_source(dest).len > 0;
        out->node = out->keep_null ? dest : origin;
        return 0;
    }
    if (origin && origin->type == NODE_NULL)
        return 0;
    if (has_directive && merge_directive(m, origin, &directive) < 0)
        return -1;
    if (directive != DIRECTIVE_DELETE)
        out->node = directive == DIRECTIVE_REPLACE ? origin : dest;
    return 0;
}

static int merge_maps(struct merge *m, struct node *dest, struct node *origin,
                      const struct schema *schema, struct merged *out)
{
    if (choose_map(m, dest, origin, out) < 0)
        return -1;
    if (!node_is(out->node, NODE_MAP))
        return 0;
    return merge_fields(m, out->node, origin, schema);
}

static int merge_lists(struct merge *m, struct node *dest, struct node *origin,
                       const struct schema *schema, struct merged *out)
{
    struct span keys[SCHEMA_KEYS_MAX];
    size_t key_count;
    enum directive directive;

    if (!schema_merges(schema, keys, &key_count)) {
        out->node = origin ? origin : dest;
        return 0;
    }
    if (merge_is_null(dest)) {
        dest = origin;
    } else if (origin) {
        if (origin->type == NODE_NULL)
            return 0;
        if (merge_directive(m, origin, &directive) < 0)
            return -1;
        if (directive == DIRECTIVE_DELETE)
            return 0;
        if (directive == DIRECTIVE_REPLACE)
            dest = origin;
    }
    return merge_keyed_list(m, dest, origin, schema, keys, key_count, out);
}

// An object inside of an object has the schema of its own kind.
static const struct schema *own_schema(const struct merge *m, const struct node *n)
{
    struct span api_version = node_source(node_get(n, "apiVersion"));
    struct span kind = node_source(node_get(n, "kind"));

    if (!api_version.len || !kind.len)
        return NULL;
    return schema_of_type(m->schemas, api_version, kind);
}

static int check_kinds(struct merge *m, const struct node *dest, const struct node *origin)
{
    bool dest_scalar = dest->type != NODE_MAP && dest->type != NODE_SEQ;
    bool origin_scalar = origin->type != NODE_MAP && origin->type != NODE_SEQ;
    char what[96];

    if (dest->type == origin->type || (dest_scalar && origin_scalar))
        return 0;
    snprintf(what, sizeof(what), "%s in the patch, %s in the object", node_type_name(origin),
             node_type_name(dest));
    merge_fail(m, origin, what);
    return err_hint(m->err, "set it to null or use $patch: replace one level up");
}

int merge_nodes(struct merge *m, struct node *dest, struct node *origin,
                const struct schema *schema, struct merged *out)
{
    const struct node *first = merge_is_null(dest) ? origin : dest;

    if (!schema)
        schema = own_schema(m, dest);
    if (!schema)
        schema = own_schema(m, origin);
    if (!merge_is_null(dest) && !merge_is_null(origin) && check_kinds(m, dest, origin) < 0)
        return -1;
    // What was empty is written as the patch is.
    if (origin && !merge_is_null(dest) && first->type >= NODE_SEQ && !node_len(dest))
        take_brackets(origin, dest);
    if (merge_is_null(first) || first->type == NODE_MAP)
        return merge_maps(m, dest, origin, schema, out);
    if (first->type == NODE_SEQ)
        return merge_lists(m, dest, origin, schema, out);
    out->node = origin ? origin : dest;
    return 0;
}

int merge_patch(struct doc *d, const struct schemas *schemas, struct node *target,
                struct node *patch, struct node **result, struct err **err)
{
    struct merge m = {.d = d, .schemas = schemas, .err = err};
    struct merged out = {0};
    int failed = merge_nodes(&m, target, patch, NULL, &out);

    vec_free(&m.path);
    // kustomize patches in place and never takes a replaced root.
    *result = out.node ? target : NULL;
    return failed;
}
