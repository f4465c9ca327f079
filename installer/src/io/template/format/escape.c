// SPDX-License-Identifier: Apache-2.0
// Texts made harmless for HTML, JavaScript and the query of a URL.
#include <string.h>

#include "base/rune.h"
#include "io/template/format/builtins.h"

void escape_html(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '\0':
            buf_add_str(out, "\xef\xbf\xbd"); // U+FFFD
            break;
        case '"': buf_add_str(out, "&#34;"); break;
        case '\'': buf_add_str(out, "&#39;"); break;
        case '&': buf_add_str(out, "&amp;"); break;
        case '<': buf_add_str(out, "&lt;"); break;
        case '>': buf_add_str(out, "&gt;"); break;
        default: buf_add_char(out, text.ptr[i]);
        }
    }
}

void escape_js(struct span text, struct buf *out)
{
    while (text.len) {
        struct span here = text;
        uint32_t rune = rune_next(&text);

        if (rune == '\\' || rune == '\'' || rune == '"')
            buf_printf(out, "\\%c", (char)rune);
        else if (rune < ' ' || rune == '<' || rune == '>' || rune == '&' || rune == '=' ||
                 (rune >= 0x80 && !rune_is_print(rune)))
            buf_printf(out, "\\u%04X", (unsigned)rune);
        else
            buf_add_span(out, span_head(here, here.len - text.len));
    }
}

void escape_url_query(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
            (c && strchr("-_.~", c)))
            buf_add_char(out, (char)c);
        else if (c == ' ')
            buf_add_char(out, '+');
        else
            buf_printf(out, "%%%02X", c);
    }
}
