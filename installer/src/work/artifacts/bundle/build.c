// SPDX-License-Identifier: Apache-2.0
// Building a bundle: first everything small, which fixes the layout; then the blobs.
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "work/artifacts/bundle/plan.h"
#include "work/artifacts/follow/follow.h"
#include "work/artifacts/tree/bundled.h"
#include "work/artifacts/tree/disk.h"

struct build {
    struct loop *loop;
    const struct artifacts_build_options *options;
    struct lock *lock;
    struct sources *sources;
    struct registry registry;
    struct repositories *repositories;
    struct plan plan;
    bool is_delta;
    struct digest since;
};

static int add_entry(struct build *b, const struct lock_entry *e, struct err **err)
{
    switch (e->kind) {
    case LOCK_FILE: return plan_file(&b->plan, e, b->sources, err);
    case LOCK_GIT: return plan_git(&b->plan, e, b->sources, err);
    case LOCK_CHART:
        if (!lock_is_oci(e))
            return plan_chart(&b->plan, e, b->repositories, err);
        return plan_image(&b->plan, e, &b->registry, b->lock, err);
    case LOCK_IMAGE:
        return b->options->without_images ? 0 : plan_image(&b->plan, e, &b->registry, b->lock, err);
    }
    return 0;
}

// A lock that was made from another state of the tree is refused now, not by a cluster later.
static int check_lock(struct build *b, const char *folder, const struct kustomize_result *tree,
                      struct err **err)
{
    struct follow_options options = {.registry = b->registry,
                                     .repositories = b->repositories,
                                     .sources = b->sources,
                                     .lock = b->lock,
                                     .report = b->options->report,
                                     .frozen = true};

    if (!span_is(lock_entrypoint(b->lock), folder)) {
        err_set(err, ERR_CONFIG, "lock %s is of the entrypoint %.*s, not of %s", b->options->lock,
                SPAN_ARG(lock_entrypoint(b->lock)), folder);
        return err_hint(err, "run 'sandstrap bundle lock %s'", b->options->entrypoint);
    }
    if (follow_tree(&options, tree, NULL, err) < 0)
        return err_wrap(err, "lock %s", b->options->lock);
    return 0;
}

// The tree goes in as it is read by a build of it now; its remote resources are those of the lock.
static int add_tree(struct build *b, struct err **err)
{
    struct reads reads CLEANUP(reads_free) = {0};
    struct kustomize_tree *disk CLEANUP(kustomize_tree_cleanup) = NULL;
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    struct buf tar CLEANUP(buf_free) = BUF_INIT(PLAN_SMALL_MAX_BYTES);
    const struct disk_folder entrypoint = {b->options->entrypoint, NULL};
    char *folder CLEANUP(mem_cleanup) = NULL;

    if (disk_render(&entrypoint, b->sources, b->options->report, &reads, &disk, &result, err) < 0)
        return -1;
    folder = disk_entrypoint(&reads, &entrypoint, err);
    if (!folder || check_lock(b, folder, &result, err) < 0 ||
        bundled_write(&reads, &tar, err) < 0 ||
        bundled_check_archive(buf_span(&tar), folder, b->sources, &result, err) < 0)
        return -1;
    plan_tree(&b->plan, folder, buf_span(&tar));
    return 0;
}

static int add_all(struct build *b, struct err **err)
{
    size_t count;
    const struct lock_entry *entries = lock_entries(b->lock, &count);

    if (add_tree(b, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (cancel_check(loop_cancel(b->loop), err) < 0 || add_entry(b, &entries[i], err) < 0)
            return err_wrap(err, "%s %.*s", lock_kind_name(entries[i].kind),
                            SPAN_ARG(entries[i].name));
    return 0;
}

// Layers of images are the bulk of a bundle, and only nodes read them. All else stays, so that a
// delta is rendered, verified and brought up without the bundle that it is since.
static int leave_out(struct build *b, struct err **err)
{
    struct bundle *since CLEANUP(bundle_cleanup) = NULL;

    if (!b->options->since)
        return 0;
    since = artifacts_open_bundle(b->options->since, b->options->lab, err);
    if (!since)
        return -1;
    VEC_FOREACH (const struct download *, it, &b->plan.downloads) {
        if (!it->is_layer || !bundle_find_blob(since, &it->digest))
            continue;
        bundle_plan_leave_out(b->plan.bundle, bundle_identity(since), it->blob);
        b->since = *bundle_identity(since);
        b->is_delta = true;
    }
    return 0;
}

static bool is_wanted(const struct build *b, const struct bundle *there)
{
    struct digest identity = bundle_plan_identity(b->plan.bundle);
    const struct digest *since = bundle_since(there);

    return digest_eq(bundle_identity(there), &identity) &&
           (since ? b->is_delta && digest_eq(since, &b->since) : !b->is_delta);
}

static int write_all(struct build *b, const char *path, const struct bundle *old, struct err **err)
{
    struct bundle_writer *w CLEANUP(bundle_writer_cleanup) =
        bundle_writer_open(b->plan.bundle, path, loop_cancel(b->loop), err);

    if (!w)
        return -1;
    VEC_FOREACH (const struct plan_piece *, it, &b->plan.pieces)
        if (bundle_writer_put(w, it->blob, it->data, err) < 0)
            return -1;
    if (old)
        download_reuse(w, &b->plan.downloads, old);
    if (download_all(b->loop, b->registry.http, b->registry.oci, w, &b->plan.downloads,
                     b->options->report, err) < 0)
        return -1;
    return bundle_writer_commit(STEAL(w), err);
}

static int build_with(struct build *b, const char *path, bool *unchanged, struct err **err)
{
    struct bundle *old CLEANUP(bundle_cleanup) = NULL;
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    if (add_all(b, err) < 0 || leave_out(b, err) < 0)
        return -1;
    if (access(path, F_OK) == 0)
        old = bundle_open(path, &ignored);
    *unchanged = old && is_wanted(b, old);
    return *unchanged ? 0 : write_all(b, path, old, err);
}

int artifacts_build(struct loop *loop, struct http *h,
                    const struct artifacts_build_options *options, const char *path,
                    bool *unchanged, struct err **err)
{
    struct lock *lock CLEANUP(lock_cleanup) = artifacts_read_lock(options->lock, options->lab, err);
    struct oci *oci CLEANUP(oci_cleanup) = lock ? oci_new(h, err) : NULL;
    struct repositories *repositories CLEANUP(repositories_cleanup) =
        repositories_new(h, options->report);
    struct build b = {.loop = loop,
                      .options = options,
                      .lock = lock,
                      .registry = {.http = h, .oci = oci},
                      .repositories = repositories};
    bool same = false;
    int status;

    if (!oci)
        return -1;
    b.sources = sources_network(loop, h, lock, options->report);
    b.sources->handed_on = true;
    plan_init(&b.plan, lock);
    status = build_with(&b, path, &same, err);
    if (unchanged)
        *unchanged = status == 0 && same;
    sources_free(b.sources);
    plan_free(&b.plan);
    return status;
}
