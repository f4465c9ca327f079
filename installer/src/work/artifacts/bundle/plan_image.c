// SPDX-License-Identifier: Apache-2.0
// Images and charts of a bundle: their indexes and manifests are in memory, configs and layers are
// to be downloaded.
#include "work/artifacts/bundle/plan.h"

static size_t add_download(struct plan *p, const struct oci_ref *ref, const struct oci_blob *blob,
                           bool is_layer)
{
    struct download d = {
        .ref = *ref, .digest = blob->digest, .size = blob->size, .is_layer = is_layer};

    d.blob = bundle_plan_blob(p->bundle, &blob->digest, blob->size);
    VEC_FOREACH (struct download *, it, &p->downloads) {
        if (it->blob != d.blob)
            continue;
        it->is_layer = it->is_layer && is_layer;
        return d.blob;
    }
    vec_push_arena(p->arena, &p->downloads, d);
    return d.blob;
}

// Where the blobs of an artifact are put together.
struct blobs {
    struct plan *plan;
    bool is_image;
    size_t *items;
    size_t len;
};

// Manifest, config, layers; the place of the manifest in the plan.
static size_t add_manifest(struct blobs *blobs, const struct oci_ref *ref,
                           const struct oci_manifest *m)
{
    size_t manifest = plan_piece(blobs->plan, m->bytes);

    blobs->items[blobs->len++] = manifest;
    blobs->items[blobs->len++] = add_download(blobs->plan, ref, &m->config, false);
    for (size_t i = 0; i < m->layer_count; i++)
        blobs->items[blobs->len++] = add_download(blobs->plan, ref, &m->layers[i], blobs->is_image);
    return manifest;
}

static size_t count_blobs(const struct oci_resolved *r)
{
    size_t count = r->index_count;

    for (size_t i = 0; i < r->manifest_count; i++)
        count += r->manifests[i].layer_count + 2;
    return count;
}

// The lock says which manifests are below an index; it is not the index's to say something else.
static int check_pins(const struct lock_entry *e, const struct oci_resolved *r, struct err **err)
{
    if (e->manifest_count != (r->index_count ? r->manifest_count : 0))
        return err_set(err, ERR_INTEGRITY, "the lock does not name the manifests that it has");
    for (size_t i = 0; i < e->manifest_count; i++)
        if (!digest_eq(&e->manifests[i].digest, &r->manifests[i].digest))
            return err_set(err, ERR_INTEGRITY, "for %.*s it has the manifest %s, the lock says %s",
                           SPAN_ARG(e->manifests[i].platform), DIGEST_TEXT(&r->manifests[i].digest),
                           DIGEST_TEXT(&e->manifests[i].digest));
    return 0;
}

static void add_manifests(struct blobs *blobs, const struct oci_ref *ref,
                          const struct lock_entry *e, const struct oci_resolved *r,
                          struct bundle_manifest *manifests)
{
    for (size_t i = 0; i < r->manifest_count; i++) {
        size_t same = 0;

        while (!digest_eq(&r->manifests[same].digest, &r->manifests[i].digest))
            same++;
        if (same < i) // two platforms may have one manifest
            manifests[i].blob = manifests[same].blob;
        else
            manifests[i].blob = add_manifest(blobs, ref, &r->manifests[i]);
        if (i < e->manifest_count)
            manifests[i].platform = e->manifests[i].platform;
    }
}

int plan_image(struct plan *p, const struct lock_entry *e, const struct registry *registry,
               const struct lock *lock, struct err **err)
{
    struct oci_ref ref;
    struct oci_resolved r;
    struct blobs blobs = {.plan = p, .is_image = e->kind == LOCK_IMAGE};
    struct bundle_manifest *manifests;

    if (oci_ref_parse(p->arena, e->name, &ref, err) < 0)
        return -1;
    ref.digest = e->digest;
    if (registry_resolve(registry, p->arena, &ref, e->kind == LOCK_CHART ? OCI_CHART : OCI_IMAGE,
                         lock, &r, err) < 0 ||
        check_pins(e, &r, err) < 0)
        return -1;
    blobs.items = arena_array(p->arena, count_blobs(&r), sizeof(*blobs.items));
    manifests = arena_array(p->arena, r.manifest_count, sizeof(*manifests));
    for (size_t i = 0; i < r.index_count; i++)
        blobs.items[blobs.len++] = plan_piece(p, r.indexes[i].bytes);
    add_manifests(&blobs, &ref, e, &r, manifests);
    bundle_plan_artifact(p->bundle, &(struct bundle_artifact){
                                        .kind = e->kind == LOCK_CHART ? BUNDLE_CHART : BUNDLE_IMAGE,
                                        .name = e->name,
                                        .revision = span_str(DIGEST_TEXT(&e->digest)),
                                        .media_type = r.media_type,
                                        .blobs = blobs.items,
                                        .blob_count = blobs.len,
                                        .manifests = manifests,
                                        .manifest_count = e->manifest_count});
    return 0;
}
