// SPDX-License-Identifier: Apache-2.0
// Judges values by compiled schemas.
#ifndef MODEL_CHART_SCHEMA_JUDGE_H
#define MODEL_CHART_SCHEMA_JUDGE_H

#include "base/err.h"
#include "model/chart/schema/compiled.h"
#include "model/chart/schema/violation.h"

// What one judgement may take: schemas that were tried on values, and how deep they refer to each
// other.
#define JUDGE_STEPS_MAX 5000000u
#define JUDGE_DEPTH_MAX 1000u

// *found is what is wrong, in the arena, or NULL. ERR_CONFIG: `what` takes too long to judge by.
int schema_judge(struct arena *a, const struct schema *schema, const struct node *value,
                 const char *what, const struct violation **found, struct err **err) MUST_CHECK;

#endif
