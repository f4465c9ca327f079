// SPDX-License-Identifier: Apache-2.0
// From a graph to what a human is told: root causes, the most telling first, one line each.
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cluster/finding.h"

// Higher is more telling.
static int weight(const struct finding *f)
{
    if (f->blocked)
        return 0;
    if (f->state == READY_TERMINAL)
        return 5;
    if (f->state == READY_FAILING)
        return f->pod ? 4 : 3;
    return f->pod ? 2 : 1;
}

struct ranked {
    struct finding finding;
    size_t order;
};

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    // An earlier layer always comes first: a later one was ready only because of it.
    if (x->finding.layer != y->finding.layer)
        return x->finding.layer < y->finding.layer ? -1 : 1;
    if (weight(&x->finding) != weight(&y->finding))
        return weight(&x->finding) > weight(&y->finding) ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static struct finding describe(struct graph *g, size_t i)
{
    const struct graph_item *item = &g->items.items[i];
    int release = graph_release_of(g, i);
    struct finding f = {
        .layer = item->layer,
        .state = item->ready.state,
        .blocked = item->ready.blocked,
        .stale = item->stale,
        .object = item->label,
        .pod = item->pod,
        .container = item->container,
        .reason = arena_str(g->arena, item->ready.reason),
        .message = arena_str(g->arena, item->ready.message),
        .attempts = item->ready.attempts,
    };

    if (release != GRAPH_NO_PARENT && release != (int)i)
        f.release = g->items.items[release].label;
    return f;
}

const struct finding *graph_findings(struct graph *g, size_t *count)
{
    struct ranked *ranked = arena_array(g->arena, g->items.len + 1, sizeof(*ranked));
    struct finding *out = arena_array(g->arena, g->items.len + 1, sizeof(*out));
    size_t n = 0;

    for (size_t i = 0; i < g->items.len; i++) {
        const struct graph_item *item = &g->items.items[i];

        // A suspended or stalled object is a cause of its own, whatever is below it.
        if (!graph_is_leaf(item) && item->ready.state != READY_TERMINAL)
            continue;
        ranked[n] = (struct ranked){describe(g, i), i};
        n++;
    }
    qsort(ranked, n, sizeof(*ranked), compare);
    for (size_t i = 0; i < n; i++)
        out[i] = ranked[i].finding;
    *count = n;
    return out;
}

// "HelmRelease bigbang/loki: StatefulSet loki/loki"
void finding_subject(const struct finding *finding, struct buf *out)
{
    if (finding->release)
        buf_printf(out, "%s: ", finding->release);
    buf_add_str(out, finding->object);
}

// "pod loki/loki-0: container loki: ImagePullBackOff: Back-off pulling image …"
void finding_cause(const struct finding *finding, struct buf *out)
{
    if (finding->pod)
        buf_printf(out, "pod %s: ", finding->pod);
    if (finding->container)
        buf_printf(out, "container %s: ", finding->container);
    buf_add_str(out, finding->reason);
    if (finding->message[0])
        buf_printf(out, ": %s", finding->message);
    if (finding->stale)
        buf_add_str(out, " (before the last change: waiting for its controller to look again)");
}

void finding_describe(const struct finding *finding, struct buf *out)
{
    finding_subject(finding, out);
    buf_add_str(out, ": ");
    finding_cause(finding, out);
}
