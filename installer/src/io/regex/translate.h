// SPDX-License-Identifier: Apache-2.0
// From Go's dialect to PCRE2's. Not for other modules.
#ifndef IO_REGEX_TRANSLATE_H
#define IO_REGEX_TRANSLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

// Appends the PCRE2 form of `pattern` to `out`. ERR_CONFIG.
int regex_translate(struct span pattern, struct buf *out, struct err **err);

#endif
