// SPDX-License-Identifier: Apache-2.0
// Following what objects of Flux wait for.
#include "cluster/judge/blocked.h"

#include <stdio.h>

#include "cluster/watch/controllers.h"
#include "model/flux.h"

enum { BLOCKED_CHAIN_MAX = 64 };

// What is waited for, as far as it is known.
struct other {
    struct identity id;
    const struct node *object; // NULL: does not exist
    struct ready ready;
    int place; // in the graph, or GRAPH_NO_PARENT
};

static int find_item(const struct graph *g, const struct identity *id)
{
    for (size_t i = 0; i < g->items.len; i++)
        if (identity_eq(&g->items.items[i].id, id))
            return (int)i;
    return GRAPH_NO_PARENT;
}

// False when nothing is known of it yet.
static bool look_up(const struct graph *g, const struct facts *facts, const struct identity *id,
                    struct other *other)
{
    *other = (struct other){.id = *id, .place = find_item(g, id)};
    if (other->place != GRAPH_NO_PARENT) {
        other->object = g->items.items[other->place].object;
        other->ready = g->items.items[other->place].ready;
        return true;
    }
    if (informers_get(facts->informers, id, &other->object) == INFORMERS_UNKNOWN)
        return false;
    if (other->object)
        ready_check(other->object, &other->ready);
    return true;
}

// Takes the words of what is waited for, which is not in the graph and shows nowhere else.
static void take_words(struct graph_item *item, const struct other *other, const char *verb)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct ready *ready = &item->ready;
    bool fails = !other->object || other->ready.state >= READY_FAILING;

    buf_printf(&text, "%s ", verb);
    identity_format(&other->id, &text);
    if (!other->object)
        buf_add_str(&text, ", which does not exist");
    else
        buf_printf(&text, ": %s: %s", other->ready.reason, other->ready.message);
    snprintf(ready->message, sizeof(ready->message), "%s", buf_str(&text));
    ready->state = fails ? READY_FAILING : READY_PROGRESSING;
    ready->blocked = !fails;
}

// Whether `item` waits for the other one; notes what follows from that.
static bool waits_for(struct graph_item *item, const struct other *other, const char *verb)
{
    bool is_of_graph = other->place != GRAPH_NO_PARENT;

    if (other->ready.state == READY_OK && (other->object || is_of_graph))
        return false;
    item->ready.blocked = true;
    if (is_of_graph)
        item->blocker = (size_t)other->place + 1;
    else
        take_words(item, other, verb);
    return true;
}

static void find_blocker(struct graph *g, const struct facts *facts, struct graph_item *item)
{
    struct flux_dependency dependency;
    struct identity ref;
    struct other other;

    for (size_t i = 0; flux_depends_on(item->object, i, &dependency); i++)
        if (look_up(g, facts, &dependency.on, &other) &&
            (!dependency.has_expression || !other.object) && waits_for(item, &other, "depends on"))
            return;
    // The chart that stands between has a source of its own, which is the cause where it waits.
    if (flux_source(item->object, &ref) && look_up(g, facts, &ref, &other) &&
        waits_for(item, &other, "its source is"))
        return;
    if (flux_feeder(item->object, &ref) && look_up(g, facts, &ref, &other) && other.object)
        waits_for(item, &other, "its source is");
}

// Nobody acts on it: its controller is what is waited for.
static void find_controller(struct graph *g, const struct facts *facts, struct graph_item *item)
{
    const struct node *deployment = controllers_find(facts->informers, item->id.group);
    struct other other;
    struct identity id;

    if (!deployment || !controllers_is_down(deployment))
        return;
    id = node_identity(deployment);
    if (!look_up(g, facts, &id, &other))
        return;
    // At zero replicas it is complete by its own status, and is told nowhere else. It is no
    // failure: the tree does not have it, and whoever does may start it again.
    if (other.ready.state == READY_OK) {
        other.place = GRAPH_NO_PARENT;
        other.ready = (struct ready){.state = READY_PROGRESSING, .reason = "ScaledToZero"};
        snprintf(other.ready.message, sizeof(other.ready.message),
                 "somebody scaled it to 0 replicas");
    }
    waits_for(item, &other, "its controller is");
}

size_t blocked_root(const struct graph *g, size_t i)
{
    for (int hop = 0; hop < BLOCKED_CHAIN_MAX; hop++) {
        if (!g->items.items[i].blocker)
            return i;
        i = g->items.items[i].blocker - 1;
    }
    return i;
}

// The names of a circle in which i waits, in order; empty for none.
static void name_circle(const struct graph *g, size_t i, struct buf *out)
{
    size_t at = i;

    for (int hop = 0; hop < BLOCKED_CHAIN_MAX; hop++) {
        const struct graph_item *item = &g->items.items[at];

        if (!item->blocker)
            break;
        buf_printf(out, "%s%s", hop ? " and " : "", item->label);
        at = item->blocker - 1;
        if (at == i)
            return;
    }
    buf_truncate(out, 0);
}

// Nothing will change for them: the first one of each circle ends, the others wait for it.
static void break_circles(struct graph *g)
{
    for (size_t i = 0; i < g->items.len; i++) {
        struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct graph_item *item = &g->items.items[i];

        name_circle(g, i, &names);
        if (!names.len)
            continue;
        item->blocker = 0;
        item->ready = (struct ready){.state = READY_TERMINAL, .reason = "DependencyCycle"};
        snprintf(item->ready.message, sizeof(item->ready.message), "%s depend on each other",
                 buf_str(&names));
    }
}

void blocked_resolve(struct graph *g, const struct facts *facts)
{
    for (size_t i = 0; i < g->items.len; i++) {
        struct graph_item *item = &g->items.items[i];

        if (!item->object || item->ready.state != READY_PROGRESSING ||
            !span_ends(item->id.group, FLUX_GROUP_SUFFIX))
            continue;
        if (item->ready.blocked)
            find_blocker(g, facts, item);
        else
            find_controller(g, facts, item);
    }
    break_circles(g);
}
