// SPDX-License-Identifier: Apache-2.0
// What Helm does to a chart before its values are coalesced for good (ProcessDependencies).
#ifndef MODEL_CHART_STAGES_H
#define MODEL_CHART_STAGES_H

#include "model/chart/values/coalesce.h"

// Takes out the subcharts that conditions and tags turn off, and names the others as their parents
// do.
int stages_enable(struct coalescing *c, struct part *part, struct tree given) MUST_CHECK;
// Puts what parents import below their own values. Defaults of subcharts end up there, too.
int stages_import(struct coalescing *c, struct part *part) MUST_CHECK;

// The map at a path of keys with dots between them, or NULL.
struct node *stages_table(const struct node *values, struct span path);

#endif
