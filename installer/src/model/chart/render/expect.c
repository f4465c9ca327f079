// SPDX-License-Identifier: Apache-2.0
// Templates that are expected, from the chart alone.
#include "model/chart/render/expect.h"

// Of all texts together: the trees are several times as large, and may turn out to be no use.
#define EXPECTED_MAX_BYTES ((size_t)4 << 20)

struct expecting {
    struct arena *arena;
    const struct node *tags;
    size_t room;
    expected_files *out;
};

static void add_own(struct expecting *e, const struct chart *chart, struct span path)
{
    VEC_FOREACH (const struct chart_file *, file, &chart->templates) {
        struct template_file expected = {arena_join(e->arena, path, '/', span_str(file->path)),
                                         file->content};

        // A name takes memory, too.
        if (expected.name.len + expected.text.len > e->room) {
            e->room = 0;
            return;
        }
        e->room -= expected.name.len + expected.text.len;
        vec_push(e->out, expected);
    }
}

static void expect(struct expecting *e, const struct chart *chart, struct span path)
{
    chart_uses uses CLEANUP(chart_uses_free) = {0};

    add_own(e, chart, path);
    chart_uses_of(chart, chart->values, e->tags, &uses);
    VEC_FOREACH (const struct chart_use *, use, &uses)
        if (use->on && e->room)
            expect(e, use->subchart,
                   span_str(arena_printf(e->arena, "%.*s/charts/%.*s", SPAN_ARG(path),
                                         SPAN_ARG(use->name))));
}

void expect_templates(struct arena *a, const struct chart *chart, expected_files *out)
{
    struct expecting e = {a, node_get(chart->values, "tags"), EXPECTED_MAX_BYTES, out};

    expect(&e, chart, node_get_text(chart->meta, "name"));
}
