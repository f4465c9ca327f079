// SPDX-License-Identifier: Apache-2.0
// The time of day: as the Kubernetes API writes it, and as people read it. What is measured and
// waited for goes by base/timer.h.
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

enum { WHEN_TEXT_BYTES = 32 };

// Seconds since 1970 (CLOCK_REALTIME).
int64_t when_now(void);

// "2026-01-02T03:04:05Z" (RFC 3339; fractions of a second are dropped, offsets counted in) as
// seconds since 1970; false for anything else.
bool when_parse(struct span text, int64_t *seconds) MUST_CHECK;

// The same the other way round, in UTC. Returns out.
const char *when_stamp(int64_t seconds, char out[WHEN_TEXT_BYTES]);

// In local time, "03:04:05", with the date in front when that is not within the 24 hours before
// `now`. Returns out.
const char *when_format(int64_t seconds, int64_t now, char out[WHEN_TEXT_BYTES]);

#endif
