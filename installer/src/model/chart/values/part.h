// SPDX-License-Identifier: Apache-2.0
// Charts as the stages of Helm change them before they are rendered: which subcharts they still
// have, under which names, with which defaults.
#ifndef MODEL_CHART_PART_H
#define MODEL_CHART_PART_H

#include "model/chart.h"

// What Helm changes in place of a Chart.yaml; two parts share it where Helm's do.
struct part_meta {
    struct span name;        // its own or the alias
    VEC(struct node *) rows; // its dependencies, copied
    bool has_rows;           // false: as if it never had any
};

struct part {
    const struct chart *chart;
    struct part_meta *meta;
    const struct node *values; // the defaults; may be NULL
    const struct doc *values_doc;
    VEC(struct part *) parts; // its subcharts
    // Whose path is in front of its own. A subchart that two aliases of its parent share has the
    // last one, as in Helm.
    struct part *parent;
};

// The chart with all that are in its charts/.
struct part *part_new(struct doc *d, const struct chart *chart) MUST_CHECK;
// A copy that is just as shallow as Helm's.
struct part *part_copy_for_alias(struct doc *d, const struct part *part, struct span alias)
    MUST_CHECK;
// Makes it the parent of the subcharts that it has now.
void part_adopt(struct part *part);

#endif
