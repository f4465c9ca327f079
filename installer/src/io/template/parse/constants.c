// SPDX-License-Identifier: Apache-2.0
// Numbers, characters and strings.
#include "io/template/parse/constants.h"

#include <math.h>
#include <string.h>

#include "base/number_read.h"
#include "base/rune.h"
#include "base/text.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// \xHH, \uHHHH or \UHHHHHHHH, behind its letter.
static bool unescape_hex(struct span *s, size_t digits, uint32_t *value)
{
    *value = 0;
    if (s->len < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(s->ptr[i]);

        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
    }
    *s = span_tail(*s, digits);
    return digits == 2 || (*value <= 0x10ffff && (*value < 0xd800 || *value > 0xdfff));
}

// Three octal digits.
static bool unescape_octal(struct span *s, uint32_t *value)
{
    *value = 0;
    if (s->len < 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '7')
            return false;
        *value = *value << 3 | (uint32_t)(s->ptr[i] - '0');
    }
    *s = span_tail(*s, 3);
    return *value <= 0xff;
}

// A letter behind a backslash.
static bool unescape_letter(char c, char quote, uint32_t *value)
{
    static const char letters[] = "abfnrtv\\", meanings[] = "\a\b\f\n\r\t\v\\";
    const char *letter = c ? strchr(letters, c) : NULL;

    *value = letter ? (unsigned char)meanings[letter - letters] : (unsigned char)c;
    return letter || c == quote;
}

// Takes one character of a constant; *is_byte when it stands for a byte and not for a rune.
static bool unescape(struct span *s, char quote, uint32_t *value, bool *is_byte)
{
    char c;

    *is_byte = false;
    if (!s->len || s->ptr[0] == quote || s->ptr[0] == '\n')
        return false;
    if (s->ptr[0] != '\\') {
        *value = rune_next(s);
        return true;
    }
    if (s->len < 2)
        return false;
    c = s->ptr[1];
    if (c >= '0' && c <= '7') {
        *s = span_tail(*s, 1);
        *is_byte = true;
        return unescape_octal(s, value);
    }
    *s = span_tail(*s, 2);
    if (c == 'x' || c == 'u' || c == 'U') {
        *is_byte = c == 'x';
        return unescape_hex(s, c == 'x' ? 2 : c == 'u' ? 4 : 8, value);
    }
    return unescape_letter(c, quote, value);
}

// Carriage returns do not belong to a raw string.
static struct span unquote_raw(struct arena *a, struct span text)
{
    char *out;
    size_t len = 0;

    if (span_find(text, '\r') == text.len)
        return text;
    out = arena_aligned(a, text.len, 1);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\r')
            out[len++] = text.ptr[i];
    return span_of(out, len);
}

bool constant_unquote(struct arena *a, struct span quoted, struct span *out)
{
    struct span inner = span_of(quoted.ptr + 1, quoted.len - 2);
    char *text;
    size_t len = 0;

    if (quoted.ptr[0] == '`') {
        *out = unquote_raw(a, inner);
        return true;
    }
    *out = inner;
    if (span_find(inner, '\\') == inner.len && text_is_utf8(inner))
        return true;
    text = arena_aligned(a, inner.len * 3, 1); // a bad byte becomes the three of U+FFFD
    while (inner.len) {
        uint32_t value;
        bool is_byte;

        if (!unescape(&inner, '"', &value, &is_byte))
            return false;
        if (is_byte)
            text[len++] = (char)value;
        else
            len += text_encode(value, text + len);
    }
    *out = span_of(text, len);
    return true;
}

static bool has_any(struct span s, const char *chars)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] && strchr(chars, s.ptr[i]))
            return true;
    return false;
}

static bool say(struct buf *why, const char *what, struct span text)
{
    buf_add_str(why, what);
    value_quote(text, why);
    return false;
}

// A float may stand for an integer: 1e3.
static void set_float(struct number *n, double f)
{
    n->is_float = true;
    n->f = f;
    n->is_int = f >= -0x1p63 && f < 0x1p63 && floor(f) == f;
    n->is_uint = f >= 0 && f < 0x1p64 && floor(f) == f;
    if (n->is_int)
        n->bits = (uint64_t)(int64_t)f;
    else if (n->is_uint)
        n->bits = (uint64_t)f;
}

static bool read_char(struct span text, struct number *n, struct buf *why)
{
    struct span s = span_tail(text, 1);
    uint32_t rune;
    bool is_byte;

    if (!unescape(&s, '\'', &rune, &is_byte)) {
        buf_add_str(why, "invalid syntax");
        return false;
    }
    if (!span_is(s, "'")) {
        buf_printf(why, "malformed character constant: %.*s", SPAN_ARG(text));
        return false;
    }
    set_float(n, rune);
    return true;
}

static bool read_number(struct span text, struct number *n, struct buf *why)
{
    uint64_t u;
    int64_t i;

    n->is_uint = number_read_uint(text, 0, &u) == NUMBER_READ;
    n->is_int = number_read_int(text, 0, &i) == NUMBER_READ;
    if (n->is_int && !i)
        n->is_uint = true; // -0
    n->is_float = n->is_int || n->is_uint;
    if (n->is_float) {
        n->bits = n->is_int ? (uint64_t)i : u;
        n->f = n->is_int ? (double)i : (double)u;
        return true;
    }
    if (number_read_float(text, &n->f) != NUMBER_READ)
        return say(why, "illegal number syntax: ", text);
    if (!has_any(text, ".eEpP"))
        return say(why, "integer overflow: ", text);
    set_float(n, n->f);
    return true;
}

// Whether a constant is a float where nothing else says what it should be.
static bool is_ideal_float(struct span text)
{
    bool is_hex = text.len > 2 && text.ptr[0] == '0' && (text.ptr[1] | 0x20) == 'x';

    return text.ptr[0] != '\'' && has_any(text, is_hex ? "pP" : ".eEpP");
}

bool constant_number(const struct token *t, struct tree_node *out, struct buf *why)
{
    struct number *n = &out->constant.number;
    bool is_read;

    if (t->type == TOKEN_COMPLEX || span_ends(t->text, "i")) {
        buf_printf(why, "complex number %.*s is not supported", SPAN_ARG(t->text));
        return false;
    }
    is_read =
        t->type == TOKEN_CHAR_CONSTANT ? read_char(t->text, n, why) : read_number(t->text, n, why);
    if (!is_read)
        return false;
    n->is_ideal_float = is_ideal_float(t->text);
    return true;
}
