// SPDX-License-Identifier: Apache-2.0
// Who is asked, and how often.
#include "cluster/act/wake.h"

#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "model/flux.h"
#include "model/ready.h"

enum { WAKE_STEP_MS = 10000, WAKE_MOST_MS = 60000 };

// What keeps helm-controller from beginning with an attempt. Attempts that fail are repeated as the
// release says.
static bool is_before_attempt(const char *reason)
{
    static const char *const reasons[] = {"ArtifactFailed", "ChartMutateError",
                                          "FactoryError",   "RESTClientError",
                                          "ValuesError",    "ResourceManagerError"};

    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (strcmp(reason, reasons[i]) == 0)
            return true;
    return false;
}

// All dependencies are there and ready, so that it waits for the next look alone.
static bool has_dependencies(const struct facts *facts, const struct node *object)
{
    struct flux_dependency dependency;
    size_t i;

    for (i = 0; flux_depends_on(object, i, &dependency); i++) {
        const struct node *on;
        struct ready ready;

        if (dependency.has_expression ||
            informers_get(facts->informers, &dependency.on, &on) != INFORMERS_FOUND)
            return false;
        ready_check(on, &ready);
        if (ready.state != READY_OK)
            return false;
    }
    return i > 0;
}

static int64_t due_at(const struct need *need, bool at_once)
{
    int64_t pause = (int64_t)need->times * WAKE_STEP_MS;

    if (need->times)
        return need->asked_at + (pause < WAKE_MOST_MS ? pause : WAKE_MOST_MS);
    return at_once ? 0 : need->since + WAKE_STEP_MS;
}

static const char *controller_of(const struct identity *id)
{
    switch (flux_kind(id)) {
    case FLUX_HELM_RELEASE: return "helm-controller";
    case FLUX_KUSTOMIZATION: return "kustomize-controller";
    default: return "source-controller";
    }
}

static void wake(const struct facts *facts, const char *layer, const struct node *object,
                 bool at_once)
{
    struct identity id = node_identity(object);
    int64_t now = timer_now();
    struct need *need = needs_see(facts->needs, NEED_WAKING, &id, now);

    if (due_at(need, at_once) > now)
        return;
    if (!need->times) {
        char *name CLEANUP(mem_cleanup) = node_label(object);

        report_object(facts->report, "layers", layer, name, "asked %s to look again",
                      controller_of(&id));
    }
    needs_ask(facts->needs, need, now);
    handled_ask(facts->handled, object, need->change);
}

static bool is_older(const struct facts *facts, const struct ready *ready)
{
    return ready->since[0] && strcmp(ready->since, facts->began) < 0;
}

static void wake_chart(const struct facts *facts, const char *layer, const struct node *release)
{
    const struct node *chart;
    struct identity ref;
    struct ready ready;

    if (!flux_chart(release, &ref) ||
        informers_get(facts->informers, &ref, &chart) != INFORMERS_FOUND)
        return;
    ready_check(chart, &ready);
    if (ready.state == READY_FAILING)
        wake(facts, layer, chart, is_older(facts, &ready));
}

static void see(const struct facts *facts, const char *layer, const struct graph_item *item)
{
    enum flux_kind kind = flux_kind(&item->id);
    const struct ready *ready = &item->ready;
    bool may_pause = ready->state == READY_FAILING;

    if (kind == FLUX_HELM_RELEASE) {
        may_pause = may_pause && is_before_attempt(ready->reason);
        wake_chart(facts, layer, item->object);
    }
    if (may_pause)
        wake(facts, layer, item->object, is_older(facts, ready));
    else if (strcmp(ready->reason, "DependencyNotReady") == 0 &&
             has_dependencies(facts, item->object))
        wake(facts, layer, item->object, true);
}

void wake_mark(const struct graph *g, const struct facts *facts, const struct layers *layers)
{
    VEC_FOREACH (const struct graph_item *, item, &g->items)
        if (item->object && item->ready.state != READY_OK && flux_kind(&item->id) != FLUX_OTHER)
            see(facts, layers->items[item->layer].name, item);
}
