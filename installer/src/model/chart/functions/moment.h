// SPDX-License-Identifier: Apache-2.0
// Points in time, and what lies between them, as Go's package time has them.
#ifndef MODEL_CHART_FUNCTIONS_MOMENT_H
#define MODEL_CHART_FUNCTIONS_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

#define MOMENT_NS INT64_C(1000000000) // in a second

// The zero moment of Go, 0001-01-01, is MOMENT_ZERO.
struct moment {
    int64_t seconds; // since 1970
    int32_t ns;
    struct span zone; // its name; may be empty
    int32_t offset;   // of the zone, seconds east of UTC
    bool is_utc; // said to be UTC, not the machine's zone, which is the same: only %#v shows it
};

#define MOMENT_UTC SPAN("UTC")
#define MOMENT_ZERO                                                                                \
    ((struct moment){.seconds = -INT64_C(62135596800), .zone = SPAN("UTC"), .is_utc = true})

struct moment moment_now(void);
struct moment moment_of(int64_t seconds); // in UTC

// On the calendar and the clock of its zone.
struct moment_date {
    int64_t year;
    int month, day, yday; // from 1
    int weekday;          // 0 is Sunday
    int hour, minute, second;
};
struct moment_date moment_date(const struct moment *m);
// Seconds since 1970 of a date in UTC; only year, month, day and the clock are read.
int64_t moment_seconds(const struct moment_date *d);
int moment_month_days(int64_t year, int month);

const char *moment_month_name(int month);     // "January"
const char *moment_weekday_name(int weekday); // "Sunday"

// Time.Format and time.ParseInLocation, for a location that is UTC. The error has Go's words.
void moment_format(const struct moment *m, struct span layout, struct buf *out);
int moment_parse(struct arena *a, struct span layout, struct span text, struct moment *m,
                 struct err **err) MUST_CHECK;
// How Go prints one: "2026-01-02 03:04:05.6 +0000 UTC".
void moment_print(const struct moment *m, struct buf *out);

// Durations are nanoseconds. What does not fit is the nearest one that does.
int64_t moment_between(const struct moment *from, const struct moment *to);
struct moment moment_add(const struct moment *m, int64_t ns);
int moment_compare(const struct moment *a, const struct moment *b);

// time.ParseDuration ("1h15m30.5s") and Duration.String.
int moment_read_duration(struct span text, int64_t *ns, struct err **err) MUST_CHECK;
void moment_print_duration(int64_t ns, struct buf *out);

// How package time quotes: what is not ASCII as "\xc3".
void moment_quote(struct span text, struct buf *out);

#endif
