// SPDX-License-Identifier: Apache-2.0
// From the index of a bundle to what is served under which name; source_<kind>.c has the kinds that
// are more than a name. What is small is read and kept; all else stays where it is.
#include "work/serve/source.h"
#include "base/file.h"
#include "base/url.h"
#include "io/crypto.h"

const struct bundle_blob *source_blob(const struct adding *a, size_t at)
{
    size_t count;

    return &bundle_blobs(a->source->bundle, &count)[a->artifact->blobs[at]];
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

// --- files ---

static int add_file(struct adding *a, struct err **err)
{
    struct serve_content *c = a->content;
    const struct digest *digest = &source_blob(a, 0)->digest;
    struct content_file *file, *other;
    struct span key;
    struct url url;

    if (content_key(c, a->artifact->name, &key, err) < 0)
        return -1;
    if (url_parse(a->artifact->name, &url) && url.query.len)
        key = span_str(arena_printf(c->arena, "%.*s?%.*s", SPAN_ARG(key), SPAN_ARG(url.query)));
    other = map_get(&c->files, key);
    if (other) {
        if (!digest_eq(&other->digest, digest))
            report_warn(c->report, "serve",
                        "%.*s of %s is not served: another bundle has that file with %s",
                        SPAN_ARG(other->url), a->source->label, DIGEST_TEXT(&other->digest));
        return 0;
    }
    file = ARENA_NEW(c->arena, struct content_file);
    *file =
        (struct content_file){.url = arena_span(c->arena, a->artifact->name), .digest = *digest};
    map_put(&c->files, key, file);
    return 0;
}

// --- a bundle ---

static int add_artifact(struct adding *a, struct err **err)
{
    switch (a->artifact->kind) {
    case BUNDLE_CHART:
        return bundle_is_oci(a->artifact) ? source_add_oci(a, err) : source_add_chart(a, err);
    case BUNDLE_IMAGE: return source_add_oci(a, err);
    case BUNDLE_FILE: return add_file(a, err);
    case BUNDLE_GIT: return source_add_git(a, err);
    case BUNDLE_TREE: break;
    }
    return 0;
}

int content_add(struct serve_content *c, struct bundle *take, const struct blobstore *store,
                struct err **err)
{
    struct content_source *source = ARENA_NEW(c->arena, struct content_source);
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(take, &count);

    source->bundle = take;
    source->store = store;
    source->label = arena_printf(c->arena, "%s (sha256:%.12s)",
                                 store ? blobstore_path(store) : bundle_path(take),
                                 DIGEST_HEX(bundle_identity(take)));
    vec_push(&c->sources, source);
    for (size_t i = 0; i < count; i++) {
        struct adding a = {c, source, &all[i]};

        if (add_artifact(&a, err) < 0)
            return err_wrap_as(err, ERR_INTEGRITY, "bundle %s: %s %.*s", bundle_path(take),
                               bundle_kind_name(all[i].kind), SPAN_ARG(all[i].name));
    }
    return source_write_indexes(c, err) < 0 ? -1 : source_join_gits(c, err);
}

int serve_add_bundle(struct serve_content *c, struct bundle *take, struct err **err)
{
    return content_add(c, take, NULL, err);
}
