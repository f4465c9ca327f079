// SPDX-License-Identifier: Apache-2.0
// Numbers as digits and a power of ten.
#include "model/chart/schema/number.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"

// A number that is larger than 10^EXPONENT_MAX, or closer to 0 than its inverse, has another one
// in its place; no chart has such numbers.
enum { EXPONENT_MAX = 100000 };

// 0.DDD... * 10^point; no zeros at either end; no digits at all: 0.
struct decimal {
    bool negative;
    struct span whole, fraction; // digits, as they are written
    size_t leading;              // zeros in front, of both together
    size_t len;                  // digits that count
    int64_t point;
};

static char digit(const struct decimal *d, size_t i)
{
    i += d->leading;
    return i < d->whole.len ? d->whole.ptr[i] : d->fraction.ptr[i - d->whole.len];
}

static struct span take_digits(struct span *s)
{
    size_t len = 0;

    while (len < s->len && s->ptr[len] >= '0' && s->ptr[len] <= '9')
        len++;
    *s = span_tail(*s, len);
    return span_of(s->ptr - len, len);
}

static int64_t take_exponent(struct span s)
{
    bool negative = span_skip(&s, "-");
    int64_t exponent = 0;

    if (!negative)
        span_skip(&s, "+");
    for (size_t i = 0; i < s.len && exponent < EXPONENT_MAX; i++)
        exponent = exponent * 10 + (s.ptr[i] - '0');
    return negative ? -exponent : exponent;
}

static struct decimal decimal_of(const struct node *n)
{
    struct span text = node_scalar(n);
    struct decimal d = {.fraction = SPAN_EMPTY};
    int64_t exponent = 0;
    size_t total;

    d.negative = span_skip(&text, "-");
    d.whole = take_digits(&text);
    if (span_skip(&text, "."))
        d.fraction = take_digits(&text);
    if (text.len)
        exponent = take_exponent(span_tail(text, 1));
    total = d.whole.len + d.fraction.len;
    d.len = total;
    while (d.len && digit(&d, 0) == '0') {
        d.leading++;
        d.len--;
    }
    while (d.len && digit(&d, d.len - 1) == '0')
        d.len--;
    d.point = exponent + (int64_t)d.whole.len - (int64_t)d.leading;
    if (!d.len) {
        d.negative = false;
        d.point = 0;
    }
    return d;
}

// Of the magnitudes.
static int compare(const struct decimal *a, const struct decimal *b)
{
    if (!a->len || !b->len)
        return (a->len != 0) - (b->len != 0);
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    for (size_t i = 0; i < a->len && i < b->len; i++) {
        if (digit(a, i) != digit(b, i))
            return digit(a, i) < digit(b, i) ? -1 : 1;
    }
    return (a->len > b->len) - (a->len < b->len);
}

int schema_number_cmp(const struct node *a, const struct node *b)
{
    struct decimal left = decimal_of(a), right = decimal_of(b);

    if (left.negative != right.negative)
        return left.negative ? -1 : 1;
    return left.negative ? compare(&right, &left) : compare(&left, &right);
}

bool schema_number_is_whole(const struct node *n)
{
    struct decimal d = decimal_of(n);

    return d.point >= (int64_t)d.len;
}

// The digits as an integer, if they are few enough.
static bool small(const struct decimal *d, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < d->len && i < 19; i++)
        *value = *value * 10 + (uint64_t)(digit(d, i) - '0');
    return d->len <= 18;
}

__extension__ typedef unsigned __int128 wide;

bool schema_number_is_multiple(const struct node *n, const struct node *step)
{
    struct decimal a = decimal_of(n), b = decimal_of(step);
    int64_t zeros = (a.point - (int64_t)a.len) - (b.point - (int64_t)b.len);
    uint64_t divisor, rest = 0;

    if (!a.len)
        return true;
    if (!b.len)
        return false;
    // n / step is A / B * 10^zeros, and neither A nor B ends with a zero.
    if (zeros < 0)
        return false;
    if (!small(&b, &divisor)) // no one writes such a step: as good as a double can tell
        return a.len == b.len && zeros == 0 && compare(&a, &b) == 0;
    for (size_t i = 0; i < a.len; i++)
        rest = (uint64_t)(((wide)rest * 10 + (uint64_t)(digit(&a, i) - '0')) % divisor);
    for (; zeros && rest; zeros--)
        rest = (uint64_t)((wide)rest * 10 % divisor);
    return rest == 0;
}

uint64_t schema_number_hash(const struct node *n)
{
    struct decimal d = decimal_of(n);
    uint64_t hash = hash_span(span_of(&d.point, sizeof(d.point))) + d.negative;

    for (size_t i = 0; i < d.len; i++)
        hash = hash * 31 + (unsigned char)digit(&d, i);
    return hash;
}

// Digits with a comma between thousands.
static void add_grouped(struct buf *out, struct span digits)
{
    for (size_t i = 0; i < digits.len; i++) {
        if (i && (digits.len - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits.ptr[i]);
    }
}

static void add_superscript(struct buf *out, struct span exponent)
{
    static const char *const digits[] = {
        "\xe2\x81\xb0", "\xc2\xb9",     "\xc2\xb2",     "\xc2\xb3",     "\xe2\x81\xb4",
        "\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8", "\xe2\x81\xb9"};

    buf_add_str(out, "\xc3\x97"
                     "10");
    if (span_skip(&exponent, "-"))
        buf_add_str(out, "\xe2\x81\xbb");
    else
        span_skip(&exponent, "+");
    for (size_t i = 0; i < exponent.len; i++)
        buf_add_str(out, digits[exponent.ptr[i] - '0']);
}

void schema_number_print(const struct node *n, struct buf *out)
{
    char text[NUMBER_BYTES_MAX];
    struct span rest, exponent = SPAN_EMPTY;

    number_format(node_double(n, 0), false, 'g', text);
    rest = span_str(text);
    if (span_skip(&rest, "-"))
        buf_add_char(out, '-');
    span_cut(rest, 'e', &rest, &exponent);
    add_grouped(out, take_digits(&rest));
    buf_add_span(out, rest);
    if (exponent.len)
        add_superscript(out, exponent);
}

void schema_count_print(int64_t count, struct buf *out)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%lld", (long long)count);
    bool negative = text[0] == '-';

    if (negative)
        buf_add_char(out, '-');
    add_grouped(out, span_of(text + negative, (size_t)len - negative));
}
