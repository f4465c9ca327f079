// SPDX-License-Identifier: Apache-2.0
// All objects that will be in the cluster, with nothing locked.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "work/artifacts/follow/follow.h"
#include "work/artifacts/tree/bundled.h"
#include "work/artifacts/tree/disk.h"

// What a walk for looking only is given.
struct looking {
    const struct artifacts_deep_options *options;
    struct kustomize_result tree;
    struct lock *lock; // a copy, which grows
    struct oci *oci;
    struct repositories *repositories;
    struct sources *sources;
};

static void looking_end(struct looking *l)
{
    kustomize_result_free(&l->tree);
    lock_free(l->lock);
    oci_free(l->oci);
    repositories_free(l->repositories);
    sources_free(l->sources);
}

static int render_inside(const struct bundle *b, struct sources *sources, struct report *report,
                         struct kustomize_result *result, struct err **err)
{
    struct bundled tree CLEANUP(bundled_free) = {0};

    if (bundled_load(&tree, b, err) < 0)
        return -1;
    return bundled_render(&tree, sources, report, result, err);
}

static int begin_bundle(struct looking *l, struct err **err)
{
    const struct artifacts_deep_options *o = l->options;

    l->lock = bundled_lock(o->bundle);
    l->sources = sources_bundle(o->bundle);
    if (o->inside)
        return render_inside(o->bundle, l->sources, o->report, &l->tree, err);
    return artifacts_render_bundle(o->bundle, o->entrypoint, o->report, &l->tree, err);
}

// What the lock pins, under the entrypoint that is looked at.
static struct lock *lock_for(const struct lock *from, const char *folder)
{
    struct lock *lock = lock_new(span_str(folder), SPAN(LOCK_ORIGIN_UPSTREAM), SPAN(LOCK_PLATFORM));

    if (from)
        lock_add_all(lock, from);
    return lock;
}

static int begin_network(struct looking *l, struct err **err)
{
    const struct artifacts_deep_options *o = l->options;
    const struct disk_folder entrypoint = {o->entrypoint ? o->entrypoint : ARTIFACTS_ENTRYPOINT,
                                           o->files};
    struct reads reads CLEANUP(reads_free) = {0};
    struct kustomize_tree *disk CLEANUP(kustomize_tree_cleanup) = NULL;
    char *folder CLEANUP(mem_cleanup) = NULL;

    l->sources = sources_network(o->loop, o->http, o->lock, o->report);
    l->sources->anew = true;
    if (disk_render(&entrypoint, l->sources, o->report, &reads, &disk, &l->tree, err) < 0)
        return -1;
    folder = disk_entrypoint(&reads, &entrypoint, err);
    l->oci = folder ? oci_new(o->http, err) : NULL;
    if (!l->oci)
        return -1;
    l->repositories = repositories_new(o->http, o->report);
    l->lock = lock_for(o->lock, folder);
    return 0;
}

static struct deep *look(struct looking *l, struct err **err)
{
    const struct artifacts_deep_options *o = l->options;
    struct follow_options options = {
        .registry = {.http = o->http, .oci = l->oci, .bundle = o->bundle},
        .repositories = l->repositories,
        .sources = l->sources,
        .lock = l->lock,
        .report = o->report,
        .frozen = o->bundle != NULL,
        .only_objects = true,
        .track_reads = o->track_reads,
        .track_transformers = o->track_transformers,
        .keep = o->keep,
    };
    struct deep *deep = NULL;

    if (o->kube_version)
        lock_set_kube_version(l->lock, span_str(o->kube_version));
    if (follow_tree(&options, &l->tree, &deep, err) < 0)
        return NULL;
    deep->store->tree = l->tree;
    l->tree = (struct kustomize_result){0};
    return deep;
}

struct deep *artifacts_deep(const struct artifacts_deep_options *o, struct err **err)
{
    struct looking l CLEANUP(looking_end) = {.options = o};

    if (o->bundle && o->files) {
        err_set(err, ERR_USAGE, "a bundle holds one tree, and no revisions of it");
        return NULL;
    }
    if (follow_check_kube_version(o->kube_version, err) < 0)
        return NULL;
    if ((o->bundle ? begin_bundle(&l, err) : begin_network(&l, err)) < 0)
        return NULL;
    return look(&l, err);
}
