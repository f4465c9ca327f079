// SPDX-License-Identifier: Apache-2.0
// bcrypt (Provos and Mazieres, 1999): Blowfish with an expensive key schedule. Blowfish's boxes are
// the first digits of pi behind the point, which are worked out here instead of written down.
#include <openssl/bn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"

enum {
    ROUNDS = 16,
    SUBKEYS = ROUNDS + 2,
    BOXES = 4,
    BOX_WORDS = 256,
    WORDS = SUBKEYS + BOXES * BOX_WORDS,
    GUARD_BITS = 64, // what rounding may spoil
};

struct blowfish {
    uint32_t subkeys[SUBKEYS];
    uint32_t boxes[BOXES][BOX_WORDS];
};

static struct blowfish digits_of_pi;

// --- pi ---

static void require(bool ok)
{
    if (!ok)
        mem_die("OpenSSL cannot count");
}

// Adds factor * atan(1 / x), in units of 2^-bits, to the sum: x^-1 - x^-3 / 3 + x^-5 / 5 ...
static void add_arctangent(BIGNUM *sum, unsigned factor, unsigned x, int bits, bool minus)
{
    BIGNUM *power = BN_new(), *term = BN_new();

    require(power && term && BN_set_word(power, factor) && BN_lshift(power, power, bits));
    BN_div_word(power, x);
    for (unsigned n = 1; !BN_is_zero(power); n += 2, minus = !minus) {
        require(BN_copy(term, power) != NULL);
        BN_div_word(term, n);
        require(minus ? BN_sub(sum, sum, term) : BN_add(sum, sum, term));
        BN_div_word(power, (BN_ULONG)x * x);
    }
    BN_free(power);
    BN_free(term);
}

// Machin: pi = 16 atan(1/5) - 4 atan(1/239).
static void make_digits(void)
{
    enum { BYTES = 4 * WORDS, BITS = 8 * BYTES };
    static unsigned char bytes[BYTES + 1]; // the 3 comes first
    BIGNUM *pi = BN_new();

    require(pi != NULL);
    add_arctangent(pi, 16, 5, BITS + GUARD_BITS, false);
    add_arctangent(pi, 4, 239, BITS + GUARD_BITS, true);
    require(BN_rshift(pi, pi, GUARD_BITS) && BN_bn2binpad(pi, bytes, sizeof(bytes)) > 0);
    BN_free(pi);
    for (size_t i = 0; i < WORDS; i++) {
        const unsigned char *at = bytes + 1 + 4 * i;
        uint32_t word =
            (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];

        if (i < SUBKEYS)
            digits_of_pi.subkeys[i] = word;
        else
            digits_of_pi.boxes[(i - SUBKEYS) / BOX_WORDS][(i - SUBKEYS) % BOX_WORDS] = word;
    }
}

// --- Blowfish ---

static uint32_t mix(const struct blowfish *b, uint32_t x)
{
    return ((b->boxes[0][x >> 24] + b->boxes[1][x >> 16 & 0xff]) ^ b->boxes[2][x >> 8 & 0xff]) +
           b->boxes[3][x & 0xff];
}

static void encrypt(const struct blowfish *b, uint32_t half[2])
{
    uint32_t left = half[0], right = half[1];

    for (size_t i = 0; i < ROUNDS; i += 2) {
        left ^= b->subkeys[i];
        right ^= mix(b, left);
        right ^= b->subkeys[i + 1];
        left ^= mix(b, right);
    }
    half[0] = right ^ b->subkeys[ROUNDS + 1];
    half[1] = left ^ b->subkeys[ROUNDS];
}

// The next 32 bits of a key that is repeated without end.
static uint32_t next_word(const unsigned char *key, size_t len, size_t *at)
{
    uint32_t word = 0;

    for (size_t i = 0; i < 4; i++) {
        word = word << 8 | key[*at];
        *at = (*at + 1) % len;
    }
    return word;
}

// Works a key, and a salt when there is one, into the subkeys and boxes.
static void expand(struct blowfish *b, const unsigned char *key, size_t len,
                   const unsigned char *salt)
{
    uint32_t half[2] = {0, 0};
    size_t at = 0, salt_at = 0;
    uint32_t *words[1 + BOXES] = {b->subkeys, b->boxes[0], b->boxes[1], b->boxes[2], b->boxes[3]};

    for (size_t i = 0; i < SUBKEYS; i++)
        b->subkeys[i] ^= next_word(key, len, &at);
    for (size_t box = 0; box < 1 + BOXES; box++) {
        for (size_t i = 0; i < (box ? BOX_WORDS : SUBKEYS); i += 2) {
            for (size_t j = 0; salt && j < 2; j++)
                half[j] ^= next_word(salt, CRYPTO_BCRYPT_SALT_BYTES, &salt_at);
            encrypt(b, half);
            words[box][i] = half[0];
            words[box][i + 1] = half[1];
        }
    }
}

// --- bcrypt ---

// bcrypt's own base64, without padding.
static char *add_base64(char *at, const unsigned char *data, size_t len)
{
    static const char digits[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    uint32_t bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | data[i];
        for (count += 8; count >= 6; count -= 6)
            *at++ = digits[bits >> (count - 6) & 0x3f];
    }
    if (count)
        *at++ = digits[bits << (6 - count) & 0x3f];
    *at = '\0';
    return at;
}

void crypto_bcrypt(struct span password, const unsigned char salt[CRYPTO_BCRYPT_SALT_BYTES],
                   unsigned cost, char out[CRYPTO_BCRYPT_TEXT_BYTES])
{
    enum { HASH_BYTES = 23, TIMES = 64 }; // the last of 24 bytes is left out
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    unsigned char key[CRYPTO_BCRYPT_PASSWORD_MAX + 1] = {0}; // its NUL counts
    unsigned char text[] = "OrpheanBeholderScryDoubt";
    struct blowfish b;

    pthread_once(&once, make_digits);
    b = digits_of_pi;
    password = span_head(password, CRYPTO_BCRYPT_PASSWORD_MAX);
    memcpy(key, password.ptr, password.len);
    expand(&b, key, password.len + 1, salt);
    for (uint64_t i = 0; i < (uint64_t)1 << cost; i++) {
        expand(&b, key, password.len + 1, NULL);
        expand(&b, salt, CRYPTO_BCRYPT_SALT_BYTES, NULL);
    }
    for (size_t i = 0; i + 1 < sizeof(text); i += 8) {
        size_t at = 0;
        uint32_t half[2];

        half[0] = next_word(text + i, 8, &at);
        half[1] = next_word(text + i, 8, &at);
        for (size_t j = 0; j < TIMES; j++)
            encrypt(&b, half);
        for (size_t j = 0; j < 8; j++)
            text[i + j] = (unsigned char)(half[j / 4] >> (24 - 8 * (j % 4)));
    }
    snprintf(out, CRYPTO_BCRYPT_TEXT_BYTES, "$2a$%02u$", cost);
    add_base64(add_base64(out + 7, salt, CRYPTO_BCRYPT_SALT_BYTES), text, HASH_BYTES);
    crypto_wipe(key, sizeof(key));
    crypto_wipe(&b, sizeof(b));
}
