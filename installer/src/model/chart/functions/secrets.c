// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of passwords.
#include <string.h>

#include "base/buf.h"
#include "io/crypto.h"
#include "model/chart/functions/functions.h"

// --- bcrypt ---

// In steps of a template.
enum { BCRYPT_STEPS = 3000000, SCRYPT_STEPS = 8000000, AES_STEPS = 60 };

enum { BCRYPT_COST = 10 };

// Too long a password is said in the result.
static const char *bcrypt_text(struct template_call *call, struct span password)
{
    unsigned char salt[CRYPTO_BCRYPT_SALT_BYTES];
    char text[CRYPTO_BCRYPT_TEXT_BYTES];

    functions_random_used(call);
    if (password.len > CRYPTO_BCRYPT_PASSWORD_MAX)
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
    crypto_random(salt, sizeof(salt));
    crypto_bcrypt(password, salt, BCRYPT_COST, text);
    return arena_str(call->arena, text);
}

static int bcrypt(struct template_call *call, struct value *result, struct err **err)
{
    if (template_charge(call, BCRYPT_STEPS, err) < 0)
        return -1;
    *result = value_string(span_str(bcrypt_text(call, call->args[0].s)));
    return 0;
}

static int htpasswd(struct template_call *call, struct value *result, struct err **err)
{
    struct span user = call->args[0].s;

    if (template_charge(call, BCRYPT_STEPS, err) < 0)
        return -1;
    if (span_find(user, ':') < user.len)
        *result = value_printf(call->arena, "invalid username: %.*s", SPAN_ARG(user));
    else
        *result = value_printf(call->arena, "%.*s:%s", SPAN_ARG(user),
                               bcrypt_text(call, call->args[1].s));
    return 0;
}

// --- derivePassword: the algorithm of masterpassword.app ---

#define CONSONANTS "bcdfghjklmnpqrstvwxyz"
#define CAPITALS "BCDFGHJKLMNPQRSTVWXYZ"

// The characters that a letter of a template stands for.
static const char *characters(char letter)
{
    switch (letter) {
    case 'V': return "AEIOU";
    case 'C': return CAPITALS;
    case 'v': return "aeiou";
    case 'c': return CONSONANTS;
    case 'A': return "AEIOU" CAPITALS;
    case 'a': return "AEIOUaeiou" CAPITALS CONSONANTS;
    case 'n': return "0123456789";
    case 'o': return "@&%?,=[]_:-+*$#!'^~;()/.";
    default: return "AEIOUaeiou" CAPITALS CONSONANTS "0123456789!@#$%^&*()";
    }
}

static const struct {
    const char *name;
    const char *templates; // with blanks between them
} password_types[] = {
    {"maximum", "anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno"},
    {"long", "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv "
             "CvccCvcvCvcvno CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc "
             "CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno "
             "CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc "
             "CvccCvcvCvccno"},
    {"medium", "CvcnoCvc CvcCvcno"},
    {"short", "Cvcn"},
    {"basic", "aaanaaan aannaaan aaannaaa"},
    {"pin", "nnnn"},
};

// A template of the type, or an empty one when there is no such type.
static struct span password_template(struct span type, unsigned char seed)
{
    struct span rest = SPAN_EMPTY, text = SPAN_EMPTY;
    size_t count = 1;

    for (size_t i = 0; i < ARRAY_LEN(password_types); i++)
        if (span_is(type, password_types[i].name))
            rest = span_str(password_types[i].templates);
    for (size_t i = 0; i < rest.len; i++)
        count += rest.ptr[i] == ' ';
    for (size_t i = 0; i <= seed % count; i++)
        (void)span_next(&rest, ' ', &text);
    return text;
}

static void add_big_endian(struct buf *out, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(number >> shift));
}

static void add_named(struct buf *out, struct span name)
{
    buf_add_str(out, "com.lyndir.masterpassword");
    add_big_endian(out, (uint32_t)name.len);
    buf_add_span(out, name);
}

// derivePassword COUNTER TYPE PASSWORD USER SITE
static int derive_password(struct template_call *call, struct value *result, struct err **err)
{
    static const struct crypto_scrypt cost = {.log_n = 15, .r = 8, .p = 2};
    struct buf salt CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX + 64);
    struct buf message CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX + 64);
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    const struct value *args = call->args;
    unsigned char key[64];
    struct digest seed;
    struct span letters;

    if (!password_template(args[1].s, 0).len) {
        *result =
            value_printf(call->arena, "cannot find password template %.*s", SPAN_ARG(args[1].s));
        return 0;
    }
    if (template_charge(call, SCRYPT_STEPS, err) < 0)
        return -1;
    add_named(&salt, args[3].s);
    crypto_scrypt(args[2].s, buf_span(&salt), &cost, key, sizeof(key));
    add_named(&message, args[4].s);
    add_big_endian(&message, (uint32_t)args[0].u);
    seed = crypto_hmac_sha256(span_of(key, sizeof(key)), buf_span(&message));
    letters = password_template(args[1].s, seed.bytes[0]);
    for (size_t i = 0; i < letters.len; i++) {
        const char *set = characters(letters.ptr[i]);

        buf_add_char(&out, set[seed.bytes[i + 1] % strlen(set)]);
    }
    return functions_take_text(call, &out, result, err);
}

// --- AES ---

static void key_of(struct span password, unsigned char key[CRYPTO_KEY_BYTES])
{
    password = span_head(password, CRYPTO_KEY_BYTES);
    memset(key, 0, CRYPTO_KEY_BYTES);
    memcpy(key, password.ptr, password.len);
}

// encryptAES PASSWORD TEXT: base64 of a vector and the padded text (PKCS#7).
static int encrypt_aes(struct template_call *call, struct value *result, struct err **err)
{
    struct buf padded CLEANUP(crypto_buf_wipe) = BUF_INIT(FUNCTIONS_TEXT_MAX + CRYPTO_BLOCK_BYTES);
    struct buf encrypted CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX + 2 * CRYPTO_BLOCK_BYTES);
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    unsigned char key[CRYPTO_KEY_BYTES], iv[CRYPTO_BLOCK_BYTES];
    struct span text = call->args[1].s;
    size_t padding = CRYPTO_BLOCK_BYTES - text.len % CRYPTO_BLOCK_BYTES;

    *result = value_string(SPAN_EMPTY);
    if (!text.len)
        return 0;
    functions_random_used(call);
    if (template_charge(call, AES_STEPS, err) < 0)
        return -1;
    key_of(call->args[0].s, key);
    crypto_random(iv, sizeof(iv));
    buf_add_span(&padded, text);
    buf_add_repeat(&padded, (char)padding, padding);
    buf_add(&encrypted, iv, sizeof(iv));
    crypto_cbc(true, key, iv, buf_span(&padded), &encrypted);
    crypto_base64_encode(buf_span(&encrypted), &out);
    return functions_take_text(call, &out, result, err);
}

static int take_padding(struct template_call *call, struct span text, struct value *result,
                        struct err **err)
{
    size_t padding;

    if (!text.len)
        return err_set(err, ERR_CONFIG, "runtime error: index out of range [-1]");
    padding = (unsigned char)text.ptr[text.len - 1];
    if (padding > text.len)
        return err_set(err, ERR_CONFIG, "runtime error: slice bounds out of range [:-%zu]",
                       padding - text.len);
    *result = value_string(arena_span(call->arena, span_head(text, text.len - padding)));
    return 0;
}

// decryptAES PASSWORD TEXT
static int decrypt_aes(struct template_call *call, struct value *result, struct err **err)
{
    struct buf encrypted CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    unsigned char key[CRYPTO_KEY_BYTES];
    struct span data;
    size_t at;

    *result = value_string(SPAN_EMPTY);
    if (!call->args[1].s.len)
        return 0;
    if (template_charge(call, AES_STEPS, err) < 0)
        return -1;
    if (!functions_base64(call->args[1].s, &encrypted, &at))
        return err_set(err, ERR_CONFIG, "illegal base64 data at input byte %zu", at);
    data = buf_span(&encrypted);
    if (data.len < CRYPTO_BLOCK_BYTES)
        return err_set(err, ERR_CONFIG,
                       "runtime error: slice bounds out of range [:%d] with capacity %zu",
                       CRYPTO_BLOCK_BYTES, call->args[1].s.len / 4 * 3);
    if (data.len % CRYPTO_BLOCK_BYTES)
        return err_set(err, ERR_CONFIG, "crypto/cipher: input not full blocks");
    key_of(call->args[0].s, key);
    crypto_cbc(false, key, (const unsigned char *)data.ptr, span_tail(data, CRYPTO_BLOCK_BYTES),
               &text);
    return take_padding(call, buf_span(&text), result, err);
}

functions_family functions_secrets = {
    {"bcrypt", bcrypt, "s", NULL},
    {"htpasswd", htpasswd, "ss", NULL},
    {"derivePassword", derive_password, "ussss", NULL},
    {"encryptAES", encrypt_aes, "ss", NULL},
    {"decryptAES", decrypt_aes, "ss", NULL},
    {0},
};
