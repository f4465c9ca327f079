// SPDX-License-Identifier: Apache-2.0
// The index of pods by the object that owns them.
#include "cluster/pods.h"

#include <string.h>

#include "base/vec.h"

struct pods_list {
    VEC(const struct node *) owned;
};

static struct span uid_of(const struct node *object)
{
    return node_get_text(node_get(object, "metadata"), "uid");
}

static int index_owned(void *data, const struct node *object, struct err **err UNUSED)
{
    struct pods *p = data;
    const struct node *owners = node_path(object, "metadata", "ownerReferences");

    NODE_FOREACH_ITEM (owner, owners) {
        struct span uid = node_get_text(owner, "uid");
        struct pods_list *list = map_get(&p->owners, uid);

        if (!node_get_bool(owner, "controller", false))
            continue;
        if (!list) {
            list = ARENA_NEW(p->arena, struct pods_list);
            map_put(&p->owners, uid, list);
        }
        vec_push_arena(p->arena, &list->owned, object);
    }
    return 0;
}

void pods_collect(struct pods *p, struct informers *inf, struct arena *arena)
{
    *p = (struct pods){.arena = arena};
    informers_each(inf, "", "Pod", index_owned, p);
    informers_each(inf, "apps", "ReplicaSet", index_owned, p);
}

void pods_free(struct pods *p)
{
    map_free(&p->owners);
}

// A replica set that is scaled to nothing is an old revision: its last pods do not count.
static bool is_old_revision(const struct node *owned)
{
    return span_is(node_get_text(owned, "kind"), "ReplicaSet") &&
           node_get_int(node_get(owned, "spec"), "replicas", 1) == 0;
}

// `deeper`: how many levels below this one may hold the pods. Owners are data of the cluster, and
// may form a circle.
static const struct node *worst_below(const struct pods *p, const struct node *workload, int deeper,
                                      struct ready_pod *why)
{
    const struct pods_list *list = map_get(&p->owners, uid_of(workload));
    const struct node *worst = NULL;

    *why = (struct ready_pod){.state = READY_OK};
    for (size_t i = 0; list && i < list->owned.len; i++) {
        const struct node *owned = list->owned.items[i];
        const struct node *pod = owned;
        struct ready_pod one;
        bool is_set = span_is(node_get_text(owned, "kind"), "ReplicaSet");

        if (is_old_revision(owned) || (is_set && !deeper))
            continue;
        if (is_set)
            pod = worst_below(p, owned, deeper - 1, &one);
        else
            ready_check_pod(pod, &one);
        if (!pod || one.state == READY_OK || (worst && one.state <= why->state))
            continue;
        worst = pod;
        *why = one;
    }
    return worst;
}

// Deployment, ReplicaSet, Pod: one level between at most.
const struct node *pods_worst(const struct pods *p, const struct node *workload,
                              struct ready_pod *why)
{
    return worst_below(p, workload, 1, why);
}
