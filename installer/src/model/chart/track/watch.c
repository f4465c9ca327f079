// SPDX-License-Identifier: Apache-2.0
// Reads as templates are executed: each map and list of the values is known by its address.
#include "model/chart/track/track.h"

enum { WHOLE_DEPTH_MAX = 6 };

static struct span address(const void *const *pointer)
{
    return span_of(pointer, sizeof(*pointer));
}

// What tells a map or list from others; NULL for what is none.
static const void *identity_of(const struct value *v)
{
    if (value_is_map(v))
        return v->map;
    if (value_is_list(v))
        return v->list;
    return v->type == VALUE_OBJECT ? v->object.data : NULL;
}

static const struct template_path *place_of(const struct track *track, const struct value *v)
{
    const void *pointer = identity_of(v);

    return pointer ? map_get(&track->places, address(&pointer)) : NULL;
}

static struct template_path *below(struct track *track, const struct template_path *up,
                                   struct span key)
{
    struct template_path *path = ARENA_NEW(track->arena, struct template_path);

    *path = (struct template_path){up, key};
    return path;
}

// --- where everything is ---

static void register_all(struct track *track, const struct value *v, struct template_path *path)
{
    const void *pointer = identity_of(v);
    struct value_pair pair;

    if (!pointer || map_get(&track->places, address(&pointer)))
        return;
    (void)map_put(&track->places, arena_span(track->arena, address(&pointer)), path);
    if (value_is_map(v))
        for (size_t at = 0; value_map_next(v->map, &at, &pair);)
            register_all(track, &pair.item, below(track, path, pair.key));
    else if (value_is_list(v))
        for (size_t i = 0; i < v->list->len; i++)
            register_all(track, &v->list->items[i], below(track, path, SPAN(TEMPLATE_ANY_KEY)));
}

// --- what happens to it ---

// Adds a read of what is under a key (NULL: of the place itself), once for each place in a
// template.
static void add(struct track *track, const struct template_seen *seen,
                const struct template_path *place, const struct span *key, bool whole)
{
    struct buf id CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct template_path path = {place, key ? *key : SPAN_EMPTY};
    unsigned how = (unsigned)CHART_READ_EXECUTED | (whole ? CHART_READ_WHOLE : 0);
    struct template_place at;

    buf_printf(&id, "%p %p %d %.*s", seen->node, (const void *)place, whole, SPAN_ARG(path.key));
    if (map_get(&track->seen, buf_span(&id)))
        return;
    (void)map_put(&track->seen, arena_span(track->arena, buf_span(&id)), track);
    if (template_here_in_file(seen->run, &at))
        track_add(track, key ? &path : place, how, at.file, at.line);
}

static void add_key(struct track *track, const struct template_seen *seen, const struct value *map,
                    struct span key)
{
    const struct template_path *place = place_of(track, map);

    if (place)
        add(track, seen, place, &key, false);
}

static void add_any(struct track *track, const struct template_seen *seen, const struct value *v)
{
    add_key(track, seen, v, SPAN(TEMPLATE_ANY_KEY));
}

// Maps that templates have built hold parts of the values. The dot of a file holds all of them, and
// is not meant.
static void add_whole(struct track *track, const struct template_seen *seen, const struct value *v,
                      unsigned depth)
{
    const struct template_path *place = place_of(track, v);
    struct value ignored;
    struct value_pair pair;

    if (place) {
        add(track, seen, place, NULL, true);
        return;
    }
    if (depth == WHOLE_DEPTH_MAX)
        return;
    if (value_is_map(v) && !value_get(v->map, SPAN("Capabilities"), &ignored))
        for (size_t at = 0; value_map_next(v->map, &at, &pair);)
            add_whole(track, seen, &pair.item, depth + 1);
    if (v->type == VALUE_LIST)
        for (size_t i = 0; i < v->list->len; i++)
            add_whole(track, seen, &v->list->items[i], depth + 1);
}

// Goes down by keys that are arguments.
static void add_keys(struct track *track, const struct template_seen *seen, struct value at,
                     const struct value *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct span key = keys[i].type == VALUE_STRING ? keys[i].s : SPAN(TEMPLATE_ANY_KEY);
        struct value_map *map = value_is_map(&at) ? at.map : NULL;

        add_key(track, seen, &at, key);
        if (at.type == VALUE_OBJECT)
            map = at.object.data;
        if (!place_of(track, &at) || !map || value_is_list(&at) || !value_get(map, key, &at))
            return;
    }
}

static void see_call(struct track *track, const struct template_seen *seen)
{
    const struct template_effects *effects = map_get(&track->effects, seen->name);
    const struct value *args = seen->args;
    size_t count = seen->count;

    switch (effects ? effects->effect : TEMPLATE_TAKES_WHOLE) {
    case TEMPLATE_TAKES_WHOLE:
        for (size_t i = 0; i < count; i++)
            add_whole(track, seen, &args[i], 0);
        break;
    case TEMPLATE_GETS:
    case TEMPLATE_TESTS_KEYS: add_keys(track, seen, args[0], args + 1, count - 1); break;
    case TEMPLATE_PICKS:
        for (size_t i = 1; i < count; i++)
            add_keys(track, seen, args[0], args + i, 1);
        break;
    case TEMPLATE_PLUCKS:
        for (size_t i = 1; i < count; i++)
            add_keys(track, seen, args[i], args, 1);
        break;
    case TEMPLATE_DIGS:
        if (count > 2)
            add_keys(track, seen, args[count - 1], args, count - 2);
        break;
    case TEMPLATE_GIVES_ITEM:
    case TEMPLATE_GIVES_KEYS:
    case TEMPLATE_GIVES_VALUES:
        for (size_t i = 0; i < count; i++)
            add_any(track, seen, &args[i]);
        break;
    default: break; // what they give is watched in its turn
    }
}

static void see(void *data, const struct template_seen *seen)
{
    switch (seen->what) {
    case TEMPLATE_SEEN_FIELD: add_key(data, seen, seen->args, seen->name); break;
    case TEMPLATE_SEEN_CALL:
        if (seen->count)
            see_call(data, seen);
        break;
    case TEMPLATE_SEEN_RANGE: add_any(data, seen, seen->args); break;
    case TEMPLATE_SEEN_WRITE: add_whole(data, seen, seen->args, 0); break;
    }
}

void track_watch(struct track *track, struct template_run *run, const struct value *values)
{
    for (size_t i = 0; i < track_effect_count(); i++)
        (void)map_put(&track->effects, span_str(track_effects[i].name),
                      (void *)(uintptr_t)&track_effects[i]);
    register_all(track, values, ARENA_NEW(track->arena, struct template_path));
    template_run_watch(run, see, track);
}
