// SPDX-License-Identifier: Apache-2.0
// The layers in order: apply, wait, next.
#include "work/layers.h"

#include <string.h>

#include "base/timer.h"
#include "cluster/finding.h"
#include "work/layers/apply.h"
#include "work/layers/wait.h"

static int find_layer(const struct layers *layers, const char *name, size_t *index,
                      struct err **err)
{
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    for (size_t i = 0; i < layers->count; i++) {
        if (strcmp(layers->items[i].name, name) == 0) {
            *index = i;
            return 0;
        }
        buf_printf(&names, "%s%s", i ? ", " : "", layers->items[i].name);
    }
    return err_set(err, ERR_USAGE, "there is no layer '%s'; the tree has %s", name,
                   buf_str(&names));
}

int layers_range(const struct layers *layers, const char *from, const char *to, size_t *first,
                 size_t *last, struct err **err)
{
    *first = 0;
    *last = layers->count ? layers->count - 1 : 0;
    if (from && find_layer(layers, from, first, err) < 0)
        return -1;
    if (to && find_layer(layers, to, last, err) < 0)
        return -1;
    if (*first > *last)
        return err_set(err, ERR_USAGE, "layer '%s' comes after layer '%s'", from, to);
    return 0;
}

static int one_layer(struct wait *w, size_t i, struct layers_result *result, struct err **err)
{
    const struct layer *layer = &w->layers->items[i];
    struct apply apply = {
        .kube = w->kube,
        .manager = w->options->manager,
        .deadline = w->options->deadline,
        .report = w->report,
    };
    int64_t start = timer_now();
    char took[32];

    result->reached = true;
    if (i >= w->options->first && apply_layer(&apply, layer, err) < 0) {
        result->applied = apply.written;
        return err_wrap(err, "layer %s", layer->name);
    }
    result->applied = apply.written;
    if (strcmp(apply.last_write, w->last_write) > 0)
        memcpy(w->last_write, apply.last_write, sizeof(w->last_write));
    w->facts.last_write = span_str(w->last_write);
    if (apply.jobs_version > w->facts.jobs_version)
        w->facts.jobs_version = apply.jobs_version;
    // A layer that was as wanted already has nothing to settle.
    if (wait_layer(w, i, apply.written ? w->options->window_ms : 0, err) < 0)
        return -1;
    result->took_ms = timer_now() - start;
    result->ready = true;
    report_object(w->report, "layers", layer->name, NULL,
                  "ready after %s: %zu object%s, %zu written", timer_format(result->took_ms, took),
                  layer->count, PLURAL(layer->count), apply.written);
    return 0;
}

int layers_up(struct kube *k, const struct layers *layers, const struct layers_options *options,
              struct report *report, struct layers_result *results, struct err **err)
{
    struct informers *informers CLEANUP(informers_cleanup) = informers_new(k);
    struct release_records *records CLEANUP(release_records_cleanup) = release_records_new(k);
    struct handled *handled CLEANUP(handled_cleanup) = handled_new(k);
    struct verdict *verdict CLEANUP(verdict_cleanup) = verdict_new(options->fail_after_ms);
    struct wait wait = {
        .kube = k,
        .facts = {.informers = informers, .records = records, .handled = handled},
        .verdict = verdict,
        .layers = layers,
        .options = options,
        .report = report,
    };

    memset(results, 0, layers->count * sizeof(*results));
    for (size_t i = 0; i <= options->last && i < layers->count; i++)
        if (one_layer(&wait, i, &results[i], err) < 0)
            return -1;
    return 0;
}

static const struct finding *keep(const struct finding *findings, size_t count, struct arena *arena)
{
    struct finding *copy = arena_array(arena, count + 1, sizeof(*copy));

    for (size_t i = 0; i < count; i++) {
        copy[i] = findings[i];
        copy[i].object = arena_str(arena, findings[i].object);
        copy[i].reason = arena_str(arena, findings[i].reason);
        copy[i].message = arena_str(arena, findings[i].message);
        if (findings[i].release)
            copy[i].release = arena_str(arena, findings[i].release);
        if (findings[i].pod)
            copy[i].pod = arena_str(arena, findings[i].pod);
        if (findings[i].container)
            copy[i].container = arena_str(arena, findings[i].container);
    }
    return copy;
}

int layers_look(struct kube *k, const struct layers *layers, int64_t deadline, struct arena *arena,
                struct layers_state *state, struct err **err)
{
    struct informers *informers CLEANUP(informers_cleanup) = informers_new(k);
    struct release_records *records CLEANUP(release_records_cleanup) = release_records_new(k);
    struct graph_facts facts = {.informers = informers, .records = records};
    struct graph g CLEANUP(graph_free) = {0};
    const struct finding *findings;

    if (!layers->count)
        return 0;
    if (wait_settled(k, &facts, layers, layers->count - 1, deadline, &g, err) < 0)
        return -1;
    state->objects = arena_array(arena, layers->count, sizeof(size_t));
    state->unready = arena_array(arena, layers->count, sizeof(size_t));
    for (size_t i = 0; i < g.items.len; i++) {
        state->objects[g.items.items[i].layer]++;
        if (g.items.items[i].ready.state != READY_OK)
            state->unready[g.items.items[i].layer]++;
    }
    findings = graph_findings(&g, &state->count);
    state->findings = keep(findings, state->count, arena);
    return 0;
}
