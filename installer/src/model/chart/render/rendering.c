// SPDX-License-Identifier: Apache-2.0
// What a chart is rendered to: its memory.
#include <stdlib.h>

#include "base/mem.h"
#include "model/chart.h"

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
