// SPDX-License-Identifier: Apache-2.0
// Manifests and indexes (image-spec v1.1 manifest.md, image-index.md).
#include <string.h>

#include "io/crypto.h"
#include "io/doc.h"
#include "model/oci.h"

static bool is_digest(struct span s)
{
    unsigned char bytes[CRYPTO_SHA256_BYTES];

    return span_skip(&s, "sha256:") && span_unhex(s, bytes, sizeof(bytes));
}

static int parse_blob(struct arena *arena, const struct node *n, struct oci_blob *blob,
                      struct err **err)
{
    int64_t size = node_get_int(n, "size", -1);

    blob->digest = arena_span(arena, node_get_text(n, "digest"));
    blob->media_type = arena_span(arena, node_get_text(n, "mediaType"));
    blob->size = (uint64_t)size;
    if (!is_digest(blob->digest) || size < 0)
        return err_set(err, ERR_INTEGRITY, "the manifest has a blob without sha256 digest or size");
    if (blob->size > OCI_BLOB_MAX_BYTES)
        return err_set(err, ERR_INTEGRITY, "the manifest has a blob of %llu bytes",
                       (unsigned long long)blob->size);
    if (span_search(blob->media_type, SPAN("foreign")) < blob->media_type.len ||
        span_search(blob->media_type, SPAN("nondistributable")) < blob->media_type.len)
        return err_set(err, ERR_UNSUPPORTED, "the image has a layer that is not in the registry");
    return 0;
}

static int parse_layers(struct arena *arena, const struct node *root, struct oci_manifest *m,
                        struct err **err)
{
    const struct node *layers = node_get(root, "layers");
    struct oci_blob *list = arena_array(arena, node_len(layers) + 1, sizeof(*list));

    if (!node_is(layers, NODE_SEQ) || node_len(layers) > OCI_BLOBS_MAX)
        return err_set(err, ERR_UNSUPPORTED, "the manifest has no list of layers");
    for (size_t i = 0; i < node_len(layers); i++)
        if (parse_blob(arena, node_item(layers, i), &list[i], err) < 0)
            return -1;
    m->layers = list;
    m->layer_count = node_len(layers);
    return 0;
}

struct span oci_digest(struct arena *arena, struct span bytes)
{
    char hex[2 * CRYPTO_SHA256_BYTES + 1];

    crypto_sha256_hex(bytes, hex);
    return span_str(arena_printf(arena, "sha256:%s", hex));
}

int oci_manifest_parse(struct arena *arena, struct span bytes, struct span media_type,
                       struct oci_manifest *m, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_json(d, bytes, "the manifest", ERR_INTEGRITY, err);
    struct span own = node_get_text(root, "mediaType");

    if (!root)
        return -1;
    if (node_get_int(root, "schemaVersion", 0) != 2)
        return err_set(err, ERR_UNSUPPORTED, "the manifest is not of schema version 2");
    *m = (struct oci_manifest){.bytes = arena_span(arena, bytes),
                               .digest = oci_digest(arena, bytes),
                               .media_type = arena_span(arena, own.len ? own : media_type)};
    if (parse_blob(arena, node_get(root, "config"), &m->config, err) < 0)
        return -1;
    return parse_layers(arena, root, m, err);
}

uint64_t oci_manifest_total(const struct oci_manifest *m)
{
    uint64_t total = m->bytes.len + m->config.size;

    for (size_t i = 0; i < m->layer_count; i++)
        total += m->layers[i].size;
    return total;
}

// "linux/amd64" or, with a variant, "linux/arm/v7".
static void add_platform(const struct node *entry, struct buf *out)
{
    const struct node *platform = node_get(entry, "platform");
    struct span variant = node_get_text(platform, "variant");

    buf_printf(out, "%s/%s", node_get_str(platform, "os"), node_get_str(platform, "architecture"));
    if (variant.len)
        buf_printf(out, "/%.*s", SPAN_ARG(variant));
}

int oci_index_choose(struct arena *arena, struct span bytes, const char *platform,
                     struct span *digest, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_json(d, bytes, "the index", ERR_INTEGRITY, err);
    struct buf all CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *manifests = node_get(root, "manifests");

    if (!root)
        return -1;
    if (!node_is(manifests, NODE_SEQ))
        return 0;
    NODE_FOREACH_ITEM (entry, manifests) {
        struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        add_platform(entry, &name);
        if (span_is(buf_span(&name), platform)) {
            *digest = arena_span(arena, node_get_text(entry, "digest"));
            if (!is_digest(*digest))
                return err_set(err, ERR_INTEGRITY, "the index has no sha256 digest for %s",
                               platform);
            return 1;
        }
        buf_printf(&all, "%s%s", all.len ? ", " : "", buf_str(&name));
    }
    return err_set(err, ERR_SOURCE, "there is no image for %s, only for %s", platform,
                   buf_str(&all));
}
