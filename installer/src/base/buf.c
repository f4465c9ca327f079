// SPDX-License-Identifier: Apache-2.0
// The capped buffer.
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

char *buf_reserve(struct buf *b, size_t len)
{
    size_t cap = b->cap ? b->cap : 64;

    if (b->overflow || len > b->max - b->len) {
        b->overflow = true;
        return NULL;
    }
    while (cap < b->len + len + 1)
        cap *= 2;
    if (cap != b->cap) {
        b->data = mem_resize(b->data, cap, 1);
        b->data[b->len] = '\0'; // nothing may come of it
        b->cap = cap;
    }
    return b->data + b->len;
}

void buf_commit(struct buf *b, size_t len)
{
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    char *at = buf_reserve(b, len);

    if (!at)
        return;
    if (len)
        memcpy(at, data, len);
    buf_commit(b, len);
}

void buf_add_span(struct buf *b, struct span s)
{
    buf_add(b, s.ptr, s.len);
}

void buf_add_str(struct buf *b, const char *str)
{
    buf_add(b, str, strlen(str));
}

void buf_add_one(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_add_repeat(struct buf *b, char c, size_t count)
{
    char *at = buf_reserve(b, count);

    if (!at)
        return;
    memset(at, c, count);
    buf_commit(b, count);
}

// Nearly all texts are small: they are formatted once.
static PRINTF(2, 0) void add_formatted(struct buf *b, const char *fmt, va_list args)
{
    char small[256], *at;
    va_list again;
    int len;

    va_copy(again, args);
    len = vsnprintf(small, sizeof(small), fmt, again);
    va_end(again);
    if (len < 0)
        return;
    at = buf_reserve(b, (size_t)len);
    if (!at)
        return;
    if ((size_t)len < sizeof(small))
        memcpy(at, small, (size_t)len);
    else
        vsnprintf(at, (size_t)len + 1, fmt, args);
    buf_commit(b, (size_t)len);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_formatted(b, fmt, args);
    va_end(args);
}

void buf_add_hex(struct buf *b, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;

    for (size_t i = 0; i < len; i++) {
        buf_add_char(b, digits[bytes[i] >> 4]);
        buf_add_char(b, digits[bytes[i] & 15]);
    }
}

void buf_add_json(struct buf *b, struct span text)
{
    buf_add_char(b, '"');
    while (text.len) {
        uint32_t rune = 0;
        size_t len = text_rune(text, &rune);

        if (!len)
            buf_add_str(b, "\\ufffd");
        else if (rune == '"' || rune == '\\')
            buf_printf(b, "\\%c", (char)rune);
        else if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
            buf_printf(b, "\\u%04x", (unsigned)rune);
        else
            buf_add(b, text.ptr, len);
        text = span_tail(text, len ? len : 1);
    }
    buf_add_char(b, '"');
}

void buf_truncate(struct buf *b, size_t len)
{
    if (len >= b->len)
        return;
    b->len = len;
    b->data[len] = '\0';
}

void buf_drop(struct buf *b, size_t len)
{
    if (len > b->len)
        len = b->len;
    if (!len)
        return;
    memmove(b->data, b->data + len, b->len - len + 1);
    b->len -= len;
}

struct span buf_span(const struct buf *b)
{
    return b->data ? span_of(b->data, b->len) : SPAN_EMPTY;
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

int buf_check(const struct buf *b, enum err_kind kind, const char *what, struct err **err)
{
    if (b->overflow)
        return err_set(err, kind, "%s is larger than %zu bytes", what, b->max);
    return 0;
}

char *buf_take(struct buf *b)
{
    char *data = b->data ? b->data : mem_strn("", 0);

    b->data = NULL;
    b->len = b->cap = 0;
    return data;
}

void buf_free(struct buf *b)
{
    free(b->data);
    b->data = NULL;
    b->len = b->cap = 0;
    b->overflow = false;
}
