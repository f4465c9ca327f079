// SPDX-License-Identifier: Apache-2.0
// Regular expressions in the dialect of Go's regexp package (RE2), matched by PCRE2. A pattern is
// translated first; what Go lacks (look-around, back references, possessive repetition, ...) and
// what it refuses is refused here, too. Never more work than a stated limit.
#ifndef IO_REGEX_H
#define IO_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct regex;

enum regex_flag {
    REGEX_ANCHORED = 1, // the whole text must match: ^(?:pattern)$
};

#define REGEX_PATTERN_BYTES_MAX 65536
#define REGEX_REPEAT_MAX 1000     // Go's limit for {n,m}
#define REGEX_DEPTH_MAX 1000      // of groups, Go's too
#define REGEX_STEPS_MAX 10000000u // of one match

// Compiles a pattern. ERR_CONFIG names the pattern; its cause is Go's message ("missing closing ):
// `(a`", what stands behind "error parsing regexp: ").
struct regex *regex_new(struct span pattern, unsigned flags, struct err **err) MUST_CHECK;

// Whether `text` has a match. ERR_CONFIG only when the limit of steps is passed.
int regex_match(struct regex *re, struct span text, bool *matched, struct err **err) MUST_CHECK;

// The first match at or after byte `from` (Go's leftmost-first), with its groups: at[2 * i] and
// at[2 * i + 1] are where group i starts and ends, REGEX_NOWHERE when it took no part; group 0 is
// the whole match. `count` pairs are written. `from` other than 0 goes on in the text of the call
// before. ERR_CONFIG only when the limit of steps is passed.
#define REGEX_NOWHERE ((size_t)-1)
int regex_find(struct regex *re, struct span text, size_t from, size_t *at, size_t count,
               bool *matched, struct err **err) MUST_CHECK;

// The steps of all matches since the last call, or a bound of them: for callers that have a budget.
uint64_t regex_take_spent(struct regex *re);

// How many groups there are, the whole match not counted; and the number of a named one, or -1.
size_t regex_groups(const struct regex *re);
int regex_group(const struct regex *re, struct span name);

void regex_free(struct regex *re); // NULL-safe
CLEANUP_DEFINE(regex_cleanup, struct regex, regex_free);

#endif
