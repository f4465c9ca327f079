// SPDX-License-Identifier: Apache-2.0
// urlParse and urlJoin: URLs as Go's net/url takes them apart and puts them together.
#ifndef MODEL_CHART_FUNCTIONS_URLS_H
#define MODEL_CHART_FUNCTIONS_URLS_H

#include "base/err.h"
#include "io/template.h"

int urls_parse(struct template_call *call, struct value *result, struct err **err) MUST_CHECK;
int urls_join(struct template_call *call, struct value *result, struct err **err) MUST_CHECK;

#endif
