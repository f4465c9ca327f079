// SPDX-License-Identifier: Apache-2.0
// strconv's ParseInt and ParseFloat.
#include "base/number_read.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

// Whether each underscore has a digit, or the prefix of a base, before and a digit behind it.
static bool underscores_separate(struct span s)
{
    enum { START, DIGIT, UNDERSCORE, OTHER } last = START;
    bool hex = false;

    if (s.len && (*s.ptr == '-' || *s.ptr == '+'))
        s = span_tail(s, 1);
    if (s.len >= 2 && *s.ptr == '0' && strchr("box", lower(s.ptr[1]))) {
        hex = lower(s.ptr[1]) == 'x';
        last = DIGIT;
        s = span_tail(s, 2);
    }
    for (size_t i = 0; i < s.len; i++) {
        bool digit = hex ? is_hex(s.ptr[i]) : is_digit(s.ptr[i]);

        if (s.ptr[i] == '_' ? last != DIGIT : !digit && last == UNDERSCORE)
            return false;
        last = s.ptr[i] == '_' ? UNDERSCORE : digit ? DIGIT : OTHER;
    }
    return last != UNDERSCORE;
}

// The base that the prefix means, which is stepped over.
static unsigned skip_prefix(struct span *s)
{
    if (*s->ptr != '0')
        return 10;
    if (s->len >= 3 && strchr("box", lower(s->ptr[1]))) {
        char kind = lower(s->ptr[1]);

        *s = span_tail(*s, 2);
        return kind == 'b' ? 2 : kind == 'o' ? 8 : 16;
    }
    *s = span_tail(*s, 1);
    return 8;
}

static unsigned digit_of(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    if (lower(c) >= 'a' && lower(c) <= 'z')
        return (unsigned)(lower(c) - 'a') + 10;
    return 36;
}

enum number_read number_read_uint(struct span text, unsigned base, uint64_t *value)
{
    struct span s = text;
    bool by_prefix = base == 0;
    bool underscores = false;

    *value = 0;
    if (!s.len)
        return NUMBER_SYNTAX;
    if (by_prefix)
        base = skip_prefix(&s);
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = digit_of(s.ptr[i]);
        uint64_t next;

        if (by_prefix && s.ptr[i] == '_') {
            underscores = true;
            continue;
        }
        if (digit >= base) {
            *value = 0;
            return NUMBER_SYNTAX;
        }
        if (__builtin_mul_overflow(*value, (uint64_t)base, &next) ||
            __builtin_add_overflow(next, (uint64_t)digit, &next)) {
            *value = UINT64_MAX;
            return NUMBER_RANGE;
        }
        *value = next;
    }
    if (underscores && !underscores_separate(text)) {
        *value = 0;
        return NUMBER_SYNTAX;
    }
    return NUMBER_READ;
}

enum number_read number_read_int(struct span text, unsigned base, int64_t *value)
{
    bool negative = text.len && *text.ptr == '-';
    const uint64_t limit = (uint64_t)INT64_MAX + negative;
    uint64_t absolute;
    enum number_read read;

    if (negative || (text.len && *text.ptr == '+'))
        text = span_tail(text, 1);
    read = number_read_uint(text, base, &absolute);
    if (read == NUMBER_READ && absolute > limit)
        read = NUMBER_RANGE;
    if (read == NUMBER_RANGE)
        absolute = limit;
    *value = (int64_t)(negative ? 0 - absolute : absolute);
    return read;
}

// What strtod is given: the text without underscores.
struct float_text {
    bool hex, underscores;
    size_t len; // of what belongs to the number
};

// Steps over digits and at most one point; false when there is no digit.
static bool skip_mantissa(struct span text, struct float_text *t)
{
    bool point = false;
    bool digits = false;

    for (; t->len < text.len; t->len++) {
        char c = text.ptr[t->len];

        if (c == '_')
            t->underscores = true;
        else if (c == '.' && !point)
            point = true;
        else if (t->hex ? is_hex(c) : is_digit(c))
            digits = true;
        else
            break;
    }
    return digits;
}

// Steps over an exponent, which a hexadecimal number must have.
static bool skip_exponent(struct span text, struct float_text *t)
{
    if (t->len == text.len || lower(text.ptr[t->len]) != (t->hex ? 'p' : 'e'))
        return !t->hex;
    t->len++;
    if (t->len < text.len && (text.ptr[t->len] == '+' || text.ptr[t->len] == '-'))
        t->len++;
    if (t->len == text.len || !is_digit(text.ptr[t->len]))
        return false;
    for (; t->len < text.len && (is_digit(text.ptr[t->len]) || text.ptr[t->len] == '_'); t->len++)
        t->underscores |= text.ptr[t->len] == '_';
    return true;
}

static bool is_float(struct span text, struct float_text *t)
{
    t->len = text.len && (*text.ptr == '+' || *text.ptr == '-');
    if (t->len + 2 < text.len && text.ptr[t->len] == '0' && lower(text.ptr[t->len + 1]) == 'x') {
        t->hex = true;
        t->len += 2;
    }
    return skip_mantissa(text, t) && skip_exponent(text, t) && t->len == text.len &&
           (!t->underscores || underscores_separate(text));
}

static bool is_word(struct span text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

// Infinity with or without a sign, and not-a-number.
static bool is_special(struct span text, double *value)
{
    bool sign = text.len && (*text.ptr == '+' || *text.ptr == '-');
    struct span word = span_tail(text, sign);

    if (!is_word(word, "inf") && !is_word(word, "infinity") && (sign || !is_word(word, "nan")))
        return false;
    *value = lower(*word.ptr) == 'n' ? (double)NAN : (double)INFINITY;
    if (sign && *text.ptr == '-')
        *value = -*value;
    return true;
}

// A few digits, with a point or without: they and the power of ten below them are numbers of their
// own then, and dividing rounds once, to the nearest one, as reading has to.
static bool read_short(struct span text, double *value)
{
    enum { EXACT_DIGITS = 15 };
    bool sign = *text.ptr == '+' || *text.ptr == '-', point = false;
    double digits = 0, below = 1;

    if (text.len > EXACT_DIGITS)
        return false;
    for (size_t i = sign; i < text.len; i++) {
        if (!is_digit(text.ptr[i]) && (text.ptr[i] != '.' || point))
            return false;
        if (text.ptr[i] == '.') {
            point = true;
            continue;
        }
        digits = digits * 10 + (text.ptr[i] - '0');
        if (point)
            below *= 10;
    }
    *value = *text.ptr == '-' ? -(digits / below) : digits / below;
    return true;
}

static locale_t c_locale;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", NULL);
}

enum number_read number_read_float(struct span text, double *value)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct float_text t = {0};
    char small[64];
    char *large CLEANUP(mem_cleanup) = NULL;
    char *plain = small;
    size_t len = 0;

    *value = 0;
    if (is_special(text, value))
        return NUMBER_READ;
    if (!is_float(text, &t))
        return NUMBER_SYNTAX;
    if (read_short(text, value))
        return NUMBER_READ;
    if (text.len >= sizeof(small)) {
        large = mem_alloc(text.len + 1);
        plain = large;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_')
            plain[len++] = text.ptr[i];
    }
    plain[len] = '\0';
    pthread_once(&once, make_c_locale);
    *value = strtod_l(plain, NULL, c_locale);
    return isinf(*value) ? NUMBER_RANGE : NUMBER_READ;
}
