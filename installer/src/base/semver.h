// SPDX-License-Identifier: Apache-2.0
// Semantic versions (semver.org 2.0.0) as Helm and Flux read them (Masterminds/semver v3,
// NewVersion): a "v" may stand in front, leading zeros count for nothing, parts that are missing
// are zero.
#ifndef BASE_SEMVER_H
#define BASE_SEMVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

#define SEMVER_MAX_BYTES 256

struct semver {
    uint64_t number[3]; // major, minor, patch
    unsigned count;     // of these, that were written
    struct span pre;    // "rc.1" of "1.2.3-rc.1+b7"; borrowed, like
    struct span build;  // "b7"
};

// False for anything else, ranges too.
bool semver_parse(struct span text, struct semver *v) MUST_CHECK;

// Whether `text` names one version, and so can never mean another one: all three numbers are there.
// "1.2" is a range (1.2.x) for Helm.
bool semver_is_exact(struct span text);

// Whether `text` is one as Kubernetes writes its own: three numbers without leading zeros, nothing
// in front of them and nothing behind.
bool semver_is_plain(struct span text);

// By precedence (section 11): below, equal to or above zero. Build metadata does not count.
int semver_compare(const struct semver *a, const struct semver *b);

#endif
