// SPDX-License-Identifier: Apache-2.0
// What a plain scalar is: null, boolean, integer, float, timestamp or text, by the rules of go-yaml
// v3 (reading) and v2 (which decides what is quoted when kustomize writes).
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "io/doc/doc_int.h"
#include "io/doc/timestamp.h"

#define INTEGER_TEXT_MAX 21 // a sign and 64 bits

// --- integers ---

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

// Digits of `base` only; false on overflow of 64 bits, too.
static bool magnitude(struct span digits, unsigned base, uint64_t *value)
{
    *value = 0;
    if (!digits.len)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = (unsigned)digit_value(digits.ptr[i]);

        if (digit >= base || __builtin_mul_overflow(*value, base, value) ||
            __builtin_add_overflow(*value, digit, value))
            return false;
    }
    return true;
}

// strconv.ParseInt, then ParseUint, which takes no sign.
static bool parse_signed(struct span s, unsigned base, struct scalar *out)
{
    bool sign = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
    uint64_t limit = INT64_MAX;

    out->negative = sign && s.ptr[0] == '-';
    if (!magnitude(span_tail(s, sign), base, &out->integer))
        return false;
    if (sign && out->integer > limit + out->negative)
        return false;
    out->type = NODE_INT;
    return true;
}

// The base that a prefix tells (0b, 0o, 0x, or 0 for octal), and the prefix cut out of `s`, which
// is a private copy: the sign stays.
static unsigned cut_prefix(char *text, struct span *s)
{
    size_t sign = s->len && (text[0] == '-' || text[0] == '+');
    size_t cut = 1;
    unsigned base = 8;

    if (s->len < sign + 2 || text[sign] != '0')
        return 10;
    if (s->len >= sign + 3) {
        int letter = tolower((unsigned char)text[sign + 1]);

        base = letter == 'b' ? 2 : letter == 'x' ? 16 : 8;
        cut = letter == 'b' || letter == 'x' || letter == 'o' ? 2 : 1;
    }
    memmove(text + sign, text + sign + cut, s->len - sign - cut);
    s->len -= cut;
    return base;
}

// Go-yaml tries "0b" and "0o" once more by itself, and then takes a sign behind the prefix.
static bool resolve_prefixed(struct span s, struct scalar *out)
{
    if (span_skip(&s, "0b"))
        return parse_signed(s, 2, out);
    if (span_skip(&s, "0o"))
        return parse_signed(s, 8, out);
    return false;
}

static bool resolve_int(struct span plain, struct scalar *out)
{
    char text[80];
    struct span s = {text, plain.len};
    bool sign = plain.len && (plain.ptr[0] == '-' || plain.ptr[0] == '+');
    unsigned base;

    if (plain.len >= sizeof(text)) // longer than 64 bits in binary
        return false;
    memcpy(text, plain.ptr, plain.len);
    base = cut_prefix(text, &s);
    if (!sign && s.len && digit_value(text[0]) > 15) // no sign behind a prefix
        return false;
    return parse_signed(s, base, out);
}

// The text without its underscores; *copy holds it when there were some.
static struct span without_underscores(struct span text, char **copy)
{
    size_t len = 0;

    if (span_find(text, '_') == text.len)
        return text;
    *copy = mem_alloc(text.len);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '_')
            (*copy)[len++] = text.ptr[i];
    return span_of(*copy, len);
}

// What Go's own parser of numbers asks of underscores: a digit on both sides.
static bool underscores_separate(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '_' &&
            (i == 0 || i + 1 == text.len || !isdigit((unsigned char)text.ptr[i - 1]) ||
             !isdigit((unsigned char)text.ptr[i + 1])))
            return false;
    return true;
}

static void resolve_float(struct span text, struct scalar *out)
{
    char *copy CLEANUP(mem_cleanup) = NULL;

    if (number_parse(without_underscores(text, &copy), &out->real))
        out->type = NODE_FLOAT;
}

static void resolve_number(struct span text, struct scalar *out)
{
    char *copy CLEANUP(mem_cleanup) = NULL;
    struct span plain = without_underscores(text, &copy);

    if (resolve_int(plain, out))
        return;
    if (number_parse(plain, &out->real))
        out->type = NODE_FLOAT;
    else
        (void)resolve_prefixed(plain, out);
}

// --- words ---

static bool is_letter(char c, char lower, bool upper)
{
    return c == (upper ? lower & ~0x20 : lower);
}

// Whether it is the word: in small letters, in capitals, or with a capital in front.
static bool is_word(struct span text, const char *word)
{
    bool first, rest;

    if (text.len != strlen(word) || (text.ptr[0] | 0x20) != word[0])
        return false;
    first = text.ptr[0] != word[0];
    rest = first && text.len > 1 && text.ptr[1] != word[1];
    for (size_t i = 1; i < text.len; i++)
        if (!is_letter(text.ptr[i], word[i], rest))
            return false;
    return true;
}

static bool resolve_old_boolean(struct span text, struct scalar *out)
{
    out->truth = is_word(text, "y") || is_word(text, "yes") || is_word(text, "on");
    if (!out->truth && !is_word(text, "n") && !is_word(text, "no") && !is_word(text, "off"))
        return false;
    out->type = NODE_BOOL;
    return true;
}

static bool resolve_word(struct span text, struct scalar *out)
{
    out->truth = is_word(text, "true");
    if (out->truth || is_word(text, "false"))
        out->type = NODE_BOOL;
    else if (!text.len || span_is(text, "~") || is_word(text, "null"))
        out->type = NODE_NULL;
    return out->type != NODE_STRING;
}

// Infinity, with or without a sign, and not-a-number.
static bool resolve_special(struct span text, struct scalar *out)
{
    static const char *const nans[] = {".nan", ".NaN", ".NAN"};
    static const char *const infinities[] = {".inf", ".Inf", ".INF"};
    bool sign = text.len > 1 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    struct span rest = span_tail(text, sign);

    if (!span_starts(rest, "."))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(nans); i++) {
        if (span_is(rest, infinities[i]))
            out->real = __builtin_inf();
        else if (!sign && span_is(rest, nans[i]))
            out->real = __builtin_nan("");
        else
            continue;
        out->negative = sign && text.ptr[0] == '-';
        if (out->negative)
            out->real = -out->real;
        out->type = NODE_FLOAT;
        return true;
    }
    return false;
}

// What starts like a number, and what a point may start.
static void resolve_numeric(struct span text, bool yaml11, struct scalar *out)
{
    if (text.len <= 5 && resolve_special(text, out))
        return;
    if (text.ptr[0] == '.') {
        if (underscores_separate(text))
            resolve_float(text, out);
        return;
    }
    if (!timestamp_resolve(text, out))
        resolve_number(text, out);
    // Go's number syntax has "0o", too, but without a sign behind it; only v3 adds that.
    if (yaml11 && out->type == NODE_INT && (span_starts(text, "0o-") || span_starts(text, "0o+")))
        out->type = NODE_STRING;
}

// What the first character of a scalar lets it be.
enum hint { HINT_TEXT, HINT_NUMBER, HINT_WORD, HINT_OLD_WORD };

static enum hint hint_of(char first)
{
    if (first >= '0' && first <= '9')
        return HINT_NUMBER;
    switch (first) {
    case '+':
    case '-':
    case '.': return HINT_NUMBER;
    case '~':
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'n':
    case 'N': return HINT_WORD;
    case 'y':
    case 'Y':
    case 'o':
    case 'O': return HINT_OLD_WORD;
    default: return HINT_TEXT;
    }
}

void scalar_resolve(struct span text, bool yaml11, struct scalar *out)
{
    enum hint hint = text.len ? hint_of(text.ptr[0]) : HINT_WORD;

    *out = (struct scalar){.type = NODE_STRING};
    if (hint >= HINT_WORD && yaml11 && text.len <= 3 && resolve_old_boolean(text, out))
        return;
    if (hint == HINT_NUMBER)
        resolve_numeric(text, yaml11, out);
    else if (hint == HINT_WORD && text.len <= 5)
        (void)resolve_word(text, out);
}

// Skips what is in `set`; false when the first character is not.
static bool skip_set(struct span *s, const char *set)
{
    size_t len = 0;

    while (len < s->len && s->ptr[len] && strchr(set, s->ptr[len]))
        len++;
    *s = span_tail(*s, len);
    return len > 0;
}

// [0-5]?[0-9]
static bool skip_sixtieth(struct span *s)
{
    bool two = s->len > 1 && s->ptr[0] <= '5' && isdigit((unsigned char)s->ptr[1]);

    if (!s->len || !isdigit((unsigned char)s->ptr[0]))
        return false;
    *s = span_tail(*s, two ? 2 : 1);
    return true;
}

// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
static bool is_base60(struct span s)
{
    bool parts = false;

    if (!s.len || hint_of(s.ptr[0]) != HINT_NUMBER)
        return false;
    if (!span_skip(&s, "-"))
        (void)span_skip(&s, "+");
    if (span_starts(s, "_") || !skip_set(&s, "0123456789_"))
        return false;
    while (span_skip(&s, ":")) {
        if (!skip_sixtieth(&s))
            return false;
        parts = true;
    }
    if (parts && span_skip(&s, "."))
        (void)skip_set(&s, "0123456789_");
    return parts && s.len == 0;
}

bool scalar_is_typed(struct span text, bool yaml11)
{
    struct scalar s;

    if (text.len && hint_of(text.ptr[0]) == HINT_TEXT)
        return false;
    scalar_resolve(text, yaml11, &s);
    return s.type != NODE_STRING || s.timestamp;
}

bool scalar_needs_quotes(struct span text, bool yaml11)
{
    struct scalar s = {0};

    return scalar_is_typed(text, yaml11) || is_base60(text) ||
           (!yaml11 && text.len <= 3 && resolve_old_boolean(text, &s));
}

bool doc_text_is_typed(struct span text)
{
    return scalar_is_typed(text, true);
}

bool doc_text_needs_quotes(struct span text)
{
    return scalar_needs_quotes(text, true);
}

// --- values ---

// In decimal, written from its end towards the front of `room`.
static struct span integer_text(const struct scalar *s, char room[INTEGER_TEXT_MAX])
{
    uint64_t left = s->integer;
    char *at = room + INTEGER_TEXT_MAX;

    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (s->negative && s->integer)
        *--at = '-';
    return span_of(at, (size_t)(room + INTEGER_TEXT_MAX - at));
}

bool doc_set_scalar(struct doc *d, struct node *n, struct span text, const struct scalar *s)
{
    char number[INTEGER_TEXT_MAX];

    n->type = (uint8_t)s->type;
    if (s->timestamp && s->unprintable)
        return false;
    switch (s->type) {
    case NODE_NULL: doc_set_text(d, n, SPAN_EMPTY, text); break;
    case NODE_BOOL: doc_set_text(d, n, s->truth ? SPAN("true") : SPAN("false"), text); break;
    case NODE_INT: doc_set_text(d, n, integer_text(s, number), text); break;
    case NODE_FLOAT:
        if (!__builtin_isfinite(s->real))
            return false;
        node_set_double(d, n, s->real);
        doc_set_text(d, n, n->text, text);
        break;
    default:
        if (s->timestamp)
            doc_set_text(d, n, span_str(s->text), text);
        else
            n->text = text;
    }
    return true;
}
