// SPDX-License-Identifier: Apache-2.0
// Timestamps: go-yaml's four layouts with the leniencies of Go's time.Parse.
#include "io/doc/timestamp.h"

#include <ctype.h>
#include <stdio.h>

struct stamp {
    unsigned year, month, day, hour, minute, second;
    unsigned nanosecond;
    char zone[8]; // "Z" or "+hh:mm"
    bool far;     // of a day or more
};

// One digit or two.
static bool take_number(struct span *s, unsigned *value)
{
    size_t len = 0;

    *value = 0;
    while (len < 2 && len < s->len && isdigit((unsigned char)s->ptr[len]))
        *value = *value * 10 + (unsigned)(s->ptr[len++] - '0');
    *s = span_tail(*s, len);
    return len > 0;
}

static bool take_date(struct span *s, struct stamp *t)
{
    uint64_t year;

    if (!span_u64(span_head(*s, 4), &year))
        return false;
    t->year = (unsigned)year;
    *s = span_tail(*s, 4);
    return span_skip(s, "-") && take_number(s, &t->month) && span_skip(s, "-") &&
           take_number(s, &t->day);
}

// A point or comma and any number of digits, of which nine count.
static void take_fraction(struct span *s, struct stamp *t)
{
    unsigned scale = 1000000000;
    size_t len = 1;

    if (s->len < 2 || (s->ptr[0] != '.' && s->ptr[0] != ',') || !isdigit((unsigned char)s->ptr[1]))
        return;
    for (; len < s->len && isdigit((unsigned char)s->ptr[len]); len++) {
        scale /= 10;
        t->nanosecond += (unsigned)(s->ptr[len] - '0') * scale;
    }
    *s = span_tail(*s, len);
}

static bool take_clock(struct span *s, struct stamp *t)
{
    if (!take_number(s, &t->hour) || !span_skip(s, ":") || !take_number(s, &t->minute) ||
        !span_skip(s, ":") || !take_number(s, &t->second))
        return false;
    take_fraction(s, t);
    return true;
}

static bool take_zone(struct span *s, struct stamp *t)
{
    uint64_t hour;
    uint64_t minute;

    if (span_skip(s, "Z"))
        return true;
    if (s->len != 6 || (s->ptr[0] != '+' && s->ptr[0] != '-') || s->ptr[3] != ':' ||
        !span_u64(span_of(s->ptr + 1, 2), &hour) || !span_u64(span_of(s->ptr + 4, 2), &minute))
        return false;
    if (hour > 24 || minute > 60)
        return false;
    hour += minute / 60;
    minute %= 60;
    t->far = hour > 23; // Go reads such an offset but does not write it
    if (hour || minute) // and it prints an offset of zero as Z
        snprintf(t->zone, sizeof(t->zone), "%c%02u:%02u", s->ptr[0], (unsigned)hour % 100,
                 (unsigned)minute);
    *s = span_tail(*s, 6);
    return true;
}

static bool stamp_in_range(const struct stamp *t)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = t->year % 4 == 0 && (t->year % 100 != 0 || t->year % 400 == 0);

    if (t->month < 1 || t->month > 12 || t->hour > 23 || t->minute > 59 || t->second > 59)
        return false;
    return t->day >= 1 && t->day <= days[t->month - 1] + (unsigned)(t->month == 2 && leap);
}

static bool stamp_parse(struct span s, struct stamp *t)
{
    if (!take_date(&s, t))
        return false;
    if (span_skip(&s, "T") || span_skip(&s, "t")) {
        if (!take_clock(&s, t) || !take_zone(&s, t))
            return false;
    } else if (s.len && s.ptr[0] == ' ') {
        while (span_skip(&s, " "))
            ;
        if (!take_clock(&s, t))
            return false;
    }
    return s.len == 0 && stamp_in_range(t);
}

bool timestamp_resolve(struct span text, struct scalar *out)
{
    struct stamp t = {.zone = "Z"};
    char fraction[16] = "";
    size_t len;

    // Exactly four digits and a dash, before anything is tried.
    if (text.len < 5 || text.ptr[4] != '-' || !stamp_parse(text, &t))
        return false;
    if (t.nanosecond) {
        len = (size_t)snprintf(fraction, sizeof(fraction), ".%09u", t.nanosecond % 1000000000u);
        while (fraction[len - 1] == '0')
            fraction[--len] = '\0';
    }
    snprintf(out->text, sizeof(out->text), "%04u-%02u-%02uT%02u:%02u:%02u%s%s", t.year % 10000,
             t.month % 100, t.day % 100, t.hour % 100, t.minute % 100, t.second % 100, fraction,
             t.zone);
    out->timestamp = true;
    out->unprintable = t.far;
    return true;
}
