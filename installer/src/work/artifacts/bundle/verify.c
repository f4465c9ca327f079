// SPDX-License-Identifier: Apache-2.0
// Whether the blobs of a bundle are what its artifacts' revisions name: manifests and what they
// list, commits and their trees. That the blobs have their digests, bundle_verify() has found.
#include <string.h>

#include "base/map.h"
#include "base/pool.h"
#include "model/chart.h"
#include "work/artifacts/tree/bundled.h"

struct verify {
    const struct bundle *bundle;
    struct cancel *cancel;
};

// The blobs of one image or chart, which are read in the order that the format says: indexes, then
// manifest, config and layers for each platform.
struct oci_check {
    const struct bundle *bundle;
    const struct bundle_artifact *artifact;
    struct arena *arena;
    struct map named; // digests that an index names: to struct oci_index_entry
    size_t at;        // the blob that is next
    size_t manifests; // that were seen
};

static const struct bundle_blob *blob_at(const struct bundle *b, const struct bundle_artifact *a,
                                         size_t at)
{
    size_t count;

    return &bundle_blobs(b, &count)[a->blobs[at]];
}

static int read_document(const struct oci_check *c, size_t at, struct span *bytes, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(OCI_MANIFEST_MAX_BYTES);

    if (bundle_read(c->bundle, blob_at(c->bundle, c->artifact, at), &out, err) < 0)
        return -1;
    *bytes = arena_span(c->arena, buf_span(&out));
    return 0;
}

static bool is_blob(const struct bundle_blob *blob, const struct oci_blob *said)
{
    return digest_eq(&blob->digest, &said->digest) && blob->size == said->size;
}

// The next blob has to be this one.
static int expect(struct oci_check *c, const struct oci_blob *said, const char *what,
                  struct err **err)
{
    if (c->at < c->artifact->blob_count && is_blob(blob_at(c->bundle, c->artifact, c->at), said)) {
        c->at++;
        return 0;
    }
    return err_set(err, ERR_INTEGRITY, "the %s %s of its manifest is not there", what,
                   DIGEST_TEXT(&said->digest));
}

// The entry that names the document at c->at; NULL for the first one, which the revision names.
static int find_entry(const struct oci_check *c, const struct oci_index_entry **entry,
                      struct err **err)
{
    const struct bundle_blob *blob = blob_at(c->bundle, c->artifact, c->at);

    *entry = map_get(&c->named, digest_key(&blob->digest));
    if (c->at == 0 || (*entry && is_blob(blob, &(*entry)->blob)))
        return 0;
    return err_set(err, ERR_INTEGRITY, "%s is named by no index of it", DIGEST_TEXT(&blob->digest));
}

static int check_platform(const struct oci_check *c, const struct oci_manifest *m,
                          const struct oci_index_entry *entry, struct span wanted, struct err **err)
{
    struct oci_platform platform, have;
    struct span config;

    if (!oci_platform_parse(c->arena, wanted, &platform))
        return err_set(err, ERR_INTEGRITY, "'%.*s' is no platform", SPAN_ARG(wanted));
    if (entry && entry->has_platform) {
        have = entry->platform;
    } else {
        if (read_document(c, c->at + 1, &config, err) < 0 ||
            oci_config_platform(c->arena, config, &have, err) < 0)
            return -1;
    }
    if (oci_platform_rank(&platform, &have) >= 0)
        return 0;
    return err_set(err, ERR_INTEGRITY, "the manifest %s is not for %.*s", DIGEST_TEXT(&m->digest),
                   SPAN_ARG(wanted));
}

// What the index of the bundle says of this manifest: for which platforms it is.
static int check_platforms(struct oci_check *c, const struct oci_manifest *m,
                           const struct oci_index_entry *entry, struct err **err)
{
    const struct bundle_artifact *a = c->artifact;
    size_t count, used = 0;
    const struct span *all = bundle_platforms(c->bundle, &count);

    for (size_t i = 0; i < count; i++) {
        if (a->manifest_count && a->manifests[i].blob != a->blobs[c->at])
            continue;
        used++;
        if (a->kind == BUNDLE_IMAGE && check_platform(c, m, entry, all[i], err) < 0)
            return -1;
    }
    return used ? 0
                : err_set(err, ERR_INTEGRITY, "the manifest %s is for no platform of the bundle",
                          DIGEST_TEXT(&m->digest));
}

static int check_manifest(struct oci_check *c, struct span bytes,
                          const struct oci_index_entry *entry, struct err **err)
{
    struct oci_manifest m;

    if (oci_manifest_parse(c->arena, bytes, c->artifact->media_type, &m, err) < 0)
        return -1;
    if (c->artifact->kind == BUNDLE_IMAGE && oci_manifest_check_image(&m, err) < 0)
        return -1;
    if (c->at + 1 < c->artifact->blob_count && check_platforms(c, &m, entry, err) < 0)
        return -1;
    c->at++;
    c->manifests++;
    if (expect(c, &m.config, "config", err) < 0)
        return -1;
    for (size_t i = 0; i < m.layer_count; i++)
        if (expect(c, &m.layers[i], "layer", err) < 0)
            return -1;
    return 0;
}

static int check_document(struct oci_check *c, struct err **err)
{
    const struct oci_index_entry *entry;
    struct oci_index index;
    struct span bytes;
    int is_index;

    if (find_entry(c, &entry, err) < 0 || read_document(c, c->at, &bytes, err) < 0)
        return -1;
    is_index = oci_index_parse(c->arena, bytes, c->artifact->media_type, &index, err);
    if (is_index < 0)
        return -1;
    if (!is_index)
        return check_manifest(c, bytes, entry, err);
    if (c->manifests)
        return err_set(err, ERR_INTEGRITY, "an index comes behind a manifest");
    for (size_t i = 0; i < index.count; i++)
        map_put(&c->named, digest_key(&index.entries[i].blob.digest), (void *)&index.entries[i]);
    c->at++;
    return 0;
}

static void oci_check_free(struct oci_check *c)
{
    map_free(&c->named);
    arena_free(c->arena);
}

static int check_oci(const struct verify *v, const struct bundle_artifact *a, struct err **err)
{
    struct oci_check c CLEANUP(oci_check_free) = {
        .bundle = v->bundle, .artifact = a, .arena = arena_new()};

    while (c.at < a->blob_count)
        if (cancel_check(v->cancel, err) < 0 || check_document(&c, err) < 0)
            return -1;
    if (!c.manifests)
        return err_set(err, ERR_INTEGRITY, "it has no manifest");
    if ((a->manifest_count == 0) != (map_len(&c.named) == 0))
        return err_set(err, ERR_INTEGRITY, "its manifests are not those of its index");
    return 0;
}

static int check_git(const struct verify *v, const struct bundle_artifact *a, struct err **err)
{
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;
    struct git_pin pin = {0};

    if (bundle_read(v->bundle, blob_at(v->bundle, a, 0), &pack, err) < 0)
        return -1;
    store = git_store_new(buf_span(&pack), "the pack", v->cancel, err);
    if (!store)
        return -1;
    if (!git_oid_parse(a->revision, &pin.target.commit))
        return err_set(err, ERR_INTEGRITY, "it has no commit");
    if (git_pin_read(buf_span(&pack), &pin, err) < 0)
        return -1;
    return git_check(store, &pin.target, err);
}

// The archive of a chart of a Helm repository: of the name and version that it is found by.
static int check_chart(const struct verify *v, const struct bundle_artifact *a, struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct chart_name name;

    if (!chart_name_parse(a->name, &name))
        return err_set(err, ERR_INTEGRITY, "its name has no chart and version");
    if (bundle_read(v->bundle, blob_at(v->bundle, a, 0), &tgz, err) < 0)
        return -1;
    chart = chart_load_archive(buf_span(&tgz), "its archive", err);
    return chart ? chart_check_name(chart, &name, err) : -1;
}

static int check_content(const struct verify *v, const struct bundle_artifact *a, struct err **err)
{
    switch (a->kind) {
    case BUNDLE_CHART: return bundle_is_oci(a) ? check_oci(v, a, err) : check_chart(v, a, err);
    case BUNDLE_IMAGE: return check_oci(v, a, err);
    case BUNDLE_GIT: return check_git(v, a, err);
    case BUNDLE_TREE: return bundled_check(v->bundle, a, err);
    case BUNDLE_FILE: break; // its revision is its digest: bundle_open() has compared them
    }
    return 0;
}

static int check_artifact(void *data, size_t i, struct err **err)
{
    const struct verify *v = data;
    size_t count;
    const struct bundle_artifact *a = &bundle_artifacts(v->bundle, &count)[i];

    if (cancel_check(v->cancel, err) < 0)
        return -1;
    if (check_content(v, a, err) == 0)
        return 0;
    if (err_kind(*err) == ERR_CANCELLED)
        return -1;
    return err_wrap_as(err, ERR_INTEGRITY, "bundle %s: %s %.*s", bundle_path(v->bundle),
                       bundle_kind_name(a->kind), SPAN_ARG(a->name));
}

int artifacts_verify_content(const struct bundle *b, struct cancel *cancel, struct err **err)
{
    struct verify v = {b, cancel};
    size_t count;

    bundle_artifacts(b, &count);
    return pool_run(count, check_artifact, &v, err);
}

int artifacts_verify(const struct bundle *b, struct cancel *cancel, struct err **err)
{
    if (bundle_verify(b, cancel, err) < 0)
        return -1;
    return artifacts_verify_content(b, cancel, err);
}
