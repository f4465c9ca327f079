// SPDX-License-Identifier: Apache-2.0
// Flux Kustomizations: what kustomize-controller would build and apply.
#include "work/artifacts/follow/kustomization.h"

#include <stdlib.h>

#include "base/mem.h"
#include "controller/kustomization.h"
#include "work/artifacts/source/artifact.h"
#include "work/artifacts/walk/holders.h"

static void add_notes(struct walk *w, const struct deep_object *object,
                      const kustomization_notes *notes)
{
    VEC_FOREACH (const struct kustomization_note *, note, notes)
        walk_decide(w, LOCK_CLUSTER, object->label, "", note->field, note->text);
}

static int build(struct walk *w, const struct deep_object *object,
                 const struct kustomization_options *options, const char *source, struct err **err)
{
    struct kustomize_result *result = MEM_NEW(struct kustomize_result);
    kustomization_notes notes = {0};
    int status = kustomization_build(options, result, &notes, err);

    if (status < 0 || holders_wait(w)) {
        if (status == 0)
            kustomize_result_free(result);
        free(result);
    } else {
        vec_push(&w->deep->store->builds, result);
        add_notes(w, object, &notes);
        walk_add_build(w, walk_applier(w, DEEP_KUSTOMIZATION, object, source), object->layer,
                       result);
    }
    return status;
}

int kustomization_follow(struct walk *w, const struct deep_object *object, struct err **err)
{
    const struct deep_object *source = walk_find_source(w, object, err);
    struct kustomization_options options = {
        .kustomization = object->node,
        .artifact = source ? artifact_tree(w, source, err) : NULL,
        .resolver = &w->sources->resolver,
        .report = w->report,
        .track_transformers = w->track_transformers,
        .find = holders_find_node,
        .data = w,
        .arena = w->arena,
    };
    const char *path = flux_path(w->arena, object->node);

    if (!options.artifact)
        return -1;
    holders_begin(w, object);
    if (build(w, object, &options, walk_source_text(w, source), err) == 0)
        return holders_wait(w) ? WALK_LATER : 0;
    if (holders_wait(w)) {
        err_clear(err);
        return WALK_LATER;
    }
    return err_wrap(err, "%s: %s in %s", object->label, path[1] ? path + 1 : ".",
                    walk_source_text(w, source));
}
