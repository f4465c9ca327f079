// SPDX-License-Identifier: Apache-2.0
// What differs between two builds, object by object and field by field, as JSON.
#include "base/arena.h"
#include "base/map.h"
#include "cmd/render/fields.h"
#include "cmd/render/print.h"
#include "io/doc.h"

struct writing {
    struct buf *out;
    struct doc *doc; // of the object that is looked at
    struct node *fields;
    size_t count;
};

static struct span key_of(struct arena *arena, const struct kustomize_object *o)
{
    return span_str(arena_printf(arena, "%.*s\n%.*s\n%.*s\n%.*s", SPAN_ARG(o->api_version),
                                 SPAN_ARG(o->kind), SPAN_ARG(o->namespace), SPAN_ARG(o->name)));
}

static void add_field(void *data, const char *path, const struct node *a, const struct node *b)
{
    struct writing *w = data;
    struct node *n = node_new_map(w->doc);

    node_set_str(w->doc, n, "path", span_str(path));
    if (a)
        node_set(w->doc, n, SPAN("old"), node_copy(w->doc, a));
    if (b)
        node_set(w->doc, n, SPAN("new"), node_copy(w->doc, b));
    node_push(w->doc, w->fields, n);
}

static struct node *origin_of(struct doc *d, const struct kustomize_object *o)
{
    struct node *n = node_new_map(d);

    node_set_str(d, n, "file", span_str(o->file ? o->file : ""));
    if (o->line)
        node_set(d, n, SPAN("line"), node_new_int(d, o->line));
    return n;
}

static void compare(struct writing *w, const struct kustomize_object *a,
                    const struct kustomize_object *b)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    const struct kustomize_object *o = b ? b : a;
    struct node *n = node_new_map(doc);

    w->doc = doc;
    w->fields = node_new_seq(doc);
    if (a && b)
        fields_compare(a->node, b->node, add_field, w);
    if (a && b && !node_len(w->fields))
        return;
    node_set_str(doc, n, "change", span_str(!a ? "added" : !b ? "removed" : "changed"));
    node_set_str(doc, n, "apiVersion", o->api_version);
    node_set_str(doc, n, "kind", o->kind);
    node_set_str(doc, n, "namespace", o->namespace);
    node_set_str(doc, n, "name", o->name);
    node_set(doc, n, SPAN("origin"), origin_of(doc, o));
    if (a && b)
        node_set(doc, n, SPAN("fields"), w->fields);
    buf_add_str(w->out, w->count++ ? ",\n" : "");
    doc_write_json(n, false, w->out);
}

size_t print_difference_json(const struct kustomize_result *a, const struct kustomize_result *b,
                             struct buf *out)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct map old CLEANUP(map_free) = MAP_INIT;
    struct map new CLEANUP(map_free) = MAP_INIT;
    struct writing w = {.out = out};

    for (size_t i = 0; i < a->len; i++)
        (void)map_put(&old, key_of(arena, &a->objects[i]), &a->objects[i]);
    for (size_t i = 0; i < b->len; i++)
        (void)map_put(&new, key_of(arena, &b->objects[i]), &b->objects[i]);
    buf_add_str(out, "[");
    for (size_t i = 0; i < a->len; i++)
        compare(&w, &a->objects[a->sorted[i]],
                map_get(&new, key_of(arena, &a->objects[a->sorted[i]])));
    for (size_t i = 0; i < b->len; i++)
        if (!map_get(&old, key_of(arena, &b->objects[b->sorted[i]])))
            compare(&w, NULL, &b->objects[b->sorted[i]]);
    buf_add_str(out, "]\n");
    return w.count;
}
