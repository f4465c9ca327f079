// SPDX-License-Identifier: Apache-2.0
#include "model/chart/convert/convert.h"

#include "base/map.h"
#include "model/chart/convert/tree.h"

static double number_of(const struct node *n)
{
    int64_t whole;

    // Most numbers are short, which doubles hold as they are.
    if (n->type == NODE_INT && n->text.len <= 15 && span_i64(n->text, &whole))
        return (double)whole;
    return node_double(n, 0);
}

struct reading {
    struct arena *arena;
    bool copies;       // texts and keys
    bool integers;     // all of them are int64
    struct map shared; // what nodes with CONVERT_SHARED became, by the bytes of their address
};

static struct value read_value(struct reading *r, const struct node *n);

static struct value read_map(struct reading *r, const struct node *n)
{
    struct value map = value_new_map(r->arena, VALUE_MAP);

    value_reserve(r->arena, map.map, node_len(n));
    NODE_FOREACH_PAIR (pair, n) {
        if (r->copies)
            value_set(r->arena, map.map, pair->key, read_value(r, pair->value));
        else
            value_set_borrowed(r->arena, map.map, pair->key, read_value(r, pair->value));
    }
    return map;
}

enum { TABLES_FIRST = 4 }; // that Go's reader of TOML makes room for at once

static struct value read_list(struct reading *r, const struct node *n)
{
    enum value_type type = n->flags & NODE_TABLES ? VALUE_MAPS : VALUE_LIST;
    struct value list = value_new_list(r->arena, type);

    NODE_FOREACH_ITEM (item, n)
        value_push(r->arena, list.list, read_value(r, item));
    if (type == VALUE_MAPS)
        value_set_array(&list, TABLES_FIRST, VALUE_ONE_BY_ONE);
    return list;
}

static struct value read_collection(struct reading *r, const struct node *n)
{
    return n->type == NODE_MAP ? read_map(r, n) : read_list(r, n);
}

static struct value read_shared(struct reading *r, const struct node *n)
{
    struct value *known = map_get(&r->shared, span_of(&n, sizeof(n)));

    if (!known) {
        known = ARENA_NEW(r->arena, struct value);
        *known = read_collection(r, n);
        (void)map_put(&r->shared, arena_span(r->arena, span_of(&n, sizeof(n))), known);
    }
    return *known;
}

static struct value read_value(struct reading *r, const struct node *n)
{
    switch ((enum node_type)n->type) {
    case NODE_NULL: return VALUE_OF_NIL_ITEM;
    case NODE_BOOL: return value_bool(node_bool(n, false));
    case NODE_INT:
        if (r->integers || n->flags & CONVERT_INT64)
            return value_int64(node_int(n, 0));
        return value_float(number_of(n));
    case NODE_FLOAT: return value_float(number_of(n));
    case NODE_STRING: return value_string(r->copies ? arena_span(r->arena, n->text) : n->text);
    case NODE_SEQ:
    case NODE_MAP: break;
    }
    return n->flags & CONVERT_SHARED ? read_shared(r, n) : read_collection(r, n);
}

struct value convert_to_value(struct arena *a, const struct node *n)
{
    struct reading r = {.arena = a};
    struct value v = read_value(&r, n);

    map_free(&r.shared);
    return v;
}

struct value convert_to_own_value(struct arena *a, const struct node *n, bool integers)
{
    struct reading r = {.arena = a, .copies = true, .integers = integers};
    struct value v = read_value(&r, n);

    map_free(&r.shared);
    return v;
}

#define YAML_RULES ((unsigned)TREE_JSON | TREE_WHOLE | TREE_UTF8)

static unsigned rules_of(enum convert_form form)
{
    switch (form) {
    case CONVERT_YAML: return YAML_RULES | TREE_READABLE;
    case CONVERT_YAML_PRETTY: return TREE_UTF8 | TREE_LOWER | TREE_PLAIN;
    case CONVERT_TOML: return TREE_TOML | TREE_PLAIN;
    default: return TREE_JSON;
    }
}

// sigs.k8s.io/yaml says which of its two steps failed if it was the first.
static int fail_tree(enum convert_form form, struct err **err)
{
    struct err *cause CLEANUP(err_cleanup) = NULL;

    if (form != CONVERT_YAML || !span_starts(span_str(err_message(*err)), "json: "))
        return -1;
    cause = STEAL(*err);
    return err_set(err, ERR_CONFIG, "error marshaling into JSON: %s", err_message(cause));
}

int convert_write(const struct value *v, enum convert_form form, struct buf *out, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = tree_of(d, v, rules_of(form), err);

    if (!n)
        return fail_tree(form, err);
    switch (form) {
    case CONVERT_YAML: doc_write_yaml(n, out); break;
    case CONVERT_YAML_PRETTY: doc_write_yaml3(n, out); break;
    case CONVERT_JSON: doc_write_go_json(n, DOC_GO_HTML, out); break;
    case CONVERT_JSON_PRETTY: doc_write_go_json(n, DOC_GO_HTML | DOC_GO_INDENT, out); break;
    case CONVERT_JSON_RAW: doc_write_go_json(n, 0, out); break;
    case CONVERT_TOML: return doc_write_toml(n, out, err);
    }
    // The two of YAML end with a newline, which Helm cuts off.
    if (form <= CONVERT_YAML_PRETTY && span_ends(buf_span(out), "\n"))
        buf_truncate(out, out->len - 1);
    return 0;
}
