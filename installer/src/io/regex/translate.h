// SPDX-License-Identifier: Apache-2.0
// From Go's dialect to PCRE2's. Not for other modules.
#ifndef IO_REGEX_TRANSLATE_H
#define IO_REGEX_TRANSLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

// The names of the groups, number 1 first; empty for those without one. They point into the
// pattern.
struct regex_names {
    VEC(struct span) of;
};

// Appends the PCRE2 form of `pattern` to `out`, and its groups to `names`. ERR_CONFIG in Go's
// words: "missing closing ]: `[a`".
int regex_translate(struct span pattern, struct buf *out, struct regex_names *names,
                    struct err **err);

#endif
