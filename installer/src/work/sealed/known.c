// SPDX-License-Identifier: Apache-2.0
// What a bundle has, by digest and by name.
#include "work/sealed/known.h"

#include "base/url.h"
#include "model/oci.h"

enum { DIGEST_HEX = 64 };

static void add_blobs(struct known *k, struct map *map, const struct bundle_artifact *a)
{
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(k->bundle, &count);

    for (size_t i = 0; i < a->blob_count; i++)
        map_put(map, digest_key(&blobs[a->blobs[i]].digest), (void *)a);
}

// "busybox:1" as "docker.io/library/busybox:1"; "" for what is no reference.
static struct span full_name(const struct known *k, struct span image)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct oci_ref ref;

    if (oci_ref_parse(k->arena, image, &ref, &ignored) < 0)
        return SPAN_EMPTY;
    oci_ref_format(&ref, &text);
    return arena_span(k->arena, buf_span(&text));
}

static void add_artifact(struct known *k, const struct bundle_artifact *a)
{
    switch (a->kind) {
    case BUNDLE_IMAGE:
        add_blobs(k, &k->images, a);
        map_put(&k->names, full_name(k, a->name), (void *)a);
        break;
    case BUNDLE_CHART:
        add_blobs(k, &k->charts, a);
        if (bundle_is_oci(a))
            add_blobs(k, &k->images, a);
        break;
    case BUNDLE_GIT: map_put(&k->commits, a->revision, (void *)a); break;
    case BUNDLE_FILE:
    case BUNDLE_TREE: break;
    }
}

void known_init(struct known *k, const struct bundle *b, struct arena *arena)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);

    *k = (struct known){.bundle = b, .arena = arena};
    for (size_t i = 0; i < count; i++)
        add_artifact(k, &all[i]);
}

void known_free(struct known *k)
{
    map_free(&k->images);
    map_free(&k->names);
    map_free(&k->commits);
    map_free(&k->charts);
}

bool known_digest(struct span text, struct digest *digest)
{
    if (text.len < DIGEST_HEX)
        return false;
    return digest_parse_hex(span_tail(text, text.len - DIGEST_HEX), digest);
}

bool known_has_image(const struct known *k, const struct digest *digest)
{
    return map_get(&k->images, digest_key(digest)) != NULL;
}

bool known_has_name(const struct known *k, struct span image)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct oci_ref ref;

    if (oci_ref_parse(k->arena, image, &ref, &ignored) < 0)
        return false;
    if (digest_is_set(&ref.digest))
        return known_has_image(k, &ref.digest);
    return map_get(&k->names, full_name(k, image)) != NULL;
}

bool known_has_commit(const struct known *k, struct span commit)
{
    return map_get(&k->commits, commit) != NULL;
}

bool known_has_chart(const struct known *k, const struct digest *digest)
{
    return map_get(&k->charts, digest_key(digest)) != NULL;
}

bool known_has_repository(const struct known *k, struct span url)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(k->bundle, &count);

    url = url_trim(url);
    for (size_t i = 0; i < count; i++)
        if (all[i].kind == BUNDLE_CHART && span_eq(span_head(all[i].name, url.len), url) &&
            span_starts(span_tail(all[i].name, url.len), "/"))
            return true;
    return false;
}
