// SPDX-License-Identifier: Apache-2.0
// Registries behind the content cache.
#include "work/artifacts/fetch/registry.h"

#include "io/crypto.h"
#include "work/artifacts/fetch/cache.h"

int registry_read_bundle(const struct registry *r, const struct digest *digest, const char *what,
                         struct buf *out, struct err **err)
{
    const struct bundle_blob *blob = bundle_find_blob(r->bundle, digest);

    if (blob)
        return bundle_read(r->bundle, blob, out, err);
    return err_set(err, ERR_CONFIG, "%s: %s is not in bundle %s", what, DIGEST_TEXT(digest),
                   bundle_path(r->bundle));
}

// Appends a blob of the reference's repository, verified. `what` is for messages. ERR_SOURCE,
// ERR_INTEGRITY. Blocks.
static int read_blob(const struct registry *r, const struct oci_ref *ref,
                     const struct digest *digest, const char *what, struct buf *out,
                     struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct stream *s CLEANUP(stream_cleanup) = NULL;
    struct http_request request;
    size_t start = out->len;

    if (r->bundle)
        return registry_read_bundle(r, digest, what, out, err);
    if (cache_get_digest(digest, out))
        return 0;
    if (oci_blob_request(r->oci, arena, ref, digest, &request, err) < 0)
        return -1;
    s = http_open(r->http, &request, err);
    if (!s)
        return -1;
    s = crypto_sha256_stream(s, digest, what);
    if (stream_read_all(s, out, ERR_SOURCE, what, err) < 0)
        return -1;
    cache_put_digest(digest, span_tail(buf_span(out), start));
    return 0;
}

// Where oci_resolve() gets documents from.
struct documents {
    struct oci_documents base;
    const struct registry *registry;
    const struct oci_ref *ref;
};

struct span registry_key(struct arena *arena, const struct oci_ref *ref)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    oci_ref_format(ref, &text);
    return arena_span(arena, buf_span(&text));
}

// From the registry, unless it is here already.
static int get_now(const struct registry *r, struct arena *arena, const struct oci_ref *ref,
                   struct span *bytes, struct span *media_type, struct err **err)
{
    const struct oci_wanted *here = r->ahead ? map_get(r->ahead, registry_key(arena, ref)) : NULL;

    if (!here)
        return oci_get_manifest(r->oci, arena, ref, bytes, media_type, err);
    if (here->refused) {
        struct err *why = err_clone(here->refused);

        return err_move(err, &why);
    }
    *bytes = here->bytes;
    *media_type = here->media_type;
    return 0;
}

static int get_manifest(struct oci_documents *d, struct arena *arena, const struct oci_ref *ref,
                        struct span *bytes, struct span *media_type, struct err **err)
{
    const struct registry *r = ((struct documents *)d)->registry;
    struct buf cached CLEANUP(buf_free) = BUF_INIT(OCI_MANIFEST_MAX_BYTES);
    struct digest digest;

    *media_type = SPAN_EMPTY;
    if (r->bundle) {
        if (registry_read_bundle(r, &ref->digest, "the manifest", &cached, err) < 0)
            return -1;
        *bytes = arena_span(arena, buf_span(&cached));
        return 0;
    }
    if (digest_is_set(&ref->digest) && cache_get_digest(&ref->digest, &cached)) {
        *bytes = arena_span(arena, buf_span(&cached));
        return 0;
    }
    if (get_now(r, arena, ref, bytes, media_type, err) < 0)
        return -1;
    digest = crypto_sha256(*bytes);
    cache_put_digest(&digest, *bytes);
    return 0;
}

static int get_config(struct oci_documents *d, struct arena *arena, const struct oci_blob *blob,
                      struct span *bytes, struct err **err)
{
    const struct documents *documents = (const struct documents *)d;
    struct buf out CLEANUP(buf_free) = BUF_INIT(OCI_CONFIG_MAX_BYTES);

    if (read_blob(documents->registry, documents->ref, &blob->digest, "the config", &out, err) < 0)
        return -1;
    *bytes = arena_span(arena, buf_span(&out));
    return 0;
}

int registry_resolve(const struct registry *r, struct arena *arena, const struct oci_ref *ref,
                     enum oci_content content, const struct lock *lock,
                     struct oci_resolved *resolved, struct err **err)
{
    struct documents d = {.base = {get_manifest, get_config}, .registry = r, .ref = ref};
    size_t count;
    const struct span *platforms = lock_platforms(lock, &count);

    return oci_resolve(&d.base, arena, ref, content, platforms, count, resolved, err);
}

void registry_pin(struct arena *arena, const struct oci_resolved *r, const struct lock *lock,
                  struct lock_entry *entry)
{
    size_t count;
    const struct span *platforms = lock_platforms(lock, &count);
    struct lock_manifest *list = arena_array(arena, r->manifest_count + 1, sizeof(*list));

    entry->digest = r->digest;
    entry->size = r->size;
    if (!r->index_count)
        return;
    for (size_t i = 0; i < r->manifest_count; i++)
        list[i] = (struct lock_manifest){platforms[i], r->manifests[i].digest};
    entry->manifests = list;
    entry->manifest_count = r->manifest_count;
}

// --- content ---

// Of Helm 4's client (pkg/registry): older charts have the second one.
static const char *const chart_layers[] = {OCI_CHART_LAYER, "application/tar+gzip"};

static const struct oci_blob *find_layer(const struct oci_manifest *m, struct span media_type)
{
    for (size_t i = 0; i < m->layer_count; i++)
        if (!media_type.len || span_eq(m->layers[i].media_type, media_type))
            return &m->layers[i];
    return NULL;
}

static const struct oci_blob *choose_layer(const struct oci_manifest *m,
                                           const struct registry_layer *layer, const char *what,
                                           struct err **err)
{
    const struct oci_blob *found = NULL;

    if (layer->of_helm && !layer->has_chart_config) {
        err_set(err, ERR_SOURCE, "%s is no Helm chart", what);
        return NULL;
    }
    if (layer->of_helm) {
        for (size_t i = 0; i < ARRAY_LEN(chart_layers) && !found; i++)
            found = find_layer(m, span_str(chart_layers[i]));
    } else {
        found = find_layer(m, layer->media_type);
    }
    if (!found)
        err_set(err, ERR_SOURCE, "%s has no layer%s%.*s", what,
                layer->media_type.len ? " of the media type "
                : layer->of_helm      ? " of a chart"
                                      : "",
                SPAN_ARG(layer->media_type));
    return found;
}

int registry_read_content(const struct registry *r, struct arena *arena, const struct oci_ref *ref,
                          struct registry_layer *layer, const struct lock *lock, const char *what,
                          struct lock_entry *entry, struct buf *out, struct err **err)
{
    struct oci_resolved resolved;
    const struct oci_blob *blob;

    if (registry_resolve(r, arena, ref, OCI_CHART, lock, &resolved, err) < 0)
        return -1;
    registry_pin(arena, &resolved, lock, entry);
    layer->has_chart_config = span_is(resolved.manifests[0].config.media_type, OCI_CHART_CONFIG);
    blob = choose_layer(&resolved.manifests[0], layer, what, err);
    return blob ? read_blob(r, ref, &blob->digest, what, out, err) : -1;
}
