// SPDX-License-Identifier: Apache-2.0
// Reading TOML 1.0 (toml.io): lines, keys, and the rules of what may be defined where. By hand: of
// the libraries that Debian has none is in C. Left out is what a document cannot hold: infinities
// and NaN.
#include <string.h>

#include "base/text.h"
#include "io/doc/toml/toml.h"

// Bits of a node's flags while a text is read: how it was defined, and so whether it may grow.
#define HEADER 16u  // a table with a header, "[a]"
#define DOTTED 32u  // a table by a dotted key, "a.b = 1"
#define CLOSED 64u  // a table in braces; or a list in brackets
#define TABLES 128u // a list of tables, "[[a]]"
#define READING (HEADER | DOTTED | CLOSED | TABLES)

enum { KEY_PARTS_MAX = 64 };

struct key {
    struct span parts[KEY_PARTS_MAX];
    size_t count;
    uint32_t line;
};

static void toml_cleanup(struct toml *t)
{
    reader_cleanup(&t->r);
}

// --- white space ---

static int skip_comment(struct toml *t)
{
    if (t->at == t->end || *t->at != '#')
        return 0;
    for (; t->at < t->end && *t->at != '\n'; t->at++) {
        unsigned char c = (unsigned char)*t->at;

        if (c == '\r' && t->at + 1 < t->end && t->at[1] == '\n')
            break;
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return toml_fail(t, "a control character in a comment");
    }
    return 0;
}

static int skip_line_end(struct toml *t)
{
    toml_skip_blank(t);
    if (skip_comment(t) < 0)
        return -1;
    if (t->at == t->end)
        return 0;
    if (!toml_skip(t, "\n") && !toml_skip(t, "\r\n"))
        return toml_fail(t, "more than one thing in a line");
    t->line++;
    return 0;
}

static int skip_lines(struct toml *t)
{
    for (;;) {
        toml_skip_blank(t);
        if (t->at == t->end || !strchr("#\r\n", *t->at) || !*t->at)
            return 0;
        if (skip_line_end(t) < 0)
            return -1;
    }
}

// --- keys ---

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static int read_part(struct toml *t, struct span *part)
{
    const char *start = t->at;

    if (t->at < t->end && (*t->at == '"' || *t->at == '\'')) {
        if (toml_read_string(t, true, part) < 0)
            return -1;
    } else {
        while (t->at < t->end && is_bare(*t->at))
            t->at++;
        *part = span_of(start, (size_t)(t->at - start));
        if (!part->len)
            return toml_fail(t, "a key is missing");
    }
    if (span_find(*part, '\0') < part->len)
        return toml_fail(t, "a NUL in a key");
    *part = doc_intern(t->r.d, *part);
    return 0;
}

static int read_key(struct toml *t, struct key *key)
{
    key->count = 0;
    key->line = t->line;
    do {
        toml_skip_blank(t);
        if (key->count == KEY_PARTS_MAX)
            return toml_fail(t, "a key of too many parts");
        if (read_part(t, &key->parts[key->count++]) < 0)
            return -1;
        toml_skip_blank(t);
    } while (toml_skip(t, "."));
    return 0;
}

static int fail_key(const struct toml *t, const struct key *key, size_t part, const char *what)
{
    return err_set(t->r.err, ERR_CONFIG, "%s:%u: '%.*s' %s", t->r.file, key->line,
                   SPAN_ARG(key->parts[part]), what);
}

// --- values ---

static int read_value(struct toml *t, unsigned depth, struct node **out);

static struct node *add_map(struct toml *t, struct node *map, struct span name, unsigned flag)
{
    struct node *n = reader_node(&t->r, NODE_MAP, t->line);

    n->flags |= (uint8_t)flag;
    node_set(t->r.d, map, name, n);
    return n;
}

// key = value, in a table or in braces.
static int read_pair(struct toml *t, unsigned depth, struct node *map)
{
    struct node *value = NULL, *next;
    struct key key;
    size_t last;

    if (read_key(t, &key) < 0)
        return -1;
    last = key.count - 1;
    for (size_t i = 0; i < last; i++) {
        next = node_get_span(map, key.parts[i]);
        if (!next)
            next = add_map(t, map, key.parts[i], DOTTED);
        else if (next->type != NODE_MAP || next->flags & (HEADER | CLOSED))
            return fail_key(t, &key, i, "is defined already, and cannot be added to here");
        next->flags |= DOTTED;
        map = next;
    }
    if (!toml_skip(t, "="))
        return toml_fail(t, "the '=' behind a key is missing");
    toml_skip_blank(t);
    if (read_value(t, depth + (unsigned)last, &value) < 0)
        return -1;
    if (node_get_span(map, key.parts[last]))
        return fail_key(t, &key, last, "is defined twice");
    node_set(t->r.d, map, key.parts[last], value);
    return 0;
}

static int read_braces(struct toml *t, unsigned depth, struct node **out)
{
    *out = reader_node(&t->r, NODE_MAP, t->line);
    toml_skip_blank(t);
    if (!toml_skip(t, "}")) {
        do {
            if (read_pair(t, depth, *out) < 0)
                return -1;
            toml_skip_blank(t);
        } while (toml_skip(t, ","));
        if (!toml_skip(t, "}"))
            return toml_fail(t, "the end of a table in braces is missing");
    }
    (*out)->flags |= CLOSED;
    return 0;
}

static int read_brackets(struct toml *t, unsigned depth, struct node **out)
{
    size_t base = t->r.items.len;
    struct node *item;

    *out = reader_node(&t->r, NODE_SEQ, t->line);
    (*out)->flags |= CLOSED;
    for (;;) {
        if (skip_lines(t) < 0)
            return -1;
        if (toml_skip(t, "]"))
            break;
        if (read_value(t, depth, &item) < 0)
            return -1;
        vec_push(&t->r.items, item);
        if (skip_lines(t) < 0)
            return -1;
        if (toml_skip(t, ","))
            continue;
        if (!toml_skip(t, "]"))
            return toml_fail(t, "the end of a list is missing");
        break;
    }
    reader_take_items(&t->r, base, *out);
    return 0;
}

static int read_value(struct toml *t, unsigned depth, struct node **out)
{
    if (depth >= DOC_DEPTH_MAX)
        return toml_fail(t, "nested too deeply");
    if (!reader_has_room(&t->r))
        return toml_fail(t, "it would take too much memory");
    if (toml_skip(t, "["))
        return read_brackets(t, depth + 1, out);
    if (toml_skip(t, "{"))
        return read_braces(t, depth + 1, out);
    if (t->at == t->end || (*t->at != '"' && *t->at != '\''))
        return toml_read_plain(t, out);
    *out = reader_node(&t->r, NODE_STRING, t->line);
    (*out)->flags |= NODE_QUOTED;
    return toml_read_string(t, false, &(*out)->text);
}

// --- headers ---

// To where a header's last part belongs.
static int walk(struct toml *t, const struct key *key, struct node **map)
{
    for (size_t i = 0; i + 1 < key->count; i++) {
        struct node *next = node_get_span(*map, key->parts[i]);

        if (!next)
            next = add_map(t, *map, key->parts[i], 0);
        if (next->type == NODE_SEQ && next->flags & TABLES)
            next = node_item(next, node_len(next) - 1);
        if (next->type != NODE_MAP || next->flags & CLOSED)
            return fail_key(t, key, i, "is defined already, and no table that can be added to");
        *map = next;
    }
    return 0;
}

// [a.b]: the table that the lines below it belong to.
static int open_table(struct toml *t, const struct key *key, struct node **map)
{
    struct span name = key->parts[key->count - 1];
    struct node *n = node_get_span(*map, name);

    if (!n)
        n = add_map(t, *map, name, 0);
    else if (n->type != NODE_MAP || n->flags & READING)
        return fail_key(t, key, key->count - 1, "is defined twice");
    n->flags |= HEADER;
    *map = n;
    return 0;
}

// [[a.b]]: one table more.
static int open_item(struct toml *t, const struct key *key, struct node **map)
{
    struct span name = key->parts[key->count - 1];
    struct node *list = node_get_span(*map, name);

    if (!list) {
        list = reader_node(&t->r, NODE_SEQ, t->line);
        list->flags |= TABLES | NODE_TABLES;
        node_set(t->r.d, *map, name, list);
    } else if (!(list->flags & TABLES)) {
        return fail_key(t, key, key->count - 1, "is defined already, and no list of tables");
    }
    *map = reader_node(&t->r, NODE_MAP, t->line);
    (*map)->flags |= HEADER;
    node_push(t->r.d, list, *map);
    return 0;
}

static int read_header(struct toml *t, struct node *root, struct node **map, unsigned *depth)
{
    bool item = toml_skip(t, "[");
    struct key key;

    if (read_key(t, &key) < 0)
        return -1;
    if (!toml_skip(t, item ? "]]" : "]"))
        return toml_fail(t, "the end of a table's name is missing");
    if (!reader_has_room(&t->r))
        return toml_fail(t, "it would take too much memory");
    *map = root;
    *depth = (unsigned)key.count;
    if (walk(t, &key, map) < 0)
        return -1;
    return item ? open_item(t, &key, map) : open_table(t, &key, map);
}

// --- all of it ---

static void forget_flags(struct node *n)
{
    n->flags &= (uint8_t)~READING;
    NODE_FOREACH_PAIR (pair, n)
        forget_flags(pair->value);
    if (n->type != NODE_SEQ)
        return;
    NODE_FOREACH_ITEM (item, n)
        forget_flags(item);
}

static int read_all(struct toml *t, struct node *root)
{
    struct node *map = root;
    unsigned depth = 0;

    for (;;) {
        if (skip_lines(t) < 0)
            return -1;
        if (t->at == t->end)
            return 0;
        if ((toml_skip(t, "[") ? read_header(t, root, &map, &depth) : read_pair(t, depth, map)) < 0)
            return -1;
        if (skip_line_end(t) < 0)
            return -1;
    }
}

struct node *doc_read_toml(struct doc *d, struct span text, const char *file, struct err **err)
{
    struct toml t CLEANUP(toml_cleanup) = {.r = {.d = d, .file = file, .err = err},
                                           .at = text.ptr,
                                           .end = text.ptr + text.len,
                                           .line = 1};
    struct node *root;
    int result;

    t.r.file_index = doc_add_file(d, file);
    reader_start(&t.r, text.len, DOC_TOML_RATIO);
    root = reader_node(&t.r, NODE_MAP, 1);
    root->flags |= HEADER;
    result = text_is_utf8(text) ? read_all(&t, root) : toml_fail(&t, "text that is not UTF-8");
    forget_flags(root);
    reader_end(&t.r);
    return result < 0 ? NULL : root;
}
