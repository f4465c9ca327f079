// SPDX-License-Identifier: Apache-2.0
// Which subcharts are on, under which names (processDependencyEnabled).
#include "base/map.h"
#include "base/semver_range.h"
#include "model/chart/values/stages.h"

struct node *stages_table(const struct node *values, struct span path)
{
    const struct node *at = values;

    for (;;) {
        size_t end = span_find(path, '.');
        struct node *found = node_get_span(at, span_head(path, end));

        if (!node_is(found, NODE_MAP))
            return NULL;
        if (end == path.len)
            return found;
        at = found;
        path = span_tail(path, end + 1);
    }
}

static struct span name_of(const struct node *row)
{
    return node_get_text(row, "name");
}

// Whether a row of the dependencies means this chart.
static bool is_meant(const struct node *row, const struct part *part)
{
    return span_eq(name_of(row), part->meta->name) &&
           semver_is_in(node_get_text(part->chart->meta, "version"), node_get_text(row, "version"));
}

static bool is_declared(const struct part_meta *meta, const struct part *part)
{
    VEC_FOREACH (struct node *const *, row, &meta->rows)
        if (is_meant(*row, part))
            return true;
    return false;
}

static const struct part *find_meant(const struct part *part, const struct node *row)
{
    VEC_FOREACH (struct part *const *, it, &part->parts)
        if (is_meant(row, *it))
            return *it;
    return NULL;
}

// The subcharts that nobody declares, as they are, then those of the rows, one for each.
static void choose_parts(struct coalescing *c, struct part *part)
{
    struct arena *arena = doc_arena(c->d);
    struct part chosen = {0};

    VEC_FOREACH (struct part *const *, it, &part->parts)
        if (!is_declared(part->meta, *it))
            vec_push_arena(arena, &chosen.parts, *it);
    VEC_FOREACH (struct node *const *, row, &part->meta->rows) {
        const struct part *meant = find_meant(part, *row);
        struct span alias = node_get_text(*row, "alias");

        if (meant)
            vec_push_arena(arena, &chosen.parts, part_copy_for_alias(c->d, meant, alias));
        if (alias.len)
            node_set(c->d, *row, SPAN("name"), node_new_str(c->d, alias));
    }
    part->parts.items = chosen.parts.items;
    part->parts.len = chosen.parts.len;
    part->parts.cap = chosen.parts.cap;
    part_adopt(part);
}

// Off when one of the tags is false and none is true.
static bool tags_allow(struct coalescing *c, const struct node *row, const struct node *tags)
{
    bool off = false;

    NODE_FOREACH_ITEM (tag, node_get(row, "tags")) {
        const struct node *value = node_get_span(tags, node_text(tag));

        if (node_bool(value, false))
            return true;
        off = off || node_is(value, NODE_BOOL);
        if (value && !node_is(value, NODE_BOOL))
            coalesce_warn(c, "returned non-bool value tag=%s chart=%s", node_str(tag),
                          node_get_str(row, "name"));
    }
    return !off;
}

// What is at a path, when that is no map (Values.PathValue).
static const struct node *value_at(const struct node *values, struct span path)
{
    size_t dot = span_rfind(path, '.');
    const struct node *map = dot < path.len ? stages_table(values, span_head(path, dot)) : values;
    const struct node *value = node_get_span(map, dot < path.len ? span_tail(path, dot + 1) : path);

    return node_is(value, NODE_MAP) ? NULL : value;
}

// The first path that leads to a boolean decides, else `otherwise`. Paths start at the outermost
// chart's values, `prefix` leads from there to this one's.
static bool condition_of(struct coalescing *c, const struct node *row, const struct node *values,
                         const char *prefix, bool otherwise)
{
    struct span paths = span_trim(node_get_text(row, "condition"));
    struct span path;

    while (span_next(&paths, ',', &path)) {
        const struct node *value;

        if (!path.len)
            continue;
        value = value_at(values,
                         span_str(arena_printf(doc_arena(c->d), "%s%.*s", prefix, SPAN_ARG(path))));
        if (node_is(value, NODE_BOOL))
            return node_bool(value, false);
        if (value)
            coalesce_warn(c, "returned non-bool value path=%.*s chart=%s", SPAN_ARG(path),
                          node_get_str(row, "name"));
    }
    return otherwise;
}

// Leaves the rows that are on, and says so in them; the names of the others go to `off`.
static void choose_rows(struct coalescing *c, struct part_meta *meta, const struct node *values,
                        const char *prefix, struct map *off)
{
    const struct node *tags = node_get(values, "tags");
    size_t kept = 0;

    for (size_t i = 0; i < meta->rows.len; i++) {
        struct node *row = meta->rows.items[i];

        if (condition_of(c, row, values, prefix, tags_allow(c, row, tags))) {
            node_set(c->d, row, SPAN("enabled"), node_new_bool(c->d, true));
            meta->rows.items[kept++] = row;
        } else {
            (void)map_put(off, name_of(row), row);
        }
    }
    meta->rows.len = kept;
    meta->has_rows = kept;
}

static void drop_parts(struct part *part, const struct map *off)
{
    size_t kept = 0;

    for (size_t i = 0; i < part->parts.len; i++)
        if (!map_get(off, part->parts.items[i]->meta->name))
            part->parts.items[kept++] = part->parts.items[i];
    part->parts.len = kept;
}

static int enable(struct coalescing *c, struct part *part, struct tree given, const char *prefix)
{
    struct map off CLEANUP(map_free) = MAP_INIT;
    struct node *values;

    if (!part->meta->has_rows)
        return 0;
    choose_parts(c, part);
    values = coalesce_values(c, part, given, false);
    if (!values)
        return -1;
    choose_rows(c, part->meta, values, prefix, &off);
    drop_parts(part, &off);
    // Helm hands the values of the outermost chart on, with the defaults of this one at their top.
    VEC_FOREACH (struct part *const *, it, &part->parts)
        if (enable(c, *it, (struct tree){values, c->d},
                   arena_printf(doc_arena(c->d), "%s%.*s.", prefix, SPAN_ARG((*it)->meta->name))) <
            0)
            return -1;
    return 0;
}

int stages_enable(struct coalescing *c, struct part *part, struct tree given)
{
    int status;

    c->fleeting = c->borrows;
    status = enable(c, part, given, "");
    c->fleeting = false;
    return status;
}
