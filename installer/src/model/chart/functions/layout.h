// SPDX-License-Identifier: Apache-2.0
// Go's layouts of time: the reference time Mon Jan 2 15:04:05 MST 2006, piece by piece.
#ifndef MODEL_CHART_FUNCTIONS_LAYOUT_H
#define MODEL_CHART_FUNCTIONS_LAYOUT_H

#include <stdbool.h>

#include "base/span.h"

enum layout_kind {
    LAYOUT_END, // nothing but the text before it
    LAYOUT_LONG_MONTH,
    LAYOUT_MONTH,
    LAYOUT_NUM_MONTH,
    LAYOUT_ZERO_MONTH,
    LAYOUT_LONG_WEEKDAY,
    LAYOUT_WEEKDAY,
    LAYOUT_DAY,
    LAYOUT_UNDER_DAY,
    LAYOUT_ZERO_DAY,
    LAYOUT_UNDER_YEAR_DAY,
    LAYOUT_ZERO_YEAR_DAY,
    LAYOUT_HOUR,
    LAYOUT_HOUR_12,
    LAYOUT_ZERO_HOUR_12,
    LAYOUT_MINUTE,
    LAYOUT_ZERO_MINUTE,
    LAYOUT_SECOND,
    LAYOUT_ZERO_SECOND,
    LAYOUT_LONG_YEAR,
    LAYOUT_YEAR,
    LAYOUT_PM,
    LAYOUT_SMALL_PM,
    LAYOUT_ZONE_NAME,
    LAYOUT_OFFSET,
    LAYOUT_FRACTION_0, // with trailing zeros
    LAYOUT_FRACTION_9,
};

struct layout_piece {
    struct span before; // what stands before it as it is
    enum layout_kind kind;
    struct span text;
};

// Takes the next piece of a layout.
struct layout_piece layout_next(struct span *layout);

// An offset's form: "Z07:00" has all but the seconds.
struct layout_offset {
    bool z, minutes, seconds, colons;
};
struct layout_offset layout_offset(struct span text);

#endif
