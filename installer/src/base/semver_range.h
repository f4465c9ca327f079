// SPDX-License-Identifier: Apache-2.0
// Ranges of versions as Helm and Flux read them (Masterminds/semver 3.5, NewConstraint): "^1.2",
// ">=1.19-0 <2 || 3.x", "1.2 - 1.4".
#ifndef BASE_SEMVER_RANGE_H
#define BASE_SEMVER_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/semver.h"
#include "base/span.h"

#define SEMVER_RANGE_MAX_BYTES 512
#define SEMVER_RANGE_MAX_GROUPS 32 // between "||"

struct semver_range;

// NULL for what is no range: ERR_CONFIG with Masterminds' words ("improper constraint: ..."). The
// text is copied.
struct semver_range *semver_range_parse(struct span text, struct err **err) MUST_CHECK;
// A version with a pre-release is only in ranges that name a pre-release themselves, in the same
// group. Build metadata does not count.
bool semver_range_has(const struct semver_range *range, const struct semver *version);
// Whether the version that one text names is in the range of the other; not when one is neither.
bool semver_is_in(struct span version, struct span range);
void semver_range_free(struct semver_range *range); // NULL-safe
CLEANUP_DEFINE(semver_range_cleanup, struct semver_range, semver_range_free);

#endif
