// SPDX-License-Identifier: Apache-2.0
// The same key on another level, or one of nearly the same name on this one.
#include "controller/values/suggest.h"

#include <stdlib.h>

#include "base/opt.h"

enum {
    LEVELS_MAX = 2,     // that a key may have slipped by
    CANDIDATES_MAX = 3, // more places are no hint
    SHORT_KEY = 4,
};

// --- another level ---

// How many of the longer path's keys the shorter one lacks; -1 when they do not follow each other
// in the same order.
static int keys_between(const struct values_path *longer, const struct span *keys, size_t count)
{
    size_t at = 0;

    if (longer->len < count)
        return -1;
    for (size_t i = 0; i < longer->len && at < count; i++)
        if (span_eq(longer->items[i], keys[at]))
            at++;
    return at == count ? (int)(longer->len - count) : -1;
}

static int level_distance(const struct values_path *read, const struct span *keys, size_t count)
{
    struct values_path own = {(struct span *)(uintptr_t)keys, count, count};
    int distance = keys_between(read, keys, count);

    if (!span_eq(read->items[read->len - 1], keys[count - 1]))
        return -1;
    return distance >= 0 ? distance : keys_between(&own, read->items, read->len);
}

struct levels {
    int distance;
    const char *path;
    const struct chart_read *read;
    size_t candidates;
};

static void consider(struct levels *found, struct arena *a, const struct chart_read *read,
                     const struct span *keys, size_t count)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct values_path path = {0};
    const char *text;
    int distance;

    if (!read->path.len || read->how & (CHART_READ_OFF | CHART_READ_CHART) ||
        !(read->how & (CHART_READ_STATIC | CHART_READ_EXECUTED)) ||
        values_path_parse(a, read->path, &path, &ignored) < 0)
        return;
    distance = level_distance(&path, keys, count);
    if (distance <= 0 || distance > LEVELS_MAX || (found->path && distance > found->distance))
        return;
    text = arena_span(a, read->path).ptr;
    if (found->path && distance == found->distance) {
        found->candidates += strcmp(text, found->path) != 0;
        return;
    }
    *found = (struct levels){distance, text, read, 1};
}

static struct levels find_level(const struct values_view *view, struct arena *a,
                                const struct span *keys, size_t count)
{
    struct levels found = {0};

    VEC_FOREACH (const struct chart_read *, read, view->list)
        consider(&found, a, read, keys, count);
    return found;
}

// --- nearly the same name ---

struct names {
    const char **items;
    size_t len, cap;
};

static void add_names(struct arena *a, const struct read_key *at, const struct span *keys,
                      size_t count, struct names *out)
{
    for (const struct read_key *below = at->first; below; below = below->next) {
        if (!count && below->read && !span_is(below->key, "*")) {
            vec_push_arena(a, out, arena_span(a, below->key).ptr);
        } else if (count && (span_eq(below->key, keys[0]) || span_is(below->key, "*"))) {
            add_names(a, below, keys + 1, count - 1, out);
        } else if (!count && below->first && !span_is(below->key, "*")) {
            vec_push_arena(a, out, arena_span(a, below->key).ptr);
        }
    }
}

static const char *find_name(const struct values_view *view, struct arena *a,
                             const struct span *keys, size_t count)
{
    const char *key = arena_span(a, keys[count - 1]).ptr, *nearest;
    struct names names = {0};

    add_names(a, view->reads, keys, count - 1, &names);
    nearest = opt_nearest(key, names.items, names.len);
    if (nearest && strcmp(nearest, key) == 0)
        return NULL;
    // Of short names nearly all are near each other.
    if (nearest && strlen(key) <= SHORT_KEY && nearest[0] != key[0])
        return NULL;
    return nearest;
}

static struct suggestion misspelt(const struct values_view *view, struct arena *a,
                                  const struct span *keys, size_t count, const char *name)
{
    struct span *meant = arena_array(a, count, sizeof(*meant));
    struct suggestion s = {.fault = VALUES_MISSPELT};

    memcpy(meant, keys, count * sizeof(*meant));
    meant[count - 1] = span_str(name);
    s.path = values_path_text(a, meant, count);
    (void)view_read(view, meant, count, &s.read);
    return s;
}

struct suggestion suggest(const struct values_view *view, struct arena *a, const struct span *keys,
                          size_t count)
{
    struct levels level = find_level(view, a, keys, count);
    const char *name;

    if (level.path && level.candidates == 1)
        return (struct suggestion){VALUES_WRONG_LEVEL, level.path, level.read};
    name = find_name(view, a, keys, count);
    if (name)
        return misspelt(view, a, keys, count, name);
    if (level.path && level.candidates <= CANDIDATES_MAX)
        return (struct suggestion){VALUES_WRONG_LEVEL, level.path, level.read};
    return (struct suggestion){.fault = VALUES_UNREAD};
}

const char *values_nearest(const struct values_view *view, const struct values_path *path,
                           struct arena *a)
{
    size_t known = 0;
    struct names names = {0};
    const char *nearest;

    while (known < path->len && (values_at(view->all, path->items, known + 1) ||
                                 view_read(view, path->items, known + 1, NULL) != READ_NOT))
        known++;
    if (known == path->len)
        return NULL;
    add_names(a, view->reads, path->items, known, &names);
    NODE_FOREACH_PAIR (pair, values_at(view->all, path->items, known))
        vec_push_arena(a, &names, arena_span(a, pair->key).ptr);
    nearest = opt_nearest(arena_span(a, path->items[known]).ptr, names.items, names.len);
    return nearest ? misspelt(view, a, path->items, known + 1, nearest).path
                   : find_level(view, a, path->items, path->len).path;
}
