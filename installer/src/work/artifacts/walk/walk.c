// SPDX-License-Identifier: Apache-2.0
// The state of a walk.
#include "work/artifacts/walk/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct deep *deep_new(struct span kube_version)
{
    struct deep *deep = MEM_NEW(struct deep);
    struct deep_store *store = MEM_NEW(struct deep_store);

    *store = (struct deep_store){.arena = arena_new()};
    *deep = (struct deep){.store = store, .kube_version = arena_span(store->arena, kube_version)};
    return deep;
}

static void free_store(struct deep_store *store)
{
    VEC_FOREACH (struct kustomize_result **, it, &store->builds) {
        kustomize_result_free(*it);
        free(*it);
    }
    VEC_FOREACH (struct release_result **, it, &store->results) {
        release_result_free(*it);
        free(*it);
    }
    VEC_FOREACH (struct release_values **, it, &store->values) {
        release_values_free(*it);
        free(*it);
    }
    VEC_FOREACH (struct doc **, it, &store->docs)
        doc_free(*it);
    MAP_FOREACH (e, &store->charts)
        chart_free(e->value);
    vec_free(&store->builds);
    vec_free(&store->results);
    vec_free(&store->values);
    vec_free(&store->docs);
    map_free(&store->charts);
    kustomize_result_free(&store->tree);
    arena_free(store->arena);
    free(store);
}

void deep_free(struct deep *deep)
{
    if (!deep)
        return;
    vec_free(&deep->objects);
    vec_free(&deep->appliers);
    vec_free(&deep->decisions);
    vec_free(&deep->layers);
    free_store(deep->store);
    free(deep);
}

// Charts are moved from one try to the next; their keys live with them.
static void keep_charts(struct deep_store *from, struct deep_store *to)
{
    MAP_FOREACH (e, &from->charts)
        (void)map_put(&to->charts, arena_span(to->arena, e->key), e->value);
    map_free(&from->charts);
    from->charts = (struct map)MAP_INIT;
}

void walk_begin(struct walk *w, struct span kube_version)
{
    struct deep *deep = deep_new(kube_version);

    w->pass++;
    if (w->deep) {
        keep_charts(w->deep->store, deep->store);
        deep_free(w->deep);
    }
    w->deep = deep;
    w->arena = deep->store->arena;
    map_free(&w->places);
    map_free(&w->decided);
    map_free(&w->done);
    w->places = w->decided = w->done = (struct map)MAP_INIT;
    w->doubles.len = 0;
}

struct deep *walk_take(struct walk *w)
{
    return STEAL(w->deep);
}

void walk_free(struct walk *w)
{
    vec_free(&w->doubles);
    vec_free(&w->unknown_scopes);
    map_free(&w->scopes);
    map_free(&w->places);
    map_free(&w->decided);
    map_free(&w->done);
    map_free(&w->api_versions);
    map_free(&w->missing_images);
    MAP_FOREACH (e, &w->ahead)
        err_free(((struct oci_wanted *)e->value)->refused);
    map_free(&w->ahead);
    deep_free(w->deep);
    arena_free(w->own_arena);
}

struct deep_by *walk_applier(struct walk *w, enum deep_kind kind, const struct deep_object *object,
                             const char *source)
{
    struct deep_by *by = ARENA_NEW(w->arena, struct deep_by);

    *by = (struct deep_by){.kind = kind, .source = arena_str(w->arena, source), .label = source};
    if (object) {
        by->label = object->label;
        by->parent = object->by;
        by->id = object->id;
        by->node = object->node;
        by->doc = object->doc;
    }
    vec_push(&w->deep->appliers, by);
    return by;
}

static void add_applier(struct walk *w, struct deep_object *object, const struct deep_by *by)
{
    const struct deep_by **also;

    if (object->by == by)
        return;
    for (size_t i = 0; i < object->also_count; i++)
        if (object->also[i] == by)
            return;
    also = arena_array(w->arena, object->also_count + 1, sizeof(struct deep_by *));
    for (size_t i = 0; i < object->also_count; i++)
        also[i] = object->also[i];
    also[object->also_count++] = by;
    object->also = also;
}

void walk_add(struct walk *w, const struct deep_object *from)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct deep_object object = *from;
    uintptr_t place = (uintptr_t)map_get(&w->places, identity_key(&object.id, &text));

    if (place) {
        struct deep_object *there = &w->deep->objects.items[place - 1];

        add_applier(w, there, object.by);
        object.label = there->label;
        if (!node_equal(there->node, object.node))
            vec_push(&w->doubles, object);
        return;
    }
    vec_push(&w->deep->objects, object);
    map_put(&w->places, arena_span(w->arena, buf_span(&text)),
            (void *)(uintptr_t)w->deep->objects.len);
    buf_truncate(&text, 0);
    identity_format(&object.id, &text);
    w->deep->objects.items[w->deep->objects.len - 1].label = arena_str(w->arena, buf_str(&text));
}

static void add_built(struct walk *w, const struct deep_by *by, const char *layer,
                      const struct kustomize_result *result, size_t i)
{
    const struct kustomize_object *o = &result->objects[i];

    walk_add(w,
             &(struct deep_object){.node = o->node,
                                   .doc = result->doc,
                                   .id = {identity_group(o->api_version), o->kind,
                                          o->cluster_scoped ? SPAN_EMPTY : o->namespace, o->name},
                                   .layer = layer,
                                   .by = by,
                                   .file = o->file ? o->file : "",
                                   .line = o->line});
}

void walk_add_build(struct walk *w, const struct deep_by *by, const char *layer,
                    const struct kustomize_result *result)
{
    for (size_t i = 0; i < result->len; i++)
        add_built(w, by, layer, result, i);
}

static const char *add_layer(struct walk *w, const char *entry)
{
    const char *name = kustomize_entry_name(w->arena, entry);

    VEC_FOREACH (const char **, it, &w->deep->layers)
        if (strcmp(*it, name) == 0)
            return *it;
    vec_push(&w->deep->layers, name);
    return name;
}

void walk_add_tree(struct walk *w, const struct kustomize_result *result, const char *entrypoint)
{
    const char **entries = kustomize_entries(result, w->arena);
    struct deep_by *by = walk_applier(w, DEEP_TREE, NULL, "");

    by->label = arena_str(w->arena, entrypoint);
    for (size_t i = 0; i < result->len; i++)
        if (result->objects[i].chain_len)
            (void)add_layer(w, entries[i]);
    for (size_t i = 0; i < result->len; i++)
        add_built(w, by, add_layer(w, entries[i]), result, i);
}

const struct deep_object *walk_find(const struct walk *w, const struct identity *id)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    uintptr_t place = (uintptr_t)map_get(&w->places, identity_key(id, &text));

    return place ? &w->deep->objects.items[place - 1] : NULL;
}

// What .Capabilities say is the same wherever it is asked: the first place stands for all.
static bool is_one_for_all_places(enum lock_question question)
{
    return question == LOCK_API_VERSION_SERVED || question == LOCK_KUBE_VERSION_READ;
}

void walk_decide(struct walk *w, enum lock_question question, const char *user, const char *where,
                 const char *asked, const char *assumed)
{
    bool is_one = is_one_for_all_places(question);
    const char *text = arena_printf(w->arena, "%d\n%s\n%s\n%s", (int)question, user, asked,
                                    is_one ? assumed : where);
    const char *place = is_one ? arena_printf(w->arena, "%s\n%s", text, where) : text;
    size_t known = (uintptr_t)map_get(&w->decided, span_str(text));
    struct deep_decision decision = {.question = question, .user = user};

    if (map_put(&w->decided, span_str(place), w))
        return;
    if (known) {
        w->deep->decisions.items[known - 1].more++;
        return;
    }
    decision.where = arena_str(w->arena, where);
    decision.asked = arena_str(w->arena, asked);
    decision.assumed = arena_str(w->arena, assumed);
    vec_push(&w->deep->decisions, decision);
    (void)map_put(&w->decided, span_str(text), (void *)(uintptr_t)w->deep->decisions.len);
}

const struct deep_object *walk_find_source(const struct walk *w, const struct deep_object *object,
                                           struct err **err)
{
    const struct deep_object *source;
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

struct sources_git *walk_git_repository(struct walk *w, const struct deep_object *repository,
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
