// SPDX-License-Identifier: Apache-2.0
// Sprig's encodings and digests. A text that cannot be decoded gives Go's error as the result.
#include <string.h>

#include "base/buf.h"
#include "io/crypto.h"
#include "model/chart/functions/functions.h"

enum {
    BASE64_QUANTUM = 4, // digits that are decoded together
    BASE32_QUANTUM = 8,
};

static int corrupt(struct template_call *call, unsigned bits, size_t at, struct value *result)
{
    *result = value_printf(call->arena, "illegal base%u data at input byte %zu", 1u << bits, at);
    return 0;
}

// Appends the bytes that the digits hold whole; unused bits are dropped.
static void add_digits(const unsigned char *digits, size_t count, unsigned bits, struct buf *out)
{
    unsigned held = 0;
    unsigned value = 0;

    for (size_t i = 0; i < count; i++) {
        value = (value << bits | digits[i]) & 0xffff;
        held += bits;
        if (held >= 8) {
            held -= 8;
            buf_add_char(out, (char)(value >> held));
        }
    }
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

// --- base64 ---

static int base64_encode(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);

    crypto_base64_encode(call->args[0].s, &out);
    return functions_take_text(call, &out, result, err);
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void skip_newlines(struct span text, size_t *at)
{
    while (*at < text.len && is_newline(text.ptr[*at]))
        ++*at;
}

// Behind the first "=" after `count` digits there may be another one, and the end. False, with the
// place in *at, when that is not so.
static bool skip_padding(struct span text, size_t count, size_t *at)
{
    if (count < 2) {
        --*at;
        return false;
    }
    if (count == 2) {
        skip_newlines(text, at);
        if (*at == text.len)
            return false;
        if (text.ptr[*at] != '=') {
            --*at;
            return false;
        }
        ++*at;
    }
    skip_newlines(text, at);
    return *at == text.len;
}

// Decodes up to four digits, and the padding behind them. False, with the place in *at, when they
// are none.
static bool base64_quantum(struct span text, size_t *at, struct buf *out)
{
    unsigned char digits[BASE64_QUANTUM];
    size_t count = 0;

    while (count < BASE64_QUANTUM && *at < text.len) {
        char c = text.ptr[(*at)++];
        int digit = base64_digit(c);

        if (digit >= 0) {
            digits[count++] = (unsigned char)digit;
        } else if (c == '=') {
            if (!skip_padding(text, count, at))
                return false;
            add_digits(digits, count, 6, out);
            return true;
        } else if (!is_newline(c)) {
            --*at;
            return false;
        }
    }
    if (count && count < BASE64_QUANTUM) {
        *at -= count;
        return false;
    }
    add_digits(digits, count, 6, out);
    return true;
}

bool functions_base64(struct span text, struct buf *out, size_t *at)
{
    for (*at = 0; *at < text.len;) {
        if (!base64_quantum(text, at, out))
            return false;
    }
    return true;
}

static int base64_decode(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    size_t at;

    if (!functions_base64(call->args[0].s, &out, &at))
        return corrupt(call, 6, at, result);
    return functions_take_text(call, &out, result, err);
}

// --- base32 ---

static int base32_encode(struct template_call *call, struct value *result, struct err **err)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span data = call->args[0].s;
    unsigned held = 0;
    unsigned value = 0;

    for (size_t i = 0; i < data.len; i++) {
        value = (value << 8 | (unsigned char)data.ptr[i]) & 0xffff;
        for (held += 8; held >= 5; held -= 5)
            buf_add_char(&out, alphabet[value >> (held - 5) & 31]);
    }
    if (held)
        buf_add_char(&out, alphabet[value << (5 - held) & 31]);
    buf_add_repeat(&out, '=', (BASE32_QUANTUM - out.len % BASE32_QUANTUM) % BASE32_QUANTUM);
    return functions_take_text(call, &out, result, err);
}

static int base32_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

// What stands behind the first "=", which is at `at`, after `count` digits. False, with the place
// in *at, when it is no padding.
static bool is_padding(struct span text, size_t count, size_t *at)
{
    struct span rest = span_tail(text, *at + 1);

    if (rest.len + count < BASE32_QUANTUM - 1) {
        *at = text.len;
        return false;
    }
    for (size_t i = 0; i < BASE32_QUANTUM - 1 - count; i++) {
        if (i < rest.len && rest.ptr[i] != '=') {
            *at += i;
            return false;
        }
    }
    return count != 3 && count != 6; // too few bits for another byte
}

// As base64_quantum; *at is the text's length after a padding.
static bool base32_quantum(struct span text, size_t *at, struct buf *out)
{
    unsigned char digits[BASE32_QUANTUM];
    size_t count = 0;

    while (count < BASE32_QUANTUM) {
        int digit;

        if (*at == text.len) {
            *at -= count;
            return false;
        }
        if (text.ptr[*at] == '=' && count >= 2 && text.len - *at <= BASE32_QUANTUM) {
            if (!is_padding(text, count, at))
                return false;
            *at = text.len;
            break;
        }
        digit = base32_digit(text.ptr[*at]);
        if (digit < 0)
            return false;
        digits[count++] = (unsigned char)digit;
        ++*at;
    }
    add_digits(digits, count, 5, out);
    return true;
}

static int base32_decode(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[0].s;

    // Here, unlike in base64, the place of an error does not count newlines.
    for (size_t i = 0; i < rest.len; i++) {
        if (!is_newline(rest.ptr[i]))
            buf_add_char(&text, rest.ptr[i]);
    }
    for (size_t at = 0; at < text.len;) {
        if (!base32_quantum(buf_span(&text), &at, &out))
            return corrupt(call, 5, at, result);
    }
    return functions_take_text(call, &out, result, err);
}

// --- digests ---

enum { HASH_STEPS = 40 };

static int hex_digest(struct template_call *call, enum crypto_hash_kind kind, size_t len,
                      struct value *result, struct err **err)
{
    struct crypto_hash *hash CLEANUP(crypto_hash_cleanup) = crypto_hash_new(kind);
    unsigned char digest[CRYPTO_HASH_BYTES_MAX];
    char hex[2 * CRYPTO_HASH_BYTES_MAX + 1];

    if (template_charge(call, HASH_STEPS, err) < 0)
        return -1;
    crypto_hash_add(hash, call->args[0].s.ptr, call->args[0].s.len);
    crypto_hash_end(hash, digest);
    crypto_hex(digest, len, hex);
    *result = value_string(arena_span(call->arena, span_str(hex)));
    return 0;
}

static int sha1_sum(struct template_call *call, struct value *result, struct err **err)
{
    return hex_digest(call, CRYPTO_SHA1, CRYPTO_SHA1_BYTES, result, err);
}

static int sha256_sum(struct template_call *call, struct value *result, struct err **err)
{
    return hex_digest(call, CRYPTO_SHA256, DIGEST_BYTES, result, err);
}

static int sha512_sum(struct template_call *call, struct value *result, struct err **err)
{
    return hex_digest(call, CRYPTO_SHA512, CRYPTO_SHA512_BYTES, result, err);
}

// RFC 1950, section 8.2.
static int adler32_sum(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    enum { ADLER_PRIME = 65521, ADLER_HIGH = 16 };
    struct span text = call->args[0].s;
    uint32_t sum = 1;
    uint32_t sums = 0;

    for (size_t i = 0; i < text.len; i++) {
        sum = (sum + (unsigned char)text.ptr[i]) % ADLER_PRIME;
        sums = (sums + sum) % ADLER_PRIME;
    }
    *result = value_printf(call->arena, "%u", sums << ADLER_HIGH | sum);
    return 0;
}

functions_family functions_encode = {
    {"b64enc", base64_encode, "s", NULL},
    {"b64dec", base64_decode, "s", NULL},
    {"b32enc", base32_encode, "s", NULL},
    {"b32dec", base32_decode, "s", NULL},
    {"sha1sum", sha1_sum, "s", NULL},
    {"sha256sum", sha256_sum, "s", NULL},
    {"sha512sum", sha512_sum, "s", NULL},
    {"adler32sum", adler32_sum, "s", NULL},
    {0},
};
