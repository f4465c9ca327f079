// SPDX-License-Identifier: Apache-2.0
// Points in time and spans of time (RFC 3339).
#include "model/chart/schema/format_checks.h"

#include <string.h>

// One side of the "T": numbers with units in order.
static bool check_units(struct span s, const char *units, struct buf *why)
{
    const char *all = units;

    while (s.len) {
        size_t digits = format_count_digits(s);
        const char *unit;

        if (!digits)
            return format_fail(why, "missing number");
        s = span_tail(s, digits);
        if (!s.len)
            return format_fail(why, "missing unit");
        unit = s.ptr[0] ? strchr(units, s.ptr[0]) : NULL;
        if (!unit && s.ptr[0] && strchr(all, s.ptr[0]))
            return format_fail_rune(why, "unit ", (unsigned char)s.ptr[0], " out of order");
        if (!unit)
            return format_fail_rune(why, "invalid unit ", (unsigned char)s.ptr[0], "");
        units = unit + 1;
        s = span_tail(s, 1);
    }
    return true;
}

bool format_duration(struct span s, struct buf *why)
{
    static const char *const units[] = {"YMD", "HMS"};
    struct span piece;

    if (!span_skip(&s, "P"))
        return format_fail(why, "must start with P");
    if (!s.len)
        return format_fail(why, "nothing after P");
    if (span_ends(s, "W")) {
        if (s.len == 1)
            return format_fail(why, "no number in week");
        return format_count_digits(s) == s.len - 1 || format_fail(why, "invalid week");
    }
    for (size_t i = 0; format_next_piece(&s, 'T', &piece); i++) {
        if (i && !piece.len)
            return format_fail(why, "no time elements");
        if (i >= ARRAY_LEN(units))
            return format_fail(why, "more than one T");
        if (!check_units(piece, units[i], why))
            return false;
    }
    return true;
}

static unsigned two(const char *digits)
{
    return (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
}

static bool is_shape(struct span s, const char *shape)
{
    if (s.len != strlen(shape))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (shape[i] == 'd' ? s.ptr[i] < '0' || s.ptr[i] > '9' : s.ptr[i] != shape[i])
            return false;
    }
    return true;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
        return 29;
    return days[month - 1];
}

// Go's time.Parse of "2006-01-02" says what of the text it could not read as what.
static bool fail_date(struct buf *why, struct span s, const char *part, struct span rest)
{
    buf_printf(why, "parsing time \"%.*s\"", SPAN_ARG(s));
    if (part)
        buf_printf(why, " as \"2006-01-02\": cannot parse \"%.*s\" as \"%s\"", SPAN_ARG(rest),
                   part);
    return false;
}

bool format_date(struct span s, struct buf *why)
{
    static const struct {
        const char *shape, *part;
        size_t at;
    } parts[] = {
        {"dddd", "2006", 0}, {"-", "-", 4}, {"dd", "01", 5}, {"-", "-", 7}, {"dd", "02", 8}};
    unsigned year, month, day;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct span rest = span_tail(s, parts[i].at);

        if (!is_shape(span_head(rest, strlen(parts[i].shape)), parts[i].shape))
            return fail_date(why, s, parts[i].part, rest);
        month = parts[i].at == 5 ? two(rest.ptr) : 1;
        if (month < 1 || month > 12) {
            fail_date(why, s, NULL, rest);
            return format_fail(why, ": month out of range");
        }
    }
    if (s.len > 10) {
        fail_date(why, s, NULL, s);
        buf_printf(why, ": extra text: \"%.*s\"", SPAN_ARG(span_tail(s, 10)));
        return false;
    }
    year = two(s.ptr) * 100 + two(s.ptr + 2);
    month = two(s.ptr + 5);
    day = two(s.ptr + 8);
    if (day >= 1 && day <= days_in(year, month))
        return true;
    fail_date(why, s, NULL, s);
    return format_fail(why, ": day out of range");
}

// "+01:00", in minutes to add for universal time.
static bool take_offset(struct span s, int *minutes, struct buf *why)
{
    int sign = 0;

    if (s.len != 6)
        return format_fail(why, "offset must be 6 characters long");
    if (s.ptr[0] == '+' || s.ptr[0] == '-')
        sign = s.ptr[0] == '+' ? -1 : 1;
    if (!sign)
        return format_fail(why, "offset must begin with plus/minus");
    if (s.ptr[3] != ':')
        return format_fail(why, "missing colon in offset in correct place");
    if (!is_shape(span_tail(s, 1), "dd:dd"))
        return format_fail(why, "invalid hour/min in offset");
    if (two(s.ptr + 1) > 23 || two(s.ptr + 4) > 59)
        return format_fail(why, "hour/min in offset out of range");
    *minutes = sign * (int)(two(s.ptr + 1) * 60 + two(s.ptr + 4));
    return true;
}

// ".5"
static bool skip_fraction(struct span *rest, struct buf *why)
{
    size_t digits;

    if (!span_skip(rest, "."))
        return true;
    digits = format_count_digits(*rest);
    *rest = span_tail(*rest, digits);
    return digits || format_fail(why, "no digits in second fraction");
}

bool format_time(struct span s, struct buf *why)
{
    unsigned hour, minute, second;
    struct span rest;
    int offset = 0, utc;

    if (s.len < 9)
        return format_fail(why, "less than 9 characters long");
    if (s.ptr[2] != ':' || s.ptr[5] != ':')
        return format_fail(why, "missing colon in correct place");
    if (!is_shape(span_head(s, 8), "dd:dd:dd"))
        return format_fail(why, "invalid hour/min/sec");
    hour = two(s.ptr);
    minute = two(s.ptr + 3);
    second = two(s.ptr + 6);
    if (hour > 23 || minute > 59 || second > 60)
        return format_fail(why, "hour/min/sec out of range");
    rest = span_tail(s, 8);
    if (!skip_fraction(&rest, why))
        return false;
    if (!span_is(rest, "z") && !span_is(rest, "Z") && !take_offset(rest, &offset, why))
        return false;
    utc = ((int)(hour * 60 + minute) + offset + 24 * 60) % (24 * 60);
    return second < 60 || utc == 23 * 60 + 59 || format_fail(why, "invalid leap second");
}

bool format_date_time(struct span s, struct buf *why)
{
    struct buf inner CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool good_date;

    if (s.len < 20)
        return format_fail(why, "less than 20 characters long");
    if (s.ptr[10] != 't' && s.ptr[10] != 'T')
        return format_fail(why, "11th character must be t or T");
    good_date = format_date(span_head(s, 10), &inner);
    if (good_date && format_time(span_tail(s, 11), &inner))
        return true;
    buf_printf(why, "invalid %s element: %s", good_date ? "time" : "date", buf_str(&inner));
    return false;
}

// One end of a period: a duration when it starts with "P".
static bool check_end(struct span s, const char *name, bool duration, struct buf *why)
{
    struct buf inner CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (duration ? format_duration(s, &inner) : format_date_time(s, &inner))
        return true;
    buf_printf(why, "invalid %s %s: %s", name, duration ? "duration" : "date-time",
               buf_str(&inner));
    return false;
}

bool format_period(struct span s, struct buf *why)
{
    struct span start, end;
    bool from_duration;

    if (!span_cut(s, '/', &start, &end))
        return format_fail(why, "missing slash");
    from_duration = span_starts(start, "P");
    return check_end(start, "start", from_duration, why) &&
           check_end(end, "end", !from_duration && span_starts(end, "P"), why);
}
