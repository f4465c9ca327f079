// SPDX-License-Identifier: Apache-2.0
// Reads numbers as Go's strconv does, the whole text or nothing.
#ifndef BASE_NUMBER_READ_H
#define BASE_NUMBER_READ_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

enum number_read {
    NUMBER_READ,
    NUMBER_SYNTAX, // strconv.ErrSyntax; the value is 0
    NUMBER_RANGE,  // strconv.ErrRange; the value is the nearest one that there is
};

// ParseUint and ParseInt with 64 bits. Base 2 to 36, or 0: as the prefix says (0b, 0o, 0, 0x), and
// underscores may separate digits.
enum number_read number_read_uint(struct span text, unsigned base, uint64_t *value) MUST_CHECK;
enum number_read number_read_int(struct span text, unsigned base, int64_t *value) MUST_CHECK;

// ParseFloat with 64 bits: also hexadecimal with an exponent, underscores, "Inf", "nan".
enum number_read number_read_float(struct span text, double *value) MUST_CHECK;

#endif
