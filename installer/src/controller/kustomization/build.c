// SPDX-License-Identifier: Apache-2.0
// A Kustomization from start to end, in the steps of kustomize-controller's reconcile().
#include "controller/kustomization.h"
#include "controller/kustomization/applied.h"
#include "controller/kustomization/merge.h"
#include "model/flux.h"

static int check_folder(const struct merge *m, struct err **err)
{
    struct kustomize_tree *tree = m->options->artifact;
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;

    if (tree->ops->lookup(tree, m->path, &entry, &real, err) < 0)
        return err_wrap(err, "spec.path");
    if (entry == KUSTOMIZE_FOLDER)
        return 0;
    err_set(err, ERR_CONFIG, "spec.path: there is no folder %s", m->path);
    return err_hint(err, "kustomize-controller says: kustomization path not found");
}

static int build(struct merge *m, struct kustomize_result *result, struct err **err)
{
    const struct kustomize_options options = {
        .tree = m->options->artifact,
        .folder = m->path,
        .relative_to = "/",
        .resolver = m->options->resolver,
        .report = m->options->report,
        .cancel = m->options->cancel,
        .load_any = true, // all that is in the source
        .track_transformers = m->options->track_transformers,
        .edit = &m->edit,
    };

    return kustomize_build(&options, result, err);
}

// In the order of kustomize's own sortOptions, where there are any.
static void sort(struct kustomize_result *result)
{
    struct kustomize_object *sorted =
        arena_array(doc_arena(result->doc), result->len + 1, sizeof(*sorted));

    for (size_t i = 0; i < result->len; i++)
        sorted[i] = result->objects[result->sorted[i]];
    result->objects = sorted;
}

// What is done with the objects of the build.
static int finish(const struct merge *m, struct kustomize_result *result, struct err **err)
{
    if (result->sort_options)
        sort(result);
    if (applied_are_whole(result, err) < 0)
        return -1;
    if (node_path(m->options->kustomization, "spec", "postBuild") &&
        applied_substitute(m, result, err) < 0)
        return -1;
    if (applied_admit(m, result, err) < 0)
        return -1;
    applied_own(m, result);
    applied_order(result);
    return 0;
}

int kustomization_build(const struct kustomization_options *options,
                        struct kustomize_result *result, kustomization_notes *notes,
                        struct err **err)
{
    const char *path = flux_path(options->arena, options->kustomization);
    char *label CLEANUP(mem_cleanup) = node_label(options->kustomization);
    struct kustomize_result made = {0};
    struct merge m;

    merge_init(&m, options, path, label, notes);
    if (check_folder(&m, err) < 0 || build(&m, &made, err) < 0)
        return -1;
    if (finish(&m, &made, err) < 0) {
        kustomize_result_free(&made);
        return -1;
    }
    *result = made;
    return 0;
}
