// SPDX-License-Identifier: Apache-2.0
// Numbers and truth values by fmt's verbs.
#include <string.h>

#include "base/number.h"
#include "base/rune.h"
#include "base/text.h"
#include "io/template/format/printer.h"

enum { UNICODE_DIGITS = 4, RUNE_LAST = 0x10ffff };

bool printer_bool(struct printer *p, bool b, uint32_t verb)
{
    if (verb != 't' && verb != 'v')
        return false;
    printer_pad(p, b ? SPAN("true") : SPAN("false"));
    return true;
}

// The digits of a number, at the end of `room`.
static struct span digits_of(uint64_t u, unsigned base, bool upper, char room[64])
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t at = 64;

    do {
        room[--at] = digits[u % base];
        u /= base;
    } while (u);
    return span_of(room + at, 64 - at);
}

// What stands in front of the digits, zeros of the precision or the width included.
static void add_prefix(struct buf *out, const struct printer *p, bool negative, unsigned base,
                       uint32_t verb, size_t zeros, char first)
{
    if (negative)
        buf_add_char(out, '-');
    else if (p->plus)
        buf_add_char(out, '+');
    else if (p->space)
        buf_add_char(out, ' ');
    if (verb == 'O')
        buf_add_str(out, "0o");
    if (p->sharp && base == 2)
        buf_add_str(out, "0b");
    else if (p->sharp && base == 8 && !zeros && first != '0')
        buf_add_char(out, '0');
    else if (p->sharp && base == 16)
        buf_add_str(out, verb == 'X' ? "0X" : "0x");
    buf_add_repeat(out, '0', zeros);
}

static void add_integer(struct printer *p, uint64_t u, bool is_signed, unsigned base, uint32_t verb)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    bool negative = is_signed && (int64_t)u < 0;
    char room[64];
    struct span digits;
    int digits_min = 0;
    size_t zeros;

    if (p->has_precision) {
        digits_min = p->precision;
    } else if (p->zero && !p->minus && p->has_width) {
        digits_min = p->width - (negative || p->plus || p->space ? 1 : 0);
    }
    if (p->has_precision && !p->precision && !u) { // nothing but the padding
        printer_pad_blank(p, SPAN_EMPTY);
        return;
    }
    digits = digits_of(negative ? 0 - u : u, base, verb == 'X', room);
    zeros = digits_min > (int)digits.len ? (size_t)digits_min - digits.len : 0;
    add_prefix(&text, p, negative, base, verb, zeros, digits.ptr[0]);
    buf_add_span(&text, digits);
    printer_pad_blank(p, buf_span(&text));
}

static uint32_t to_rune(uint64_t u)
{
    return u > RUNE_LAST || (u >= 0xd800 && u < 0xe000) ? RUNE_BAD : (uint32_t)u;
}

static void add_quoted(struct printer *p, uint64_t u)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    quote_rune(&text, to_rune(u), p->plus);
    printer_pad(p, buf_span(&text));
}

// U+0078, or U+0078 'x'
static void add_unicode(struct printer *p, uint64_t u)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    size_t width = UNICODE_DIGITS;
    char room[64];
    struct span digits = digits_of(u, 16, true, room);

    if (p->has_precision && p->precision > UNICODE_DIGITS)
        width = (size_t)p->precision;
    buf_add_str(&text, "U+");
    buf_add_repeat(&text, '0', width > digits.len ? width - digits.len : 0);
    buf_add_span(&text, digits);
    if (p->sharp && u <= RUNE_LAST && rune_is_print((uint32_t)u)) {
        buf_add_str(&text, " '");
        buf_add(&text, room, text_encode((uint32_t)u, room));
        buf_add_char(&text, '\'');
    }
    printer_pad_blank(p, buf_span(&text));
}

static void add_character(struct printer *p, uint64_t u)
{
    char utf8[4];

    printer_pad(p, span_of(utf8, text_encode(to_rune(u), utf8)));
}

bool printer_integer(struct printer *p, uint64_t u, bool is_signed, uint32_t verb)
{
    bool sharp = p->sharp;

    switch (verb) {
    case 'v':
        // Go's syntax has unsigned numbers in hexadecimal.
        p->sharp = sharp || (p->go_syntax && !is_signed);
        add_integer(p, u, is_signed, p->go_syntax && !is_signed ? 16 : 10, verb);
        p->sharp = sharp;
        return true;
    case 'd': add_integer(p, u, is_signed, 10, verb); return true;
    case 'b': add_integer(p, u, is_signed, 2, verb); return true;
    case 'o':
    case 'O': add_integer(p, u, is_signed, 8, verb); return true;
    case 'x':
    case 'X': add_integer(p, u, is_signed, 16, verb); return true;
    case 'c': add_character(p, u); return true;
    case 'q': add_quoted(p, u); return true;
    case 'U': add_unicode(p, u); return true;
    default: return false;
    }
}

// Where the exponent of a number starts, or its end.
static size_t exponent_of(struct span text, bool hex)
{
    size_t at = 1;

    while (at < text.len && text.ptr[at] != 'p' && text.ptr[at] != 'P' &&
           (hex || (text.ptr[at] != 'e' && text.ptr[at] != 'E')))
        at++;
    return at;
}

// How many digits count, behind the sign and leading zeros.
static int count_digits(struct span text)
{
    int count = 0;

    for (size_t i = 1; i < text.len; i++)
        count += text.ptr[i] != '.' && (count || text.ptr[i] != '0');
    return count;
}

// %#: a point, and the zeros that the shortest form leaves out.
static void add_zeros(struct buf *text, uint32_t verb, int precision)
{
    size_t at = exponent_of(buf_span(text), verb == 'x' || verb == 'X');
    char tail[16];
    size_t tail_len = text->len - at;
    int digits = 0;

    if (verb == 'g' || verb == 'G' || verb == 'x')
        digits = precision == -1 ? 6 : precision;
    memcpy(tail, text->data + at, tail_len);
    buf_truncate(text, at);
    digits -= count_digits(buf_span(text));
    if (span_find(buf_span(text), '.') == text->len) {
        if (text->len == 2 && text->data[1] == '0')
            digits--;
        buf_add_char(text, '.');
    }
    buf_add_repeat(text, '0', digits > 0 ? (size_t)digits : 0);
    buf_add(text, tail, tail_len);
}

// `text` starts with its sign.
static void pad_float(struct printer *p, struct span text)
{
    char sign = text.ptr[0];

    if (text.ptr[1] == 'I' || text.ptr[1] == 'N') { // infinite or not a number
        bool bare = text.ptr[1] == 'N' && !p->space && !p->plus;

        printer_pad_blank(p, bare ? span_tail(text, 1) : text);
    } else if (!p->plus && sign == '+') {
        printer_pad(p, span_tail(text, 1));
    } else if (p->zero && !p->minus && p->has_width && p->width > (int)text.len) {
        buf_add_char(p->out, sign);
        printer_padding(p, p->width - (int)text.len);
        buf_add_span(p->out, span_tail(text, 1));
    } else {
        printer_pad(p, text);
    }
}

static void add_float(struct printer *p, double value, char form, int precision)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf number CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (p->has_precision)
        precision = p->precision;
    number_add(&number, value, form, precision);
    if (number.data[0] != '-' && number.data[0] != '+')
        buf_add_char(&text, '+');
    buf_add_span(&text, buf_span(&number));
    if (p->space && text.data[0] == '+' && !p->plus)
        text.data[0] = ' ';
    if (p->sharp && form != 'b' && text.data[1] != 'I' && text.data[1] != 'N')
        add_zeros(&text, (uint32_t)form, precision);
    pad_float(p, buf_span(&text));
}

bool printer_float(struct printer *p, double value, uint32_t verb)
{
    switch (verb) {
    case 'v': add_float(p, value, 'g', -1); return true;
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X': add_float(p, value, (char)verb, -1); return true;
    case 'e':
    case 'E':
    case 'f': add_float(p, value, (char)verb, 6); return true;
    case 'F': add_float(p, value, 'f', 6); return true;
    default: return false;
    }
}
