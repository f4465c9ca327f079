// SPDX-License-Identifier: Apache-2.0
// The walk to the fields that a field spec names.
#include "model/kustomize/field/walk.h"

#include "model/kustomize/field/path.h"
#include "model/kustomize/scalar.h"

struct fieldspec fieldspec_new(struct arena *arena, struct gvk gvk, struct span path, bool create)
{
    struct fieldspec f = {.gvk = gvk, .path = path, .create = create};
    struct path_parts parts = path_split(arena, path, '/', false);
    f.parts = parts.items;
    f.part_count = parts.len;
    return f;
}

static int walk_on(const struct walk *w, const struct fieldspec *spec, size_t at, struct node *n,
                   struct err **err);

static int fail_at(const struct walk *w, const struct fieldspec *spec, const struct node *n,
                   struct err **err, const char *why)
{
    return kust_fail(w->kust, n, err, "%s: field %.*s: %s", resource_text(w->kust, w->resource),
                     SPAN_ARG(spec->path), why);
}

// A missing field on the way, as the spec wants it; NULL when it is not to be made.
static struct node *create_field(const struct walk *w, const struct fieldspec *spec, size_t at,
                                 bool is_list)
{
    if (!spec->create || w->create == WALK_FIND || is_list)
        return NULL;
    if (at + 1 < spec->part_count || w->create == WALK_CREATE_MAP)
        return node_new_map(w->kust->doc);
    return node_new_str(w->kust->doc, SPAN_EMPTY);
}

static int walk_map(const struct walk *w, const struct fieldspec *spec, size_t at, struct node *n,
                    struct err **err)
{
    struct span name = spec->parts[at];
    bool is_list = span_ends(name, "[]");
    if (is_list)
        name = span_head(name, name.len - 2);
    if (!name.len)
        return fail_at(w, spec, n, err, "the path has an empty part");
    struct node *field = node_get_span(n, name);
    if (field && field->type != NODE_NULL)
        return walk_on(w, spec, at + 1, field, err);
    struct node *made = create_field(w, spec, at, is_list);
    if (!made && !field)
        return 0;
    if (!made) {
        if (!is_list)
            return walk_on(w, spec, at + 1, field, err);
        // The path says list, so the null becomes an empty one.
        node_become(field, node_new_seq(w->kust->doc));
        return walk_on(w, spec, at + 1, field, err);
    }
    if (field)
        node_become(field, made);
    else
        node_set(w->kust->doc, n, name, made);
    return walk_on(w, spec, at + 1, node_get_span(n, name), err);
}

static int walk_on(const struct walk *w, const struct fieldspec *spec, size_t at, struct node *n,
                   struct err **err)
{
    if (at == spec->part_count)
        return w->found(w->data, n, err);
    switch (n->type) {
    case NODE_NULL: return 0;
    case NODE_MAP: return walk_map(w, spec, at, n, err);
    case NODE_SEQ:
        for (uint32_t i = 0; i < n->seq.len; i++) {
            if (walk_on(w, spec, at, n->seq.items[i], err) < 0)
                return -1;
        }
        return 0;
    default: return fail_at(w, spec, n, err, "expected a list or a map on the way, found a scalar");
    }
}

int walk_path(const struct walk *w, const struct fieldspec *spec, struct node *root,
              struct err **err)
{
    return walk_on(w, spec, 0, root, err);
}

int walk_field(const struct walk *w, const struct fieldspec *spec, struct node *root,
               struct err **err)
{
    struct gvk gvk = resource_gvk(w->resource);
    return gvk_selected(&gvk, &spec->gvk) ? walk_on(w, spec, 0, root, err) : 0;
}
