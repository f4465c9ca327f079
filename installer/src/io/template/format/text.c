// SPDX-License-Identifier: Apache-2.0
// Padding, and texts by fmt's verbs.
#include "base/rune.h"
#include "io/template/format/printer.h"

void printer_padding(struct printer *p, int count)
{
    if (count > 0)
        buf_add_repeat(p->out, p->zero && !p->minus ? '0' : ' ', (size_t)count);
}

static int columns(struct span text)
{
    int count = 0;

    for (; text.len; count++)
        rune_next(&text);
    return count;
}

void printer_pad(struct printer *p, struct span text)
{
    int missing = p->has_width && p->width ? p->width - columns(text) : 0;

    if (!p->minus)
        printer_padding(p, missing);
    buf_add_span(p->out, text);
    if (p->minus)
        printer_padding(p, missing);
}

void printer_pad_blank(struct printer *p, struct span text)
{
    bool zero = p->zero;

    p->zero = false;
    printer_pad(p, text);
    p->zero = zero;
}

// The runes that the precision allows.
static struct span cut(const struct printer *p, struct span text)
{
    struct span rest = text;

    if (!p->has_precision)
        return text;
    for (int i = 0; i < p->precision && rest.len; i++)
        rune_next(&rest);
    return span_head(text, text.len - rest.len);
}

static bool can_backquote(struct span text)
{
    while (text.len) {
        size_t before = text.len;
        uint32_t rune = rune_next(&text);

        if ((rune == RUNE_BAD && before - text.len == 1) || (rune < ' ' && rune != '\t') ||
            rune == '`' || rune == 0x7f || rune == 0xfeff)
            return false;
    }
    return true;
}

static void add_quoted(struct printer *p, struct span text)
{
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    text = cut(p, text);
    if (p->sharp && can_backquote(text)) {
        buf_add_char(&quoted, '`');
        buf_add_span(&quoted, text);
        buf_add_char(&quoted, '`');
    } else {
        quote_text(&quoted, text, p->plus);
    }
    printer_pad(p, buf_span(&quoted));
}

// Two digits for each byte; `space` sets them apart, and then `sharp` has 0x in front of each.
static void add_hex(struct printer *p, struct span text, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEFX" : "0123456789abcdefx";
    struct buf hex CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (p->has_precision && (size_t)p->precision < text.len)
        text.len = (size_t)p->precision;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (p->space && i)
            buf_add_char(&hex, ' ');
        if (p->sharp && (p->space || !i)) {
            buf_add_char(&hex, '0');
            buf_add_char(&hex, digits[16]);
        }
        buf_add_char(&hex, digits[c >> 4]);
        buf_add_char(&hex, digits[c & 0xf]);
    }
    printer_pad(p, buf_span(&hex));
}

bool printer_text(struct printer *p, struct span text, uint32_t verb)
{
    switch (verb) {
    case 'v':
        if (p->go_syntax)
            add_quoted(p, text);
        else
            printer_pad(p, cut(p, text));
        return true;
    case 's': printer_pad(p, cut(p, text)); return true;
    case 'x':
    case 'X': add_hex(p, text, verb == 'X'); return true;
    case 'q': add_quoted(p, text); return true;
    default: return false;
    }
}
