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

static int compare_artifacts(const void *a, const void *b)
{
    const struct bundle_artifact *x = a, *y = b;
    int order = span_cmp(x->name, y->name);

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return order ? order : span_cmp(x->version, y->version);
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
    }
    index->blobs.len = next;
}

static struct node *artifact_node(struct doc *d, const struct index *index,
                                  const struct bundle_artifact *a)
{
    struct node *n = node_new_map(d), *blobs = node_new_seq(d);

    for (size_t i = 0; i < a->blob_count; i++)
        node_push(d, blobs, node_new_str(d, index->blobs.items[a->blobs[i]].digest));
    node_set(d, n, SPAN("blobs"), blobs);
    node_set_str(d, n, "kind", span_str(bundle_kind_name(a->kind)));
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

    VEC_FOREACH (const struct bundle_artifact *, a, &index->artifacts)
        node_push(d, artifacts, artifact_node(d, index, a));
    VEC_FOREACH (const struct bundle_blob *, b, &index->blobs) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "digest", b->digest);
        node_set(d, n, SPAN("offset"), node_new_int(d, (int64_t)b->offset));
        node_set(d, n, SPAN("size"), node_new_int(d, (int64_t)b->size));
        node_push(d, blobs, n);
    }
    node_set(d, root, SPAN("artifacts"), artifacts);
    node_set(d, root, SPAN("blobs"), blobs);
    node_set(d, root, SPAN("blobsSize"), node_new_int(d, (int64_t)blobs_size));
    node_set_str(d, root, "lock", index->lock_digest);
    node_set_str(d, root, "origin", index->origin);
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

static bool is_digest(struct span s)
{
    unsigned char bytes[BUNDLE_DIGEST_HEX / 2];

    return span_unhex(s, bytes, sizeof(bytes));
}

static bool read_size(const struct node *n, const char *key, uint64_t *value)
{
    int64_t number = node_get_int(n, key, -1);

    *value = (uint64_t)number;
    return number >= 0 && *value <= BUNDLE_SIZE_MAX_BYTES;
}

static int parse_blobs(struct index *index, const struct node *root, struct map *by_digest,
                       uint64_t *blobs_size, struct err **err)
{
    uint64_t at = 0, said;

    NODE_FOREACH_ITEM (n, node_get(root, "blobs")) {
        struct bundle_blob blob = {.digest = node_get_text(n, "digest")};

        if (!is_digest(blob.digest) || !read_size(n, "size", &blob.size) ||
            !read_size(n, "offset", &blob.offset))
            return bad(err, "a blob without digest, size or offset");
        if (blob.offset != at)
            return bad(err, "blobs overlap or leave a gap");
        at = layout_align(at + blob.size);
        if (at > BUNDLE_SIZE_MAX_BYTES)
            return bad(err, "blobs are too large");
        blob.digest = arena_span(index->arena, blob.digest);
        vec_push_arena(index->arena, &index->blobs, blob);
        if (map_put(by_digest, blob.digest, (void *)(uintptr_t)index->blobs.len))
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

static int parse_artifact(struct index *index, const struct node *n, const struct map *by_digest,
                          struct err **err)
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
        uintptr_t place = (uintptr_t)map_get(by_digest, node_text(node_item(blobs, i)));

        if (!place)
            return bad(err, "an artifact names a blob that is not listed");
        list[i] = place - 1;
    }
    vec_push_arena(index->arena, &index->artifacts, a);
    return 0;
}

int index_parse(struct index *index, struct span text, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = doc_read_json(d, text, "the index", ERR_INTEGRITY, err);
    struct map by_digest CLEANUP(map_free) = MAP_INIT;
    struct buf again CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);
    uint64_t blobs_size;

    if (!root)
        return -1;
    index->origin = arena_span(index->arena, node_get_text(root, "origin"));
    index->lock_digest = arena_span(index->arena, node_get_text(root, "lock"));
    if (!index->origin.len || !is_digest(index->lock_digest))
        return bad(err, "origin or lock is missing");
    if (parse_blobs(index, root, &by_digest, &blobs_size, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (n, node_get(root, "artifacts"))
        if (parse_artifact(index, n, &by_digest, err) < 0)
            return -1;
    // Writing it again from what was understood gives the same bytes, or something in it was not
    // understood: order, unused blobs, unknown fields.
    index_lay_out(index, &again);
    if (!span_eq(buf_span(&again), text))
        return bad(err, "it is not in canonical form");
    for (size_t i = 1; i < index->artifacts.len; i++)
        if (compare_artifacts(&index->artifacts.items[i - 1], &index->artifacts.items[i]) == 0)
            return bad(err, "an artifact is listed twice");
    return 0;
}
