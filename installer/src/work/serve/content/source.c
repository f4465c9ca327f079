// SPDX-License-Identifier: Apache-2.0
// What an artifact that is being added is read from, and the hosts and names that it adds.
#include "work/serve/content/source.h"
#include "base/file.h"
#include "base/url.h"
#include "io/crypto.h"

const struct bundle_blob *source_blob(const struct adding *a, size_t at)
{
    size_t count;

    return &bundle_blobs(a->source->bundle, &count)[a->artifact->blobs[at]];
}

bool source_has(const struct adding *a, size_t at)
{
    const struct bundle_blob *blob = source_blob(a, at);

    return a->source->whole || blobstore_has(a->source->store, &blob->digest, blob->size);
}

// --- reading ---

static int read_stored(const struct content_source *source, const struct digest *digest,
                       struct buf *out, struct err **err)
{
    uint64_t size;
    int fd CLEANUP(fd_cleanup) = blobstore_open_blob(source->store, digest, &size);
    char *room;
    struct digest is;

    if (fd < 0)
        return err_set(err, ERR_INTEGRITY, "the blob %s is not in the store %s",
                       DIGEST_TEXT(digest), blobstore_path(source->store));
    room = size <= SIZE_MAX ? buf_reserve(out, (size_t)size) : NULL;
    if (!room)
        return buf_check(out, ERR_INTEGRITY, "the document", err);
    if (fd_read_at(fd, room, (size_t)size, 0, DIGEST_TEXT(digest), err) < 0)
        return -1;
    is = crypto_sha256(span_of(room, (size_t)size));
    if (!digest_eq(&is, digest))
        return err_set(err, ERR_INTEGRITY, "the blob %s in the store %s has another digest",
                       DIGEST_TEXT(digest), blobstore_path(source->store));
    buf_commit(out, (size_t)size);
    return 0;
}

int content_read(const struct content_source *source, const struct digest *digest, struct buf *out,
                 struct err **err)
{
    const struct bundle_blob *blob = bundle_find_blob(source->bundle, digest);

    if (!blob)
        return err_set(err, ERR_INTEGRITY, "the blob %s is not there", DIGEST_TEXT(digest));
    if (source->store)
        return read_stored(source, digest, out, err);
    return bundle_read(source->bundle, blob, out, err);
}

// --- hosts and names ---

struct span source_add_host(struct serve_content *c, struct span host)
{
    char folded[CONTENT_HOST_BYTES];
    struct span key = arena_span(c->arena, content_host(host, folded));

    if (key.len)
        map_put(&c->hosts, key, c);
    return key;
}

int content_key(struct serve_content *c, struct span text, struct span *key, struct err **err)
{
    struct url url;
    struct span host, path;

    if (!url_parse(text, &url) || !url_unescape(c->arena, url_trim(url.path), &path))
        return err_set(err, ERR_INTEGRITY, "'%.*s' is no URL", SPAN_ARG(text));
    host = source_add_host(c, url.authority);
    *key = span_str(arena_printf(c->arena, "%.*s%.*s", SPAN_ARG(host), SPAN_ARG(path)));
    return 0;
}
