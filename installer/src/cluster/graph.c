// SPDX-License-Identifier: Apache-2.0
// Building the graph.
#include "cluster/graph.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cluster/grown.h"
#include "cluster/pods.h"
#include "cluster/revision.h"
#include "model/flux.h"

struct builder {
    struct graph *graph;
    struct informers *informers;
    struct release_records *records;
    struct handled *handled;
    uint64_t jobs_version;
    struct grown grown;
    struct pods pods;
    size_t layer;
};

static const char *label_of(struct arena *arena, struct span kind, struct span ns, struct span name)
{
    if (!ns.len)
        return arena_printf(arena, "%.*s %.*s", SPAN_ARG(kind), SPAN_ARG(name));
    return arena_printf(arena, "%.*s %.*s/%.*s", SPAN_ARG(kind), SPAN_ARG(ns), SPAN_ARG(name));
}

// Adds an object unless it is there already or of a kind that is always ready; `wanted` as in
// struct graph_item.
static void add(struct builder *b, struct span group, struct span kind, struct span ns,
                struct span name, const struct node *wanted, int parent)
{
    struct graph *g = b->graph;
    struct graph_item item = {.group = group, .kind = kind, .name = name, .wanted = wanted};
    char *key;

    if (ready_kind_is_static(group, kind) || span_is(kind, "CustomResourceDefinition"))
        return;
    item.ns = ns;
    item.layer = b->layer;
    item.parent = parent;
    key = arena_printf(g->arena, "%.*s/%.*s/%.*s/%.*s", SPAN_ARG(group), SPAN_ARG(kind),
                       SPAN_ARG(ns), SPAN_ARG(name));
    if (map_get(&g->index, span_str(key)))
        return;
    item.label = label_of(g->arena, kind, ns, name);
    vec_push_arena(g->arena, &g->items, item);
    map_put(&g->index, span_str(key), (void *)(uintptr_t)g->items.len);
}

static void set(struct ready *ready, enum ready_state state, const char *reason,
                const char *message)
{
    *ready = (struct ready){.state = state};
    snprintf(ready->reason, sizeof(ready->reason), "%s", reason);
    snprintf(ready->message, sizeof(ready->message), "%s", message);
}

static bool is_job(const struct graph_item *item)
{
    return span_is(item->kind, "Job") && span_is(item->group, "batch");
}

// A Job that was to go by its own spec, once it has finished. It was there when it was applied, so
// its absence tells something only after the watch has come that far.
static void judge_passed(const struct builder *b, struct graph_item *item)
{
    const struct node *failed = informers_failed_job(b->informers, item->ns, item->name);

    if (!informers_has_reached(b->informers, item->group, item->kind, b->jobs_version))
        set(&item->ready, READY_PROGRESSING, "NotLookedAt", "not looked at since it was applied");
    else if (failed)
        set(&item->ready, READY_TERMINAL, node_get_str(failed, "reason"),
            node_get_str(failed, "message"));
}

// helm-controller has waited for the Jobs of a release that is Ready.
static bool is_of_ready_release(const struct graph *g, const struct graph_item *item)
{
    const struct graph_item *parent;

    if (item->parent == GRAPH_NO_PARENT)
        return false;
    parent = &g->items.items[item->parent];
    return span_is(parent->kind, "HelmRelease") && parent->ready.state == READY_OK;
}

static void judge_absent(const struct builder *b, struct graph_item *item)
{
    if (is_job(item) && node_path(item->wanted, "spec", "ttlSecondsAfterFinished"))
        judge_passed(b, item);
    else if (!is_job(item) || !is_of_ready_release(b->graph, item))
        set(&item->ready, READY_PROGRESSING, "NotFound", "not there (yet)");
}

static void judge(struct builder *b, struct graph_item *item)
{
    const char *trouble;

    switch (
        informers_get(b->informers, item->group, item->kind, item->ns, item->name, &item->object)) {
    case INFORMERS_FOUND: ready_check(item->object, &item->ready); break;
    case INFORMERS_ABSENT: judge_absent(b, item); break;
    case INFORMERS_UNKNOWN:
        trouble = informers_trouble(b->informers, item->group, item->kind, item->ns, item->name);
        set(&item->ready, READY_PROGRESSING, "NotLookedAt",
            trouble ? trouble : "not looked at yet");
        break;
    }
}

static void add_inventory(struct builder *b, const struct node *object, int parent)
{
    struct flux_ref ref;

    NODE_FOREACH_ITEM (entry, node_path(object, "status", "inventory", "entries")) {
        if (flux_inventory_entry(entry, &ref))
            add(b, ref.group, ref.kind, ref.ns, ref.name, NULL, parent);
    }
}

static void add_labelled(struct builder *b, const struct graph_item *item, int parent)
{
    const struct grown_list *list = grown_of_release(&b->grown, item->ns, item->name);

    for (size_t i = 0; list && i < list->len; i++) {
        const struct node *object = list->items[i];
        const struct node *metadata = node_get(object, "metadata");
        struct span group, version;

        if (!span_cut(node_get_text(object, "apiVersion"), '/', &group, &version))
            group = SPAN_EMPTY;
        add(b, group, node_get_text(object, "kind"), node_get_text(metadata, "namespace"),
            node_get_text(metadata, "name"), NULL, parent);
    }
}

static void expand(struct builder *b, size_t i)
{
    struct graph_item item = b->graph->items.items[i];

    if (!item.object)
        return;
    if (span_is(item.kind, "Kustomization") || span_is(item.kind, "HelmRelease"))
        add_inventory(b, item.object, (int)i);
    if (span_is(item.kind, "HelmRelease"))
        add_labelled(b, &item, (int)i);
}

// A workload's own counters say "0 of 1 pods are ready"; its worst pod says why.
static void ask_pods(struct builder *b, struct graph_item *item)
{
    struct ready_pod why;
    const struct node *pod;

    if (item->ready.state == READY_OK || item->ready.state == READY_TERMINAL || !item->object)
        return;
    pod = pods_worst(&b->pods, item->object, &why);
    if (!pod)
        return;
    item->pod =
        arena_printf(b->graph->arena, "%s/%s", node_get_str(node_get(pod, "metadata"), "namespace"),
                     node_get_str(node_get(pod, "metadata"), "name"));
    if (why.container[0])
        item->container = arena_str(b->graph->arena, why.container);
    if (why.state > item->ready.state)
        item->ready.state = why.state;
    if (why.restarts > item->ready.attempts)
        item->ready.attempts = why.restarts;
    memcpy(item->ready.reason, why.reason, sizeof(why.reason));
    memcpy(item->ready.message, why.message, sizeof(why.message));
}

static void ask_source(struct builder *b, struct graph_item *item)
{
    if (item->object && span_ends(item->group, FLUX_GROUP_SUFFIX))
        revision_check(b->informers, item->object, &item->ready);
}

// A release that was changed behind its controller's back is not ready, whatever its status says.
static void ask_controller(struct builder *b, struct graph_item *item)
{
    if (b->handled && item->object && item->ready.state == READY_OK &&
        span_is(item->kind, "HelmRelease") && handled_is_behind(b->handled, item->object))
        set(&item->ready, READY_PROGRESSING, "ChangeNotSeen",
            "changed since its controller looked at it; asked to look now");
}

static bool is_scalable(const struct graph_item *item)
{
    return span_is(item->kind, "Deployment") || span_is(item->kind, "StatefulSet");
}

// A workload at zero replicas is complete by its own status. It is not when the release it came
// from, or the tree, wants more.
static void ask_release(struct builder *b, size_t i)
{
    struct graph_item *item = &b->graph->items.items[i];
    int release = graph_release_of(b->graph, i);
    int64_t wanted = 0;

    if (!is_scalable(item) || !item->object || item->ready.state != READY_OK ||
        node_get_int(node_get(item->object, "spec"), "replicas", 1) != 0)
        return;
    if (release == GRAPH_NO_PARENT || !b->graph->items.items[release].object)
        return;
    switch (release_records_replicas(b->records, b->graph->items.items[release].object,
                                     item->object, &wanted)) {
    case RELEASE_WANTS_ZERO: break;
    case RELEASE_WANTS_UNKNOWN:
        set(&item->ready, READY_PROGRESSING, "NotLookedAt", "its release is not looked at yet");
        break;
    case RELEASE_WANTS_MORE:
        set(&item->ready, READY_FAILING, "ScaledToZero",
            "somebody scaled it to 0 replicas; its release wants more");
        break;
    }
}

static void mark_parents(struct graph *g)
{
    for (size_t i = g->items.len; i-- > 0;) {
        const struct graph_item *item = &g->items.items[i];
        bool unready = item->ready.state != READY_OK || item->has_unready_child;

        if (unready && item->parent != GRAPH_NO_PARENT)
            g->items.items[item->parent].has_unready_child = true;
    }
}

static void add_layer(struct builder *b, const struct layer *layer)
{
    for (size_t i = 0; i < layer->count; i++) {
        const struct node *object = layer->objects[i];
        const struct node *metadata = node_get(object, "metadata");
        struct span group, version;

        if (!span_cut(node_get_text(object, "apiVersion"), '/', &group, &version))
            group = SPAN_EMPTY;
        add(b, group, node_get_text(object, "kind"), node_get_text(metadata, "namespace"),
            node_get_text(metadata, "name"), object, GRAPH_NO_PARENT);
    }
}

void graph_build(struct graph *g, const struct graph_facts *facts, const struct layers *layers,
                 size_t last)
{
    struct informers *inf = facts->informers;
    struct builder b = {.graph = g,
                        .informers = inf,
                        .records = facts->records,
                        .handled = facts->handled,
                        .jobs_version = facts->jobs_version};
    size_t done = 0;

    g->arena = arena_new();
    grown_collect(&b.grown, inf, g->arena);
    pods_collect(&b.pods, inf, g->arena);
    for (b.layer = 0; b.layer <= last && b.layer < layers->count; b.layer++) {
        add_layer(&b, &layers->items[b.layer]);
        for (; done < g->items.len; done++) {
            struct graph_item *item = &g->items.items[done];

            judge(&b, item);
            ask_source(&b, item);
            ask_controller(&b, item);
            ask_pods(&b, item);
            ask_release(&b, done);
            expand(&b, done);
        }
    }
    mark_parents(g);
    grown_free(&b.grown);
    pods_free(&b.pods);
}

void graph_free(struct graph *g)
{
    map_free(&g->index);
    arena_free(g->arena);
    *g = (struct graph){0};
}

int graph_release_of(const struct graph *g, size_t i)
{
    int at = (int)i;

    while (at != GRAPH_NO_PARENT && !span_is(g->items.items[at].kind, "HelmRelease"))
        at = g->items.items[at].parent;
    return at;
}

bool graph_is_leaf(const struct graph_item *item)
{
    return item->ready.state != READY_OK && !item->has_unready_child;
}
