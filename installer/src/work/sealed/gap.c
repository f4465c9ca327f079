// SPDX-License-Identifier: Apache-2.0
// What a look at a cluster found.
#include "work/sealed/look.h"

void look_add_gap(struct look_at *l, const struct sealed_gap *gap)
{
    struct arena *arena = l->o->arena;
    struct sealed_gap copy = *gap;

    copy.object = arena_str(arena, gap->object);
    copy.what = arena_str(arena, gap->what);
    copy.digest = arena_str(arena, gap->digest);
    copy.why = arena_str(arena, gap->why);
    vec_push_arena(arena, &l->out->gaps, copy);
}
