// SPDX-License-Identifier: Apache-2.0
// Laying out and writing the index: canonical JSON of what is where. Offsets in it count from the
// first blob, so that the length of the index does not change what it says.
#include "model/bundle/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "io/doc.h"

static const char *const kind_names[] = {"chart", "file", "git", "image", "tree"};

const char *bundle_kind_name(enum bundle_kind kind)
{
    return kind_names[kind];
}

bool bundle_is_oci(const struct bundle_artifact *a)
{
    struct url url;

    return a->kind == BUNDLE_IMAGE || (a->kind == BUNDLE_CHART && !url_parse(a->name, &url));
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
    if (index->kube_version.len)
        node_set_str(d, root, "kubernetes", index->kube_version);
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
