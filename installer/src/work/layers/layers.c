// SPDX-License-Identifier: Apache-2.0
// The layers in order: apply, wait, next.
#include "work/layers.h"

#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "work/layers/apply/apply.h"
#include "work/layers/prune/prune.h"
#include "work/layers/wait/wait.h"

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

// Also what was written before one failed is noted.
static int apply_and_note(struct apply *apply, const struct layer *layer, struct err **err)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    int done = apply_objects(apply, layer->objects, layer->count, err);

    if (apply->record && record_flush(apply->record, done < 0 ? &ignored : err) < 0)
        done = -1;
    return done < 0 ? err_wrap(err, "layer %s", layer->name) : 0;
}

int layers_ahead(struct loop *loop, struct kube *k, const struct layer *layer,
                 const struct layers_options *options, struct report *report, size_t *written,
                 struct err **err)
{
    struct apply apply = {
        .loop = loop,
        .kube = k,
        .manager = options->manager,
        .budget = &options->budget,
        .report = report,
        .record = options->record,
        .layer = layer->name,
        .fail_after_ms = options->fail_after_ms,
    };
    int done = apply_and_note(&apply, layer, err);

    *written += apply.written;
    return done;
}

static int apply_and_wait(struct wait *w, size_t i, struct layers_result *result, struct err **err)
{
    const struct layer *layer = &w->layers->items[i];
    struct apply apply = *w->how;
    int64_t applied_at;
    int done, ready;

    apply.layer = layer->name;
    result->reached = true;
    done = i < w->options->first ? 0 : apply_and_note(&apply, layer, err);
    result->applied = apply.written;
    if (done < 0)
        return -1;
    facts_note_write(w->facts, apply.last_write, apply.jobs_version);
    applied_at = timer_now();
    // A layer that was as wanted already has nothing to settle.
    ready = wait_layer(w, i, apply.written ? w->options->window_ms : 0, err);
    result->waited_ms = timer_now() - applied_at;
    return ready;
}

static int one_layer(struct wait *w, size_t i, struct layers_result *result, struct err **err)
{
    const struct layer *layer = &w->layers->items[i];
    int64_t start = timer_now();
    char took[32];

    result->ready = apply_and_wait(w, i, result, err) == 0;
    result->took_ms = timer_now() - start;
    if (!result->ready)
        return -1;
    report_object(w->report, "layers", layer->name, NULL,
                  "ready after %s: %zu object%s, %zu written", timer_format(result->took_ms, took),
                  layer->count, PLURAL(layer->count), result->applied);
    return 0;
}

// A layer that was ready may be so no more at the end.
static void note_unready(const struct layers *layers, const struct layers_causes *causes,
                         struct layers_result *results)
{
    for (size_t i = 0; i < causes->count; i++)
        for (size_t k = 0; k < layers->count; k++)
            if (strcmp(causes->findings[i].layer, layers->items[k].name) == 0)
                results[k].ready = false;
}

static void note_layers(struct record *record, const struct layers *layers)
{
    const char **names CLEANUP(mem_cleanup) = mem_zalloc(layers->count, sizeof(*names));

    for (size_t i = 0; i < layers->count; i++)
        names[i] = layers->items[i].name;
    record_layers(record, names, layers->count);
}

int layers_up(struct loop *loop, struct kube *k, const struct layers *layers,
              const struct layers_options *options, struct report *report,
              struct layers_result *results, struct layers_causes *causes, struct err **err)
{
    struct verdict *verdict CLEANUP(verdict_cleanup) = verdict_new(options->fail_after_ms);
    struct facts facts CLEANUP(facts_close) = {0};
    struct apply how = {
        .loop = loop,
        .kube = k,
        .manager = options->manager,
        .budget = &options->budget,
        .report = report,
        .patches = options->patches,
        .record = options->record,
        .layers = layers,
        .fail_after_ms = options->fail_after_ms,
    };
    struct wait wait = {
        .loop = loop,
        .how = &how,
        .facts = &facts,
        .verdict = verdict,
        .layers = layers,
        .options = options,
        .report = report,
        .causes = causes,
    };

    if (options->record)
        note_layers(options->record, layers);
    facts_open(&facts, loop, k, report, true);
    facts.first_layer = options->first;
    memset(results, 0, layers->count * sizeof(*results));
    for (size_t i = 0; i <= options->last && i < layers->count; i++)
        if (one_layer(&wait, i, &results[i], err) < 0) {
            note_unready(layers, causes, results);
            return -1;
        }
    how.layer = NULL;
    return prune_objects(&how, options->first, options->last, options->no_prune, err);
}
