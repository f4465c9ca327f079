// SPDX-License-Identifier: Apache-2.0
// Reads by the text of templates.
#include "model/chart/track/track.h"

enum { KEYS_MAX = 32 };

static void on_read(void *data, const struct template_explored *read)
{
    track_add(data, read->path, (unsigned)CHART_READ_STATIC | (read->whole ? CHART_READ_WHOLE : 0),
              read->file, read->line);
}

static struct span address(const void *const *pointer)
{
    return span_of(pointer, sizeof(*pointer));
}

static void keep(struct track *track, struct map *map, const void *pointer, void *value)
{
    (void)map_put(map, arena_span(track->arena, address(&pointer)), value);
}

// The dot of a chart's templates; `keys` lead to its values.
static struct template_thing *context_of(struct track *track, const struct chart_instance *instance,
                                         struct span *keys, size_t count)
{
    struct template_explorer *e = track->explorer;
    struct template_thing *dot = template_thing_map(e), *subcharts = template_thing_map(e);

    template_thing_put(e, dot, SPAN("Values"), template_thing_at(e, keys, count));
    for (size_t i = 0; i < instance->subcharts.len && count < KEYS_MAX; i++) {
        const struct chart_instance *subchart = instance->subcharts.items[i];

        keys[count] = subchart->name;
        template_thing_put(e, subcharts, subchart->name,
                           context_of(track, subchart, keys, count + 1));
    }
    template_thing_put(e, dot, SPAN("Subcharts"), subcharts);
    keep(track, &track->contexts, instance, dot);
    return dot;
}

void track_explore_begin(struct track *track, const struct template_set *set)
{
    struct span keys[KEYS_MAX];

    track->explorer =
        template_explorer_new(set, track_effects, track_effect_count(), on_read, track);
    (void)context_of(track, track->root, keys, 0);
}

static struct template_thing *dot_of(struct track *track, const struct chart_instance *instance)
{
    const void *pointer = instance;

    return map_get(&track->contexts, address(&pointer));
}

void track_explore(struct track *track, struct span template, const struct chart_instance *instance)
{
    template_explore(track->explorer, template, dot_of(track, instance));
}

static void explore_values(struct track *track, const struct node *n,
                           const struct chart_instance *instance);

static void explore_map(struct track *track, const struct node *n,
                        const struct chart_instance *instance)
{
    NODE_FOREACH_PAIR (pair, n) {
        const struct chart_instance *below = instance;

        for (size_t i = 0; n == instance->values && i < instance->subcharts.len; i++)
            if (span_eq(instance->subcharts.items[i]->name, pair->key))
                below = instance->subcharts.items[i];
        explore_values(track, pair->value, below);
    }
}

static void explore_values(struct track *track, const struct node *n,
                           const struct chart_instance *instance)
{
    struct span text = node_text(n);

    if (node_is(n, NODE_MAP))
        explore_map(track, n, instance);
    NODE_FOREACH_ITEM (item, n)
        explore_values(track, item, instance);
    if (span_search(text, SPAN("{{")) < text.len)
        template_explore_text(track->explorer, text, span_str(doc_file_name(track->doc, n->file)),
                              n->line, dot_of(track, instance));
}

void track_explore_values(struct track *track)
{
    explore_values(track, track->root->values, track->root);
}
