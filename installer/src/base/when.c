// SPDX-License-Identifier: Apache-2.0
// RFC 3339 in, local time out.
#include "base/when.h"

#include <stdlib.h>
#include <time.h>

enum {
    MINUTE_S = 60,
    HOUR_S = 3600,
    DAY_S = 24 * HOUR_S,
    STAMP_BYTES = 19, // "2026-01-02T03:04:05"
};

int64_t when_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

// Cuts a number of `digits` digits, from `least` to `most`, and the separator after it off *rest.
static bool cut_number(struct span *rest, size_t digits, const char *separator, int least, int most,
                       int *out)
{
    uint64_t number;

    if (rest->len < digits || !span_u64(span_head(*rest, digits), &number) ||
        number < (uint64_t)least || number > (uint64_t)most)
        return false;
    *out = (int)number;
    *rest = span_tail(*rest, digits);
    return span_skip(rest, separator);
}

static bool cut_stamp(struct span *rest, struct tm *t)
{
    if (!cut_number(rest, 4, "-", 1970, 9999, &t->tm_year) ||
        !cut_number(rest, 2, "-", 1, 12, &t->tm_mon) ||
        !cut_number(rest, 2, "T", 1, 31, &t->tm_mday) ||
        !cut_number(rest, 2, ":", 0, 23, &t->tm_hour) ||
        !cut_number(rest, 2, ":", 0, 59, &t->tm_min) || !cut_number(rest, 2, "", 0, 60, &t->tm_sec))
        return false;
    t->tm_year -= 1900;
    t->tm_mon -= 1;
    return true;
}

static void skip_fraction(struct span *rest)
{
    if (!span_skip(rest, "."))
        return;
    while (rest->len && rest->ptr[0] >= '0' && rest->ptr[0] <= '9')
        *rest = span_tail(*rest, 1);
}

// "Z", or "+02:00": how far local time is ahead.
static bool cut_offset(struct span *rest, int64_t *offset)
{
    bool ahead = span_skip(rest, "+");
    int hours, minutes;

    *offset = 0;
    if (!ahead && span_skip(rest, "Z"))
        return true;
    if ((!ahead && !span_skip(rest, "-")) || !cut_number(rest, 2, ":", 0, 23, &hours) ||
        !cut_number(rest, 2, "", 0, 59, &minutes))
        return false;
    *offset = (int64_t)hours * HOUR_S + (int64_t)minutes * MINUTE_S;
    if (!ahead)
        *offset = -*offset;
    return true;
}

bool when_parse(struct span text, int64_t *seconds)
{
    struct tm t = {0};
    int64_t offset;

    if (text.len <= STAMP_BYTES || !cut_stamp(&text, &t))
        return false;
    skip_fraction(&text);
    if (!cut_offset(&text, &offset) || text.len)
        return false;
    *seconds = (int64_t)timegm(&t) - offset;
    return true;
}

const char *when_stamp(int64_t seconds, char out[WHEN_TEXT_BYTES])
{
    struct tm utc;
    time_t at = (time_t)seconds;

    gmtime_r(&at, &utc);
    strftime(out, WHEN_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return out;
}

const char *when_format(int64_t seconds, int64_t now, char out[WHEN_TEXT_BYTES])
{
    bool is_recent = seconds > now - DAY_S && seconds <= now + DAY_S;
    time_t at = (time_t)seconds;
    struct tm local = {0};

    localtime_r(&at, &local);
    strftime(out, WHEN_TEXT_BYTES, is_recent ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &local);
    return out;
}
