// SPDX-License-Identifier: Apache-2.0
// What the templates of a chart write, file by file, before it is cut into documents.
#ifndef MODEL_CHART_RENDER_H
#define MODEL_CHART_RENDER_H

#include "model/chart.h"

struct render_output {
    struct span path; // "chart/templates/x.yaml"
    struct span text;
};
typedef VEC(struct render_output) render_outputs;

// Appends the outputs by their paths, notes for people left out; paths and texts live in the arena
// of `rendering`, which also gets the definitions in crds/ and all notes. The array is the
// caller's, also after a failure; without one nothing is executed. Kinds as for chart_render().
int render_files(const struct chart *chart, const struct node *given,
                 const struct chart_target *target, struct chart_rendering *rendering,
                 render_outputs *outputs, struct err **err) MUST_CHECK;

struct chart_rendering *render_new(void) MUST_CHECK RETURNS_NONNULL;

#endif
