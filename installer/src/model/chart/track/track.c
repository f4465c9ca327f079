// SPDX-License-Identifier: Apache-2.0
// The list of reads: each place once, paths as the user writes them.
#include "model/chart/track/track.h"

#include <stdlib.h>

enum { KEYS_MAX = 64, READS_MAX = 500000 };

struct track *track_new(struct chart_rendering *out, const struct chart_instance *root,
                        const struct doc *doc)
{
    struct track *track = MEM_NEW(struct track);

    track->out = out;
    track->root = root;
    track->doc = doc;
    track->arena = arena_new();
    out->reads_are_all = true;
    return track;
}

void track_free(struct track *track)
{
    if (!track)
        return;
    template_explorer_free(track->explorer);
    map_free(&track->known);
    map_free(&track->contexts);
    map_free(&track->places);
    map_free(&track->seen);
    map_free(&track->effects);
    arena_free(track->arena);
    free(track);
}

static const struct chart_instance *subchart_of(const struct chart_instance *instance,
                                                struct span name)
{
    for (size_t i = 0; i < instance->subcharts.len; i++)
        if (span_eq(instance->subcharts.items[i]->name, name))
            return instance->subcharts.items[i];
    return NULL;
}

// How many keys in front of "global" are names of subcharts: their globals are the outermost's.
static size_t keys_of_subcharts(const struct chart_instance *root, const struct span *keys,
                                size_t count)
{
    const struct chart_instance *at = root;
    size_t i = 0;

    while (i < count && (at = subchart_of(at, keys[i])))
        i++;
    return i < count && span_is(keys[i], "global") ? i : 0;
}

static void add_key(struct buf *out, struct span key)
{
    if (out->len)
        buf_add_char(out, '.');
    for (size_t i = 0; i < key.len; i++) {
        if (strchr(".\\", key.ptr[i]))
            buf_add_char(out, '\\');
        buf_add_char(out, key.ptr[i]);
    }
}

// False for what is too long to be meant.
static bool write_path(const struct track *track, const struct template_path *path, struct buf *out)
{
    struct span keys[KEYS_MAX];
    size_t count = 0;

    for (; path->up; path = path->up) {
        if (count == KEYS_MAX)
            return false;
        keys[count++] = path->key;
    }
    for (size_t i = 0; i < count / 2; i++) {
        struct span key = keys[i];

        keys[i] = keys[count - 1 - i];
        keys[count - 1 - i] = key;
    }
    for (size_t i = keys_of_subcharts(track->root, keys, count); i < count; i++)
        add_key(out, keys[i]);
    return !out->overflow;
}

void track_add(struct track *track, const struct template_path *path, unsigned how,
               struct span file, uint32_t line)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct arena *a = track->out->arena;
    struct chart_read read = {.line = line, .how = how};
    size_t length;
    uintptr_t known;

    if (!write_path(track, path, &key))
        return;
    length = key.len;
    buf_printf(&key, "\n%.*s:%u", SPAN_ARG(file), line);
    known = (uintptr_t)map_get(&track->known, buf_span(&key));
    if (known) {
        track->out->reads.items[known - 1].how |= how;
        return;
    }
    if (track->out->reads.len == READS_MAX) {
        track->out->reads_are_all = false;
        return;
    }
    read.path = span_head(arena_span(a, buf_span(&key)), length);
    read.file = arena_span(a, file);
    vec_push(&track->out->reads, read);
    (void)map_put(&track->known, span_of(read.path.ptr, key.len),
                  (void *)(uintptr_t)track->out->reads.len);
}

// --- the end ---

static int by_place(const void *left, const void *right)
{
    const struct chart_read *a = left, *b = right;
    int order = span_cmp(a->file, b->file);

    if (order == 0)
        order = a->line < b->line ? -1 : a->line > b->line;
    return order ? order : span_cmp(a->path, b->path);
}

static int by_path(const void *left, const void *right)
{
    const struct chart_read *a = left, *b = right;
    int order = span_cmp(a->path, b->path);

    return order ? order : by_place(a, b);
}

// Whether `a` is only a step on the way to `b`, which is read in the same line.
static bool is_step(const struct chart_read *a, const struct chart_read *b)
{
    return span_eq(a->file, b->file) && a->line == b->line && b->path.len > a->path.len &&
           span_eq(span_head(b->path, a->path.len), a->path) && b->path.ptr[a->path.len] == '.';
}

void track_end(struct track *track)
{
    chart_reads *all = &track->out->reads;
    size_t kept = 0;

    if (track->explorer && !template_explored_all(track->explorer))
        track->out->reads_are_all = false;
    if (!all->len)
        return;
    qsort(all->items, all->len, sizeof(*all->items), by_place);
    for (size_t i = 0; i < all->len; i++) {
        const struct chart_read *read = &all->items[i];
        bool drop = read->how == CHART_READ_EXECUTED && i + 1 < all->len &&
                    is_step(read, &all->items[i + 1]);

        if (!drop)
            all->items[kept++] = *read;
    }
    all->len = kept;
    qsort(all->items, all->len, sizeof(*all->items), by_path);
}
