// SPDX-License-Identifier: Apache-2.0
// Characters of a text in UTF-8 as go-yaml's emitter sees them, by the place of their first byte.
#ifndef IO_DOC_YAML_CHARACTER_H
#define IO_DOC_YAML_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

static inline bool yaml_is_break(struct span s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];

    return c == '\n' || c == '\r' || (c == 0xc2 && (unsigned char)s.ptr[i + 1] == 0x85) ||
           (c == 0xe2 && (unsigned char)s.ptr[i + 1] == 0x80 &&
            ((unsigned char)s.ptr[i + 2] & 0xfe) == 0xa8);
}

static inline bool yaml_is_space(struct span s, size_t i)
{
    return i < s.len && s.ptr[i] == ' ';
}

// Bytes of the character at i, at most what is left.
static inline size_t yaml_width(struct span s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];
    size_t bytes = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    return bytes < s.len - i ? bytes : s.len - i;
}

// The byte `ahead` of i, 0 behind the end.
static inline unsigned char yaml_byte_at(struct span s, size_t i, size_t ahead)
{
    return s.len - i > ahead ? (unsigned char)s.ptr[i + ahead] : 0;
}

// go-yaml takes neither tabs nor anything beyond the basic plane for printable.
static inline bool yaml_is_printable(struct span s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];

    if (c < 0x80)
        return c == '\n' || (c >= 0x20 && c <= 0x7e);
    switch (c) {
    case 0xc2: return yaml_byte_at(s, i, 1) >= 0xa0;
    case 0xed: return yaml_byte_at(s, i, 1) < 0xa0;
    case 0xef: // not U+FEFF, U+FFFE and U+FFFF
        if (yaml_byte_at(s, i, 1) == 0xbb)
            return yaml_byte_at(s, i, 2) != 0xbf;
        return yaml_byte_at(s, i, 1) != 0xbf || yaml_byte_at(s, i, 2) < 0xbe;
    default: return c > 0xc2 && c <= 0xee;
    }
}

#endif
