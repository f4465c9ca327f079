// SPDX-License-Identifier: Apache-2.0
// What the templates of a chart write, file by file, before it is cut into documents.
#ifndef MODEL_CHART_RENDER_H
#define MODEL_CHART_RENDER_H

#include "model/chart/render/documents.h"

// Appends the outputs by their paths, notes for people left out; paths and texts live in the arena
// of `rendering`, which also gets the definitions in crds/ and all notes. The array is the
// caller's, also after a failure; without one nothing is executed. `documents` (or NULL) gets each
// output when it is there. Kinds as for chart_render().
int render_files(const struct chart *chart, const struct node *given,
                 const struct chart_target *target, struct chart_rendering *rendering,
                 chart_outputs *outputs, struct documents_ahead *documents, struct err **err)
    MUST_CHECK;

#endif
