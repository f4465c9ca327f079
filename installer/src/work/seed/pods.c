// SPDX-License-Identifier: Apache-2.0
// One list of pods, and one of events where a pod does not come.
#include "work/seed/pods.h"

#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "work/seed/objects.h"

struct looking {
    struct seed_nodes *nodes;
    const struct images_classes *classes;
    const char **why;
};

static struct seed_node *node_of(const struct seed_nodes *nodes, const struct node *pod)
{
    struct span name = node_text(node_path(pod, "spec", "nodeName"));

    VEC_FOREACH (struct seed_node *, it, &nodes->items)
        if (!it->skipped && span_is(name, it->node.name))
            return it;
    return NULL;
}

// Of an old template, or on its way out.
static bool is_old(const struct looking *l, const struct node *pod)
{
    const struct node *meta = node_get(pod, "metadata");
    struct span template = node_text(node_path(meta, "annotations", OBJECTS_TEMPLATE));

    if (node_get(meta, "deletionTimestamp"))
        return true;
    if (!l->classes)
        return false;
    VEC_FOREACH (const struct images_class *, it, &l->classes->items)
        if (span_is(template, it->template))
            return false;
    return true;
}

static const char *state_of(struct arena *arena, const struct node *pod)
{
    const struct node *status = node_item(node_path(pod, "status", "containerStatuses"), 0);
    const struct node *waiting = node_path(status, "state", "waiting");
    const struct node *ended = node_path(status, "lastState", "terminated");
    struct span message = node_get_text(waiting, "message");

    char *line CLEANUP(mem_cleanup) = NULL;

    if (!waiting)
        return "";
    if (span_is(node_get_text(waiting, "reason"), "CrashLoopBackOff") && ended)
        message = node_get_text(ended, "message");
    line = message_line(message);
    return arena_printf(arena, "%s%s%s", node_get_str(waiting, "reason"), *line ? ": " : "", line);
}

// Of one that ran, and does not now; "" for one that never did, which has brought nothing.
static const char *end_of(struct arena *arena, const struct node *pod)
{
    const struct node *status = node_item(node_path(pod, "status", "containerStatuses"), 0);
    const char *state = state_of(arena, pod);

    if (!node_path(status, "lastState", "terminated") && !node_path(status, "state", "terminated"))
        return "";
    return arena_printf(arena, "its agent does not run%s%s", *state ? ": " : "", state);
}

static int on_pod(void *data, const struct node *pod, struct err **err UNUSED)
{
    struct looking *l = data;
    struct arena *arena = l->nodes->arena;
    struct seed_node *n = node_of(l->nodes, pod);
    const struct node *status = node_item(node_path(pod, "status", "containerStatuses"), 0);

    if (!n || is_old(l, pod))
        return 0;
    if (node_path(status, "state", "running"))
        n->pod = arena_str(arena, node_get_str(node_get(pod, "metadata"), "name"));
    else
        l->why[n - l->nodes->items.items] = l->classes ? state_of(arena, pod) : end_of(arena, pod);
    return 0;
}

static int list(const struct seed_options *o, struct kube_selection selection, const char *kind,
                kube_object_fn *each, void *data, struct err **err)
{
    selection.ns = SEED_NAMESPACE;
    selection.budget = o->budget;
    selection.resource = kube_find(o->kube, SPAN("v1"), span_str(kind), err);
    return selection.resource ? kube_list(o->kube, &selection, each, data, NULL, err) : -1;
}

int pods_look(const struct seed_options *o, struct seed_nodes *nodes,
              const struct images_classes *classes, const char **why, struct err **err)
{
    struct looking l = {nodes, classes, why};

    VEC_FOREACH (struct seed_node *, it, &nodes->items) {
        it->pod = NULL;
        why[it - nodes->items.items] = "";
    }
    return list(o, (struct kube_selection){.labels = SEED_SELECTOR}, "Pod", on_pod, &l, err);
}

// --- events ---

static bool names_node(struct span message, const char *node)
{
    return span_search(message, span_str(node)) < message.len;
}

// One of a pod is told of its node; one of a DaemonSet that may not make pods, of all nodes.
static int on_event(void *data, const struct node *event, struct err **err UNUSED)
{
    struct looking *l = data;
    const struct node *about = node_get(event, "involvedObject");
    struct span message = node_get_text(event, "message");
    struct span host = node_text(node_path(event, "source", "host"));
    bool of_set = span_is(node_get_text(about, "kind"), "DaemonSet");
    char *line CLEANUP(mem_cleanup) = message_line(message);

    if (!span_starts(node_get_text(about, "name"), SEED_NAME "-"))
        return 0;
    VEC_FOREACH (const struct seed_node *, it, &l->nodes->items) {
        const char **why = &l->why[it - l->nodes->items.items];

        if (it->skipped || it->pod || **why)
            continue;
        if (of_set || span_is(host, it->node.name) || names_node(message, it->node.name))
            *why = arena_printf(l->nodes->arena, "%s: %s", node_get_str(event, "reason"), line);
    }
    return 0;
}

int pods_explain(const struct seed_options *o, const struct seed_nodes *nodes, const char **why,
                 struct err **err)
{
    struct looking l = {(struct seed_nodes *)nodes, NULL, why};

    return list(o, (struct kube_selection){.fields = "type=Warning"}, "Event", on_event, &l, err);
}
