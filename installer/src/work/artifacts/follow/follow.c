// SPDX-License-Identifier: Apache-2.0
// The work list: one object after the other, new ones at the end, and those that have to wait again
// until nothing new comes.
#include "work/artifacts/follow/follow.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/semver.h"
#include "work/artifacts/follow/ahead.h"
#include "work/artifacts/follow/images.h"
#include "work/artifacts/follow/kustomization.h"
#include "work/artifacts/follow/lookups.h"
#include "work/artifacts/follow/mentions.h"
#include "work/artifacts/follow/release.h"
#include "work/artifacts/source/artifact.h"
#include "work/artifacts/walk/definitions.h"
#include "work/artifacts/walk/finished.h"

enum { PASSES_MOST = 16 }; // until definitions have settled

struct list {
    struct walk *walk;
    VEC(size_t) waiting; // places of objects that apply others, and were not followed yet
    size_t seen;         // how many objects were looked at
};

static int unsupported(const struct deep_object *object, const char *what, struct err **err)
{
    return err_set(err, ERR_UNSUPPORTED, "%s: %s cannot be bundled yet", object->label, what);
}

// Of an object of Flux: what of it this here does not know, and what needs a cluster.
static int check_fields(struct walk *w, const struct deep_object *o, struct err **err)
{
    flux_notes notes = {0};
    int status = flux_check(w->arena, o->node, o->doc, &notes, err);

    VEC_FOREACH (const struct flux_note *, note, &notes)
        walk_decide(w, LOCK_CLUSTER, o->label, "", note->field, note->text);
    if (status == 0)
        return 0;
    return o->by->kind == DEEP_RELEASE ? err_wrap(err, "%s, %s", o->by->label, o->file)
                                       : err_wrap(err, "%s", o->label);
}

static int see(struct list *list, size_t place, struct err **err)
{
    struct walk *w = list->walk;
    struct deep_object o = w->deep->objects.items[place]; // the array may move

    definitions_add(w, &o);
    if (check_fields(w, &o, err) < 0)
        return -1;
    switch (flux_kind(&o.id)) {
    case FLUX_GIT_REPOSITORY: return artifact_tree(w, &o, err) ? 0 : -1;
    case FLUX_BUCKET: return unsupported(&o, "a Bucket", err);
    case FLUX_HELM_CHART: // its source may still come, as that of those below
    case FLUX_KUSTOMIZATION:
    case FLUX_HELM_RELEASE: vec_push(&list->waiting, place); break;
    case FLUX_HELM_REPOSITORY:
    case FLUX_OCI_REPOSITORY: // whoever uses them names what of them
    case FLUX_OTHER: break;
    }
    return 0;
}

static int see_new(struct list *list, struct err **err)
{
    struct walk *w = list->walk;

    for (; list->seen < w->deep->objects.len; list->seen++) {
        const char *label = w->deep->objects.items[list->seen].label;

        if (see(list, list->seen, err) < 0 && walk_pass_over(w, label, err) < 0)
            return -1;
    }
    return 0;
}

static bool is_done(const struct walk *w, const struct identity *id)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    return map_get(&w->done, identity_key(id, &text)) != NULL;
}

static void set_done(struct walk *w, const struct deep_object *o)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (node_get_bool(node_get(o->node, "spec"), "suspend", false))
        walk_decide(w, LOCK_CLUSTER, o->label, "", "spec.suspend", "followed as if it were not");
    map_put(&w->done, arena_span(w->arena, identity_key(&o->id, &text)), w);
}

// Whether what it depends on, or gets its content from, has still to come.
static bool has_to_wait(const struct walk *w, const struct deep_object *o)
{
    struct flux_dependency dependency;
    struct identity ref;

    if (w->patience == WALK_WAITS)
        for (size_t i = 0; flux_depends_on(o->node, i, &dependency); i++)
            if (!is_done(w, &dependency.on))
                return true;
    return w->patience != WALK_LAST && flux_source(o->node, &ref) && !walk_find(w, &ref);
}

static int follow(struct walk *w, const struct deep_object *o, struct err **err)
{
    switch (flux_kind(&o->id)) {
    case FLUX_KUSTOMIZATION: return kustomization_follow(w, o, err);
    case FLUX_HELM_CHART: return release_see_chart(w, o, err);
    default: return release_follow(w, o, err);
    }
}

// One round over those that wait; *moved when one of them was followed.
static int follow_waiting(struct list *list, bool *moved, struct err **err)
{
    struct walk *w = list->walk;
    size_t kept = 0, i = 0;
    int status = 0;

    for (*moved = false; i < list->waiting.len && status >= 0; i++) {
        size_t place = list->waiting.items[i];
        struct deep_object o = w->deep->objects.items[place];

        // The first thing that comes may be what the others wait for.
        status = has_to_wait(w, &o) || (w->patience == WALK_LAST && *moved) ? WALK_LATER
                                                                            : follow(w, &o, err);
        if (status < 0)
            status = walk_pass_over(w, o.label, err);
        if (status == WALK_LATER) {
            list->waiting.items[kept++] = place;
        } else if (status == 0) {
            set_done(w, &o);
            *moved = true;
        }
    }
    list->waiting.len = kept;
    return status < 0 ? -1 : 0;
}

static int walk_all(struct list *list, struct err **err)
{
    struct walk *w = list->walk;
    bool moved;

    w->patience = WALK_WAITS;
    for (;;) {
        if (see_new(list, err) < 0)
            return -1;
        if (!list->waiting.len)
            return 0;
        if (follow_waiting(list, &moved, err) < 0)
            return -1;
        if (moved)
            w->patience = WALK_WAITS;
        else
            w->patience++; // of the last patience something always moves, or fails
    }
}

static int walk_once(struct walk *w, const struct kustomize_result *tree, struct err **err)
{
    struct list list = {.walk = w};
    int status;

    finished_begin(w);
    walk_begin(w, lock_kube_version(w->lock));
    walk_add_tree(w, tree, arena_span(w->own_arena, lock_entrypoint(w->lock)).ptr);
    status = walk_all(&list, err);
    vec_free(&list.waiting);
    return status;
}

// Charts ask which definitions are there, and may have been asked before those came: then all of it
// once more, until nothing changes.
static int walk_until_settled(struct walk *w, const struct kustomize_result *tree, struct err **err)
{
    const struct finished *outdated = NULL;
    int status;

    do {
        status = walk_once(w, tree, err);
        outdated = status == 0 ? definitions_change(w) : NULL;
    } while (outdated && w->pass < PASSES_MOST);
    if (outdated)
        status = definitions_never_settle(w, outdated, err);
    else if (status == 0)
        status = definitions_check(w, err);
    return status < 0 && outdated ? walk_pass_over(w, outdated->label, err) : status;
}

static int lock_images(struct walk *w, const struct deep_object *objects, size_t count,
                       struct err **err)
{
    if (!w->frozen && ahead_of_objects(w, objects, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (images_of_object(w, &objects[i], err) < 0 &&
            walk_pass_over(w, objects[i].label, err) < 0)
            return -1;
        if (w->gaps)
            mentions_find(w, w->registry.bundle, &objects[i]);
    }
    return 0;
}

static void lock_decisions_of(struct walk *w)
{
    VEC_FOREACH (const struct deep_decision *, it, &w->deep->decisions) {
        struct lock_decision decision = {.question = it->question,
                                         .user = it->user,
                                         .where = it->where,
                                         .asked = it->asked,
                                         .assumed = it->assumed};

        if (it->question == LOCK_LOOKUP)
            decision.assumed = lookups_assumed(w, it);
        if (it->more)
            decision.where = arena_printf(w->arena, "%s and %zu more", it->where, it->more);
        lock_add_decision(w->lock, &decision);
    }
}

// What stays of one applier stays together, and appliers in their order.
static void sort_by_layer(struct walk *w)
{
    struct deep *deep = w->deep;
    struct deep_object *sorted = arena_array(w->arena, deep->objects.len + 1, sizeof(*sorted));
    size_t len = 0;

    VEC_FOREACH (const char **, layer, &deep->layers)
        VEC_FOREACH (const struct deep_object *, it, &deep->objects)
            if (strcmp(it->layer, *layer) == 0)
                sorted[len++] = *it;
    if (len)
        memcpy(deep->objects.items, sorted, len * sizeof(*sorted));
}

static int walk_tree(struct walk *w, const struct follow_options *o,
                     const struct kustomize_result *tree, struct err **err)
{
    const struct deep *deep;

    if (walk_until_settled(w, tree, err) < 0)
        return -1;
    sort_by_layer(w);
    deep = w->deep;
    if (!o->only_objects && (lock_images(w, deep->objects.items, deep->objects.len, err) < 0 ||
                             lock_images(w, w->doubles.items, w->doubles.len, err) < 0))
        return -1;
    if (!o->frozen)
        lock_decisions_of(w);
    return o->runtimes ? images_of_runtimes(w, err) : 0;
}

static void walk_end(struct walk *w)
{
    finished_free(w);
    walk_free(w);
}

int follow_check_kube_version(const char *version, struct err **err)
{
    if (!version || semver_is_plain(span_str(version)))
        return 0;
    err_set(err, ERR_USAGE, "'%s' is no version of Kubernetes", version);
    return err_hint(err, "three numbers, for example " LOCK_KUBE_VERSION);
}

int follow_tree(const struct follow_options *o, const struct kustomize_result *tree,
                struct deep **deep, struct err **err)
{
    struct walk w CLEANUP(walk_end) = {.registry = o->registry,
                                       .repositories = o->repositories,
                                       .sources = o->sources,
                                       .lock = o->lock,
                                       .report = o->report,
                                       .frozen = o->frozen,
                                       .track_reads = o->track_reads,
                                       .track_transformers = o->track_transformers,
                                       .keep = o->keep,
                                       .gaps = o->gaps,
                                       .gaps_arena = o->gaps_arena,
                                       .own_arena = arena_new()};

    if (walk_tree(&w, o, tree, err) < 0)
        return -1;
    if (deep)
        *deep = walk_take(&w);
    return 0;
}
