// SPDX-License-Identifier: Apache-2.0
// Documents that other threads read while the outputs that follow are still made.
//
// A batch, a few outputs as they come, goes into a rendering of its own. At the end the owner goes
// through the outputs in their order, and takes of each what was read of it. An output that could
// not be read it reads itself: so the error is that of the first output that has one, whoever read
// which when.
#include <stdlib.h>

#include "base/errands.h"
#include "base/map.h"
#include "base/mem.h"
#include "model/chart/render/documents.h"

// Less is read in the time that a thread takes to start.
#define BATCH_BYTES ((size_t)16 << 10)

struct batch {
    struct errand *errand;
    struct chart_rendering *rendering;
    VEC(struct output *) outputs;
    size_t bytes;
};

struct range {
    size_t first, end;
};

struct output {
    struct chart_output of;
    struct batch *batch;
    bool is_read;
    struct range manifests, hooks, warnings; // in the batch's rendering
};

struct documents_ahead {
    struct errands *errands;
    struct arena *arena;
    struct map outputs; // by path
    VEC(struct batch *) batches;
    struct batch *open; // the one that is filled, or NULL
};

struct documents_ahead *documents_ahead_new(void)
{
    struct documents_ahead *a = MEM_NEW(struct documents_ahead);

    a->errands = errands_new();
    a->arena = arena_new();
    return a;
}

static void read_output(struct chart_rendering *rendering, struct output *output)
{
    struct err *none CLEANUP(err_cleanup) = NULL;

    output->manifests.first = rendering->manifests.len;
    output->hooks.first = rendering->hooks.len;
    output->warnings.first = rendering->warnings.len;
    output->is_read = documents_add(rendering, output->of.path, output->of.text, &none) == 0;
    output->manifests.end = rendering->manifests.len;
    output->hooks.end = rendering->hooks.len;
    output->warnings.end = rendering->warnings.len;
}

static void read_batch(void *data)
{
    struct batch *batch = data;

    VEC_FOREACH (struct output **, output, &batch->outputs)
        read_output(batch->rendering, *output);
}

static struct batch *open_batch(struct documents_ahead *a)
{
    if (a->open)
        return a->open;
    a->open = ARENA_NEW(a->arena, struct batch);
    a->open->rendering = chart_rendering_new();
    vec_push(&a->batches, a->open);
    return a->open;
}

static void close_batch(struct documents_ahead *a)
{
    a->open->errand = errands_add(a->errands, read_batch, a->open, a->open->bytes);
    a->open = NULL;
}

void documents_ahead_add(struct documents_ahead *a, const struct chart_output *of)
{
    struct batch *batch = open_batch(a);
    struct output *output = ARENA_NEW(a->arena, struct output);

    output->of = *of;
    output->batch = batch;
    (void)map_put(&a->outputs, of->path, output);
    vec_push(&batch->outputs, output);
    batch->bytes += of->text.len;
    if (batch->bytes >= BATCH_BYTES)
        close_batch(a);
}

// The path and the text are the outputs' already.
static struct chart_manifest owned(struct arena *a, struct chart_manifest manifest)
{
    manifest.api_version = arena_span(a, manifest.api_version);
    manifest.kind = arena_span(a, manifest.kind);
    manifest.name = arena_span(a, manifest.name);
    return manifest;
}

static void take(struct chart_rendering *whole, const struct output *output)
{
    const struct chart_rendering *part = output->batch->rendering;
    struct arena *arena = whole->arena;

    for (size_t i = output->manifests.first; i < output->manifests.end; i++)
        vec_push(&whole->manifests, owned(arena, part->manifests.items[i]));
    for (size_t i = output->hooks.first; i < output->hooks.end; i++)
        vec_push(&whole->hooks, owned(arena, part->hooks.items[i]));
    for (size_t i = output->warnings.first; i < output->warnings.end; i++) {
        const struct chart_note *warning = &part->warnings.items[i];
        struct chart_note note = {.text = arena_str(arena, warning->text),
                                  .where = arena_str(arena, warning->where)};

        vec_push(&whole->warnings, note);
    }
}

// NULL when it was not read.
static const struct output *find_read(const struct documents_ahead *a,
                                      const struct chart_output *of)
{
    const struct output *output = map_get(&a->outputs, of->path);

    if (!output || !output->batch->errand || output->of.text.ptr != of->text.ptr ||
        output->of.text.len != of->text.len)
        return NULL;
    errands_finish(a->errands, output->batch->errand);
    return output->is_read ? output : NULL;
}

int documents_ahead_end(struct documents_ahead *a, struct chart_rendering *rendering,
                        const chart_outputs *outputs, struct err **err)
{
    if (a->open && a->batches.len > 1) // there is a thread already
        close_batch(a);
    VEC_FOREACH (const struct chart_output *, of, outputs) {
        const struct output *output = find_read(a, of);

        if (output)
            take(rendering, output);
        else if (documents_add(rendering, of->path, of->text, err) < 0)
            return -1;
    }
    documents_sort(rendering);
    return 0;
}

void documents_ahead_free(struct documents_ahead *a)
{
    if (!a)
        return;
    errands_free(a->errands);
    VEC_FOREACH (struct batch **, batch, &a->batches) {
        chart_rendering_free((*batch)->rendering);
        vec_free(&(*batch)->outputs);
    }
    vec_free(&a->batches);
    map_free(&a->outputs);
    arena_free(a->arena);
    free(a);
}

int chart_add_documents(struct chart_rendering *rendering, const chart_outputs *outputs,
                        struct err **err)
{
    struct documents_ahead *ahead CLEANUP(documents_ahead_cleanup) = documents_ahead_new();

    VEC_FOREACH (const struct chart_output *, output, outputs)
        documents_ahead_add(ahead, output);
    return documents_ahead_end(ahead, rendering, outputs, err);
}
