// SPDX-License-Identifier: Apache-2.0
// Classes by name. Not for other modules.
#ifndef IO_REGEX_CLASS_H
#define IO_REGEX_CLASS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

// "[:alpha:]", "[:^alpha:]".
bool regex_is_posix_class(struct span name);

// Appends PCRE2's escape for a Unicode category or script ("Lu", "Letter", "Greek"); false when
// there is none of that name.
bool regex_unicode_class(struct span name, bool negated, struct buf *out);

#endif
