// SPDX-License-Identifier: Apache-2.0
// Points in time: the calendar, and how they are written.
#include "model/chart/functions/moment.h"

#include <stdlib.h>
#include <time.h>

#include "model/chart/functions/layout.h"

enum { DAY_SECONDS = 86400 };

struct moment moment_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (struct moment){now.tv_sec, (int32_t)now.tv_nsec, MOMENT_UTC, 0, false};
}

struct moment moment_of(int64_t seconds)
{
    return (struct moment){.seconds = seconds, .zone = MOMENT_UTC};
}

// --- the calendar ---

// Go counts seconds from a year so long ago that all times are above zero, and wraps. That is a
// whole number of days, this one of them before 1970.
#define LONG_AGO_DAYS INT64_C(106751991073400)

static void split(const struct moment *m, int64_t *days, int *second)
{
    uint64_t since =
        (uint64_t)m->seconds + (uint64_t)(int64_t)m->offset + (uint64_t)LONG_AGO_DAYS * DAY_SECONDS;

    *days = (int64_t)(since / DAY_SECONDS) - LONG_AGO_DAYS;
    *second = (int)(since % DAY_SECONDS);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int moment_month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

// Days from 1970-01-01 to the first of March of a year, by eras of 400 years.
static int64_t march_days(int64_t year)
{
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 - 719468;
}

struct moment_date moment_date(const struct moment *m)
{
    struct moment_date d;
    int64_t days, era, of_era;
    int second, from_march, months;

    split(m, &days, &second);
    d.hour = second / 3600;
    d.minute = second / 60 % 60;
    d.second = second % 60;
    d.weekday = (int)((days % 7 + 7 + 4) % 7);
    // In years that start with March, so that the leap day is the last one.
    era = (days + 719468 - (days + 719468 < 0 ? 146096 : 0)) / 146097;
    of_era = days + 719468 - era * 146097;
    d.year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365 + era * 400;
    from_march = (int)(days - march_days(d.year));
    months = (5 * from_march + 2) / 153;
    d.day = from_march - (153 * months + 2) / 5 + 1;
    d.month = months < 10 ? months + 3 : months - 9;
    d.year += d.month <= 2;
    d.yday = d.day;
    for (int month = 1; month < d.month; month++)
        d.yday += moment_month_days(d.year, month);
    return d;
}

int64_t moment_seconds(const struct moment_date *d)
{
    int64_t days = march_days(d->year - (d->month <= 2));
    int months = d->month > 2 ? d->month - 3 : d->month + 9;

    days += (153 * months + 2) / 5 + d->day - 1;
    return days * DAY_SECONDS + d->hour * 3600 + d->minute * 60 + d->second;
}

const char *moment_month_name(int month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};

    return names[month - 1];
}

const char *moment_weekday_name(int weekday)
{
    static const char *const names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};

    return names[weekday];
}

// --- writing ---

static void add_number(struct buf *out, int64_t number, int width)
{
    if (number < 0)
        buf_add_char(out, '-');
    buf_printf(out, "%0*llu", width, (unsigned long long)(number < 0 ? -number : number));
}

static void add_offset(struct buf *out, int offset, struct layout_offset form)
{
    int minutes = offset / 60;

    if (form.z && !offset) {
        buf_add_char(out, 'Z');
        return;
    }
    buf_printf(out, "%c%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60);
    if (form.minutes)
        buf_printf(out, "%s%02d", form.colons ? ":" : "", abs(minutes) % 60);
    if (form.seconds) // Go's sign is that of the minutes
        buf_printf(out, "%s%02d", form.colons ? ":" : "", (minutes < 0 ? -offset : offset) % 60);
}

static void add_fraction(struct buf *out, int32_t ns, const struct layout_piece *piece)
{
    size_t digits = piece->text.len - 1, start = out->len;
    bool trim = piece->kind == LAYOUT_FRACTION_9;

    if (trim && !ns)
        return;
    buf_printf(out, "%c%09d", piece->text.ptr[0], (int)ns);
    if (digits < 9)
        buf_truncate(out, start + 1 + digits);
    while (trim && out->len > start + 1 && out->data[out->len - 1] == '0')
        buf_truncate(out, out->len - 1);
    if (trim && out->len == start + 1)
        buf_truncate(out, start);
}

static void add_zone(struct buf *out, const struct moment *m)
{
    if (m->zone.len)
        buf_add_span(out, m->zone);
    else
        add_offset(out, m->offset, (struct layout_offset){.minutes = true});
}

static void add_date_piece(struct buf *out, const struct moment_date *d, enum layout_kind kind)
{
    switch (kind) {
    case LAYOUT_LONG_MONTH: buf_add_str(out, moment_month_name(d->month)); break;
    case LAYOUT_MONTH: buf_printf(out, "%.3s", moment_month_name(d->month)); break;
    case LAYOUT_NUM_MONTH: add_number(out, d->month, 0); break;
    case LAYOUT_ZERO_MONTH: add_number(out, d->month, 2); break;
    case LAYOUT_LONG_WEEKDAY: buf_add_str(out, moment_weekday_name(d->weekday)); break;
    case LAYOUT_WEEKDAY: buf_printf(out, "%.3s", moment_weekday_name(d->weekday)); break;
    case LAYOUT_DAY: add_number(out, d->day, 0); break;
    case LAYOUT_UNDER_DAY: buf_printf(out, "%2d", d->day); break;
    case LAYOUT_ZERO_DAY: add_number(out, d->day, 2); break;
    case LAYOUT_UNDER_YEAR_DAY: buf_printf(out, "%3d", d->yday); break;
    case LAYOUT_ZERO_YEAR_DAY: add_number(out, d->yday, 3); break;
    case LAYOUT_LONG_YEAR: add_number(out, d->year, 4); break;
    case LAYOUT_YEAR: add_number(out, llabs(d->year) % 100, 2); break;
    default: break;
    }
}

static void add_clock_piece(struct buf *out, const struct moment_date *d, enum layout_kind kind)
{
    int twelve = d->hour % 12 ? d->hour % 12 : 12;

    switch (kind) {
    case LAYOUT_HOUR: add_number(out, d->hour, 2); break;
    case LAYOUT_HOUR_12: add_number(out, twelve, 0); break;
    case LAYOUT_ZERO_HOUR_12: add_number(out, twelve, 2); break;
    case LAYOUT_MINUTE: add_number(out, d->minute, 0); break;
    case LAYOUT_ZERO_MINUTE: add_number(out, d->minute, 2); break;
    case LAYOUT_SECOND: add_number(out, d->second, 0); break;
    case LAYOUT_ZERO_SECOND: add_number(out, d->second, 2); break;
    case LAYOUT_PM: buf_add_str(out, d->hour >= 12 ? "PM" : "AM"); break;
    case LAYOUT_SMALL_PM: buf_add_str(out, d->hour >= 12 ? "pm" : "am"); break;
    default: break;
    }
}

void moment_format(const struct moment *m, struct span layout, struct buf *out)
{
    struct moment_date d = moment_date(m);

    while (layout.len) {
        struct layout_piece piece = layout_next(&layout);

        buf_add_span(out, piece.before);
        if (piece.kind == LAYOUT_ZONE_NAME)
            add_zone(out, m);
        else if (piece.kind == LAYOUT_OFFSET)
            add_offset(out, m->offset, layout_offset(piece.text));
        else if (piece.kind == LAYOUT_FRACTION_0 || piece.kind == LAYOUT_FRACTION_9)
            add_fraction(out, m->ns, &piece);
        add_date_piece(out, &d, piece.kind);
        add_clock_piece(out, &d, piece.kind);
    }
}

void moment_print(const struct moment *m, struct buf *out)
{
    moment_format(m, SPAN("2006-01-02 15:04:05.999999999 -0700 MST"), out);
}

// --- from one to another ---

int64_t moment_between(const struct moment *from, const struct moment *to)
{
    int64_t seconds, ns;

    if (__builtin_sub_overflow(to->seconds, from->seconds, &seconds) ||
        __builtin_mul_overflow(seconds, MOMENT_NS, &ns) ||
        __builtin_add_overflow(ns, (int64_t)to->ns - from->ns, &ns))
        return to->seconds < from->seconds ? INT64_MIN : INT64_MAX;
    return ns;
}

struct moment moment_add(const struct moment *m, int64_t ns)
{
    struct moment sum = *m;
    int64_t rest = m->ns + ns % MOMENT_NS;
    int64_t seconds = ns / MOMENT_NS + (rest >= MOMENT_NS) - (rest < 0);

    sum.ns = (int32_t)((rest + MOMENT_NS) % MOMENT_NS);
    sum.seconds = (int64_t)((uint64_t)m->seconds + (uint64_t)seconds);
    return sum;
}

int moment_compare(const struct moment *a, const struct moment *b)
{
    if (a->seconds != b->seconds)
        return a->seconds < b->seconds ? -1 : 1;
    return (a->ns > b->ns) - (a->ns < b->ns);
}
