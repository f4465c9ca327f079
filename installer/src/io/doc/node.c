// SPDX-License-Identifier: Apache-2.0
// Reading and building the trees of a document.
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/doc/doc_int.h"

static struct pair *find(const struct node *map, struct span key)
{
    NODE_FOREACH_PAIR (pair, map) {
        if (pair->key.len != key.len)
            continue;
        // The first byte tells most keys of one length apart, without a call.
        if (pair->key.ptr == key.ptr || !key.len ||
            (pair->key.ptr[0] == key.ptr[0] && memcmp(pair->key.ptr, key.ptr, key.len) == 0))
            return pair;
    }
    return NULL;
}

struct node *node_get_span(const struct node *map, struct span key)
{
    struct pair *pair = find(map, key);

    return pair ? pair->value : NULL;
}

struct node *node_path_(const struct node *n, ...)
{
    struct node *at = (struct node *)(uintptr_t)n;
    const char *key;
    va_list keys;

    va_start(keys, n);
    while (at && (key = va_arg(keys, const char *)))
        at = node_get(at, key);
    va_end(keys);
    return at;
}

size_t node_len(const struct node *n)
{
    if (node_is(n, NODE_SEQ))
        return n->seq.len;
    return node_is(n, NODE_MAP) ? n->map.len : 0;
}

struct node *node_item(const struct node *seq, size_t i)
{
    return node_is(seq, NODE_SEQ) && i < seq->seq.len ? seq->seq.items[i] : NULL;
}

struct span node_text(const struct node *n)
{
    return node_is(n, NODE_STRING) ? n->text : SPAN_EMPTY;
}

struct span node_scalar(const struct node *n)
{
    return n && n->type != NODE_SEQ && n->type != NODE_MAP ? n->text : SPAN_EMPTY;
}

struct span node_source(const struct node *n)
{
    if (!n || !(n->flags & NODE_RETYPED))
        return node_scalar(n);
    return span_str(n->text.ptr + n->text.len + 1);
}

struct span node_get_text(const struct node *map, const char *key)
{
    return node_text(node_get(map, key));
}

const char *node_str(const struct node *n)
{
    return node_is(n, NODE_STRING) ? n->text.ptr : "";
}

const char *node_get_str(const struct node *map, const char *key)
{
    return node_str(node_get(map, key));
}

int64_t node_int(const struct node *n, int64_t otherwise)
{
    int64_t value;

    return node_is(n, NODE_INT) && span_i64(n->text, &value) ? value : otherwise;
}

int64_t node_get_int(const struct node *map, const char *key, int64_t otherwise)
{
    return node_int(node_get(map, key), otherwise);
}

bool node_bool(const struct node *n, bool otherwise)
{
    return node_is(n, NODE_BOOL) ? n->text.ptr[0] == 't' : otherwise;
}

bool node_get_bool(const struct node *map, const char *key, bool otherwise)
{
    return node_bool(node_get(map, key), otherwise);
}

static bool maps_equal(const struct node *a, const struct node *b)
{
    if (a->map.len != b->map.len)
        return false;
    for (size_t i = 0; i < a->map.len; i++) {
        const struct pair *pair = &a->map.pairs[i];
        // Trees of one origin mostly agree in order, too.
        const struct pair *other = &b->map.pairs[i];

        if (!span_eq(pair->key, other->key))
            other = find(b, pair->key);
        if (!other || !node_equal(pair->value, other->value))
            return false;
    }
    return true;
}

bool node_equal(const struct node *a, const struct node *b)
{
    if (!a || !b || a->type != b->type)
        return a == b;
    if (a->type == NODE_MAP)
        return maps_equal(a, b);
    if (a->type != NODE_SEQ)
        return span_eq(a->text, b->text);
    if (a->seq.len != b->seq.len)
        return false;
    for (size_t i = 0; i < a->seq.len; i++)
        if (!node_equal(a->seq.items[i], b->seq.items[i]))
            return false;
    return true;
}

const char *node_type_name(const struct node *n)
{
    static const char *const names[] = {"null",   "boolean", "integer", "float",
                                        "string", "list",    "map"};

    return n ? names[n->type] : "nothing";
}

struct node *node_new_map(struct doc *d)
{
    return doc_new_node(d, NODE_MAP);
}

struct node *node_new_seq(struct doc *d)
{
    return doc_new_node(d, NODE_SEQ);
}

struct node *node_new_str(struct doc *d, struct span text)
{
    struct node *n = doc_new_node(d, NODE_STRING);

    n->text = arena_span(d->arena, text);
    return n;
}

struct node *node_new_plain(struct doc *d, struct span text)
{
    struct node *n = doc_new_node(d, NODE_STRING);
    struct scalar s;

    text = arena_span(d->arena, text);
    scalar_resolve(text, false, &s);
    if (!doc_set_scalar(d, n, text, &s)) {
        n->type = NODE_STRING;
        n->text = text;
    }
    return n;
}

struct node *node_new_int(struct doc *d, int64_t value)
{
    struct node *n = doc_new_node(d, NODE_INT);

    n->text = span_str(arena_printf(d->arena, "%lld", (long long)value));
    return n;
}

struct node *node_new_bool(struct doc *d, bool value)
{
    struct node *n = doc_new_node(d, NODE_BOOL);

    n->text = value ? SPAN("true") : SPAN("false");
    return n;
}

struct node *node_new_null(struct doc *d)
{
    struct node *n = doc_new_node(d, NODE_NULL);

    // Written out: kustomize keeps such a null where it drops a field without any value.
    n->text = span_of("\0null", 0);
    n->flags = NODE_RETYPED;
    return n;
}

// Room for one more element of `size` bytes in an array that lives in the arena. No VEC: with
// lengths of 32 bits a node stays small, and a large tree has millions of them.
static void *grow(struct doc *d, void *array, uint32_t len, uint32_t *cap, size_t size)
{
    void *grown;

    if (len < *cap)
        return array;
    *cap = *cap ? *cap * 2 : 4;
    grown = arena_array(d->arena, *cap, size);
    if (len)
        memcpy(grown, array, len * size);
    return grown;
}

void node_append(struct doc *d, struct node *map, struct span key, struct node *value)
{
    struct pair pair = {doc_intern(d, key), value, value->line};

    map->map.pairs = grow(d, map->map.pairs, map->map.len, &map->map.cap, sizeof(pair));
    map->map.pairs[map->map.len++] = pair;
}

void node_set(struct doc *d, struct node *map, struct span key, struct node *value)
{
    struct pair *pair = find(map, key);

    if (pair)
        pair->value = value;
    else
        node_append(d, map, key, value);
}

void node_set_str(struct doc *d, struct node *map, const char *key, struct span text)
{
    node_set(d, map, span_str(key), node_new_str(d, text));
}

bool node_remove(struct node *map, struct span key)
{
    struct pair *pair = find(map, key);
    size_t after;

    if (!pair)
        return false;
    after = (size_t)(map->map.pairs + map->map.len - (pair + 1));
    memmove(pair, pair + 1, after * sizeof(*pair));
    map->map.len--;
    return true;
}

void node_insert_item(struct doc *d, struct node *seq, size_t i, struct node *item)
{
    struct node **items = grow(d, seq->seq.items, seq->seq.len, &seq->seq.cap, sizeof(item));

    if (i > seq->seq.len)
        i = seq->seq.len;
    memmove(items + i + 1, items + i, (seq->seq.len - i) * sizeof(item));
    items[i] = item;
    seq->seq.items = items;
    seq->seq.len++;
}

void node_push(struct doc *d, struct node *seq, struct node *item)
{
    node_insert_item(d, seq, seq->seq.len, item);
}

void node_remove_item(struct node *seq, size_t i)
{
    if (i >= seq->seq.len)
        return;
    memmove(seq->seq.items + i, seq->seq.items + i + 1,
            (seq->seq.len - i - 1) * sizeof(*seq->seq.items));
    seq->seq.len--;
}

static void copy_map(struct doc *d, struct node *copy, const struct node *n)
{
    copy->map.cap = copy->map.len;
    copy->map.pairs = arena_array(d->arena, copy->map.len, sizeof(struct pair));
    for (size_t i = 0; i < copy->map.len; i++) {
        const struct pair *pair = &n->map.pairs[i];

        copy->map.pairs[i] =
            (struct pair){doc_intern(d, pair->key), node_copy(d, pair->value), pair->line};
    }
}

static void copy_text(struct doc *d, struct node *copy, const struct node *n)
{
    size_t extra = n->flags & NODE_RETYPED ? node_source(n).len + 1 : 0;

    // The source of a retyped scalar stands behind its text and the NUL between them.
    copy->text = arena_span(d->arena, span_of(n->text.ptr, n->text.len + extra));
    copy->text.len = n->text.len;
}

struct node *node_copy(struct doc *d, const struct node *n)
{
    struct node *copy = ARENA_NEW(d->arena, struct node);

    *copy = *n;
    if (n->type == NODE_MAP) {
        copy_map(d, copy, n);
    } else if (n->type == NODE_SEQ) {
        copy->seq.cap = copy->seq.len;
        copy->seq.items = arena_array(d->arena, copy->seq.len, sizeof(struct node *));
        for (size_t i = 0; i < copy->seq.len; i++)
            copy->seq.items[i] = node_copy(d, n->seq.items[i]);
    } else {
        copy_text(d, copy, n);
    }
    return copy;
}

// Names of files of one doc as another one has them; those of neighbours are mostly one.
struct file_names {
    struct doc *to;
    const struct doc *from;
    uint16_t *indexes; // of `to`, by those of `from`; 0: not asked for yet
    size_t len;
};

static uint16_t file_of(struct file_names *names, uint16_t file)
{
    if (!file || file > names->len)
        return 0;
    if (!names->indexes[file - 1])
        names->indexes[file - 1] = doc_add_file(names->to, doc_file_name(names->from, file));
    return names->indexes[file - 1];
}

static void rename_files(struct file_names *names, struct node *n)
{
    n->file = file_of(names, n->file);
    NODE_FOREACH_PAIR (pair, n)
        rename_files(names, pair->value);
    NODE_FOREACH_ITEM (item, n)
        rename_files(names, item);
}

struct node *node_copy_from(struct doc *d, const struct doc *from, const struct node *n)
{
    struct file_names names = {.to = d, .from = from, .len = from->files.len};
    struct node *copy = node_copy(d, n);

    names.indexes = names.len ? mem_zalloc(names.len, sizeof(*names.indexes)) : NULL;
    rename_files(&names, copy);
    free(names.indexes);
    return copy;
}

static void settle(struct node *n, bool in_flow)
{
    bool flow = in_flow || n->flags & NODE_FLOW;

    if (n->type == NODE_NULL && in_flow && !node_source(n).len) {
        n->type = NODE_STRING;
        n->flags = NODE_QUOTED;
    } else if (n->type == NODE_MAP || n->type == NODE_SEQ) {
        n->flags &= (uint8_t)~NODE_FLOW;
    }
    NODE_FOREACH_PAIR (pair, n)
        settle(pair->value, flow);
    NODE_FOREACH_ITEM (item, n)
        settle(item, flow);
}

void node_settle_empty(struct node *n)
{
    settle(n, false);
}
