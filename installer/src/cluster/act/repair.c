// SPDX-License-Identifier: Apache-2.0
// From a lost object to its owner.
#include "cluster/act/repair.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "model/flux.h"

// Who replaces an object deletes it first, and an owner that drops one says so after.
enum { REPAIR_RIPE_MS = 1000 };

static bool is_scaled_to_zero(const struct graph_item *item)
{
    return strcmp(item->ready.reason, "ScaledToZero") == 0;
}

static bool is_lost(const struct facts *facts, const struct graph_item *item)
{
    return item->parent != GRAPH_NO_PARENT && item->ready.state != READY_OK &&
           (is_scaled_to_zero(item) ||
            informers_find(facts->informers, &item->id) == INFORMERS_ABSENT);
}

// The release or Kustomization that can make it again, or NULL: one that is at work, gives up, is
// suspended or being deleted does not.
static const struct graph_item *owner_of(const struct graph *g, size_t i)
{
    const struct graph_item *item = &g->items.items[i];
    int at = is_scaled_to_zero(item) ? graph_release_of(g, i) : item->parent;
    const struct graph_item *owner;
    bool waits_for_it;

    if (at == GRAPH_NO_PARENT)
        return NULL;
    owner = &g->items.items[at];
    waits_for_it = strcmp(owner->ready.reason, "HealthCheckFailed") == 0 &&
                   owner->ready.state == READY_FAILING &&
                   flux_kind(&owner->id) == FLUX_KUSTOMIZATION;
    return owner->object && (owner->ready.state == READY_OK || waits_for_it) ? owner : NULL;
}

static void say(const struct facts *facts, const char *layer, const struct graph_item *owner,
                const struct graph_item *item, bool is_release)
{
    char *subject CLEANUP(mem_cleanup) = mem_printf("%s: %s", owner->label, item->label);

    report_object(facts->report, "layers", layer, subject, "%s; %s",
                  is_scaled_to_zero(item) ? "somebody scaled it to 0 replicas" : "it was deleted",
                  is_release ? "helm-controller is asked to install its release again"
                             : "kustomize-controller is asked to apply it again");
}

static void ask(const struct facts *facts, struct need *need, const struct graph_item *owner,
                bool is_release, int64_t now)
{
    needs_ask(facts->needs, need, now);
    if (is_release)
        handled_ask_to_install(facts->handled, owner->object, need->change);
    else
        handled_ask(facts->handled, owner->object, need->change);
}

// The owner has done what it can.
static void fail(struct graph_item *item, struct need *need)
{
    need->in_vain = true;
    item->ready.state = READY_FAILING;
    snprintf(item->ready.reason, sizeof(item->ready.reason), "Deleted");
    snprintf(item->ready.message, sizeof(item->ready.message),
             "it is gone, though its owner has made it again");
}

void repair_mark(struct graph *g, const struct facts *facts, const struct layers *layers)
{
    int64_t now = timer_now();

    for (size_t i = 0; i < g->items.len; i++) {
        struct graph_item *item = &g->items.items[i];
        const struct graph_item *owner;
        struct need *need;
        bool is_release;

        if (!is_lost(facts, item) || !(owner = owner_of(g, i)))
            continue;
        need = needs_see(facts->needs, NEED_REPAIR, &item->id, now);
        is_release = flux_kind(&owner->id) == FLUX_HELM_RELEASE;
        if (!need->times && now - need->since >= REPAIR_RIPE_MS) {
            ask(facts, need, owner, is_release, now);
            say(facts, layers->items[item->layer].name, owner, item, is_release);
        } else if (need->times && !is_scaled_to_zero(item) &&
                   handled_has_answered(facts->handled, owner->object, need->change)) {
            fail(item, need);
        }
    }
}
