// SPDX-License-Identifier: Apache-2.0
// What went wrong in a template, as people need it: the place, the way there, what was missing and
// where it would be set.
#ifndef MODEL_CHART_EXPLAIN_H
#define MODEL_CHART_EXPLAIN_H

#include "model/chart/render/functions.h"

// Rewrites what the template language said of a file that it could not parse, or of the execution
// that failed. Returns -1.
int explain_parse(const struct rendering *r, struct err **err);
int explain_execution(const struct rendering *r, struct err **err);

#endif
