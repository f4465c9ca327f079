// SPDX-License-Identifier: Apache-2.0
// What a chart is rendered to, and how the documents get into it.
//
// Many are read by several threads: a piece, a few outputs in a row, goes into a rendering of its
// own, and what the pieces hold is put together in the order of the outputs. Nothing is shared but
// the outputs, which nobody writes. The error is that of the first output that has one, as
// pool_run() gives it.
#include <stdlib.h>

#include "base/mem.h"
#include "base/pool.h"
#include "model/chart/render/documents.h"

// Less is read in the time that a thread takes to start.
#define WORTH_A_THREAD_BYTES ((size_t)64 << 10)
#define PIECE_BYTES ((size_t)16 << 10)

struct chart_rendering *chart_rendering_new(void)
{
    struct chart_rendering *rendering = MEM_NEW(struct chart_rendering);

    rendering->arena = arena_new();
    return rendering;
}

void chart_rendering_free(struct chart_rendering *rendering)
{
    if (!rendering)
        return;
    vec_free(&rendering->crds);
    vec_free(&rendering->manifests);
    vec_free(&rendering->hooks);
    vec_free(&rendering->warnings);
    vec_free(&rendering->random);
    vec_free(&rendering->lookups);
    vec_free(&rendering->reads);
    vec_free(&rendering->questions);
    arena_free(rendering->arena);
    free(rendering);
}

// --- documents ---

struct piece {
    size_t first, end; // its outputs
    struct chart_rendering *rendering;
};

struct pieces {
    const chart_outputs *outputs;
    VEC(struct piece) items;
};

static void cut(struct pieces *p)
{
    size_t first = 0, bytes = 0;

    for (size_t i = 0; i < p->outputs->len; i++) {
        bytes += p->outputs->items[i].text.len;
        if (bytes < PIECE_BYTES && i + 1 < p->outputs->len)
            continue;
        vec_push(&p->items, (struct piece){first, i + 1, chart_rendering_new()});
        first = i + 1;
        bytes = 0;
    }
}

static void pieces_free(struct pieces *p)
{
    VEC_FOREACH (struct piece *, piece, &p->items)
        chart_rendering_free(piece->rendering);
    vec_free(&p->items);
}

static int add_outputs(struct chart_rendering *rendering, const chart_outputs *outputs,
                       size_t first, size_t end, struct err **err)
{
    for (size_t i = first; i < end; i++)
        if (documents_add(rendering, outputs->items[i].path, outputs->items[i].text, err) < 0)
            return -1;
    return 0;
}

static int read_piece(void *data, size_t index, struct err **err)
{
    const struct pieces *p = data;
    const struct piece *piece = &p->items.items[index];

    return add_outputs(piece->rendering, p->outputs, piece->first, piece->end, err);
}

// The path and the text are the outputs' already.
static struct chart_manifest owned(struct arena *a, struct chart_manifest manifest)
{
    manifest.api_version = arena_span(a, manifest.api_version);
    manifest.kind = arena_span(a, manifest.kind);
    manifest.name = arena_span(a, manifest.name);
    return manifest;
}

static void take(struct chart_rendering *whole, const struct chart_rendering *part)
{
    VEC_FOREACH (const struct chart_manifest *, manifest, &part->manifests)
        vec_push(&whole->manifests, owned(whole->arena, *manifest));
    VEC_FOREACH (const struct chart_manifest *, hook, &part->hooks)
        vec_push(&whole->hooks, owned(whole->arena, *hook));
    VEC_FOREACH (const struct chart_note *, warning, &part->warnings) {
        struct chart_note note = {.text = arena_str(whole->arena, warning->text),
                                  .where = arena_str(whole->arena, warning->where)};

        vec_push(&whole->warnings, note);
    }
}

static int add_in_pieces(struct chart_rendering *rendering, const chart_outputs *outputs,
                         struct err **err)
{
    struct pieces pieces CLEANUP(pieces_free) = {.outputs = outputs};

    cut(&pieces);
    if (pool_run(pieces.items.len, read_piece, &pieces, err) < 0)
        return -1;
    VEC_FOREACH (const struct piece *, piece, &pieces.items)
        take(rendering, piece->rendering);
    return 0;
}

int chart_add_documents(struct chart_rendering *rendering, const chart_outputs *outputs,
                        struct err **err)
{
    size_t bytes = 0;
    int status;

    VEC_FOREACH (const struct chart_output *, output, outputs)
        bytes += output->text.len;
    status = bytes < WORTH_A_THREAD_BYTES ? add_outputs(rendering, outputs, 0, outputs->len, err)
                                          : add_in_pieces(rendering, outputs, err);
    if (status == 0)
        documents_sort(rendering);
    return status;
}
