// SPDX-License-Identifier: Apache-2.0
// Writing TOML as BurntSushi/toml 1.6 does: what is no table first, keys in byte order, tables
// within tables indented by two blanks, and tables in lists of other things in one line.
#include <stdlib.h>

#include "base/mem.h"
#include "io/doc/doc_int.h"

struct writer {
    struct buf *out;
    size_t start; // where the document begins in `out`
    struct err **err;
};

struct key {
    const struct key *parent; // NULL: of the document itself
    struct span name;
    unsigned depth; // 0 for a key of the document itself
};

enum toml_kind {
    TOML_NOTHING, // null, which TOML does not have
    TOML_VALUE,
    TOML_TABLE,
    TOML_TABLES, // a list of nothing but tables
    TOML_FAILED,
};

static void write_quoted(struct writer *w, struct span s)
{
    static const char letters[] = "btn\0fr";

    buf_add_char(w->out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c == '"' || c == '\\')
            buf_printf(w->out, "\\%c", c);
        else if (c >= '\b' && c <= '\r' && c != '\v')
            buf_printf(w->out, "\\%c", letters[c - '\b']);
        else if (c < 0x20 || c == 0x7f)
            buf_printf(w->out, "\\u%04x", c);
        else
            buf_add_char(w->out, (char)c);
    }
    buf_add_char(w->out, '"');
}

static bool is_bare(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static void write_name(struct writer *w, struct span name)
{
    bool bare = name.len > 0;

    for (size_t i = 0; i < name.len; i++)
        bare = bare && is_bare(name.ptr[i]);
    if (bare)
        buf_add_span(w->out, name);
    else
        write_quoted(w, name);
}

static void write_path(struct writer *w, const struct key *key)
{
    if (key->parent) {
        write_path(w, key->parent);
        buf_add_char(w->out, '.');
    }
    write_name(w, key->name);
}

// What comes before a table or behind a value; not the first thing in a document.
static void write_newline(struct writer *w)
{
    if (w->out->len > w->start)
        buf_add_char(w->out, '\n');
}

// What TOML takes a node for. Nothing is allowed to be null in a list, nor in a list of lists.
static enum toml_kind kind_of(struct writer *w, const struct node *n)
{
    bool tables = node_len(n) > 0;

    if (n->type == NODE_NULL)
        return TOML_NOTHING;
    if (n->type == NODE_MAP)
        return TOML_TABLE;
    NODE_FOREACH_ITEM (item, node_is(n, NODE_SEQ) ? n : NULL) {
        enum toml_kind kind = kind_of(w, item);

        if (kind == TOML_NOTHING)
            (void)err_set(w->err, ERR_CONFIG, "toml: cannot encode array with nil element");
        if (kind == TOML_NOTHING || kind == TOML_FAILED)
            return TOML_FAILED;
        tables = tables && kind == TOML_TABLE;
    }
    return n->type == NODE_SEQ && tables ? TOML_TABLES : TOML_VALUE;
}

// Infinities and NaN have no point in TOML, and everything else has one.
static void write_float(struct writer *w, struct span text)
{
    bool dotted = span_find(text, '.') < text.len;

    if (span_ends(text, "inf") || span_ends(text, "nan")) {
        buf_add_str(w->out, span_starts(text, "-") ? "-" : "");
        buf_add_span(w->out, span_tail(text, text.len - 3));
        return;
    }
    buf_add_span(w->out, text);
    if (!dotted && span_find(text, 'e') == text.len)
        buf_add_str(w->out, ".0");
}

// --- maps: first what is no table, then the tables ---

struct member {
    const struct pair *pair;
    enum toml_kind kind;
};

static int by_kind(const struct member *left, const struct member *right)
{
    return (left->kind >= TOML_TABLE) - (right->kind >= TOML_TABLE);
}

static int by_place(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    int tables = by_kind(left, right);

    return tables ? tables : span_cmp(left->pair->key, right->pair->key);
}

// Of a struct: its own order.
static int by_turn(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    int tables = by_kind(left, right);

    return tables ? tables : (left->pair > right->pair) - (left->pair < right->pair);
}

// The members of a map in the order in which they are written; NULL on failure.
static struct member *members_of(struct writer *w, const struct node *map)
{
    struct member *members CLEANUP(mem_cleanup) = mem_alloc(map->map.len * sizeof(*members));

    for (uint32_t i = 0; i < map->map.len; i++) {
        members[i].pair = &map->map.pairs[i];
        members[i].kind = kind_of(w, members[i].pair->value);
        if (members[i].kind == TOML_FAILED)
            return NULL;
    }
    qsort(members, map->map.len, sizeof(*members), map->flags & NODE_ORDERED ? by_turn : by_place);
    return STEAL(members);
}

static int write_inline(struct writer *w, const struct node *n);

// Quirks: a comma stays where the member behind it is null; and of a struct, whose fields that are
// not exported are null here, it lacks behind the field that would be the last one without them.
static bool has_comma(const struct node *map, const struct member *members, uint32_t i)
{
    uint32_t exported = 0;

    if (!(map->flags & NODE_ORDERED))
        return i + 1 < map->map.len;
    for (uint32_t at = 0; at < map->map.len; at++)
        exported += members[at].kind != TOML_NOTHING;
    return (size_t)(members[i].pair - map->map.pairs) + 1 != exported;
}

static int write_inline_map(struct writer *w, const struct node *map)
{
    struct member *members CLEANUP(mem_cleanup) = members_of(w, map);

    if (!members)
        return -1;
    buf_add_char(w->out, '{');
    for (uint32_t i = 0; i < map->map.len; i++) {
        if (members[i].kind == TOML_NOTHING)
            continue;
        write_name(w, members[i].pair->key);
        buf_add_str(w->out, " = ");
        if (write_inline(w, members[i].pair->value) < 0)
            return -1;
        if (has_comma(map, members, i))
            buf_add_str(w->out, ", ");
    }
    buf_add_char(w->out, '}');
    return 0;
}

static int write_inline(struct writer *w, const struct node *n)
{
    switch ((enum node_type)n->type) {
    case NODE_MAP: return write_inline_map(w, n);
    case NODE_SEQ: break;
    case NODE_STRING: write_quoted(w, n->text); return 0;
    case NODE_FLOAT: write_float(w, n->text); return 0;
    default: buf_add_span(w->out, n->text); return 0;
    }
    buf_add_char(w->out, '[');
    for (uint32_t i = 0; i < n->seq.len; i++) {
        buf_add_str(w->out, i ? ", " : "");
        if (write_inline(w, n->seq.items[i]) < 0)
            return -1;
    }
    buf_add_char(w->out, ']');
    return 0;
}

static int write_member(struct writer *w, const struct key *parent, const struct member *member);

static int write_members(struct writer *w, const struct key *key, const struct node *map)
{
    struct member *members CLEANUP(mem_cleanup) = members_of(w, map);

    if (!members)
        return -1;
    for (uint32_t i = 0; i < map->map.len; i++)
        if (members[i].kind != TOML_NOTHING && write_member(w, key, &members[i]) < 0)
            return -1;
    return 0;
}

static int write_table(struct writer *w, const struct key *key, const struct node *map, bool listed)
{
    if (listed || key->depth == 0)
        write_newline(w);
    buf_add_repeat(w->out, ' ', (size_t)2 * key->depth);
    buf_add_str(w->out, listed ? "[[" : "[");
    write_path(w, key);
    buf_add_str(w->out, listed ? "]]\n" : "]\n");
    return write_members(w, key, map);
}

static int write_member(struct writer *w, const struct key *parent, const struct member *member)
{
    const struct node *value = member->pair->value;
    struct key key = {parent, member->pair->key, parent ? parent->depth + 1 : 0};

    if (member->kind == TOML_TABLE)
        return write_table(w, &key, value, false);
    if (member->kind == TOML_TABLES) {
        NODE_FOREACH_ITEM (table, value)
            if (write_table(w, &key, table, true) < 0)
                return -1;
        return 0;
    }
    buf_add_repeat(w->out, ' ', (size_t)2 * key.depth);
    write_name(w, key.name);
    buf_add_str(w->out, " = ");
    if (write_inline(w, value) < 0)
        return -1;
    buf_add_char(w->out, '\n');
    return 0;
}

int doc_write_toml(const struct node *n, struct buf *out, struct err **err)
{
    struct writer w = {.out = out, .start = out->len, .err = err};

    switch (kind_of(&w, n)) {
    case TOML_FAILED: return -1;
    case TOML_TABLE: return write_members(&w, NULL, n);
    case TOML_TABLES:
        return err_set(err, ERR_CONFIG, "toml: top-level values must be Go maps or structs");
    default: return write_inline(&w, n);
    }
}
