// SPDX-License-Identifier: Apache-2.0
// The index: canonical JSON of what is where. Offsets in it count from the first blob, so that the
// length of the index does not change what it says.
#include "model/bundle/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "io/doc.h"

static const char *const kind_names[] = {"chart", "file", "git", "image", "tree"};

const char *bundle_kind_name(enum bundle_kind kind)
{
    return kind_names[kind];
}

uint64_t layout_align(uint64_t at)
{
    return (at + LAYOUT_ALIGN - 1) & ~(uint64_t)(LAYOUT_ALIGN - 1);
}

void layout_put_number(unsigned char *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

uint64_t layout_get_number(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

void index_free(struct index *index)
{
    map_free(&index->by_digest);
    arena_free(index->arena);
}

int index_compare(const struct bundle_artifact *a, const struct bundle_artifact *b)
{
    int order = span_cmp(a->name, b->name);

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return order ? order : span_cmp(a->version, b->version);
}

static int compare_artifacts(const void *a, const void *b)
{
    return index_compare(a, b);
}

static const struct bundle_manifest *
move_manifests(struct index *index, const struct bundle_artifact *a, const size_t *place)
{
    struct bundle_manifest *moved =
        arena_array(index->arena, a->manifest_count + 1, sizeof(*moved));

    for (size_t i = 0; i < a->manifest_count; i++) {
        moved[i].blob = place[a->manifests[i].blob] - 1;
        moved[i].platform = a->manifests[i].platform;
    }
    return moved;
}

// Blobs in the order in which the sorted artifacts use them.
static void order_blobs(struct index *index)
{
    size_t count = index->blobs.len;
    struct bundle_blob *old = arena_array(index->arena, count + 1, sizeof(*old));
    size_t *place = arena_array(index->arena, count + 1, sizeof(*place));
    size_t next = 0;

    if (!count)
        return;
    memcpy(old, index->blobs.items, count * sizeof(*old));
    VEC_FOREACH (struct bundle_artifact *, a, &index->artifacts) {
        size_t *moved = arena_array(index->arena, a->blob_count + 1, sizeof(*moved));

        for (size_t i = 0; i < a->blob_count; i++) {
            size_t from = a->blobs[i];

            if (!place[from]) {
                index->blobs.items[next++] = old[from];
                place[from] = next;
            }
            moved[i] = place[from] - 1;
        }
        a->blobs = moved;
        a->manifests = move_manifests(index, a, place);
    }
    index->blobs.len = next;
}

static struct node *digest_node(struct doc *d, const struct digest *digest)
{
    return node_new_str(d, span_str(DIGEST_HEX(digest)));
}

static struct node *manifests_node(struct doc *d, const struct index *index,
                                   const struct bundle_artifact *a)
{
    struct node *list = node_new_seq(d);

    for (size_t i = 0; i < a->manifest_count; i++) {
        struct node *n = node_new_map(d);

        node_set(d, n, SPAN("digest"),
                 digest_node(d, &index->blobs.items[a->manifests[i].blob].digest));
        node_set_str(d, n, "platform", a->manifests[i].platform);
        node_push(d, list, n);
    }
    return list;
}

static struct node *artifact_node(struct doc *d, const struct index *index,
                                  const struct bundle_artifact *a)
{
    struct node *n = node_new_map(d), *blobs = node_new_seq(d);

    for (size_t i = 0; i < a->blob_count; i++)
        node_push(d, blobs, digest_node(d, &index->blobs.items[a->blobs[i]].digest));
    node_set(d, n, SPAN("blobs"), blobs);
    node_set_str(d, n, "kind", span_str(bundle_kind_name(a->kind)));
    node_set(d, n, SPAN("manifests"), manifests_node(d, index, a));
    node_set_str(d, n, "mediaType", a->media_type);
    node_set_str(d, n, "name", a->name);
    node_set_str(d, n, "revision", a->revision);
    node_set_str(d, n, "version", a->version);
    return n;
}

static void write_index(const struct index *index, uint64_t blobs_size, struct buf *text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *artifacts = node_new_seq(d), *blobs = node_new_seq(d);
    struct node *platforms = node_new_seq(d);

    VEC_FOREACH (const struct bundle_artifact *, a, &index->artifacts)
        node_push(d, artifacts, artifact_node(d, index, a));
    VEC_FOREACH (const struct bundle_blob *, b, &index->blobs) {
        struct node *n = node_new_map(d);

        node_set(d, n, SPAN("digest"), digest_node(d, &b->digest));
        node_set(d, n, SPAN("offset"), node_new_int(d, (int64_t)b->offset));
        node_set(d, n, SPAN("size"), node_new_int(d, (int64_t)b->size));
        node_push(d, blobs, n);
    }
    node_set(d, root, SPAN("artifacts"), artifacts);
    node_set(d, root, SPAN("blobs"), blobs);
    node_set(d, root, SPAN("blobsSize"), node_new_int(d, (int64_t)blobs_size));
    node_set(d, root, SPAN("lock"), digest_node(d, &index->lock_digest));
    node_set_str(d, root, "origin", index->origin);
    VEC_FOREACH (const struct span *, it, &index->platforms)
        node_push(d, platforms, node_new_str(d, *it));
    node_set(d, root, SPAN("platforms"), platforms);
    doc_write_json(root, true, text);
}

// Makes offsets absolute and the file's size known, now that the index has its length.
static void settle(struct index *index, size_t text_size, uint64_t blobs_size)
{
    uint64_t base = layout_align(LAYOUT_INDEX_AT + text_size);

    VEC_FOREACH (struct bundle_blob *, b, &index->blobs)
        b->offset += base;
    index->size = base + blobs_size;
}

void index_lay_out(struct index *index, struct buf *text)
{
    uint64_t at = 0;

    if (index->artifacts.len)
        qsort(index->artifacts.items, index->artifacts.len, sizeof(*index->artifacts.items),
              compare_artifacts);
    order_blobs(index);
    VEC_FOREACH (struct bundle_blob *, b, &index->blobs) {
        b->offset = at;
        at = layout_align(at + b->size);
    }
    write_index(index, at, text);
    settle(index, text->len, at);
}

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
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (span_is(text, kind_names[i])) {
            *kind = (enum bundle_kind)i;
            return 0;
        }
    }
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
    bool is_oci = a->kind == BUNDLE_IMAGE || a->kind == BUNDLE_CHART;
    bool right = a->kind == BUNDLE_GIT
                     ? is_commit(a->revision)
                     : digest_parse(a->revision, &digest) &&
                           digest_eq(&digest, &index->blobs.items[a->blobs[0]].digest);

    if (right && (is_oci || (a->blob_count == 1 && !a->manifest_count)))
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

static int parse_all(struct index *index, const struct node *root, struct err **err)
{
    uint64_t blobs_size;

    index->origin = arena_span(index->arena, node_get_text(root, "origin"));
    if (!index->origin.len || !digest_parse_hex(node_get_text(root, "lock"), &index->lock_digest))
        return bad(err, "origin or lock is missing");
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
