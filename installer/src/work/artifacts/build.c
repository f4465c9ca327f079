// SPDX-License-Identifier: Apache-2.0
// Building a bundle: first everything small, which fixes the layout; then the blobs.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "work/artifacts/download.h"
#include "work/artifacts/follow.h"
#include "work/artifacts/registry.h"
#include "work/artifacts/render.h"

#define SMALL_MAX_BYTES ((size_t)1 << 30)

// Bytes that are in memory already, and the blob that they are.
struct piece {
    size_t blob;
    struct span data;
};

struct build {
    struct http *http;
    const struct artifacts_build_options *options;
    struct lock *lock;
    struct sources *sources;
    struct oci *oci;
    struct arena *arena;
    struct bundle_plan *plan;
    struct {
        struct piece *items;
        size_t len, cap;
    } pieces;
    struct downloads downloads;
};

static size_t add_piece(struct build *b, struct span data)
{
    struct digest digest = crypto_sha256(data);
    struct piece piece = {.data = data};

    piece.blob = bundle_plan_blob(b->plan, &digest, data.len);
    vec_push_arena(b->arena, &b->pieces, piece);
    return piece.blob;
}

static struct span keep(struct build *b, const struct buf *data)
{
    return arena_span(b->arena, buf_span(data));
}

static int plan_file(struct build *b, const struct lock_entry *e, struct err **err)
{
    struct buf data CLEANUP(buf_free) = BUF_INIT(SMALL_MAX_BYTES);
    size_t blob;

    if (sources_file(b->sources, e->name.ptr, &data, err) < 0)
        return -1;
    blob = add_piece(b, keep(b, &data));
    bundle_plan_artifact(b->plan,
                         &(struct bundle_artifact){.kind = BUNDLE_FILE,
                                                   .name = e->name,
                                                   .revision = span_str(DIGEST_TEXT(&e->digest)),
                                                   .blobs = &blob,
                                                   .blob_count = 1});
    return 0;
}

static int plan_git(struct build *b, const struct lock_entry *e, struct err **err)
{
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    struct sources_git *git = sources_git(b->sources, e->name.ptr, e->ref.ptr, err);
    struct digest digest;
    size_t blob;

    if (!git || git_pack(git->store, &git->commit, &pack, err) < 0)
        return -1;
    digest = crypto_sha256(buf_span(&pack));
    if (!digest_eq(&digest, &e->pack))
        return err_set(err, ERR_INTEGRITY, "its pack has the digest %s, the lock says %s",
                       DIGEST_TEXT(&digest), DIGEST_TEXT(&e->pack));
    blob = add_piece(b, keep(b, &pack));
    bundle_plan_artifact(b->plan, &(struct bundle_artifact){.kind = BUNDLE_GIT,
                                                            .name = e->name,
                                                            .version = e->ref,
                                                            .revision = e->commit,
                                                            .blobs = &blob,
                                                            .blob_count = 1});
    return 0;
}

static size_t add_download(struct build *b, const struct oci_ref *ref, const struct oci_blob *blob)
{
    struct download d = {.ref = *ref, .digest = blob->digest, .size = blob->size};

    d.blob = bundle_plan_blob(b->plan, &blob->digest, blob->size);
    for (size_t i = 0; i < b->downloads.len; i++)
        if (b->downloads.items[i].blob == d.blob)
            return d.blob;
    vec_push_arena(b->arena, &b->downloads, d);
    return d.blob;
}

// Where the blobs of an artifact are put together.
struct blobs {
    struct build *build;
    size_t *items;
    size_t len;
};

// Manifest, config, layers; the place of the manifest in the plan.
static size_t add_manifest(struct blobs *blobs, const struct oci_ref *ref,
                           const struct oci_manifest *m)
{
    size_t manifest = add_piece(blobs->build, m->bytes);

    blobs->items[blobs->len++] = manifest;
    blobs->items[blobs->len++] = add_download(blobs->build, ref, &m->config);
    for (size_t i = 0; i < m->layer_count; i++)
        blobs->items[blobs->len++] = add_download(blobs->build, ref, &m->layers[i]);
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

static int plan_image(struct build *b, const struct lock_entry *e, struct err **err)
{
    struct oci_ref ref;
    struct oci_resolved r;
    struct blobs blobs = {.build = b};
    struct bundle_manifest *manifests;

    if (oci_ref_parse(b->arena, e->name, &ref, err) < 0)
        return -1;
    ref.digest = e->digest;
    if (manifest_resolve(b->http, b->oci, b->arena, &ref,
                         e->kind == LOCK_CHART ? OCI_CHART : OCI_IMAGE, b->lock, &r, err) < 0 ||
        check_pins(e, &r, err) < 0)
        return -1;
    blobs.items = arena_array(b->arena, count_blobs(&r), sizeof(*blobs.items));
    manifests = arena_array(b->arena, r.manifest_count, sizeof(*manifests));
    for (size_t i = 0; i < r.index_count; i++)
        blobs.items[blobs.len++] = add_piece(b, r.indexes[i].bytes);
    add_manifests(&blobs, &ref, e, &r, manifests);
    bundle_plan_artifact(b->plan, &(struct bundle_artifact){
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

static int plan_entry(struct build *b, const struct lock_entry *e, struct err **err)
{
    switch (e->kind) {
    case LOCK_FILE: return plan_file(b, e, err);
    case LOCK_GIT: return plan_git(b, e, err);
    case LOCK_CHART: return plan_image(b, e, err);
    case LOCK_IMAGE: return b->options->without_images ? 0 : plan_image(b, e, err);
    }
    return 0;
}

// A lock that was made from another state of the tree is refused now, not by a cluster later.
static int check_lock(struct build *b, const char *folder, const struct kustomize_result *tree,
                      struct err **err)
{
    struct follow_options options = {.http = b->http,
                                     .sources = b->sources,
                                     .oci = b->oci,
                                     .lock = b->lock,
                                     .report = b->options->report,
                                     .frozen = true};

    if (!span_is(lock_entrypoint(b->lock), folder)) {
        err_set(err, ERR_CONFIG, "lock %s is of the entrypoint %.*s, not of %s", b->options->lock,
                SPAN_ARG(lock_entrypoint(b->lock)), folder);
        return err_hint(err, "run 'sandstrap bundle lock %s'", b->options->entrypoint);
    }
    if (follow_tree(&options, tree, err) < 0)
        return err_wrap(err, "lock %s", b->options->lock);
    return 0;
}

// The tree goes in as it is read by a build of it now; its remote resources are those of the lock.
static int plan_tree(struct build *b, struct err **err)
{
    struct record record CLEANUP(record_free) = {0};
    struct kustomize_tree *disk CLEANUP(kustomize_tree_cleanup) = NULL;
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    struct buf tar CLEANUP(buf_free) = BUF_INIT(SMALL_MAX_BYTES);
    char *folder CLEANUP(mem_cleanup) = NULL;
    struct digest digest;
    size_t blob;

    if (render_disk(b->options->entrypoint, b->sources, b->options->report, &record, &disk, &result,
                    err) < 0)
        return -1;
    folder = render_entrypoint(&record, b->options->entrypoint, err);
    if (!folder || check_lock(b, folder, &result, err) < 0 ||
        render_archive(&record, &tar, err) < 0 ||
        render_check_archive(buf_span(&tar), folder, b->sources, &result, err) < 0)
        return -1;
    digest = crypto_sha256(buf_span(&tar));
    blob = add_piece(b, keep(b, &tar));
    bundle_plan_artifact(b->plan,
                         &(struct bundle_artifact){.kind = BUNDLE_TREE,
                                                   .name = span_str(folder),
                                                   .revision = span_str(DIGEST_TEXT(&digest)),
                                                   .blobs = &blob,
                                                   .blob_count = 1});
    return 0;
}

static int plan_all(struct build *b, struct err **err)
{
    size_t count, platform_count;
    const struct lock_entry *entries = lock_entries(b->lock, &count);
    const struct span *platforms = lock_platforms(b->lock, &platform_count);

    for (size_t i = 0; i < platform_count; i++)
        bundle_plan_platform(b->plan, platforms[i]);
    if (plan_tree(b, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (cancel_check(b->options->cancel, err) < 0 || plan_entry(b, &entries[i], err) < 0)
            return err_wrap(err, "%s %.*s", lock_kind_name(entries[i].kind),
                            SPAN_ARG(entries[i].name));
    return 0;
}

static bool has_identity(const struct bundle *b, const struct bundle_plan *plan)
{
    struct digest identity = bundle_plan_identity(plan);

    return digest_eq(bundle_identity(b), &identity);
}

static int write_all(struct build *b, const char *path, const struct bundle *old, struct err **err)
{
    struct bundle_writer *w CLEANUP(bundle_writer_cleanup) =
        bundle_writer_open(b->plan, path, b->options->cancel, err);

    if (!w)
        return -1;
    for (size_t i = 0; i < b->pieces.len; i++)
        if (bundle_writer_put(w, b->pieces.items[i].blob, b->pieces.items[i].data, err) < 0)
            return -1;
    if (old)
        download_reuse(w, &b->downloads, old);
    if (download_all(b->http, b->oci, w, &b->downloads, b->options->report, err) < 0)
        return -1;
    return bundle_writer_commit(STEAL(w), err);
}

static int build_with(struct build *b, const char *path, bool *unchanged, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct bundle *old CLEANUP(bundle_cleanup) = NULL;
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct digest digest;

    lock_format(b->lock, &text);
    digest = crypto_sha256(buf_span(&text));
    b->plan = bundle_plan_new(lock_origin(b->lock), &digest);
    if (plan_all(b, err) < 0)
        return -1;
    if (access(path, F_OK) == 0)
        old = bundle_open(path, &ignored);
    *unchanged = old && has_identity(old, b->plan);
    return *unchanged ? 0 : write_all(b, path, old, err);
}

int artifacts_build(struct http *h, const struct artifacts_build_options *options, const char *path,
                    bool *unchanged, struct err **err)
{
    struct lock *lock CLEANUP(lock_cleanup) = artifacts_read_lock(options->lock, options->lab, err);
    struct oci *oci CLEANUP(oci_cleanup) = lock ? oci_new(h, err) : NULL;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct build b = {.http = h, .options = options, .lock = lock, .oci = oci, .arena = arena};
    bool same = false;
    int status;

    if (!oci)
        return -1;
    b.sources = sources_network(h, lock, options->report);
    b.sources->handed_on = true;
    status = build_with(&b, path, &same, err);
    if (unchanged)
        *unchanged = status == 0 && same;
    sources_free(b.sources);
    bundle_plan_free(b.plan);
    return status;
}
