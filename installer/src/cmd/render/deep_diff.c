// SPDX-License-Identifier: Apache-2.0
// What differs between two trees, object by object and field by field.
#include "base/map.h"
#include "base/text.h"
#include "cmd/render/deep.h"
#include "cmd/render/fields.h"
#include "cmd/render/print.h"
#include "io/doc.h"

// --- what differs each time ---

struct finding {
    struct deep_randoms *randoms;
    const struct deep_object *object;
};

static struct span random_key(struct arena *arena, const struct deep_object *object,
                              const char *path)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)identity_key(&object->id, &key);
    buf_printf(&key, "\n%s", path);
    return arena_span(arena, buf_span(&key));
}

static void add_random(void *data, const char *path, const struct node *a UNUSED,
                       const struct node *b UNUSED)
{
    const struct finding *f = data;

    (void)map_put(&f->randoms->fields, random_key(f->randoms->arena, f->object, path), f->randoms);
}

static bool is_random(const struct deep_randoms *randoms, const struct deep_object *object,
                      const char *path)
{
    return randoms->arena && map_get(&randoms->fields, random_key(randoms->arena, object, path));
}

static void index_objects(const struct deep *deep, struct arena *arena, struct map *map)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (struct deep_object *, it, &deep->objects)
        (void)map_put(map, arena_span(arena, identity_key(&it->id, &key)), it);
}

// Objects whose names are random are only in one of them.
static void add_randoms(struct deep_randoms *randoms, const struct deep *once,
                        const struct map *in_again)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct deep_object *, it, &once->objects) {
        const struct deep_object *other = map_get(in_again, identity_key(&it->id, &key));
        struct finding f = {randoms, it};

        if (other)
            fields_compare(it->node, other->node, add_random, &f);
        else
            add_random(&f, "", NULL, NULL);
    }
}

void deep_randoms_add(struct deep_randoms *randoms, const struct deep *once,
                      const struct deep *again)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct map in_again CLEANUP(map_free) = MAP_INIT;

    if (!randoms->arena)
        randoms->arena = arena_new();
    index_objects(again, arena, &in_again);
    add_randoms(randoms, once, &in_again);
}

void deep_randoms_free(struct deep_randoms *randoms)
{
    map_free(&randoms->fields);
    arena_free(randoms->arena);
}

// --- what differs ---

struct difference {
    struct buf *out;
    const struct deep_randoms *randoms;
    const struct deep_object *object; // that is looked at
    size_t fields_count;              // of it, that differ
    bool json;
    size_t count; // objects
    struct doc *doc;
    struct node *fields; // of the object that is looked at, for JSON
};

static bool is_long(const struct node *n)
{
    return node_is(n, NODE_STRING) && span_find(node_text(n), '\n') < node_text(n).len;
}

static void add_value(const struct node *n, struct buf *out)
{
    if (n)
        doc_write_json(n, true, out);
    else
        buf_add_str(out, "(not there)");
}

static void print_field(void *data, const char *path, const struct node *a, const struct node *b)
{
    struct difference *d = data;

    if (is_random(d->randoms, d->object, path))
        return;
    if (d->json) {
        struct node *n = node_new_map(d->doc);

        node_set_str(d->doc, n, "path", span_str(path));
        if (a)
            node_set(d->doc, n, SPAN("old"), node_copy(d->doc, a));
        if (b)
            node_set(d->doc, n, SPAN("new"), node_copy(d->doc, b));
        node_push(d->doc, d->fields, n);
        return;
    }
    if (is_long(a) && is_long(b)) {
        diff_lines(node_text(a), node_text(b), path, d->out);
        return;
    }
    buf_printf(d->out, "  %s: ", path);
    add_value(a, d->out);
    buf_add_str(d->out, " -> ");
    add_value(b, d->out);
    buf_add_char(d->out, '\n');
}

static void count_field(void *data, const char *path, const struct node *a UNUSED,
                        const struct node *b UNUSED)
{
    struct difference *d = data;

    d->fields_count += !is_random(d->randoms, d->object, path);
}

static void print_change(struct difference *d, const char *change, const struct deep_object *a,
                         const struct deep_object *b)
{
    const struct deep_object *object = b ? b : a;
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct node *n = node_new_map(doc);

    if (!d->json) {
        buf_printf(d->out, "%s %s (%s), by %s\n", change, object->label,
                   node_get_str(object->node, "apiVersion"), object->by->label);
        if (a && b)
            fields_compare(a->node, b->node, print_field, d);
        return;
    }
    d->doc = doc;
    d->fields = node_new_seq(doc);
    if (a && b)
        fields_compare(a->node, b->node, print_field, d);
    node_set_str(doc, n, "change", span_str(change));
    node_set_str(doc, n, "apiVersion", node_get_text(object->node, "apiVersion"));
    node_set_str(doc, n, "kind", object->id.kind);
    node_set_str(doc, n, "namespace", object->id.ns);
    node_set_str(doc, n, "name", object->id.name);
    node_set(doc, n, SPAN("origin"), deep_origin_node(doc, object));
    if (a && b)
        node_set(doc, n, SPAN("fields"), d->fields);
    buf_add_str(d->out, d->count ? ",\n" : "");
    doc_write_json(n, false, d->out);
}

static void compare(struct difference *d, const struct deep_object *a, const struct deep_object *b)
{
    d->object = b ? b : a;
    if ((!a || !b) && is_random(d->randoms, d->object, ""))
        return;
    d->fields_count = 0;
    if (a && b)
        fields_compare(a->node, b->node, count_field, d);
    if (a && b && !d->fields_count)
        return;
    print_change(d, !a ? "added" : !b ? "removed" : "changed", a, b);
    d->count++;
}

size_t deep_print_difference(const struct deep *a, const struct deep *b,
                             const struct deep_randoms *randoms, bool json, struct buf *out)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct map in_a CLEANUP(map_free) = MAP_INIT;
    struct map in_b CLEANUP(map_free) = MAP_INIT;
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct difference d = {.out = out, .randoms = randoms, .json = json};

    index_objects(a, arena, &in_a);
    index_objects(b, arena, &in_b);
    buf_add_str(out, json ? "[" : "");
    VEC_FOREACH (const struct deep_object *, it, &a->objects)
        compare(&d, it, map_get(&in_b, identity_key(&it->id, &key)));
    VEC_FOREACH (const struct deep_object *, it, &b->objects)
        if (!map_get(&in_a, identity_key(&it->id, &key)))
            compare(&d, NULL, it);
    buf_add_str(out, json ? "]\n" : "");
    return d.count;
}
