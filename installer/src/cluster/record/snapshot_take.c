// SPDX-License-Identifier: Apache-2.0
// How a snapshot is taken: lists of metadata, several kinds at a time.
#include "cluster/record/snapshot_rows.h"

#include "cluster/record/ignored.h"
#include "cluster/record/listed.h"

struct taking {
    struct snapshot *snapshot;
    kube_object_fn *see;
    void *data;
    VEC(struct kube_selection) selections;
};

static void taking_free(struct taking *t)
{
    vec_free(&t->selections);
}

static const char *controller_of(const struct node *metadata)
{
    NODE_FOREACH_ITEM (owner, node_get(metadata, "ownerReferences")) {
        if (node_get_bool(owner, "controller", false))
            return node_get_str(owner, "uid");
    }
    return "";
}

static int take_object(void *data, const struct node *object, struct err **err)
{
    const struct taking *t = data;
    struct snapshot *s = t->snapshot;
    const struct node *metadata = node_get(object, "metadata");
    struct snapshot_object o = {.id = node_identity(object),
                                .uid = node_get_str(metadata, "uid"),
                                .controller = controller_of(metadata)};

    if (ignored_object(object))
        return 0;
    if (s->count == SNAPSHOT_OBJECTS_MAX)
        return err_set(err, ERR_API, "the cluster has more than %zu objects", SNAPSHOT_OBJECTS_MAX);
    snapshot_add(s, snapshot_kind(s, o.id.group, o.id.kind), &o);
    return t->see ? t->see(t->data, object, err) : 0;
}

static void note_refused(void *data, const struct kube_selection *selection,
                         const struct err *error UNUSED)
{
    struct snapshot *s = ((struct taking *)data)->snapshot;

    snapshot_kind(s, span_str(selection->resource->group), span_str(selection->resource->kind))
        ->unknown = true;
}

static void choose_all(struct taking *t, struct kube *k)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    size_t count;
    const struct kube_resource *const *kinds = listed_kinds(k, arena, &count);
    const char *const *broken;

    for (size_t i = 0; i < count; i++) {
        struct kube_selection selection = {
            .resource = kinds[i], .names_only = true, .budget = {.attempts = LISTED_ATTEMPTS}};

        vec_push(&t->selections, selection);
    }
    broken = kube_broken_groups(k, &count);
    for (size_t i = 0; i < count; i++)
        snapshot_kind(t->snapshot, identity_group(span_str(broken[i])), SPAN("*"))->unknown = true;
}

int snapshot_take_each(struct kube *k, struct snapshot *s, kube_object_fn *see, void *data,
                       struct err **err)
{
    struct taking t CLEANUP(taking_free) = {.snapshot = s, .see = see, .data = data};
    struct kube_lists lists = {.each = take_object, .refused = note_refused, .data = &t};

    if (kube_discover(k, err) < 0)
        return -1;
    choose_all(&t, k);
    lists.selections = t.selections.items;
    lists.count = t.selections.len;
    if (kube_list_many(k, &lists, err) < 0)
        return err_wrap(err, "snapshot of the cluster");
    snapshot_sort(s);
    return 0;
}

int snapshot_take(struct kube *k, struct snapshot *s, struct err **err)
{
    return snapshot_take_each(k, s, NULL, NULL, err);
}
