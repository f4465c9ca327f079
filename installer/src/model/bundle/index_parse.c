// SPDX-License-Identifier: Apache-2.0
// Reading the index. That it is understood whole is proved by writing it again.
#include "model/bundle/layout.h"

#include "base/map.h"
#include "base/semver.h"
#include "io/doc.h"

static int bad(struct err **err, const char *what)
{
    return err_set(err, ERR_INTEGRITY, "the index is not valid: %s", what);
}

static bool read_size(const struct node *n, const char *key, uint64_t *value)
{
    int64_t number = node_get_int(n, key, -1);

    *value = (uint64_t)number;
    return number >= 0 && *value <= BUNDLE_SIZE_MAX_BYTES;
}

static int parse_blobs(struct index *index, const struct node *root, uint64_t *blobs_size,
                       struct err **err)
{
    uint64_t at = 0, said;

    NODE_FOREACH_ITEM (n, node_get(root, "blobs")) {
        struct bundle_blob blob = {0};

        if (!digest_parse_hex(node_get_text(n, "digest"), &blob.digest) ||
            !read_size(n, "size", &blob.size) || !read_size(n, "offset", &blob.offset))
            return bad(err, "a blob without digest, size or offset");
        if (blob.offset != at)
            return bad(err, "blobs overlap or leave a gap");
        at = layout_align(at + blob.size);
        if (at > BUNDLE_SIZE_MAX_BYTES)
            return bad(err, "blobs are too large");
        vec_push_arena(index->arena, &index->blobs, blob);
        if (map_put(&index->by_digest, arena_span(index->arena, digest_key(&blob.digest)),
                    (void *)(uintptr_t)index->blobs.len))
            return bad(err, "a blob is listed twice");
    }
    if (!read_size(root, "blobsSize", &said) || said != at)
        return bad(err, "the size of the blobs does not add up");
    *blobs_size = at;
    return 0;
}

static int parse_kind(struct span text, enum bundle_kind *kind, struct err **err)
{
    for (*kind = BUNDLE_CHART; *kind <= BUNDLE_TREE; ++*kind)
        if (span_is(text, bundle_kind_name(*kind)))
            return 0;
    return bad(err, "an artifact of unknown kind");
}

// The place of the blob with that digest, counted from 1; 0 when it is not listed.
static size_t place_of(const struct index *index, struct span hex)
{
    struct digest digest;

    return digest_parse_hex(hex, &digest)
               ? (uintptr_t)map_get(&index->by_digest, digest_key(&digest))
               : 0;
}

static int parse_manifests(struct index *index, const struct node *n, struct bundle_artifact *a,
                           struct err **err)
{
    const struct node *nodes = node_get(n, "manifests");
    struct bundle_manifest *list = arena_array(index->arena, node_len(nodes) + 1, sizeof(*list));

    a->manifests = list;
    a->manifest_count = node_len(nodes);
    for (size_t i = 0; i < a->manifest_count; i++) {
        const struct node *m = node_item(nodes, i);
        size_t place = place_of(index, node_get_text(m, "digest"));

        list[i].platform = arena_span(index->arena, node_get_text(m, "platform"));
        if (!place || i >= index->platforms.len ||
            !span_eq(list[i].platform, index->platforms.items[i]))
            return bad(err, "an artifact has other manifests than one for each platform");
        list[i].blob = place - 1;
    }
    if (a->manifest_count && a->manifest_count != index->platforms.len)
        return bad(err, "an artifact has other manifests than one for each platform");
    return 0;
}

static bool is_commit(struct span s)
{
    unsigned char bytes[20];

    return span_unhex(s, bytes, sizeof(bytes));
}

// Ties the revision to the blobs as far as the index itself tells: what the revision is the digest
// of comes first, and is all there is of a file or tree.
static int check_revision(const struct index *index, const struct bundle_artifact *a,
                          struct err **err)
{
    struct digest digest;
    bool right = a->kind == BUNDLE_GIT
                     ? is_commit(a->revision)
                     : digest_parse(a->revision, &digest) &&
                           digest_eq(&digest, &index->blobs.items[a->blobs[0]].digest);

    if (right && (bundle_is_oci(a) || (a->blob_count == 1 && !a->manifest_count)))
        return 0;
    return err_set(err, ERR_INTEGRITY, "%s %.*s: what is there is not its revision %.*s",
                   bundle_kind_name(a->kind), SPAN_ARG(a->name), SPAN_ARG(a->revision));
}

static int parse_artifact(struct index *index, const struct node *n, struct err **err)
{
    const struct node *blobs = node_get(n, "blobs");
    size_t *list = arena_array(index->arena, node_len(blobs) + 1, sizeof(*list));
    struct bundle_artifact a = {
        .name = arena_span(index->arena, node_get_text(n, "name")),
        .version = arena_span(index->arena, node_get_text(n, "version")),
        .revision = arena_span(index->arena, node_get_text(n, "revision")),
        .media_type = arena_span(index->arena, node_get_text(n, "mediaType")),
        .blobs = list,
        .blob_count = node_len(blobs),
    };

    if (parse_kind(node_get_text(n, "kind"), &a.kind, err) < 0)
        return -1;
    if (!a.name.len || !a.blob_count)
        return bad(err, "an artifact without name or blobs");
    for (size_t i = 0; i < a.blob_count; i++) {
        size_t place = place_of(index, node_text(node_item(blobs, i)));

        if (!place)
            return bad(err, "an artifact names a blob that is not listed");
        list[i] = place - 1;
    }
    if (parse_manifests(index, n, &a, err) < 0)
        return -1;
    vec_push_arena(index->arena, &index->artifacts, a);
    return 0;
}

// Not there in older bundles.
static int parse_kube_version(struct index *index, const struct node *n, struct err **err)
{
    if (!n)
        return 0;
    if (!semver_is_plain(node_text(n)))
        return bad(err, "'kubernetes' is no version");
    index->kube_version = arena_span(index->arena, node_text(n));
    return 0;
}

static int parse_all(struct index *index, const struct node *root, struct err **err)
{
    uint64_t blobs_size;

    index->origin = arena_span(index->arena, node_get_text(root, "origin"));
    if (!index->origin.len || !digest_parse_hex(node_get_text(root, "lock"), &index->lock_digest))
        return bad(err, "origin or lock is missing");
    if (parse_kube_version(index, node_get(root, "kubernetes"), err) < 0)
        return -1;
    NODE_FOREACH_ITEM (n, node_get(root, "platforms"))
        vec_push_arena(index->arena, &index->platforms, arena_span(index->arena, node_text(n)));
    if (!index->platforms.len)
        return bad(err, "it names no platform");
    if (parse_blobs(index, root, &blobs_size, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (n, node_get(root, "artifacts"))
        if (parse_artifact(index, n, err) < 0)
            return -1;
    return 0;
}

static void find_owners(struct index *index)
{
    index->owners = arena_array(index->arena, index->blobs.len + 1, sizeof(*index->owners));
    VEC_FOREACH (const struct bundle_artifact *, a, &index->artifacts)
        for (size_t i = 0; i < a->blob_count; i++)
            if (!index->owners[a->blobs[i]])
                index->owners[a->blobs[i]] = a;
}

// What is understood is copied: a large index is not held as a document while it is written again.
static int understand(struct index *index, struct span text, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = doc_read_json(d, text, "the index", ERR_INTEGRITY, err);

    return root ? parse_all(index, root, err) : -1;
}

int index_parse(struct index *index, struct span text, struct err **err)
{
    struct buf again CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);

    if (understand(index, text, err) < 0)
        return -1;
    // Writing it again from what was understood gives the same bytes, or something in it was not
    // understood: order, unused blobs, unknown fields.
    index_lay_out(index, &again);
    if (!span_eq(buf_span(&again), text))
        return bad(err, "it is not in canonical form");
    for (size_t i = 1; i < index->artifacts.len; i++)
        if (index_compare(&index->artifacts.items[i - 1], &index->artifacts.items[i]) == 0)
            return bad(err, "an artifact is listed twice");
    VEC_FOREACH (const struct bundle_artifact *, a, &index->artifacts)
        if (check_revision(index, a, err) < 0)
            return -1;
    find_owners(index);
    return 0;
}
