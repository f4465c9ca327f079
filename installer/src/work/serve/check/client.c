// SPDX-License-Identifier: Apache-2.0
// The requests of a check, and what has to come.
#include "work/serve/check/client.h"

#include "io/crypto.h"

static const char *method_of(const struct http_request *request)
{
    return request->method ? request->method : "GET";
}

static int check_headers(const struct http_request *request, const struct check_header *wanted,
                         const struct http_response *r, struct err **err)
{
    for (; wanted && wanted->name; wanted++) {
        const char *got = http_header(r, wanted->name);

        if (!got || !*got)
            return err_set(err, ERR_SOURCE, "%s %s: the answer has no %s", method_of(request),
                           request->url, wanted->name);
        if (wanted->value && strcmp(got, wanted->value) != 0)
            return err_set(err, ERR_SOURCE, "%s %s: %s is '%s', expected '%s'", method_of(request),
                           request->url, wanted->name, got, wanted->value);
    }
    return 0;
}

int check_request(struct check_ask *a, const struct http_request *request,
                  const struct check_header *headers, struct http_response *r, struct err **err)
{
    http_response_free(r);
    if (http_perform(a->client->http, request, r, err) < 0 || http_check_status(r, err) < 0)
        return -1;
    *a->client->bytes += r->received;
    return check_headers(request, headers, r, err);
}

int check_document(struct check_ask *a, const struct http_request *request,
                   const struct check_header *headers, const struct digest *digest,
                   struct http_response *r, struct err **err)
{
    struct digest got;

    if (check_request(a, request, headers, r, err) < 0)
        return -1;
    got = crypto_sha256(buf_span(&r->body));
    if (digest_eq(&got, digest))
        return 0;
    return err_set(err, ERR_INTEGRITY, "%s %s: %zu bytes with the digest %s, expected %s",
                   method_of(request), request->url, r->body.len, DIGEST_TEXT(&got),
                   DIGEST_TEXT(digest));
}

// --- bodies of any size ---

// Reads up to `most` bytes into the hash; *got says how many there were.
static int read_some(struct stream *s, struct crypto_hash *hash, uint64_t most, uint64_t *got,
                     struct err **err)
{
    char piece[64 << 10];
    ssize_t n = 1;

    for (*got = 0; *got < most && n > 0; *got += (uint64_t)n) {
        uint64_t left = most - *got;

        n = stream_read(s, piece, left < sizeof(piece) ? (size_t)left : sizeof(piece));
        if (n < 0)
            return stream_error(s, err);
        crypto_hash_add(hash, piece, (size_t)n);
    }
    return 0;
}

// From `offset` on: `most` bytes, after which the connection is cut, or all.
static int read_part(struct check_ask *a, const char *url, uint64_t offset, uint64_t most,
                     struct crypto_hash *hash, uint64_t *got, struct err **err)
{
    struct http_request request = {.url = url, .offset = offset};
    struct stream *s CLEANUP(stream_cleanup) = http_open(a->client->http, &request, err);

    if (!s)
        return -1;
    if (read_some(s, hash, most, got, err) < 0)
        return err_wrap(err, "GET %s", url);
    *a->client->bytes += *got;
    return 0;
}

int check_bytes(struct check_ask *a, const char *url, const struct bundle_blob *blob, bool cut,
                struct err **err)
{
    struct crypto_hash *hash CLEANUP(crypto_hash_cleanup) = crypto_hash_new(CRYPTO_SHA256);
    uint64_t first = 0, rest = 0;
    struct digest digest;

    if (cut && read_part(a, url, 0, blob->size / 2, hash, &first, err) < 0)
        return -1;
    if (first < blob->size || blob->size == 0) {
        if (read_part(a, url, first, UINT64_MAX, hash, &rest, err) < 0)
            return -1;
    }
    digest = crypto_hash_digest(hash);
    if (digest_eq(&digest, &blob->digest))
        return 0;
    return err_set(err, ERR_INTEGRITY,
                   "GET %s: %llu bytes with the digest %s, expected %llu bytes with %s", url,
                   (unsigned long long)(first + rest), DIGEST_TEXT(&digest),
                   (unsigned long long)blob->size, DIGEST_TEXT(&blob->digest));
}

const struct bundle_blob *check_blob_of(struct check_ask *a, const struct digest *digest,
                                        struct err **err)
{
    const struct bundle_blob *blob = bundle_find_blob(a->bundle, digest);

    if (!blob)
        err_set(err, ERR_INTEGRITY, "the bundle has no blob %s", DIGEST_TEXT(digest));
    return blob;
}

// --- URLs ---

static struct span without_scheme(struct span url)
{
    struct span rest = url;

    return span_skip(&rest, "https://") || span_skip(&rest, "http://") ? rest : url;
}

char *check_url(const struct check_ask *a, struct span url)
{
    return arena_printf(a->arena, "%s://%.*s", a->client->scheme, SPAN_ARG(without_scheme(url)));
}

char *check_url_in_path(const struct check_ask *a, struct span url)
{
    return arena_printf(a->arena, "%s://%s/%.*s", a->client->scheme, a->client->at,
                        SPAN_ARG(without_scheme(url)));
}
