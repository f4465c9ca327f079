// SPDX-License-Identifier: Apache-2.0
// What the keyword "format" names.
#ifndef MODEL_CHART_SCHEMA_FORMATS_H
#define MODEL_CHART_SCHEMA_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

// False with the reason in `why`, in the words of the library.
typedef bool (*schema_format_check)(struct span text, struct buf *why);

struct schema_format {
    const char *name;
    schema_format_check check;
};

// NULL for a name that is none: it is not looked at, as the specification wants it.
const struct schema_format *schema_format_get(struct span name);

#endif
