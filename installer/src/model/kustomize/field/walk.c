// SPDX-License-Identifier: Apache-2.0
// The walk to the fields that a field spec names.
#include "model/kustomize/field/walk.h"

#include "base/buf.h"
#include "model/kustomize/scalar.h"

struct parts {
    struct span *items;
    size_t len, cap;
};

static struct span join(struct arena *arena, struct span a, char c, struct span b)
{
    char *text = arena_printf(arena, "%.*s%c%.*s", SPAN_ARG(a), c, SPAN_ARG(b));
    return span_of(text, a.len + 1 + b.len);
}

static void split_plain(struct arena *arena, struct span path, char delimiter, struct parts *out)
{
    if (path.len && path.ptr[0] == delimiter)
        path = span_tail(path, 1);
    for (bool more = true; more;) {
        size_t at = span_find(path, delimiter);
        more = at < path.len;
        struct span part = span_head(path, at);
        path = span_tail(path, at + (more ? 1 : 0));
        struct span *last = out->len ? &out->items[out->len - 1] : NULL;
        if (last && span_ends(*last, "\\"))
            *last = join(arena, span_head(*last, last->len - 1), delimiter, part);
        else
            vec_push_arena(arena, out, part);
    }
}

static struct span trim_brackets(struct span s)
{
    while (s.len && (s.ptr[0] == '[' || s.ptr[0] == ']'))
        s = span_tail(s, 1);
    while (s.len && (s.ptr[s.len - 1] == '[' || s.ptr[s.len - 1] == ']'))
        s = span_head(s, s.len - 1);
    return s;
}

size_t path_split(struct arena *arena, struct span path, char delimiter, bool brackets,
                  struct span **parts)
{
    struct parts plain = {0};
    split_plain(arena, path, delimiter, &plain);
    *parts = plain.items;
    if (!brackets)
        return plain.len;
    struct parts out = {0};
    for (size_t i = 0; i < plain.len; i++) {
        struct span part = plain.items[i];
        if (span_starts(part, "[") && !span_ends(part, "]")) {
            while (i + 1 < plain.len) {
                part = join(arena, part, delimiter, plain.items[++i]);
                if (span_ends(plain.items[i], "]"))
                    break;
            }
            if (span_find(part, '=') == part.len)
                part = trim_brackets(part);
        }
        vec_push_arena(arena, &out, part);
    }
    *parts = out.items;
    return out.len;
}

struct fieldspec fieldspec_new(struct arena *arena, struct gvk gvk, struct span path, bool create)
{
    struct fieldspec f = {.gvk = gvk, .path = path, .create = create};
    struct span *parts = NULL;
    f.part_count = path_split(arena, path, '/', false, &parts);
    f.parts = parts;
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
