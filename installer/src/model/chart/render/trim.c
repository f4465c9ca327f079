// SPDX-License-Identifier: Apache-2.0
// What stays of a rendering when nobody reads its texts any more.
#include "model/chart.h"

static const char *copy(struct arena *arena, const char *text)
{
    return text ? arena_str(arena, text) : NULL;
}

static void copy_note(struct arena *arena, struct chart_note *note)
{
    note->text = copy(arena, note->text);
    note->where = copy(arena, note->where);
}

static void copy_question(struct arena *arena, struct chart_question *question)
{
    question->asked = copy(arena, question->asked);
    question->answer = copy(arena, question->answer);
    question->where = copy(arena, question->where);
}

void chart_rendering_trim(struct chart_rendering *rendering)
{
    struct arena *arena = arena_new();

    vec_free(&rendering->crds);
    vec_free(&rendering->manifests);
    vec_free(&rendering->hooks);
    vec_free(&rendering->reads);
    VEC_FOREACH (struct chart_note *, it, &rendering->warnings)
        copy_note(arena, it);
    VEC_FOREACH (struct chart_note *, it, &rendering->random)
        copy_note(arena, it);
    VEC_FOREACH (struct chart_note *, it, &rendering->lookups)
        copy_note(arena, it);
    VEC_FOREACH (struct chart_question *, it, &rendering->questions)
        copy_question(arena, it);
    arena_free(rendering->arena);
    rendering->arena = arena;
}
