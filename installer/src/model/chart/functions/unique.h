// SPDX-License-Identifier: Apache-2.0
// Lists without their repetitions, in about as many steps as they have items.
#ifndef MODEL_CHART_FUNCTIONS_UNIQUE_H
#define MODEL_CHART_FUNCTIONS_UNIQUE_H

#include "io/template.h"

// Pushes each item to `unique` that is not equal (reflect.DeepEqual) to an earlier one.
int unique_items(const struct template_call *call, const struct value_list *items,
                 struct value_list *unique, struct err **err) MUST_CHECK;

#endif
