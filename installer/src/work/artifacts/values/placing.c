// SPDX-License-Identifier: Apache-2.0
// Where the names of images are set: the line of the values, not the template that prints them.
#include <stdlib.h>

#include "base/mem.h"
#include "controller/release.h"
#include "work/artifacts.h"

// A release, looked through once.
struct looked {
    const struct deep_by *by;
    artifacts_layers layers;
    struct chart_target target;
    struct values_view *view;
};

struct artifacts_placing {
    const struct deep *deep;
    struct arena *arena;
    VEC(struct looked *) looked;
};

struct artifacts_placing *artifacts_placing_new(const struct deep *deep)
{
    struct artifacts_placing *p = MEM_NEW(struct artifacts_placing);

    *p = (struct artifacts_placing){.deep = deep, .arena = arena_new()};
    return p;
}

void artifacts_placing_free(struct artifacts_placing *p)
{
    if (!p)
        return;
    VEC_FOREACH (struct looked *const *, it, &p->looked) {
        values_view_free((*it)->view);
        vec_free(&(*it)->layers);
        free(*it);
    }
    vec_free(&p->looked);
    arena_free(p->arena);
    free(p);
}

static const struct looked *look(struct artifacts_placing *p, const struct deep_by *by,
                                 struct err **err)
{
    struct looked *looked;

    VEC_FOREACH (struct looked *const *, it, &p->looked)
        if ((*it)->by == by)
            return *it;
    looked = MEM_NEW(struct looked);
    *looked = (struct looked){.by = by, .target = artifacts_values_target(p->arena, p->deep, by)};
    vec_push(&p->looked, looked);
    artifacts_values_layers(p->deep, by, &looked->layers);
    struct values_input input = {.chart = by->chart,
                                 .layers = looked->layers.items,
                                 .layer_count = looked->layers.len,
                                 .given = by->values->values,
                                 .target = &looked->target,
                                 .rendering = by->result ? by->result->rendering : NULL};
    looked->view = values_view_new(&input, err);
    if (!looked->view) {
        err_wrap(err, "%s", by->label);
        return NULL;
    }
    return looked;
}

// The setting that counts, or NULL.
static const struct values_setting *winner(const struct values_trace *trace)
{
    for (size_t i = trace->settings.len; i-- > 0;)
        if (trace->settings.items[i].verdict == VALUES_WINS)
            return &trace->settings.items[i];
    return NULL;
}

// A place, and who set it there: two of one layer are one place.
struct placed {
    struct artifacts_place place;
    const struct deep_by *by;
    const char *label;
};

// From the release through all umbrellas up to who wrote it down. False when nobody did. A chart's
// own objects cannot hold it for ever: each step goes to the parent of an object.
static int place(struct artifacts_placing *p, const struct deep_by *by,
                 const struct values_path *path, struct placed *out, struct err **err)
{
    struct artifacts_handed_on handed;
    struct values_path keys = *path;

    for (; by; by = handed.umbrella) {
        const struct looked *looked = look(p, by, err);
        struct values_trace *trace CLEANUP(values_trace_cleanup) = NULL;
        const struct values_setting *s;
        bool is_back;

        if (!looked)
            return -1;
        trace = values_trace(looked->view, &keys);
        s = winner(trace);
        if (!s)
            return 0;
        out->by = by;
        out->label = arena_str(p->arena, s->label);
        out->place.path = values_path_text(p->arena, keys.items, keys.len);
        out->place.file = arena_str(p->arena, s->file);
        out->place.line = s->line;
        if (s->is_default || !looked->layers.items[s->layer].is_made)
            return 0;
        is_back = artifacts_trace_back(p->deep, by, s->label, s->path, s->value, p->arena, &handed);
        if (!is_back) { // the umbrella's template says it by itself
            out->place.file = handed.umbrella ? handed.file : out->place.file;
            out->place.line = handed.umbrella ? 0 : out->place.line;
            return 0;
        }
        keys = handed.keys;
    }
    return 0;
}

// The name's places come first.
static bool is_beside(const struct placed *first, const struct placed *tag)
{
    return first->by == tag->by && strcmp(first->label, tag->label) == 0;
}

int artifacts_place_image(struct artifacts_placing *p, const struct deep_object *object,
                          struct span reference, artifacts_places *out, struct err **err)
{
    values_parts parts = {0};
    const struct looked *looked;
    struct placed first = {0};
    int status = 0;

    if (object->by->kind != DEEP_RELEASE || !object->by->chart || !object->by->values)
        return 0;
    looked = look(p, object->by, err);
    if (!looked)
        return -1;
    values_find_image(p->arena, looked->view, span_str(object->file), reference, &parts);
    for (size_t i = 0; i < parts.len && status == 0; i++) {
        struct placed placed = {.place.of = parts.items[i].of};

        status = place(p, object->by, &parts.items[i].path, &placed, err);
        if (status < 0 || !placed.by)
            continue;
        if (placed.place.of == VALUES_PART_NAME || !is_beside(&first, &placed))
            vec_push(out, placed.place);
        if (!first.by)
            first = placed;
    }
    vec_free(&parts);
    return status;
}
