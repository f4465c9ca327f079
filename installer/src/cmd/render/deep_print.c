// SPDX-License-Identifier: Apache-2.0
// Printing all objects of a tree, with what led to each.
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cmd/render/deep.h"
#include "cmd/render/print.h"
#include "io/doc.h"
#include "model/chart.h"

// The one who applies an object and all above, the tree first.
static void print_chain(const struct deep_by *by, bool with_source, struct buf *out)
{
    if (by->parent) {
        print_chain(by->parent, with_source, out);
        buf_add_str(out, with_source ? "\n#   > " : " > ");
    }
    buf_add_str(out, by->label);
    if (with_source && by->source[0])
        buf_printf(out, " (%s)", by->source);
}

static void print_hooks(unsigned hooks, struct buf *out)
{
    for (unsigned bit = 1; bit && bit <= CHART_HOOK_TEST; bit <<= 1)
        if (hooks & bit)
            buf_printf(out, ", hook %s", chart_hook_name((enum chart_hook)bit));
}

static void print_head(const struct deep_object *object, bool origin, struct buf *out)
{
    buf_printf(out, "# layer %s, ", object->layer);
    print_place(object->file, object->line, out);
    print_hooks(object->hooks, out);
    if (object->is_random)
        buf_add_str(out, ", holds random values");
    buf_add_str(out, "\n# by ");
    print_chain(object->by, origin, out);
    for (size_t i = 0; i < object->also_count; i++) {
        buf_add_str(out, "\n# and by ");
        print_chain(object->also[i], origin, out);
    }
    buf_add_char(out, '\n');
}

static void print_one(const struct deep_object *object, const struct deep_print *o, struct buf *out)
{
    print_head(object, o->origin, out);
    if (o->origin)
        print_fields_of(object->doc, object->node, out);
    doc_write_yaml(object->node, out);
}

static struct node *chain_node(struct doc *d, const struct deep_by *by, struct node *list)
{
    struct node *n = node_new_map(d);

    if (by->parent)
        (void)chain_node(d, by->parent, list);
    node_set_str(d, n, "name", span_str(by->label));
    if (by->source[0])
        node_set_str(d, n, "source", span_str(by->source));
    node_push(d, list, n);
    return list;
}

static struct node *hooks_node(struct doc *d, unsigned hooks)
{
    struct node *list = node_new_seq(d);

    for (unsigned bit = 1; bit && bit <= CHART_HOOK_TEST; bit <<= 1)
        if (hooks & bit)
            node_push(d, list, node_new_str(d, span_str(chart_hook_name((enum chart_hook)bit))));
    return list;
}

struct node *deep_origin_node(struct doc *d, const struct deep_object *object)
{
    struct node *n = node_new_map(d), *also = node_new_seq(d);

    node_set_str(d, n, "layer", span_str(object->layer));
    node_set(d, n, SPAN("by"), chain_node(d, object->by, node_new_seq(d)));
    for (size_t i = 0; i < object->also_count; i++)
        node_push(d, also, chain_node(d, object->also[i], node_new_seq(d)));
    if (object->also_count)
        node_set(d, n, SPAN("alsoBy"), also);
    if (object->file[0])
        node_set_str(d, n, "file", span_str(object->file));
    if (object->line)
        node_set(d, n, SPAN("line"), node_new_int(d, object->line));
    if (object->hooks)
        node_set(d, n, SPAN("hooks"), hooks_node(d, object->hooks));
    if (object->is_random)
        node_set(d, n, SPAN("random"), node_new_bool(d, true));
    return n;
}

static void print_json_one(const struct deep_object *object, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    buf_add_str(out, "{\"object\":");
    doc_write_json(object->node, true, out);
    buf_add_str(out, ",\"origin\":");
    doc_write_json(deep_origin_node(d, object), false, out);
    buf_add_char(out, '}');
}

int deep_print_objects(const struct deep *deep, const struct deep_print *o, struct buf *out,
                       struct err **err)
{
    bool first = true;

    if (o->json)
        buf_add_char(out, '[');
    VEC_FOREACH (const struct deep_object *, it, &deep->objects) {
        if (cancel_check(o->cancel, err) < 0)
            return -1;
        if (!first)
            buf_add_str(out, o->json ? ",\n" : "---\n");
        first = false;
        if (o->json)
            print_json_one(it, out);
        else
            print_one(it, o, out);
    }
    if (o->json)
        buf_add_str(out, "]\n");
    return 0;
}

static int write_one(const struct deep_object *object, const struct deep_print *o,
                     const char *folder, struct arena *arena, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *name = print_file_name(arena, node_get_text(object->node, "apiVersion"),
                                       object->id.kind, object->id.ns, object->id.name, o->json);
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/%s", folder, name);
    bool is_secret = span_is(object->id.kind, "Secret") && span_is(object->id.group, "");

    if (o->json) {
        print_json_one(object, &text);
        buf_add_char(&text, '\n');
    } else {
        print_one(object, o, &text);
    }
    if (cancel_check(o->cancel, err) < 0 || buf_check(&text, ERR_CONFIG, name, err) < 0)
        return -1;
    return file_write(path, buf_span(&text), is_secret ? FILE_PRIVATE : FILE_PUBLIC, err);
}

int deep_print_folder(const struct deep *deep, const struct deep_print *o, const char *folder,
                      struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const char *layer = NULL, *path = folder;

    VEC_FOREACH (const struct deep_object *, it, &deep->objects) {
        if (layer != it->layer) {
            layer = it->layer;
            path = arena_printf(arena, "%s%s", folder, layer);
            if (file_make_dirs(path, err) < 0)
                return -1;
        }
        if (write_one(it, o, path, arena, err) < 0)
            return -1;
    }
    return 0;
}
