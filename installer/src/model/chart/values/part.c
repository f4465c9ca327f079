// SPDX-License-Identifier: Apache-2.0
// Charts as Helm changes them.
#include "model/chart/values/part.h"

void part_adopt(struct part *part)
{
    VEC_FOREACH (struct part *const *, it, &part->parts)
        (*it)->parent = part;
}

static struct part_meta *new_meta(struct doc *d, struct span name)
{
    struct part_meta *meta = ARENA_NEW(doc_arena(d), struct part_meta);

    meta->name = name;
    return meta;
}

static void add_row(struct doc *d, struct part_meta *meta, const struct node *row)
{
    vec_push_arena(doc_arena(d), &meta->rows, node_copy(d, row));
}

struct part *part_new(struct doc *d, const struct chart *chart)
{
    struct part *part = ARENA_NEW(doc_arena(d), struct part);

    part->chart = chart;
    part->values = chart->values;
    part->values_doc = chart->values_doc;
    part->meta = new_meta(d, node_get_text(chart->meta, "name"));
    part->meta->has_rows = chart->dependencies;
    NODE_FOREACH_ITEM (row, chart->dependencies)
        add_row(d, part->meta, row);
    VEC_FOREACH (struct chart *const *, it, &chart->subcharts)
        vec_push_arena(doc_arena(d), &part->parts, part_new(d, *it));
    part_adopt(part);
    return part;
}

struct part *part_copy_for_alias(struct doc *d, const struct part *part, struct span alias)
{
    struct part *copy = ARENA_NEW(doc_arena(d), struct part);

    *copy = *part;
    copy->meta = new_meta(d, alias.len ? alias : part->meta->name);
    copy->meta->has_rows = part->meta->has_rows;
    VEC_FOREACH (struct node *const *, row, &part->meta->rows)
        add_row(d, copy->meta, *row);
    copy->parts.items = NULL;
    copy->parts.len = copy->parts.cap = 0;
    VEC_FOREACH (struct part *const *, it, &part->parts) {
        struct part *below = ARENA_NEW(doc_arena(d), struct part);

        *below = **it;
        vec_push_arena(doc_arena(d), &copy->parts, below);
    }
    part_adopt(copy);
    return copy;
}
