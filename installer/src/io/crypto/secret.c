// SPDX-License-Identifier: Apache-2.0
// Random bytes, overwriting, and what is encrypted with a key or a passphrase. Running out of
// memory and a missing algorithm are the only ways that OpenSSL can fail to encrypt; both abort.
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "base/mem.h"
#include "io/crypto.h"

static void require(bool ok, const char *what)
{
    if (!ok)
        mem_die(what);
}

void crypto_random(void *out, size_t len)
{
    require(RAND_bytes(out, (int)len) == 1, "the system has no random bytes");
}

void crypto_wipe(void *data, size_t len)
{
    OPENSSL_cleanse(data, len);
}

void crypto_buf_wipe(struct buf *b)
{
    if (b->data)
        crypto_wipe(b->data, b->cap);
    buf_free(b);
}

// --- AES-256-GCM ---

static void ctx_cleanup(EVP_CIPHER_CTX **ctx)
{
    EVP_CIPHER_CTX_free(*ctx);
}

// One direction for both: `tag` is read or written after.
static bool run_gcm(EVP_CIPHER_CTX *ctx, bool encrypt, const unsigned char *key,
                    const unsigned char *nonce, struct span also, struct span data, char *out)
{
    int len;

    return EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), key, nonce, encrypt, NULL) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &len, (const unsigned char *)also.ptr, (int)also.len) == 1 &&
           EVP_CipherUpdate(ctx, (unsigned char *)out, &len, (const unsigned char *)data.ptr,
                            (int)data.len) == 1;
}

void crypto_gcm_encrypt(const unsigned char key[CRYPTO_KEY_BYTES],
                        const unsigned char nonce[CRYPTO_NONCE_BYTES], struct span also,
                        struct span data, struct buf *out)
{
    EVP_CIPHER_CTX *ctx CLEANUP(ctx_cleanup) = EVP_CIPHER_CTX_new();
    char *at = buf_reserve(out, data.len + CRYPTO_TAG_BYTES);
    unsigned char last[CRYPTO_TAG_BYTES];
    int len;

    if (!at)
        return;
    require(ctx && run_gcm(ctx, true, key, nonce, also, data, at) &&
                EVP_CipherFinal_ex(ctx, last, &len) == 1 &&
                EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, CRYPTO_TAG_BYTES, at + data.len) ==
                    1,
            "OpenSSL cannot encrypt with AES-256-GCM");
    buf_commit(out, data.len + CRYPTO_TAG_BYTES);
}

bool crypto_gcm_decrypt(const unsigned char key[CRYPTO_KEY_BYTES],
                        const unsigned char nonce[CRYPTO_NONCE_BYTES], struct span also,
                        struct span data, struct buf *out)
{
    EVP_CIPHER_CTX *ctx CLEANUP(ctx_cleanup) = EVP_CIPHER_CTX_new();
    struct span text =
        span_head(data, data.len < CRYPTO_TAG_BYTES ? 0 : data.len - CRYPTO_TAG_BYTES);
    struct span tag = span_tail(data, text.len);
    unsigned char last[CRYPTO_TAG_BYTES];
    char *at = tag.len == CRYPTO_TAG_BYTES ? buf_reserve(out, text.len) : NULL;
    int len;

    require(ctx, "OpenSSL cannot decrypt with AES-256-GCM");
    if (!at)
        return false;
    if (!run_gcm(ctx, false, key, nonce, also, text, at) ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, CRYPTO_TAG_BYTES, (void *)tag.ptr) != 1 ||
        EVP_CipherFinal_ex(ctx, last, &len) != 1) {
        crypto_wipe(at, text.len);
        return false;
    }
    buf_commit(out, text.len);
    return true;
}

// --- AES-256-CBC ---

void crypto_cbc(bool encrypt, const unsigned char key[CRYPTO_KEY_BYTES],
                const unsigned char iv[CRYPTO_BLOCK_BYTES], struct span data, struct buf *out)
{
    EVP_CIPHER_CTX *ctx CLEANUP(ctx_cleanup) = EVP_CIPHER_CTX_new();
    char *at = buf_reserve(out, data.len);
    int len;

    if (!at)
        return;
    require(ctx && EVP_CipherInit_ex2(ctx, EVP_aes_256_cbc(), key, iv, encrypt, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
                EVP_CipherUpdate(ctx, (unsigned char *)at, &len, (const unsigned char *)data.ptr,
                                 (int)data.len) == 1 &&
                (size_t)len == data.len,
            "OpenSSL cannot encrypt with AES-256-CBC");
    buf_commit(out, data.len);
}

// --- passphrases ---

void crypto_scrypt(struct span passphrase, struct span salt, const struct crypto_scrypt *cost,
                   unsigned char *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    uint64_t n = (uint64_t)1 << cost->log_n;
    uint32_t r = cost->r, p = cost->p;
    // Twice what it takes: OpenSSL's own limit is only there to stop the unwary.
    uint64_t most = 2 * 128 * (uint64_t)r * (n + p + 2);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)passphrase.ptr,
                                          passphrase.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.ptr, salt.len),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
        OSSL_PARAM_construct_end(),
    };

    require(ctx && EVP_KDF_derive(ctx, out, len, params) == 1, "OpenSSL cannot run scrypt");
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}
