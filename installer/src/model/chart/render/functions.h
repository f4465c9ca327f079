// SPDX-License-Identifier: Apache-2.0
// The functions of Helm that need a rendering: include, tpl, required, fail, lookup, getHostByName.
#ifndef MODEL_CHART_RENDER_FUNCTIONS_H
#define MODEL_CHART_RENDER_FUNCTIONS_H

#include "base/map.h"
#include "model/chart/functions/functions.h"
#include "model/chart/render/context.h"

// One rendering while it goes on.
struct rendering {
    struct functions_env env; // first: what the families of functions get
    struct chart_rendering *out;
    const struct chart_target *target;
    struct arena *arena; // of all values
    struct doc *doc;     // of the values given, and of what was looked up
    struct template_set *set;
    struct template_run *run;
    const context_templates *templates;     // all of them
    const struct context_template *current; // the file that is parsed or executed
    struct map included;                    // by name: struct included
    VEC(struct buf *) outputs;              // of include and tpl, by their depth, for the next one
    size_t output_depth;
    struct map noted;    // by text and place: what was told already
    struct track *track; // or NULL
    struct err *trouble; // with a file of a chart, which no template can tell; or NULL
    struct span refusal; // what `fail` or `required` said, which ends the rendering; or empty
};

// The functions of templates, all families with those above: one array for all renderings.
const struct template_function *render_functions(size_t *count) MUST_CHECK;

// Tells of a function that asks for something beyond the chart, once for each place.
void render_note_random(struct functions_env *env, const struct template_call *call);
// The same of a question about versions; `data` is the rendering.
void render_note_question(void *data, enum chart_asked of, struct span what, struct span answer);

// The buffers that include and tpl write to.
void render_outputs_free(struct rendering *r);

#endif
