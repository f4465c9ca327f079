// SPDX-License-Identifier: Apache-2.0
// Resource quantities as the API server writes them (k8s.io/apimachinery/pkg/api/resource).
#ifndef MODEL_SSA_QUANTITY_H
#define MODEL_SSA_QUANTITY_H

#include <stdbool.h>

#include "base/span.h"

// The text that the API server makes of a quantity, with its NUL.
#define QUANTITY_TEXT_BYTES 32

// Writes the form in which the API server stores `text`: "1" for "1000m", "1536Mi" for "1.5Gi".
// False when that is not certain: no quantity, or one that is rounded, out of range, signed, with
// an exponent, or with digits that the server may leave as they are ("1.500").
bool quantity_stored(struct span text, char stored[QUANTITY_TEXT_BYTES]) MUST_CHECK;

#endif
