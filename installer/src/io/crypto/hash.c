// SPDX-License-Identifier: Apache-2.0
// Digests: one-shot, incremental, and as a stream filter. Running out of memory and a missing
// algorithm are the only ways that OpenSSL can fail here, and both abort.
#include "io/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"

static const char *const kind_names[] = {
    [CRYPTO_SHA1] = "SHA1", [CRYPTO_SHA256] = "SHA256", [CRYPTO_SHA512] = "SHA512"};

static void require(bool ok, const char *what)
{
    if (!ok)
        mem_die(what);
}

struct crypto_hash {
    const EVP_MD *md;
    EVP_MD_CTX *ctx;
};

// The algorithm, fetched once for the whole process: to look for it takes longer than a short text.
static const EVP_MD *algorithm(enum crypto_hash_kind kind)
{
    static _Atomic(EVP_MD *) known[ARRAY_LEN(kind_names)];
    EVP_MD *found = atomic_load(&known[kind]), *first = NULL;

    if (found)
        return found;
    found = EVP_MD_fetch(NULL, kind_names[kind], NULL);
    require(found, "OpenSSL lacks a digest");
    if (atomic_compare_exchange_strong(&known[kind], &first, found))
        return found;
    EVP_MD_free(found);
    return first;
}

struct crypto_hash *crypto_hash_new(enum crypto_hash_kind kind)
{
    struct crypto_hash *h = MEM_NEW(struct crypto_hash);

    h->md = algorithm(kind);
    h->ctx = EVP_MD_CTX_new();
    require(h->ctx, "OpenSSL has no memory");
    crypto_hash_start(h);
    return h;
}

void crypto_hash_start(struct crypto_hash *h)
{
    require(EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1, "OpenSSL cannot start a digest");
}

void crypto_hash_add(struct crypto_hash *h, const void *data, size_t len)
{
    require(EVP_DigestUpdate(h->ctx, data, len) == 1, "OpenSSL cannot update a digest");
}

void crypto_hash_end(struct crypto_hash *h, unsigned char *out)
{
    require(EVP_DigestFinal_ex(h->ctx, out, NULL) == 1, "OpenSSL cannot end a digest");
}

void crypto_hash_free(struct crypto_hash *h)
{
    if (!h)
        return;
    EVP_MD_CTX_free(h->ctx);
    free(h);
}

struct digest crypto_hash_digest(struct crypto_hash *h)
{
    struct digest d = {.algorithm = DIGEST_SHA256};

    require(EVP_MD_get_size(h->md) == DIGEST_BYTES, "this digest is not SHA-256");
    crypto_hash_end(h, d.bytes);
    return d;
}

int crypto_hash_check(struct crypto_hash *h, uint64_t size, const struct digest *expected,
                      uint64_t expected_size, struct err **err)
{
    struct digest digest;

    if (size != expected_size)
        return err_set(err, ERR_INTEGRITY, "blob %s: it has %llu bytes, not %llu",
                       DIGEST_TEXT(expected), (unsigned long long)size,
                       (unsigned long long)expected_size);
    digest = crypto_hash_digest(h);
    if (!digest_eq(&digest, expected))
        return err_set(err, ERR_INTEGRITY, "blob %s: what came has the digest %s",
                       DIGEST_TEXT(expected), DIGEST_TEXT(&digest));
    return 0;
}

static void digest(enum crypto_hash_kind kind, struct span data, unsigned char *out)
{
    require(EVP_Digest(data.ptr, data.len, out, NULL, algorithm(kind), NULL) == 1,
            "OpenSSL cannot make a digest");
}

void crypto_sha1(struct span data, unsigned char out[CRYPTO_SHA1_BYTES])
{
    digest(CRYPTO_SHA1, data, out);
}

struct digest crypto_sha256(struct span data)
{
    struct digest d = {.algorithm = DIGEST_SHA256};

    digest(CRYPTO_SHA256, data, d.bytes);
    return d;
}

struct digest crypto_hmac_sha256(struct span key, struct span data)
{
    struct digest d = {.algorithm = DIGEST_SHA256};

    require(HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)data.ptr, data.len,
                 d.bytes, NULL) != NULL,
            "OpenSSL lacks HMAC");
    return d;
}

void crypto_hex(const unsigned char *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
    *out = '\0';
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

struct sha256_filter {
    struct stream base;
    struct stream *inner;
    struct crypto_hash *hash;
    struct digest expected;
    char *what;
};

static int finish(struct sha256_filter *f, struct err **err)
{
    struct digest got = crypto_hash_digest(f->hash);

    if (digest_eq(&got, &f->expected))
        return 0;
    return err_set(err, ERR_INTEGRITY, "%s: the digest is %s, expected %s", f->what,
                   DIGEST_TEXT(&got), DIGEST_TEXT(&f->expected));
}

static ssize_t sha256_read(struct stream *s, void *data, size_t len, struct err **err)
{
    struct sha256_filter *f = (struct sha256_filter *)s;
    ssize_t n = stream_read(f->inner, data, len);

    if (n < 0)
        return stream_error(f->inner, err);
    if (n == 0)
        return finish(f, err);
    crypto_hash_add(f->hash, data, (size_t)n);
    return n;
}

static void sha256_close(struct stream *s)
{
    struct sha256_filter *f = (struct sha256_filter *)s;

    stream_close(f->inner);
    crypto_hash_free(f->hash);
    free(f->what);
    free(f);
}

struct stream *crypto_sha256_stream(struct stream *inner_take, const struct digest *expected,
                                    const char *what)
{
    static const struct stream_ops ops = {sha256_read, sha256_close};
    struct sha256_filter *f = MEM_NEW(struct sha256_filter);

    f->base.ops = &ops;
    f->inner = inner_take;
    f->hash = crypto_hash_new(CRYPTO_SHA256);
    f->expected = *expected;
    f->what = mem_str(what);
    return &f->base;
}
