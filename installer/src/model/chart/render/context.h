// SPDX-License-Identifier: Apache-2.0
// What the templates of each chart see (`.`), and in which order all of them are executed.
#ifndef MODEL_CHART_CONTEXT_H
#define MODEL_CHART_CONTEXT_H

#include "base/arena.h"
#include "base/vec.h"
#include "io/template.h"
#include "model/chart/values/instance.h"

// One file below templates/.
struct context_template {
    struct span path; // "parent/charts/sub/templates/x.yaml"
    struct span text;
    size_t depth; // of its path
    const struct chart_instance *instance;
    struct value_map *dot;
    struct span base_path; // "parent/charts/sub/templates"
    bool is_partial;       // only there to be included
};
typedef VEC(struct context_template) context_templates;

// What all charts of a rendering share.
struct context_common {
    struct value values; // of the outermost chart; those of a subchart are a map in them
    struct value release, capabilities;
    struct err **trouble; // as for object_files()
};

// Appends the templates of a chart and its subcharts in the order in which Helm parses and executes
// them: deepest paths first, then backwards by name, so that the definitions of a chart come after
// those of its subcharts. Of two with one path the later one counts. The array is the caller's, all
// else lives in `a`.
void context_collect(struct arena *a, const struct chart_instance *root,
                     const struct context_common *common, context_templates *out);

// Says in the dot which file is executed (.Template).
void context_enter(struct arena *a, const struct context_template *template);

#endif
