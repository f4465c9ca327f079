// SPDX-License-Identifier: Apache-2.0
// Reading a time by a layout: time.ParseInLocation of Go 1.26 where the location is UTC.
#include <ctype.h>
#include <string.h>

#include "model/chart/functions/layout.h"
#include "model/chart/functions/moment.h"

struct reader {
    struct span layout, text; // as given
    struct span rest;
    struct moment_date date; // month, day and yday 0 until they are known
    int64_t ns;
    bool pm, am, has_yday;
    bool is_utc;
    bool has_offset;
    int offset;
    struct span zone;
    const char *range; // what is out of range
};

// --- what the pieces are read with; all give false for what does not fit ---

static bool is_digit(struct span s, size_t at)
{
    return at < s.len && isdigit((unsigned char)s.ptr[at]);
}

static bool is_point(struct span s)
{
    return s.len && (s.ptr[0] == '.' || s.ptr[0] == ',');
}

static bool take_int(struct span *rest, size_t least, size_t most, int *number)
{
    size_t len = 0;

    for (*number = 0; len < most && is_digit(*rest, len); len++)
        *number = *number * 10 + (rest->ptr[len] - '0');
    if (len < least)
        return false;
    *rest = span_tail(*rest, len);
    return true;
}

// One or two digits; with a zero in the layout two.
static bool take_two(struct reader *r, bool fixed, int *number)
{
    return take_int(&r->rest, fixed ? 2 : 1, 2, number);
}

// A number of so many bytes, that may have a sign, as a year.
static bool take_year(struct reader *r, size_t len, int64_t *year)
{
    struct span digits = span_head(r->rest, len);
    uint64_t number = 0;
    bool minus = span_starts(digits, "-");

    if (digits.len < len)
        return false;
    r->rest = span_tail(r->rest, len);
    if (minus || span_starts(digits, "+"))
        digits = span_tail(digits, 1);
    if (digits.len && !span_u64(digits, &number))
        return false;
    *year = digits.len ? (int64_t)number : 0;
    *year = minus ? -*year : *year;
    return true;
}

static bool same_word(struct span text, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (i >= text.len || tolower((unsigned char)text.ptr[i]) != tolower((unsigned char)word[i]))
            return false;
    return true;
}

static bool take_month(struct reader *r, bool whole)
{
    for (int month = 1; month <= 12; month++) {
        const char *name = moment_month_name(month);
        size_t len = whole ? strlen(name) : 3;

        if (!same_word(r->rest, name, len))
            continue;
        r->date.month = month;
        r->rest = span_tail(r->rest, len);
        return true;
    }
    return false;
}

static bool take_weekday(struct reader *r, bool whole)
{
    for (int day = 0; day < 7; day++) {
        const char *name = moment_weekday_name(day);
        size_t len = whole ? strlen(name) : 3;

        if (!same_word(r->rest, name, len))
            continue;
        r->rest = span_tail(r->rest, len);
        return true;
    }
    return false;
}

static bool take_half(struct reader *r, const char *am, const char *pm)
{
    r->am |= span_starts(r->rest, am);
    r->pm |= span_starts(r->rest, pm);
    return span_skip(&r->rest, am) || span_skip(&r->rest, pm);
}

// `len` bytes: a point and digits, of which nine count.
static bool take_fraction(struct reader *r, size_t len)
{
    struct span digits = span_head(r->rest, len);
    uint64_t number;

    if (!is_point(digits) || digits.len < len)
        return false;
    r->rest = span_tail(r->rest, len);
    digits = span_head(span_tail(digits, 1), 9);
    if (digits.len && digits.ptr[0] == '-') {
        r->range = "fractional second";
        return true;
    }
    if (!span_u64(digits, &number))
        return false;
    for (size_t i = digits.len; i < 9; i++)
        number *= 10;
    r->ns = (int64_t)number;
    return true;
}

static size_t digits_behind(struct span text)
{
    size_t len = 1;

    while (is_digit(text, len))
        len++;
    return len;
}

// A second may have a fraction that the layout does not have.
static bool take_second(struct reader *r, bool fixed, struct span layout)
{
    enum layout_kind next;

    if (!take_two(r, fixed, &r->date.second))
        return false;
    if (r->date.second >= 60) {
        r->range = "second";
        return true;
    }
    if (!is_point(r->rest) || !is_digit(r->rest, 1))
        return true;
    next = layout_next(&layout).kind;
    return next == LAYOUT_FRACTION_0 || next == LAYOUT_FRACTION_9 ||
           take_fraction(r, digits_behind(r->rest));
}

static bool take_exact(struct span *rest, const char *colon, int *number)
{
    return span_skip(rest, colon) && take_int(rest, 2, 2, number);
}

// Hours, and as far as the form has them minutes and seconds.
static bool take_parts(struct span *rest, struct layout_offset form, int parts[3])
{
    const char *colon = form.colons ? ":" : "";

    return take_int(rest, 2, 2, &parts[0]) &&
           (!form.minutes || take_exact(rest, colon, &parts[1])) &&
           (!form.seconds || take_exact(rest, colon, &parts[2]));
}

static bool take_offset(struct reader *r, struct layout_offset form)
{
    // Some people write 24 hours, 60 minutes or 60 seconds.
    static const struct {
        int most;
        const char *what;
    } limits[] = {{24, "time zone offset hour"},
                  {60, "time zone offset minute"},
                  {60, "time zone offset second"}};
    struct span rest = r->rest;
    int parts[3] = {0};
    bool minus = span_starts(rest, "-");

    if (form.z && span_skip(&r->rest, "Z")) {
        r->is_utc = true;
        return true;
    }
    if ((!span_skip(&rest, "-") && !span_skip(&rest, "+")) || !take_parts(&rest, form, parts))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(limits); i++)
        if (parts[i] > limits[i].most)
            r->range = limits[i].what;
    r->rest = rest;
    r->offset = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    if (minus)
        r->offset = -r->offset;
    r->has_offset = r->offset != -1; // -1 is Go's sign for none
    return true;
}

// "+05": its length when the number is at most 23, else 0.
static size_t signed_offset(struct span text)
{
    struct span rest = text;
    int hours;

    if (!span_skip(&rest, "+") && !span_skip(&rest, "-"))
        return 0;
    if (!take_int(&rest, 1, 6, &hours) || hours > 23 || is_digit(rest, 0))
        return 0;
    return text.len - rest.len;
}

// Three capital letters, or four or five that end in T.
static size_t name_len(struct span text)
{
    size_t upper = 0;

    while (upper < 6 && upper < text.len && text.ptr[upper] >= 'A' && text.ptr[upper] <= 'Z')
        upper++;
    if (upper == 4 && span_starts(text, "WITA"))
        return upper;
    if (upper == 4 || upper == 5)
        return text.ptr[upper - 1] == 'T' ? upper : 0;
    return upper == 3 ? upper : 0;
}

// How long the name of a zone at the start of a text is, by its looks; 0 when there is none.
static size_t zone_len(struct span text)
{
    if (text.len < 3)
        return 0;
    if (span_starts(text, "ChST") || span_starts(text, "MeST"))
        return 4;
    if (span_starts(text, "GMT"))
        return 3 + signed_offset(span_tail(text, 3));
    if (text.ptr[0] == '+' || text.ptr[0] == '-')
        return signed_offset(text);
    return name_len(text);
}

static bool take_zone(struct reader *r)
{
    if (span_skip(&r->rest, "UTC")) {
        r->is_utc = true;
        return true;
    }
    r->zone = span_head(r->rest, zone_len(r->rest));
    r->rest = span_tail(r->rest, r->zone.len);
    return r->zone.len > 0;
}

// --- the pieces ---

// One or two digits that make a number within these bounds.
static bool take_within(struct reader *r, bool fixed, int least, int most, const char *what,
                        int *number)
{
    if (!take_two(r, fixed, number))
        return false;
    if (*number < least || *number > most)
        r->range = what;
    return true;
}

static bool take_date_piece(struct reader *r, enum layout_kind kind)
{
    struct moment_date *d = &r->date;
    bool fixed = kind == LAYOUT_ZERO_MONTH || kind == LAYOUT_ZERO_DAY;

    switch (kind) {
    case LAYOUT_LONG_MONTH:
    case LAYOUT_MONTH: return take_month(r, kind == LAYOUT_LONG_MONTH);
    case LAYOUT_NUM_MONTH:
    case LAYOUT_ZERO_MONTH: return take_within(r, fixed, 1, 12, "month", &d->month);
    case LAYOUT_UNDER_DAY:
    case LAYOUT_DAY:
    case LAYOUT_ZERO_DAY:
        if (kind == LAYOUT_UNDER_DAY)
            (void)span_skip(&r->rest, " ");
        if (!take_two(r, fixed, &d->day))
            return false;
        d->day = d->day ? d->day : -1; // seen, and none
        return true;
    case LAYOUT_UNDER_YEAR_DAY:
        for (size_t i = 0; i < 2; i++)
            (void)span_skip(&r->rest, " ");
        r->has_yday = true;
        return take_int(&r->rest, 1, 3, &d->yday);
    case LAYOUT_ZERO_YEAR_DAY: r->has_yday = true; return take_int(&r->rest, 3, 3, &d->yday);
    case LAYOUT_YEAR:
        if (!take_year(r, 2, &d->year))
            return false;
        d->year += d->year >= 69 ? 1900 : 2000;
        return true;
    default: return is_digit(r->rest, 0) && take_year(r, 4, &d->year); // LAYOUT_LONG_YEAR
    }
}

static bool take_clock_piece(struct reader *r, enum layout_kind kind, struct span layout)
{
    struct moment_date *d = &r->date;

    switch (kind) {
    case LAYOUT_HOUR: return take_within(r, false, 0, 23, "hour", &d->hour);
    case LAYOUT_HOUR_12:
    case LAYOUT_ZERO_HOUR_12:
        return take_within(r, kind == LAYOUT_ZERO_HOUR_12, 0, 12, "hour", &d->hour);
    case LAYOUT_MINUTE:
    case LAYOUT_ZERO_MINUTE:
        return take_within(r, kind == LAYOUT_ZERO_MINUTE, 0, 59, "minute", &d->minute);
    case LAYOUT_PM: return take_half(r, "AM", "PM");
    case LAYOUT_SMALL_PM: return take_half(r, "am", "pm");
    default: return take_second(r, kind == LAYOUT_ZERO_SECOND, layout);
    }
}

// `layout` is what follows the piece.
static bool take_piece(struct reader *r, const struct layout_piece *piece, struct span layout)
{
    switch (piece->kind) {
    case LAYOUT_WEEKDAY: return take_weekday(r, false);
    case LAYOUT_LONG_WEEKDAY: return take_weekday(r, true);
    case LAYOUT_ZONE_NAME: return take_zone(r);
    case LAYOUT_OFFSET: return take_offset(r, layout_offset(piece->text));
    case LAYOUT_FRACTION_0: return take_fraction(r, piece->text.len);
    case LAYOUT_FRACTION_9:
        return !is_point(r->rest) || !is_digit(r->rest, 1) ||
               take_fraction(r, digits_behind(r->rest));
    case LAYOUT_HOUR:
    case LAYOUT_HOUR_12:
    case LAYOUT_ZERO_HOUR_12:
    case LAYOUT_MINUTE:
    case LAYOUT_ZERO_MINUTE:
    case LAYOUT_SECOND:
    case LAYOUT_ZERO_SECOND:
    case LAYOUT_PM:
    case LAYOUT_SMALL_PM: return take_clock_piece(r, piece->kind, layout);
    default: return take_date_piece(r, piece->kind);
    }
}

// What stands between the pieces; any number of blanks for any other.
static bool skip_text(struct reader *r, struct span text)
{
    while (text.len) {
        if (text.ptr[0] == ' ') {
            if (r->rest.len && r->rest.ptr[0] != ' ')
                return false;
            while (span_skip(&text, " "))
                ;
            while (span_skip(&r->rest, " "))
                ;
            continue;
        }
        if (!r->rest.len || r->rest.ptr[0] != text.ptr[0])
            return false;
        text = span_tail(text, 1);
        r->rest = span_tail(r->rest, 1);
    }
    return true;
}

// --- errors ---

static int refuse_value(const struct reader *r, struct span piece, struct span value,
                        struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&text, "parsing time ");
    moment_quote(r->text, &text);
    buf_add_str(&text, " as ");
    moment_quote(r->layout, &text);
    buf_add_str(&text, ": cannot parse ");
    moment_quote(value, &text);
    buf_add_str(&text, " as ");
    moment_quote(piece, &text);
    return err_set(err, ERR_CONFIG, "%s", buf_str(&text));
}

static int refuse(const struct reader *r, const char *why, const char *after, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    moment_quote(r->text, &text);
    return err_set(err, ERR_CONFIG, "parsing time %s: %s%s", buf_str(&text), why, after);
}

static int refuse_rest(const struct reader *r, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    moment_quote(r->rest, &text);
    return refuse(r, "extra text: ", buf_str(&text), err);
}

static int take_pieces(struct reader *r, struct err **err)
{
    struct span layout = r->layout;

    for (;;) {
        struct layout_piece piece = layout_next(&layout);
        struct span before;

        if (!skip_text(r, piece.before))
            return refuse_value(r, piece.before, r->rest, err);
        if (piece.kind == LAYOUT_END)
            return r->rest.len ? refuse_rest(r, err) : 0;
        before = r->rest;
        if (!take_piece(r, &piece, layout))
            return refuse_value(r, piece.text, before, err);
        if (r->range)
            return refuse(r, r->range, " out of range", err);
    }
}

// --- putting together ---

// Month and day of a day of the year.
static int set_year_day(struct reader *r, struct err **err)
{
    struct moment_date *d = &r->date;
    int month = 1, day = d->yday;

    if (day < 1 || day > 365 + (moment_month_days(d->year, 2) == 29))
        return refuse(r, "day-of-year", " out of range", err);
    while (day > moment_month_days(d->year, month))
        day -= moment_month_days(d->year, month++);
    if (d->month && d->month != month)
        return refuse(r, "day-of-year does not match month", "", err);
    if (d->day && d->day != day)
        return refuse(r, "day-of-year does not match day", "", err);
    d->month = month;
    d->day = day;
    return 0;
}

static int check_date(struct reader *r, struct err **err)
{
    struct moment_date *d = &r->date;

    if (r->pm && d->hour < 12)
        d->hour += 12;
    else if (r->am && d->hour == 12)
        d->hour = 0;
    if (r->has_yday && set_year_day(r, err) < 0)
        return -1;
    d->month = d->month ? d->month : 1;
    d->day = d->day ? d->day : 1;
    if (d->day < 1 || d->day > moment_month_days(d->year, d->month))
        return refuse(r, "day", " out of range", err);
    return 0;
}

// A zone with a name only has no offset, unless it is "GMT+3".
static void set_zone(struct arena *a, const struct reader *r, struct moment *m)
{
    int64_t hours;

    m->is_utc = r->is_utc;
    if (r->is_utc)
        return;
    if (r->has_offset) {
        m->seconds -= r->offset;
        if (!r->offset && (!r->zone.len || span_is(r->zone, "UTC")))
            return;
        m->zone = arena_span(a, r->zone);
        m->offset = r->offset;
    } else if (r->zone.len) {
        m->zone = arena_span(a, r->zone);
        if (r->zone.len > 3 && span_starts(r->zone, "GMT") &&
            span_i64(span_tail(r->zone, span_starts(r->zone, "GMT+") ? 4 : 3), &hours))
            m->offset = (int32_t)(hours * 3600);
    }
}

int moment_parse(struct arena *a, struct span layout, struct span text, struct moment *m,
                 struct err **err)
{
    struct reader r = {.layout = layout, .text = text, .rest = text, .zone = SPAN_EMPTY};

    *m = MOMENT_ZERO;
    if (take_pieces(&r, err) < 0 || check_date(&r, err) < 0)
        return -1;
    *m = moment_of(moment_seconds(&r.date));
    m->ns = (int32_t)r.ns;
    set_zone(a, &r, m);
    return 0;
}
