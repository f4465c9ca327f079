// SPDX-License-Identifier: Apache-2.0
// The state of a walk.
#include "work/artifacts/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void walk_free(struct walk *w)
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
    struct buf label CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    for (size_t i = 0; i < result->len; i++) {
        const struct kustomize_object *o = &result->objects[i];
        struct walk_object object = {
            .node = o->node,
            .id = {identity_group(o->api_version), o->kind, o->namespace, o->name},
        };

        buf_truncate(&label, 0);
        identity_format(&object.id, &label);
        object.label = arena_str(w->arena, buf_str(&label));
        vec_push(&w->objects, object);
    }
}

const struct walk_object *walk_find(const struct walk *w, const struct identity *id)
{
    VEC_FOREACH (const struct walk_object *, o, &w->objects)
        if (identity_eq(&o->id, id))
            return o;
    return NULL;
}

const struct walk_object *walk_find_source(const struct walk *w, const struct walk_object *object,
                                           struct err **err)
{
    const struct walk_object *source;
    struct identity ref;

    (void)flux_source(object->node, &ref);
    source = walk_find(w, &ref);
    if (!source)
        err_set(err, ERR_CONFIG, "%s: its source %.*s %.*s is not in the tree", object->label,
                SPAN_ARG(ref.kind), SPAN_ARG(ref.name));
    return source;
}

struct sources_git *walk_git(struct walk *w, struct span url, const char *ref, const char *user,
                             struct err **err)
{
    const char *clean = sources_git_url(w->arena, url);
    struct sources_git *git;

    if (w->gaps && !lock_find(w->lock, LOCK_GIT, span_str(clean), span_str(ref))) {
        walk_not_locked(w, "git", span_str(arena_printf(w->arena, "%s at %s", clean, ref)), user,
                        err);
        return NULL;
    }
    git = sources_git(w->sources, clean, ref, err);
    if (!git) {
        err_wrap(err, "%s", user);
        return NULL;
    }
    sources_git_lock(git, w->lock, &user, 1);
    return git;
}

struct sources_git *walk_git_repository(struct walk *w, const struct walk_object *repository,
                                        struct err **err)
{
    const char *ref = flux_git_ref(w->arena, repository->node, err), *user = repository->label;
    struct span url = flux_url(repository->node), range = span_str(ref);

    if (ref && span_skip(&range, FLUX_SEMVER_PREFIX)) {
        user = arena_printf(w->arena, "%s, semver '%.*s'", user, SPAN_ARG(range));
        ref = sources_git_range(w->sources, sources_git_url(w->arena, url), range, err);
    }
    if (!ref) {
        err_wrap(err, "%s", repository->label);
        return NULL;
    }
    return walk_git(w, url, ref, user, err);
}

void walk_note_gap(struct walk *w, enum artifacts_gap_kind kind, const char *what, struct span name,
                   const char *user)
{
    struct artifacts_gap gap = {kind, what, NULL, NULL};

    VEC_FOREACH (const struct artifacts_gap *, it, &w->gaps->items)
        if (it->kind == kind && span_is(name, it->name) && strcmp(it->user, user) == 0)
            return;
    gap.name = arena_span(w->gaps_arena, name).ptr;
    gap.user = arena_str(w->gaps_arena, user);
    vec_push_arena(w->gaps_arena, &w->gaps->items, gap);
}

int walk_pass_over(struct walk *w, const char *user, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (!w->gaps || err_kind(*err) == ERR_CANCELLED || err_kind(*err) == ERR_INTEGRITY)
        return -1;
    err_move(&why, err);
    err_format(why, &text);
    if (!w->noted)
        walk_note_gap(w, ARTIFACTS_LACKED, "object", buf_span(&text), user);
    w->noted = false;
    return 0;
}

int walk_not_locked(struct walk *w, const char *what, struct span name, const char *user,
                    struct err **err)
{
    if (w->gaps)
        walk_note_gap(w, ARTIFACTS_LACKED, what, name, user);
    w->noted = w->gaps != NULL;
    err_set(err, ERR_CONFIG, "%s: %s %.*s is not in the lock", user, what, SPAN_ARG(name));
    return err_hint(err, "the tree has changed: run 'sandstrap bundle lock' again");
}
