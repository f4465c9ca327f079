// SPDX-License-Identifier: Apache-2.0
// Digests, base64, constant-time comparison, checks of PEM certificates and keys, a small
// certificate authority, and encryption: with a key (AES-256-GCM), a passphrase (scrypt), a public
// key (RSA-OAEP). OpenSSL's errors become
// ours. The only module beside io/http and io/httpd that sees OpenSSL. Nothing here blocks, except
// on the streams that it is given.
#ifndef IO_CRYPTO_H
#define IO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"
#include "base/stream.h"

enum crypto_hash_kind {
    CRYPTO_SHA1, // git object names only
    CRYPTO_SHA256,
    CRYPTO_SHA512,
};

#define CRYPTO_SHA1_BYTES 20
#define CRYPTO_SHA512_BYTES 64
#define CRYPTO_HASH_BYTES_MAX 64

// A hash in the making; one may be used again after crypto_hash_start().
struct crypto_hash;

struct crypto_hash *crypto_hash_new(enum crypto_hash_kind kind) MUST_CHECK RETURNS_NONNULL;
void crypto_hash_start(struct crypto_hash *h);
void crypto_hash_add(struct crypto_hash *h, const void *data, size_t len);
// Writes the digest of the kind's size to `out`. Call crypto_hash_start() before more data.
void crypto_hash_end(struct crypto_hash *h, unsigned char *out);
// The same for CRYPTO_SHA256.
struct digest crypto_hash_digest(struct crypto_hash *h) MUST_CHECK;
// Whether what came, `size` bytes, is the blob with that digest and size. ERR_INTEGRITY.
int crypto_hash_check(struct crypto_hash *h, uint64_t size, const struct digest *expected,
                      uint64_t expected_size, struct err **err) MUST_CHECK;
void crypto_hash_free(struct crypto_hash *h); // NULL-safe
CLEANUP_DEFINE(crypto_hash_cleanup, struct crypto_hash, crypto_hash_free);

// In one go.
void crypto_sha1(struct span data, unsigned char out[CRYPTO_SHA1_BYTES]);
struct digest crypto_sha256(struct span data) MUST_CHECK;
struct digest crypto_hmac_sha256(struct span key, struct span data) MUST_CHECK; // RFC 2104
void crypto_hex(const unsigned char *data, size_t len, char *out); // 2 * len digits and a NUL

// Passes bytes on and hashes them with SHA-256. Another digest than `expected` at the end is a
// latched ERR_INTEGRITY that names `what` and both digests. Takes ownership of `inner_take`.
struct stream *crypto_sha256_stream(struct stream *inner_take, const struct digest *expected,
                                    const char *what) MUST_CHECK;

// Whether two pieces of `len` bytes are equal, in time that does not depend on them.
bool crypto_equal(const void *a, const void *b, size_t len);

// Standard base64 with padding. Decoding ignores ASCII white space; false, and nothing appended,
// when the text is not base64.
void crypto_base64_encode(struct span data, struct buf *out);
bool crypto_base64_decode(struct span text, struct buf *out) MUST_CHECK;

// Checks of PEM text. All fail with ERR_CONFIG in words that name `what` (a field and its file).
// At least one certificate; *count (may be NULL) tells how many.
int crypto_check_certs(struct span pem, const char *what, size_t *count, struct err **err)
    MUST_CHECK;
// From when until when the first certificate is valid; false when it cannot be read.
bool crypto_cert_times(struct span pem, time_t *from, time_t *until) MUST_CHECK;
// SHA-256 of the first certificate's public key (its SubjectPublicKeyInfo): the same for all
// certificates of a key. False when it cannot be read, or is not an RSA key.
bool crypto_cert_rsa_id(struct span pem, struct digest *id) MUST_CHECK;
// One private key (PKCS#8, PKCS#1 or SEC1; RSA, EC or Ed25519), not encrypted.
int crypto_check_key(struct span pem, const char *what, struct err **err) MUST_CHECK;
// The key belongs to the first certificate.
int crypto_check_pair(struct span cert_pem, struct span key_pem, const char *what, struct err **err)
    MUST_CHECK;

// --- secrets ---

// Unpredictable bytes; aborts when the system has none.
void crypto_random(void *out, size_t len);
// Overwrites; not left out by a compiler that sees no use of it.
void crypto_wipe(void *data, size_t len);
// Frees a buffer and overwrites it first; what it had grown out of is not reached. Also a CLEANUP.
void crypto_buf_wipe(struct buf *b);

// A key of CRYPTO_KEY_BYTES and one nonce must never encrypt twice.
#define CRYPTO_KEY_BYTES 32
#define CRYPTO_NONCE_BYTES 12
#define CRYPTO_TAG_BYTES 16

// AES-256-GCM: appends the encrypted bytes and their tag, which covers `also` as well (it is not
// part of the output).
void crypto_gcm_encrypt(const unsigned char key[CRYPTO_KEY_BYTES],
                        const unsigned char nonce[CRYPTO_NONCE_BYTES], struct span also,
                        struct span data, struct buf *out);
// False, and nothing appended, when key, nonce, `also`, bytes or tag are not those of before.
bool crypto_gcm_decrypt(const unsigned char key[CRYPTO_KEY_BYTES],
                        const unsigned char nonce[CRYPTO_NONCE_BYTES], struct span also,
                        struct span data, struct buf *out) MUST_CHECK;

// AES-256 in blocks that are chained (CBC), without padding: data of whole blocks. Appends.
#define CRYPTO_BLOCK_BYTES 16
void crypto_cbc(bool encrypt, const unsigned char key[CRYPTO_KEY_BYTES],
                const unsigned char iv[CRYPTO_BLOCK_BYTES], struct span data, struct buf *out);

// bcrypt ("$2a$") of a password of at most 72 bytes, at the cost of 2^cost (4 to 31) rounds.
#define CRYPTO_BCRYPT_SALT_BYTES 16
#define CRYPTO_BCRYPT_TEXT_BYTES 61 // with its NUL
#define CRYPTO_BCRYPT_PASSWORD_MAX 72
void crypto_bcrypt(struct span password, const unsigned char salt[CRYPTO_BCRYPT_SALT_BYTES],
                   unsigned cost, char out[CRYPTO_BCRYPT_TEXT_BYTES]);

// A key out of a passphrase (RFC 7914), at the cost of 2^log_n * r * 128 bytes of memory. Aborts
// when there is none, and on a cost that scrypt does not know: limits are the caller's.
struct crypto_scrypt {
    unsigned log_n, r, p;
};
void crypto_scrypt(struct span passphrase, struct span salt, const struct crypto_scrypt *cost,
                   unsigned char *out, size_t len);

// RSA-OAEP with SHA-256 in all places. Encrypts to the key of the first certificate; ERR_CONFIG
// names `what` when that is not an RSA key, or too small. Decrypting fails with ERR_INTEGRITY when
// it was encrypted for another key or label.
int crypto_oaep_encrypt(struct span cert_pem, struct span label, struct span data, const char *what,
                        struct buf *out, struct err **err) MUST_CHECK;
int crypto_oaep_decrypt(struct span key_pem, struct span label, struct span data, const char *what,
                        struct buf *out, struct err **err) MUST_CHECK;

// Makes an RSA key (PKCS#1) and a certificate without a name that it signs itself, valid from and
// until these seconds since 1970, as PEM. Takes up to some seconds for 4096 bits.
void crypto_make_rsa(unsigned bits, int64_t from, int64_t until, struct buf *key_pem,
                     struct buf *cert_pem);

// --- an authority, and what it issues ---

// Makes an EC P-256 key (PKCS#8) and the certificate of an authority with this common name (64
// characters at most), which issues certificates of servers only (RFC 5280, path length 0). Times
// as above.
void crypto_make_authority(const char *name, int64_t from, int64_t until, struct buf *key_pem,
                           struct buf *cert_pem);

// Letters, digits, hyphens, underscores and dots, as RFC 1123 has them; an IPv4 address also looks
// like one.
bool crypto_is_host_name(struct span name);

// Makes the same for a server of these host names and numeric addresses (at least one), issued by
// an authority. It ends no later than the authority's own. ERR_CONFIG: `issuer` is no pair of a
// certificate that may issue and its key, in words that name `what`; a name is none.
struct crypto_authority {
    struct span cert_pem, key_pem;
    const char *what; // names it in messages
};
int crypto_issue(const struct crypto_authority *issuer, const char *const *names, size_t count,
                 int64_t from, int64_t until, struct buf *key_pem, struct buf *cert_pem,
                 struct err **err) MUST_CHECK;

// --- keys and certificates to order ---

enum crypto_key_kind {
    CRYPTO_KEY_RSA_2048,
    CRYPTO_KEY_RSA_4096, // takes seconds
    CRYPTO_KEY_DSA,      // 2048 bits; takes seconds
    CRYPTO_KEY_EC,       // P-256
    CRYPTO_KEY_ED25519,
};
// As PEM: PKCS#1, SEC 1 and the like, PKCS#8 for Ed25519.
void crypto_make_key(enum crypto_key_kind kind, struct buf *pem);
// A private key in that form, whatever form it has. ERR_CONFIG names `what`.
int crypto_rewrite_key(struct span key_pem, const char *what, struct buf *pem, struct err **err)
    MUST_CHECK;

// For servers and clients, valid between these seconds since 1970; `is_authority`: it may issue
// others, too.
struct crypto_order {
    struct span name; // common name, may be empty
    const char *const *hosts;
    size_t host_count;
    const char *const *addresses; // numeric
    size_t address_count;
    int64_t from, until;
    bool is_authority;
    struct span key_pem;                   // its private key
    const struct crypto_authority *issuer; // NULL: it signs itself
};
// ERR_CONFIG: a key or the issuer's pair cannot be read or do not belong together, an address is
// none.
int crypto_make_cert(const struct crypto_order *order, struct buf *cert_pem, struct err **err)
    MUST_CHECK;

#endif
