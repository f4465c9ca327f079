// SPDX-License-Identifier: Apache-2.0
// Which templates a chart will have, before its values say which subcharts are on.
#ifndef MODEL_CHART_EXPECT_H
#define MODEL_CHART_EXPECT_H

#include "io/template.h"
#include "model/chart.h"

typedef VEC(struct template_file) expected_files;

// Appends the templates of a chart and of the subcharts that are on by its own values, some MiB at
// most, under the names that context_collect() gives them. It may be wrong: who uses it asks for
// what is so afterwards. Names live in `a`, texts are the chart's, the array is the caller's.
void expect_templates(struct arena *a, const struct chart *chart, expected_files *out);

#endif
