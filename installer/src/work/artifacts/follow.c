// SPDX-License-Identifier: Apache-2.0
// The work list: one object after the other, new ones at the end.
#include "work/artifacts/follow.h"

#include "work/artifacts/artifact.h"
#include "work/artifacts/chart_source.h"
#include "work/artifacts/images.h"
#include "work/artifacts/kustomization.h"
#include "work/artifacts/mentions.h"
#include "work/artifacts/release.h"

// Once each: one that is in its own path, as after `flux bootstrap`, would never end.
static int follow_kustomization(struct walk *w, const struct walk_object *o, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span key = arena_span(w->arena, identity_key(&o->id, &text));

    return map_put(&w->kustomizations, key, w) ? 0 : kustomization_follow(w, o, err);
}

static int unsupported(const struct walk_object *object, const char *what, struct err **err)
{
    return err_set(err, ERR_UNSUPPORTED, "%s: %s cannot be bundled yet", object->label, what);
}

// One that no release names is fetched all the same.
static int follow_chart(struct walk *w, const struct walk_object *o, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = chart_of_source(w, o, err);

    return chart ? 0 : -1;
}

static int follow(struct walk *w, const struct walk_object *o, struct err **err)
{
    switch (flux_kind(&o->id)) {
    case FLUX_GIT_REPOSITORY: return artifact_tree(w, o, err) ? 0 : -1;
    case FLUX_HELM_REPOSITORY:
    case FLUX_OCI_REPOSITORY: return 0; // the releases name the charts
    case FLUX_BUCKET: return unsupported(o, "a Bucket", err);
    case FLUX_HELM_CHART: return follow_chart(w, o, err);
    case FLUX_KUSTOMIZATION: return follow_kustomization(w, o, err);
    case FLUX_HELM_RELEASE: return release_follow(w, o, err);
    case FLUX_OTHER: break;
    }
    return images_of_pods(w, o, err);
}

int follow_tree(const struct follow_options *o, const struct kustomize_result *tree,
                struct err **err)
{
    struct walk w CLEANUP(walk_free) = {.registry = o->registry,
                                        .repositories = o->repositories,
                                        .sources = o->sources,
                                        .lock = o->lock,
                                        .report = o->report,
                                        .frozen = o->frozen,
                                        .gaps = o->gaps,
                                        .gaps_arena = o->gaps_arena,
                                        .arena = arena_new()};

    walk_add(&w, tree);
    for (size_t i = 0; i < w.objects.len; i++) {
        struct walk_object object = w.objects.items[i]; // the array may move

        if (follow(&w, &object, err) < 0 && walk_pass_over(&w, object.label, err) < 0)
            return -1;
        if (w.gaps)
            mentions_find(&w, o->registry.bundle, &object);
    }
    return o->runtimes ? images_of_runtimes(&w, err) : 0;
}
