// SPDX-License-Identifier: Apache-2.0
// Where a JSON value ends that other text follows (Go's json.Decoder).
#ifndef MODEL_CHART_SET_JSON_H
#define MODEL_CHART_SET_JSON_H

#include <stddef.h>

#include "base/span.h"

// Bytes of the value at the start of the text, with the white space before it. What is no JSON ends
// anywhere: reading it says so.
size_t set_json_length(struct span text);

#endif
