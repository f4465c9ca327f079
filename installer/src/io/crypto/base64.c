// SPDX-License-Identifier: Apache-2.0
// Standard base64 (RFC 4648 section 4) with padding.
#include "io/crypto.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void crypto_base64_encode(struct span data, struct buf *out)
{
    const unsigned char *in = (const unsigned char *)data.ptr;
    size_t size = (data.len + 2) / 3 * 4;
    char *at = size ? buf_reserve(out, size) : NULL;

    if (!at)
        return;
    for (size_t i = 0; i < data.len; i += 3) {
        size_t have = data.len - i;
        uint32_t v = (uint32_t)in[i] << 16;

        if (have > 1)
            v |= (uint32_t)in[i + 1] << 8;
        if (have > 2)
            v |= in[i + 2];
        *at++ = alphabet[v >> 18];
        *at++ = alphabet[v >> 12 & 63];
        *at++ = have > 1 ? alphabet[v >> 6 & 63] : '=';
        *at++ = have > 2 ? alphabet[v & 63] : '=';
    }
    buf_commit(out, size);
}

// 0 to 63, or -1.
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The one or two bytes of the last group, which padding fills. The bits that are left over must be
// zero: one text for one value.
static bool decode_rest(uint32_t v, size_t digits, size_t padding, struct buf *out)
{
    if ((digits + padding) % 4 || padding > 2)
        return false;
    if (digits % 4 == 2) {
        buf_add_char(out, (char)(v >> 4));
        return (v & 15) == 0;
    }
    if (digits % 4 == 3) {
        buf_add(out, (const char[]){(char)(v >> 10), (char)(v >> 2)}, 2);
        return (v & 3) == 0;
    }
    return true;
}

static bool decode(struct span text, struct buf *out)
{
    size_t digits = 0, padding = 0;
    uint32_t v = 0;

    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.ptr[i]);

        if (is_space(text.ptr[i]))
            continue;
        if (text.ptr[i] == '=' && digits % 4 >= 2) {
            padding++;
            continue;
        }
        if (value < 0 || padding)
            return false;
        v = v << 6 | (uint32_t)value;
        if (++digits % 4 == 0)
            buf_add(out, (const char[]){(char)(v >> 16), (char)(v >> 8), (char)v}, 3);
    }
    return decode_rest(v, digits, padding, out);
}

bool crypto_base64_decode(struct span text, struct buf *out)
{
    size_t start = out->len;

    if (decode(text, out))
        return true;
    buf_truncate(out, start);
    return false;
}
