// SPDX-License-Identifier: Apache-2.0
// What to do about a mistake in a template.
#ifndef MODEL_CHART_ADVICE_H
#define MODEL_CHART_ADVICE_H

#include "model/chart/render/functions.h"

// Adds the next step to *err for what the template language said (`text`, Go's words) of a file or
// an execution; nothing when none is known. Returns -1.
int advice_parse(struct span text, struct err **err);
int advice_execution(const struct rendering *r, struct span text, struct err **err);

#endif
