// SPDX-License-Identifier: Apache-2.0
// A growing byte buffer with a stated maximum. It never fails on the spot: what would pass the
// maximum is dropped and latched, and buf_check() reports it once at the end.
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

// The ending of a noun: buf_printf(&b, "%zu object%s", n, PLURAL(n)).
#define PLURAL(n) ((n) == 1 ? "" : "s")

struct buf {
    char *data; // NUL-terminated once something was added; else NULL
    size_t len;
    size_t cap;
    size_t max;
    bool overflow;
};

#define BUF_TEXT_MAX ((size_t)1 << 20)  // messages, names, URLs
#define BUF_DOC_MAX ((size_t)256 << 20) // documents and API answers

// struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
#define BUF_INIT(maximum)                                                                          \
    {                                                                                              \
        NULL, 0, 0, (maximum), false                                                               \
    }

void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_span(struct buf *b, struct span s);
void buf_add_str(struct buf *b, const char *str);
void buf_add_one(struct buf *b, char c); // buf_add_char() without the short way
void buf_add_repeat(struct buf *b, char c, size_t count);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

static inline void buf_add_char(struct buf *b, char c)
{
    if (b->len + 1 >= b->cap || b->len >= b->max || b->overflow) {
        buf_add_one(b, c);
        return;
    }
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

// Adds `len` bytes in lower-case hexadecimal.
void buf_add_hex(struct buf *b, const void *data, size_t len);

// Adds a JSON string. JSON is UTF-8 (RFC 8259, 8.1): what is not becomes U+FFFD. Controls are
// escaped, those above U+007F too: a line that is looked at must not steer the terminal.
void buf_add_json(struct buf *b, struct span text);

// Room for `len` more bytes at the end: write there, then buf_commit(). NULL after an overflow.
char *buf_reserve(struct buf *b, size_t len) MUST_CHECK;
void buf_commit(struct buf *b, size_t len);

// Cuts the content to `len` bytes (no more than it has), or drops the first `len` bytes.
void buf_truncate(struct buf *b, size_t len);
void buf_drop(struct buf *b, size_t len);

// Borrowed, valid until the next change. buf_str() is "" when nothing was added.
struct span buf_span(const struct buf *b);
const char *buf_str(const struct buf *b);

// -1 with `kind` when the maximum was passed: "<what> is larger than <max> bytes".
int buf_check(const struct buf *b, enum err_kind kind, const char *what, struct err **err)
    MUST_CHECK;

// Hands the content to the caller (free()), NUL-terminated, never NULL; the buffer is empty after.
char *buf_take(struct buf *b) MUST_CHECK RETURNS_NONNULL;

// Also a CLEANUP for variables of type `struct buf`.
void buf_free(struct buf *b);

#endif
