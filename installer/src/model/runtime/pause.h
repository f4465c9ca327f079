// SPDX-License-Identifier: Apache-2.0
// The image that a runtime starts every pod with.
#ifndef MODEL_RUNTIME_PAUSE_H
#define MODEL_RUNTIME_PAUSE_H

#include "model/runtime.h"
#include "model/runtime/version.h"

// What a runtime of that version takes where nobody configured another one; NULL: unknown.
const char *pause_of(const struct runtime_layout *layout, const struct version *runtime);

#endif
