// SPDX-License-Identifier: Apache-2.0
// The controller of sealed-secrets lists its keys once, when it starts (initKeyRegistry() in
// pkg/controller/main.go), and serves /healthz only after that: a new pod that is ready has them.
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/timer.h"
#include "model/ready.h"
#include "work/keys/place.h"

enum { RESTART_POLL_MS = 300, RESTART_MOST_MS = 180000 };

struct restart {
    const struct keys_cluster *cluster;
    const char *ns;
    const struct kube_resource *pods;
    struct arena *arena;
    VEC(const char *) old; // UIDs of the pods that had read other keys
    struct ready newest;   // of the new ones
    bool seen;             // one is there
};

// By the labels of its manifests and of its chart, or by its image, whoever mirrors that.
static bool is_controller(const struct node *pod)
{
    const struct node *labels = node_path(pod, "metadata", "labels");

    if (span_is(node_get_text(labels, "name"), "sealed-secrets-controller") ||
        span_is(node_get_text(labels, "app.kubernetes.io/name"), "sealed-secrets"))
        return true;
    NODE_FOREACH_ITEM (container, node_path(pod, "spec", "containers")) {
        struct span image = node_get_text(container, "image");

        if (span_search(image, SPAN("sealed-secrets-controller")) < image.len)
            return true;
    }
    return false;
}

static bool is_old(const struct restart *r, const char *uid)
{
    VEC_FOREACH (const char **, old, &r->old)
        if (strcmp(*old, uid) == 0)
            return true;
    return false;
}

static int each_pod(const struct restart *r, kube_object_fn *each, void *data, struct err **err)
{
    struct kube_selection selection = {.resource = r->pods, .ns = r->ns};

    return kube_list(r->cluster->kube, &selection, each, data, NULL, err);
}

struct doomed {
    const char *name, *uid;
};

struct doomed_list {
    struct restart *restart;
    VEC(struct doomed) items;
};

static int note_doomed(void *data, const struct node *pod, struct err **err UNUSED)
{
    struct doomed_list *list = data;
    struct arena *arena = list->restart->arena;

    if (is_controller(pod))
        vec_push_arena(arena, &list->items,
                       (struct doomed){
                           arena_str(arena, node_str(node_path(pod, "metadata", "name"))),
                           arena_str(arena, node_str(node_path(pod, "metadata", "uid"))),
                       });
    return 0;
}

static int delete_pods(struct restart *r, struct err **err)
{
    struct doomed_list list = {.restart = r};

    if (each_pod(r, note_doomed, &list, err) < 0)
        return -1;
    VEC_FOREACH (const struct doomed *, pod, &list.items) {
        if (kube_delete(r->cluster->kube, r->pods, r->ns, pod->name, pod->uid, err) < 0)
            return -1;
        vec_push_arena(r->arena, &r->old, pod->uid);
        report_info(r->cluster->report, "keys",
                    "restarted Pod %s/%s: the controller reads its keys when it starts", r->ns,
                    pod->name);
    }
    if (!list.items.len)
        report_info(r->cluster->report, "keys",
                    "no controller of sealed-secrets runs in namespace %s: it reads its keys when "
                    "it starts",
                    r->ns);
    return 0;
}

static int look_at(void *data, const struct node *pod, struct err **err UNUSED)
{
    struct restart *r = data;

    if (!is_controller(pod) || is_old(r, node_str(node_path(pod, "metadata", "uid"))) ||
        node_path(pod, "metadata", "deletionTimestamp"))
        return 0;
    if (!r->seen || r->newest.state != READY_OK)
        ready_check(pod, &r->newest);
    r->seen = true;
    return 0;
}

static int wait_for_new(struct restart *r, struct err **err)
{
    int64_t deadline = timer_add(timer_now(), RESTART_MOST_MS);

    if (budget_deadline(&r->cluster->budget) < deadline)
        deadline = budget_deadline(&r->cluster->budget);
    for (;;) {
        r->seen = false;
        if (each_pod(r, look_at, r, err) < 0)
            return -1;
        if (r->seen && r->newest.state == READY_OK)
            break;
        if (timer_now() >= deadline)
            return err_set(err, ERR_TIMEOUT,
                           "the controller of sealed-secrets in namespace %s is not ready again, "
                           "with the new keys: %s",
                           r->ns, r->seen ? r->newest.message : "no new pod is there");
        if (loop_sleep(r->cluster->loop, RESTART_POLL_MS, err) < 0)
            return -1;
    }
    report_info(r->cluster->report, "keys", "the controller in namespace %s has taken the keys up",
                r->ns);
    return 0;
}

static int restart_in(const struct keys_cluster *c, const char *ns, bool wait, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct restart r = {.cluster = c, .ns = ns, .arena = arena};

    r.pods = kube_find(c->kube, SPAN("v1"), SPAN("Pod"), err);
    if (!r.pods || delete_pods(&r, err) < 0)
        return -1;
    return wait && r.old.len ? wait_for_new(&r, err) : 0;
}

int keys_take_up(const struct keys_cluster *c, const struct seal_keys *keys, bool wait,
                 struct err **err)
{
    for (size_t i = 0; i < keys->items.len; i++) {
        const char *ns = keys_namespace(c, &keys->items.items[i]);
        bool seen = false;

        for (size_t before = 0; before < i; before++)
            seen |= strcmp(keys_namespace(c, &keys->items.items[before]), ns) == 0;
        if (!seen && restart_in(c, ns, wait, err) < 0)
            return -1;
    }
    return 0;
}
