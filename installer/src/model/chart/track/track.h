// SPDX-License-Identifier: Apache-2.0
// Which values a chart's templates read, and where: as they are executed (watch.c), and by their
// text (explore.c), which knows of branches that were not taken. Chart.yaml and values.schema.json
// name values, too (chart.c, schema.c).
#ifndef MODEL_CHART_TRACK_H
#define MODEL_CHART_TRACK_H

#include "base/map.h"
#include "io/template.h"
#include "model/chart/values/instance.h"

struct track {
    struct chart_rendering *out;
    const struct chart_instance *root;
    const struct doc *doc; // that knows the files of the values
    struct map known;      // by path, file and line: one more than the index of out->reads
    struct arena *arena;
    // explore.c
    struct template_explorer *explorer;
    struct map contexts; // by instance: its dot
    // watch.c
    struct map places; // by address of a map or list of the values: struct template_path
    struct map seen;   // what was told already
    struct map effects;
};

// `doc` is that of the instance's values.
struct track *track_new(struct chart_rendering *out, const struct chart_instance *root,
                        const struct doc *doc) MUST_CHECK RETURNS_NONNULL;
// Sorts what was found.
void track_end(struct track *track);
void track_free(struct track *track); // NULL-safe

// One more read.
void track_add(struct track *track, const struct template_path *path, unsigned how,
               struct span file, uint32_t line);

// What functions do with their arguments; ends with a row without a name.
extern const struct template_effects track_effects[];
size_t track_effect_count(void) MUST_CHECK;

// Before the templates are explored, with the set that they are parsed into.
void track_explore_begin(struct track *track, const struct template_set *set);
void track_explore(struct track *track, struct span template,
                   const struct chart_instance *instance);
// Texts among the values that are templates.
void track_explore_values(struct track *track);

// Before the first template is executed; `values` are those that templates see.
void track_watch(struct track *track, struct template_run *run, const struct value *values);

// Conditions, tags and imports of all charts; sections of subcharts that are off.
void track_of_charts(struct track *track);
void track_of_schemas(struct track *track);

#endif
