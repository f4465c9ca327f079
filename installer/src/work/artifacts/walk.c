// SPDX-License-Identifier: Apache-2.0
// The walk: one object after the other, new ones at the end.
#include "work/artifacts/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void walk_free(struct walk *w)
{
    VEC_FOREACH (struct kustomize_result **, it, &w->builds) {
        kustomize_result_free(*it);
        free(*it);
    }
    vec_free(&w->builds);
    vec_free(&w->objects);
    map_free(&w->missing_images);
    map_free(&w->kustomizations);
    arena_free(w->arena);
}

void walk_add(struct walk *w, const struct kustomize_result *result)
{
    for (size_t i = 0; i < result->len; i++) {
        const struct kustomize_object *o = &result->objects[i];
        struct walk_object object = {
            .node = o->node, .kind = o->kind, .ns = o->namespace, .name = o->name};
        struct span version;

        if (!span_cut(o->api_version, '/', &object.group, &version))
            object.group = SPAN_EMPTY;
        object.label =
            arena_printf(w->arena, "%.*s %.*s%s%.*s", SPAN_ARG(o->kind), SPAN_ARG(o->namespace),
                         o->namespace.len ? "/" : "", SPAN_ARG(o->name));
        vec_push(&w->objects, object);
    }
}

const struct walk_object *walk_find(const struct walk *w, const char *kind, struct span ns,
                                    struct span name)
{
    VEC_FOREACH (const struct walk_object *, o, &w->objects)
        if (span_is(o->kind, kind) && span_eq(o->name, name) && span_eq(o->ns, ns))
            return o;
    return NULL;
}

struct sources_git *walk_git(struct walk *w, struct span url, const char *ref, const char *user,
                             struct err **err)
{
    const char *clean = sources_git_url(w->arena, url);
    struct sources_git *git = sources_git(w->sources, clean, ref, err);
    char hex[GIT_OID_HEX + 1];

    if (!git) {
        err_wrap(err, "%s", user);
        return NULL;
    }
    git_oid_format(&git->commit, hex);
    lock_add(w->lock, &(struct lock_entry){.kind = LOCK_GIT,
                                           .name = span_str(clean),
                                           .ref = span_str(ref),
                                           .commit = span_str(hex),
                                           .pack = git->pack,
                                           .used_by = &user,
                                           .used_by_count = 1});
    return git;
}

static int walk_git_repository(struct walk *w, const struct walk_object *object, struct err **err)
{
    const char *ref = flux_git_ref(w, object, err);

    if (!ref)
        return -1;
    return walk_git(w, node_get_text(node_get(object->node, "spec"), "url"), ref, object->label,
                    err)
               ? 0
               : -1;
}

// Once each: one that is in its own path, as after `flux bootstrap`, would never end.
static int walk_kustomization(struct walk *w, const struct walk_object *o, struct err **err)
{
    char *key = arena_printf(w->arena, "%.*s/%.*s", SPAN_ARG(o->ns), SPAN_ARG(o->name));

    return map_put(&w->kustomizations, span_str(key), w) ? 0 : flux_kustomization(w, o, err);
}

static int unsupported(const struct walk_object *object, const char *what, struct err **err)
{
    return err_set(err, ERR_UNSUPPORTED, "%s: %s cannot be bundled yet", object->label, what);
}

static int walk_helm_repository(const struct walk_object *object, struct err **err)
{
    if (span_is(node_get_text(node_get(object->node, "spec"), "type"), "oci"))
        return 0; // a prefix only: the releases name the charts
    return unsupported(object, "a HelmRepository with an https index", err);
}

static bool is_flux(const struct walk_object *o, const char *group, const char *kind)
{
    return span_is(o->group, group) && span_is(o->kind, kind);
}

static int walk_object(struct walk *w, const struct walk_object *o, struct err **err)
{
    if (is_flux(o, "source.toolkit.fluxcd.io", "GitRepository"))
        return walk_git_repository(w, o, err);
    if (is_flux(o, "source.toolkit.fluxcd.io", "HelmRepository"))
        return walk_helm_repository(o, err);
    if (is_flux(o, "source.toolkit.fluxcd.io", "Bucket"))
        return unsupported(o, "a Bucket", err);
    if (is_flux(o, "source.toolkit.fluxcd.io", "HelmChart"))
        return unsupported(o, "a HelmChart without a HelmRelease", err);
    if (is_flux(o, "kustomize.toolkit.fluxcd.io", "Kustomization"))
        return walk_kustomization(w, o, err);
    if (is_flux(o, "helm.toolkit.fluxcd.io", "HelmRelease"))
        return release_walk(w, o, err);
    return walk_pod_images(w, o, err);
}

int walk_run(const struct walk_options *o, const struct kustomize_result *tree, struct err **err)
{
    struct walk w CLEANUP(walk_free) = {.http = o->http,
                                        .sources = o->sources,
                                        .oci = o->oci,
                                        .lock = o->lock,
                                        .report = o->report,
                                        .frozen = o->frozen,
                                        .arena = arena_new()};

    walk_add(&w, tree);
    for (size_t i = 0; i < w.objects.len; i++) {
        struct walk_object object = w.objects.items[i]; // the array may move

        if (walk_object(&w, &object, err) < 0)
            return -1;
    }
    return 0;
}

int walk_not_locked(const char *what, struct span name, const char *user, struct err **err)
{
    err_set(err, ERR_CONFIG, "%s: %s %.*s is not in the lock", user, what, SPAN_ARG(name));
    return err_hint(err, "the tree has changed: run 'sandstrap bundle lock' again");
}
