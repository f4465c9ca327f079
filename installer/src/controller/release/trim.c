// SPDX-License-Identifier: Apache-2.0
// What stays of a release when nobody reads its texts any more.
#include "controller/release/internal.h"

static void copy_notes(struct arena *arena, release_notes *notes)
{
    VEC_FOREACH (struct release_note *, it, notes) {
        it->field = it->field ? arena_str(arena, it->field) : NULL;
        it->text = arena_str(arena, it->text);
    }
}

static struct identity copy_identity(struct arena *arena, const struct identity *id)
{
    return (struct identity){arena_span(arena, id->group), arena_span(arena, id->kind),
                             arena_span(arena, id->ns), arena_span(arena, id->name)};
}

void release_result_trim(struct release_result *result)
{
    struct arena *arena = arena_new();

    VEC_FOREACH (struct release_object *, it, &result->objects) {
        it->id = copy_identity(arena, &it->id);
        it->path = it->path ? arena_str(arena, it->path) : NULL;
    }
    copy_notes(arena, &result->notes);
    chart_rendering_trim(result->rendering);
    buf_free(&result->manifest);
    arena_free(result->arena);
    result->arena = arena;
}
