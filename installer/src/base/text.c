// SPDX-License-Identifier: Apache-2.0
// UTF-8 and plain text. Errors are made of it, so nothing here can fail or use a buffer.
#include "base/text.h"

#include <string.h>

#include "base/mem.h"

enum { ESCAPE_BYTES = 4 }; // "\x1b"

size_t text_rune(struct span s, uint32_t *rune)
{
    unsigned char first = (unsigned char)s.ptr[0];
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    if (len == 1) {
        *rune = first;
        return 1;
    }
    if (first < 0xc2 || first > 0xf4 || s.len < len)
        return 0;
    *rune = first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)s.ptr[i];

        if ((next & 0xc0) != 0x80)
            return 0;
        *rune = *rune << 6 | (next & 0x3f);
    }
    if (*rune < least[len] || *rune > 0x10ffff || (*rune >= 0xd800 && *rune <= 0xdfff))
        return 0;
    return len;
}

size_t text_encode(uint32_t rune, char out[4])
{
    size_t len = 0;

    if (rune < 0x80) {
        out[len++] = (char)rune;
        return len;
    }
    if (rune >= 0x10000)
        out[len++] = (char)(0xf0 | rune >> 18);
    if (rune >= 0x800)
        out[len++] = (char)(rune >= 0x10000 ? 0x80 | (rune >> 12 & 0x3f) : 0xe0 | rune >> 12);
    out[len++] = (char)(rune >= 0x800 ? 0x80 | (rune >> 6 & 0x3f) : 0xc0 | rune >> 6);
    out[len++] = (char)(0x80 | (rune & 0x3f));
    return len;
}

bool text_is_utf8(struct span s)
{
    uint32_t rune;

    while (s.len) {
        uint64_t word;
        size_t len;

        if (s.len >= sizeof(word)) {
            memcpy(&word, s.ptr, sizeof(word));
            if (!(word & 0x8080808080808080u)) {
                s = span_of(s.ptr + sizeof(word), s.len - sizeof(word));
                continue;
            }
        }
        len = text_rune(s, &rune);
        if (!len)
            return false;
        s = span_of(s.ptr + len, s.len - len);
    }
    return true;
}

static char *escape(char *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";

    *out++ = '\\';
    if (c == '\n' || c == '\t') {
        *out++ = c == '\n' ? 'n' : 't';
        return out;
    }
    *out++ = 'x';
    *out++ = digits[c >> 4];
    *out++ = digits[c & 15];
    return out;
}

static bool is_control(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0);
}

char *text_plain(struct span s, bool lines)
{
    char *text = mem_alloc(s.len * ESCAPE_BYTES + 1), *out = text;

    while (s.len) {
        uint32_t rune = 0;
        size_t len = text_rune(s, &rune), bytes = len ? len : 1;
        bool shown = len && (!is_control(rune) || (lines && rune == '\n'));

        for (size_t i = 0; i < bytes; i++) {
            if (shown)
                *out++ = s.ptr[i];
            else
                out = escape(out, (unsigned char)s.ptr[i]);
        }
        s = span_of(s.ptr + bytes, s.len - bytes);
    }
    *out = '\0';
    return text;
}
