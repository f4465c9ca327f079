// SPDX-License-Identifier: Apache-2.0
// Manifests and indexes (image-spec v1.1 manifest.md, image-index.md).
#include <string.h>

#include "io/crypto.h"
#include "io/doc.h"
#include "model/oci.h"
#include "model/oci/platform.h"

#define IMAGE_CONFIG "application/vnd.oci.image.config.v1+json"
#define IMAGE_CONFIG_DOCKER "application/vnd.docker.container.image.v1+json"

// A descriptor (descriptor.md) in the document `where`.
static int parse_blob(struct arena *arena, const struct node *n, const char *where,
                      struct oci_blob *blob, struct err **err)
{
    int64_t size = node_get_int(n, "size", -1);

    blob->media_type = arena_span(arena, node_get_text(n, "mediaType"));
    blob->size = (uint64_t)size;
    if (!digest_parse(node_get_text(n, "digest"), &blob->digest) || size < 0)
        return err_set(err, ERR_INTEGRITY, "%s has a blob without sha256 digest or size", where);
    if (blob->size > OCI_BLOB_MAX_BYTES)
        return err_set(err, ERR_INTEGRITY, "%s has a blob of %llu bytes", where,
                       (unsigned long long)blob->size);
    return 0;
}

// A blob of a manifest, which has to be in the registry.
static int parse_content(struct arena *arena, const struct node *n, struct oci_blob *blob,
                         struct err **err)
{
    if (parse_blob(arena, n, "the manifest", blob, err) < 0)
        return -1;
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
        if (parse_content(arena, node_item(layers, i), &list[i], err) < 0)
            return -1;
    m->layers = list;
    m->layer_count = node_len(layers);
    return 0;
}

static int check_schema(const struct node *root, struct err **err)
{
    int64_t version = node_get_int(root, "schemaVersion", 0);

    if (version == 2)
        return 0;
    if (version != 1)
        return err_set(err, ERR_UNSUPPORTED, "the manifest is not of schema version 2");
    err_set(err, ERR_UNSUPPORTED, "the manifest is of Docker's schema version 1");
    return err_hint(err, "containerd does not pull it any more: push the image again with a "
                         "client of today");
}

int oci_manifest_parse(struct arena *arena, struct span bytes, struct span media_type,
                       struct oci_manifest *m, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_json(d, bytes, "the manifest", ERR_INTEGRITY, err);
    struct span own = node_get_text(root, "mediaType");

    if (!root)
        return -1;
    if (check_schema(root, err) < 0)
        return -1;
    *m = (struct oci_manifest){.bytes = arena_span(arena, bytes),
                               .digest = crypto_sha256(bytes),
                               .media_type = arena_span(arena, own.len ? own : media_type),
                               .artifact_type =
                                   arena_span(arena, node_get_text(root, "artifactType"))};
    if (parse_content(arena, node_get(root, "config"), &m->config, err) < 0)
        return -1;
    return parse_layers(arena, root, m, err);
}

int oci_manifest_check_image(const struct oci_manifest *m, struct err **err)
{
    struct span type = m->artifact_type.len ? m->artifact_type : m->config.media_type;

    if (!m->artifact_type.len &&
        (span_is(type, IMAGE_CONFIG) || span_is(type, IMAGE_CONFIG_DOCKER)))
        return 0;
    return err_set(err, ERR_CONFIG, "it is no container image but %s%.*s",
                   span_is(type, OCI_CHART_CONFIG) ? "a Helm chart: " : "", SPAN_ARG(type));
}

static struct oci_platform read_platform(struct arena *arena, const struct node *n)
{
    return platform_normalize(arena, node_get_text(n, "os"), node_get_text(n, "architecture"),
                              node_get_text(n, "variant"));
}

int oci_config_platform(struct arena *arena, struct span config, struct oci_platform *platform,
                        struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_json(d, config, "the config", ERR_INTEGRITY, err);

    if (!root)
        return -1;
    *platform = read_platform(arena, root);
    return 0;
}

static int parse_entry(struct arena *arena, const struct node *n, struct oci_index_entry *entry,
                       struct err **err)
{
    const struct node *platform = node_get(n, "platform");

    if (parse_blob(arena, n, "the index", &entry->blob, err) < 0)
        return -1;
    entry->has_platform = node_is(platform, NODE_MAP);
    if (entry->has_platform)
        entry->platform = read_platform(arena, platform);
    return 0;
}

int oci_index_parse(struct arena *arena, struct span bytes, struct span media_type,
                    struct oci_index *index, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_json(d, bytes, "the index", ERR_INTEGRITY, err);
    const struct node *list = node_get(root, "manifests");
    struct span own = node_get_text(root, "mediaType");
    struct oci_index_entry *entries;

    if (!root)
        return -1;
    if (!node_is(list, NODE_SEQ))
        return 0;
    entries = arena_array(arena, node_len(list) + 1, sizeof(*entries));
    for (size_t i = 0; i < node_len(list); i++)
        if (parse_entry(arena, node_item(list, i), &entries[i], err) < 0)
            return -1;
    *index = (struct oci_index){.bytes = arena_span(arena, bytes),
                                .digest = crypto_sha256(bytes),
                                .media_type = arena_span(arena, own.len ? own : media_type),
                                .entries = entries,
                                .count = node_len(list)};
    return 1;
}
