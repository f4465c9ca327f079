// SPDX-License-Identifier: Apache-2.0
// Texts and runes as constants of Go's source.
#include <string.h>

#include "base/rune.h"
#include "base/text.h"
#include "io/template/format/printer.h"

static void add_rune(struct buf *out, uint32_t rune)
{
    char utf8[4];

    buf_add(out, utf8, text_encode(rune, utf8));
}

static void add_escaped(struct buf *out, uint32_t rune, char quote, bool ascii)
{
    static const char controls[] = "\a\b\f\n\r\t\v";
    const char *control = rune && rune < 0x20 ? strchr(controls, (int)rune) : NULL;

    if (rune == (uint32_t)quote || rune == '\\')
        buf_printf(out, "\\%c", (char)rune);
    else if (rune_is_print(rune) && (rune < 0x80 || !ascii))
        add_rune(out, rune);
    else if (control)
        buf_printf(out, "\\%c", "abfnrtv"[control - controls]);
    else if (rune < 0x80)
        buf_printf(out, "\\x%02x", (unsigned)rune);
    else if (rune < 0x10000)
        buf_printf(out, "\\u%04x", (unsigned)rune);
    else
        buf_printf(out, "\\U%08x", (unsigned)rune);
}

// Printable ASCII at the start of a text that stands for itself.
static size_t plain_len(struct span text)
{
    size_t len = 0;

    while (len < text.len && text.ptr[len] >= ' ' && text.ptr[len] < 0x7f && text.ptr[len] != '"' &&
           text.ptr[len] != '\\')
        len++;
    return len;
}

void quote_text(struct buf *out, struct span text, bool ascii)
{
    buf_add_char(out, '"');
    while (text.len) {
        unsigned char first = (unsigned char)text.ptr[0];
        uint32_t rune;
        size_t len = plain_len(text);

        if (len) {
            buf_add(out, text.ptr, len);
            text = span_tail(text, len);
            continue;
        }
        len = text_rune(text, &rune);
        if (len)
            add_escaped(out, rune, '"', ascii);
        else
            buf_printf(out, "\\x%02x", first);
        text = span_tail(text, len ? len : 1);
    }
    buf_add_char(out, '"');
}

void quote_rune(struct buf *out, uint32_t rune, bool ascii)
{
    buf_add_char(out, '\'');
    add_escaped(out, rune, '\'', ascii);
    buf_add_char(out, '\'');
}

void value_quote(struct span text, struct buf *out)
{
    quote_text(out, text, false);
}
