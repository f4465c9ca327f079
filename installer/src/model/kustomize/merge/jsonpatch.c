// SPDX-License-Identifier: Apache-2.0
// JSON patches on nodes.
#include "model/kustomize/merge/jsonpatch.h"

#include <string.h>

#include "base/buf.h"

struct jsonpatch {
    struct doc *d;
    struct node *operations; // a list
};

struct operation {
    const struct node *node;
    size_t number; // from 1, for messages
    struct span kind;
    struct span path;
};

struct jsonpatch *jsonpatch_parse(struct doc *d, struct span text, const char *file,
                                  struct err **err)
{
    struct jsonpatch *p = ARENA_NEW(doc_arena(d), struct jsonpatch);

    p->d = d;
    if (text.len && text.ptr[0] == '[')
        p->operations = doc_read_json(d, text, file, ERR_CONFIG, err);
    else
        p->operations = doc_read_yaml11(d, text, file, err);
    if (!p->operations)
        return NULL;
    if (p->operations->type != NODE_SEQ) {
        err_set(err, ERR_CONFIG, "%s: a JSON patch is a list of operations, not a %s", file,
                node_type_name(p->operations));
        return NULL;
    }
    NODE_FOREACH_ITEM (item, p->operations) {
        if (item->type != NODE_MAP) {
            err_set(err, ERR_CONFIG, "%s:%u: an operation of a JSON patch is a map, not a %s", file,
                    item->line, node_type_name(item));
            return NULL;
        }
    }
    return p;
}

size_t jsonpatch_len(const struct jsonpatch *p)
{
    return node_len(p->operations);
}

static int fail(const struct jsonpatch *p, const struct operation *o, struct span path,
                const char *what, struct err **err)
{
    return err_set(err, ERR_CONFIG, "%s:%u: operation %zu (%.*s) at \"%.*s\": %s",
                   doc_file_name(p->d, o->node->file), o->node->line, o->number, SPAN_ARG(o->kind),
                   SPAN_ARG(path), what);
}

// --- JSON pointers ---

// A part of a pointer with ~1 and ~0 decoded, in the arena.
static struct span decode(struct doc *d, struct span part)
{
    char *text;
    size_t len = 0;

    if (span_find(part, '~') == part.len)
        return part;
    text = arena_alloc(doc_arena(d), part.len + 1);
    for (size_t i = 0; i < part.len; i++) {
        bool escape = part.ptr[i] == '~' && i + 1 < part.len &&
                      (part.ptr[i + 1] == '0' || part.ptr[i + 1] == '1');

        text[len++] = !escape ? part.ptr[i] : part.ptr[i + 1] == '0' ? '~' : '/';
        i += escape;
    }
    return span_of(text, len);
}

// An index into `count` places, from the end when it is below zero.
static bool parse_index(struct span key, size_t count, size_t *index)
{
    int64_t value;

    if (key.len > 1 && key.ptr[0] == '+' && key.ptr[1] != '-')
        key = span_tail(key, 1);
    if (!span_i64(key, &value))
        return false;
    if (value < 0)
        value += (int64_t)count;
    *index = (size_t)value;
    return value >= 0 && (size_t)value < count;
}

static struct node *child(const struct node *container, struct span key)
{
    size_t index;

    if (container->type == NODE_MAP)
        return node_get_span(container, key);
    return parse_index(key, node_len(container), &index) ? node_item(container, index) : NULL;
}

// The map or list that holds what `path` points to, and the last part of it. Failing, the error
// says up to where the path leads.
static struct node *find_container(const struct jsonpatch *p, const struct operation *o,
                                   struct node *at, struct span path, struct span *key,
                                   struct err **err)
{
    size_t slash = span_find(path, '/');
    size_t last = span_rfind(path, '/');
    struct span rest;
    struct span part;

    if (slash == path.len) {
        fail(p, o, path, "the path does not start with /", err);
        return NULL;
    }
    *key = decode(p->d, span_tail(path, last + 1));
    rest = span_of(path.ptr + slash + 1, last > slash ? last - slash - 1 : 0);
    for (bool more = last > slash; more;) {
        struct node *next;

        part = span_head(rest, span_find(rest, '/'));
        more = part.len < rest.len;
        rest = span_tail(rest, part.len + more);
        next = child(at, decode(p->d, part));
        if (!next || (next->type != NODE_MAP && next->type != NODE_SEQ)) {
            struct span there = span_of(path.ptr, (size_t)(part.ptr + part.len - path.ptr));

            err_set(err, ERR_CONFIG,
                    "%s:%u: operation %zu (%.*s) at \"%.*s\": %.*s is %s in the object",
                    doc_file_name(p->d, o->node->file), o->node->line, o->number, SPAN_ARG(o->kind),
                    SPAN_ARG(path), SPAN_ARG(there), next ? node_type_name(next) : "missing");
            if (!next && span_is(o->kind, "add"))
                err_hint(err, "add %.*s first", SPAN_ARG(there));
            return NULL;
        }
        at = next;
    }
    return at;
}

// --- operations ---

static struct node *operation_value(const struct jsonpatch *p, const struct operation *o)
{
    const struct node *value = node_get(o->node, "value");

    return value ? node_copy(p->d, value) : node_new_null(p->d);
}

static int add_value(const struct jsonpatch *p, const struct operation *o, struct node *root,
                     struct node *value, struct err **err)
{
    struct span key;
    struct node *container = find_container(p, o, root, o->path, &key, err);
    size_t index;

    if (!container)
        return -1;
    if (container->type == NODE_MAP) {
        node_set(p->d, container, key, value);
        return 0;
    }
    if (span_is(key, "-"))
        index = node_len(container);
    else if (!parse_index(key, node_len(container) + 1, &index))
        return fail(p, o, o->path, "the list has no such index", err);
    node_insert_item(p->d, container, index, value);
    return 0;
}

static int remove_at(const struct jsonpatch *p, const struct operation *o, struct node *root,
                     struct span path, struct err **err)
{
    struct span key;
    struct node *container = find_container(p, o, root, path, &key, err);
    size_t index;

    if (!container)
        return -1;
    if (container->type == NODE_MAP) {
        if (!node_remove(container, key))
            return fail(p, o, path, "there is no such field to remove", err);
        return 0;
    }
    if (!parse_index(key, node_len(container), &index))
        return fail(p, o, path, "the list has no such index", err);
    node_remove_item(container, index);
    return 0;
}

static int replace_root(const struct jsonpatch *p, const struct operation *o, struct node *root,
                        struct err **err)
{
    struct node *value = operation_value(p, o);

    if (value->type != NODE_MAP)
        return fail(p, o, o->path, "an object is replaced by a map only", err);
    root->map = value->map;
    return 0;
}

static int replace(const struct jsonpatch *p, const struct operation *o, struct node *root,
                   struct err **err)
{
    struct span key;
    struct node *container;
    size_t index;

    if (!o->path.len)
        return replace_root(p, o, root, err);
    container = find_container(p, o, root, o->path, &key, err);
    if (!container)
        return -1;
    if (container->type == NODE_MAP) {
        node_set(p->d, container, key, operation_value(p, o));
        return 0;
    }
    if (!parse_index(key, node_len(container), &index))
        return fail(p, o, o->path, "the list has no such index", err);
    container->seq.items[index] = operation_value(p, o);
    return 0;
}

// What `from` points to: *value, NULL for a field that is missing.
static int find_from(const struct jsonpatch *p, const struct operation *o, struct node *root,
                     struct span *from, struct node **value, struct err **err)
{
    const struct node *node = node_get(o->node, "from");
    struct node *container;
    struct span key;

    if (!node_is(node, NODE_STRING))
        return fail(p, o, o->path, "the operation has no \"from\"", err);
    *from = node_text(node);
    container = find_container(p, o, root, *from, &key, err);
    if (!container)
        return -1;
    *value = child(container, key);
    if (!*value && container->type == NODE_SEQ)
        return fail(p, o, *from, "the list has no such index", err);
    return 0;
}

static int move(const struct jsonpatch *p, const struct operation *o, struct node *root,
                struct err **err)
{
    struct node *value;
    struct span from;

    if (find_from(p, o, root, &from, &value, err) < 0 || remove_at(p, o, root, from, err) < 0)
        return -1;
    return add_value(p, o, root, value, err);
}

static int copy(const struct jsonpatch *p, const struct operation *o, struct node *root,
                struct err **err)
{
    struct node *value;
    struct span from;

    if (find_from(p, o, root, &from, &value, err) < 0)
        return -1;
    return add_value(p, o, root, value ? node_copy(p->d, value) : node_new_null(p->d), err);
}

static int test(const struct jsonpatch *p, const struct operation *o, struct node *root,
                struct err **err)
{
    const struct node *wanted = node_get(o->node, "value");
    const struct node *have = root;
    bool same;

    if (o->path.len) {
        struct span key;
        struct node *container = find_container(p, o, root, o->path, &key, err);

        if (!container)
            return -1;
        have = child(container, key);
        if (!have && container->type == NODE_SEQ)
            return fail(p, o, o->path, "the list has no such index", err);
    }
    // A missing field, a null and no value to test for are all the same.
    if (!have || have->type == NODE_NULL)
        same = !wanted || wanted->type == NODE_NULL;
    else
        same = node_equal(have, wanted);
    return same ? 0 : fail(p, o, o->path, "the value is another one", err);
}

static int apply_one(const struct jsonpatch *p, const struct operation *o, struct node *root,
                     struct err **err)
{
    if (span_is(o->kind, "add"))
        return add_value(p, o, root, operation_value(p, o), err);
    if (span_is(o->kind, "remove"))
        return remove_at(p, o, root, o->path, err);
    if (span_is(o->kind, "replace"))
        return replace(p, o, root, err);
    if (span_is(o->kind, "move"))
        return move(p, o, root, err);
    if (span_is(o->kind, "copy"))
        return copy(p, o, root, err);
    if (span_is(o->kind, "test"))
        return test(p, o, root, err);
    fail(p, o, o->path, "unknown operation", err);
    return err_hint(err, "\"op\" is one of add, remove, replace, move, copy and test");
}

// --- what the way through JSON does to the scalars of an object ---

static void settle(struct doc *d, struct node *n)
{
    bool plain = n->type == NODE_STRING && doc_text_is_plain(n->text);

    NODE_FOREACH_PAIR (pair, n)
        settle(d, pair->value);
    NODE_FOREACH_ITEM (item, n)
        settle(d, item);
    if (n->type == NODE_MAP || n->type == NODE_SEQ)
        return;
    if (n->type == NODE_INT || n->type == NODE_FLOAT) {
        node_set_double(d, n, node_double(n, 0));
        return;
    }
    if (n->type == NODE_NULL) {
        n->text = node_new_null(d)->text;
        n->flags |= NODE_RETYPED;
        return;
    }
    n->flags &= (uint8_t) ~(NODE_QUOTED | NODE_RETYPED);
    if (n->type == NODE_STRING && !plain)
        n->flags |= NODE_QUOTED;
}

int jsonpatch_apply(struct doc *d, const struct jsonpatch *p, struct node *target, struct err **err)
{
    size_t number = 0;

    node_settle_empty(target);
    NODE_FOREACH_ITEM (item, p->operations) {
        const struct node *path = node_get(item, "path");
        struct operation o = {item, ++number, node_get_text(item, "op"), node_text(path)};

        if (!node_is(path, NODE_STRING))
            return fail(p, &o, o.path, "the operation has no \"path\"", err);
        if (apply_one(p, &o, target, err) < 0)
            return -1;
    }
    settle(d, target);
    return 0;
}
