// SPDX-License-Identifier: Apache-2.0
// Durations as Go reads and writes them.
#include <ctype.h>

#include "model/chart/functions/moment.h"

void moment_quote(struct span text, struct buf *out)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c >= 0x80 || c < ' ') {
            buf_printf(out, "\\x%02x", c);
            continue;
        }
        if (c == '"' || c == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, (char)c);
    }
    buf_add_char(out, '"');
}

static int refuse(struct span whole, const char *why, struct err **err)
{
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    moment_quote(whole, &quoted);
    return err_set(err, ERR_CONFIG, "time: %s %s", why, buf_str(&quoted));
}

static int refuse_unit(struct span whole, struct span unit, struct err **err)
{
    struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&why, "unknown unit ");
    moment_quote(unit, &why);
    buf_add_str(&why, " in duration");
    return refuse(whole, buf_str(&why), err);
}

#define HALF_RANGE (UINT64_C(1) << 63)

// Digits before the point; false when they are too many.
static bool take_whole(struct span *rest, uint64_t *number)
{
    for (*number = 0; rest->len && isdigit((unsigned char)rest->ptr[0]);) {
        if (*number > HALF_RANGE / 10)
            return false;
        *number = *number * 10 + (uint64_t)(rest->ptr[0] - '0');
        if (*number > HALF_RANGE)
            return false;
        *rest = span_tail(*rest, 1);
    }
    return true;
}

// Digits behind the point, those that fit: number / scale.
static void take_part(struct span *rest, uint64_t *number, double *scale)
{
    bool full = false;

    *number = 0;
    for (*scale = 1; rest->len && isdigit((unsigned char)rest->ptr[0]);
         *rest = span_tail(*rest, 1)) {
        full |= *number > (HALF_RANGE - 1) / 10;
        if (full)
            continue;
        *number = *number * 10 + (uint64_t)(rest->ptr[0] - '0');
        *scale *= 10;
    }
}

static struct span take_unit(struct span *rest)
{
    struct span unit = {rest->ptr, 0};

    while (unit.len < rest->len && rest->ptr[unit.len] != '.' &&
           !isdigit((unsigned char)rest->ptr[unit.len]))
        unit.len++;
    *rest = span_tail(*rest, unit.len);
    return unit;
}

static uint64_t unit_ns(struct span unit)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        {"ns", 1},           {"us", 1000},     {"\xc2\xb5s", 1000}, // the micro sign
        {"\xce\xbcs", 1000},                                        // the Greek letter
        {"ms", 1000000},     {"s", MOMENT_NS}, {"m", 60 * MOMENT_NS}, {"h", 3600 * MOMENT_NS}};

    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (span_is(unit, units[i].name))
            return units[i].ns;
    return 0;
}

// Takes one number with its unit: "1.5h".
static int take_term(struct span whole, struct span *rest, uint64_t *ns, struct err **err)
{
    uint64_t number, part = 0, unit;
    double scale = 1;
    size_t digits = rest->len;
    struct span name;

    if (!take_whole(rest, &number))
        return refuse(whole, "invalid duration", err);
    digits -= rest->len;
    if (span_skip(rest, ".")) {
        digits += rest->len;
        take_part(rest, &part, &scale);
        digits -= rest->len;
    }
    if (!digits)
        return refuse(whole, "invalid duration", err);
    name = take_unit(rest);
    unit = unit_ns(name);
    if (!unit)
        return name.len ? refuse_unit(whole, name, err)
                        : refuse(whole, "missing unit in duration", err);
    if (number > HALF_RANGE / unit)
        return refuse(whole, "invalid duration", err);
    *ns = number * unit;
    if (part)
        *ns += (uint64_t)((double)part * ((double)unit / scale));
    return *ns > HALF_RANGE ? refuse(whole, "invalid duration", err) : 0;
}

int moment_read_duration(struct span text, int64_t *ns, struct err **err)
{
    struct span rest = text;
    bool minus = span_starts(text, "-");
    uint64_t sum = 0, term = 0;

    *ns = 0;
    if (minus || span_starts(text, "+"))
        rest = span_tail(rest, 1);
    if (span_is(rest, "0"))
        return 0;
    if (!rest.len)
        return refuse(text, "invalid duration", err);
    while (rest.len) {
        if (take_term(text, &rest, &term, err) < 0)
            return -1;
        sum += term;
        if (sum > HALF_RANGE)
            return refuse(text, "invalid duration", err);
    }
    if (!minus && sum == HALF_RANGE)
        return refuse(text, "invalid duration", err);
    *ns = (int64_t)(minus ? 0 - sum : sum);
    return 0;
}

// number / 10^places, without trailing zeros.
static void add_decimal(struct buf *out, uint64_t number, int places)
{
    uint64_t scale = 1;
    size_t point;

    for (int i = 0; i < places; i++)
        scale *= 10;
    buf_printf(out, "%llu", (unsigned long long)(number / scale));
    if (!(number % scale))
        return;
    point = out->len;
    buf_printf(out, ".%0*llu", places, (unsigned long long)(number % scale));
    while (out->len > point && out->data[out->len - 1] == '0')
        buf_truncate(out, out->len - 1);
}

void moment_print_duration(int64_t ns, struct buf *out)
{
    uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    uint64_t seconds = left / MOMENT_NS;

    if (ns < 0)
        buf_add_char(out, '-');
    if (left && left < MOMENT_NS) {
        int places = left < 1000 ? 0 : left < 1000000 ? 3 : 6;

        add_decimal(out, left, places);
        buf_add_str(out, places == 0 ? "ns" : places == 3 ? "\xc2\xb5s" : "ms");
        return;
    }
    if (seconds >= 3600)
        buf_printf(out, "%lluh", (unsigned long long)(seconds / 3600));
    if (seconds >= 60)
        buf_printf(out, "%llum", (unsigned long long)(seconds / 60 % 60));
    add_decimal(out, left % (60 * (uint64_t)MOMENT_NS), 9);
    buf_add_char(out, 's');
}
