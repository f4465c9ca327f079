// SPDX-License-Identifier: Apache-2.0
// Comparing the times of changes with those of statuses.
#include "cluster/judge/stale.h"

#include <string.h>

#include "cluster/facts/written.h"
#include "model/flux.h"

// Where an object of Flux gets its content from.
struct source {
    struct span changed; // when the newest content was stored; empty: unknown, or no source
    bool settled;        // nothing newer is on its way
};

static void add_source(struct source *s, const struct node *source)
{
    struct ready ready;

    ready_check(source, &ready);
    s->settled = s->settled && ready.state == READY_OK;
    s->changed = written_later(s->changed, flux_stored_at(source));
}

// The HelmChart that helm-controller made for a release is built after its source has changed.
static void add_chart(struct source *s, struct informers *inf, const struct node *release,
                      const struct node *source)
{
    struct buf ignored CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *chart;
    struct identity ref;

    if (!flux_chart(release, &ref))
        return;
    if (informers_get(inf, &ref, &chart) == INFORMERS_UNKNOWN)
        s->settled = false;
    if (!chart)
        return;
    add_source(s, chart);
    if (source && flux_is_behind(chart, source, &ignored))
        s->settled = false;
}

static struct source source_of(const struct graph_item *item, struct informers *inf)
{
    struct source s = {SPAN_EMPTY, true};
    const struct node *source = NULL;
    struct identity ref;

    if (!flux_source(item->object, &ref))
        return s;
    if (informers_get(inf, &ref, &source) == INFORMERS_UNKNOWN)
        s.settled = false;
    if (source)
        add_source(&s, source);
    add_chart(&s, inf, item->object, source);
    return s;
}

static struct span newest_change(const struct graph_item *item, const struct facts *facts,
                                 const struct source *source)
{
    struct span change = written_by_others(item->object, HANDLED_MANAGER);

    return written_later(written_later(change, span_str(facts->last_write)), source->changed);
}

// Times are whole seconds: unless it was asked, what it says in the second of the change is older.
static bool is_behind(const struct graph_item *item, const struct facts *facts, struct span *change,
                      bool *may_ask)
{
    struct source source;

    if (!item->object || !span_ends(item->id.group, FLUX_GROUP_SUFFIX))
        return false;
    source = source_of(item, facts->informers);
    *change = newest_change(item, facts, &source);
    *may_ask = source.settled;
    return !source.settled || (span_cmp(*change, written_status(item->object)) >= 0 &&
                               !handled_has_answered(facts->handled, item->object, *change));
}

static bool is_at_work(const struct node *object)
{
    return span_is(node_get_text(ready_condition(object, "Reconciling"), "status"), "True");
}

static bool is_stale(const struct graph *g, const struct facts *facts, size_t i)
{
    const struct graph_item *top = NULL;
    struct span change = SPAN_EMPTY;
    bool may_ask = false;

    for (int at = (int)i; at != GRAPH_NO_PARENT; at = g->items.items[at].parent) {
        const struct graph_item *item = &g->items.items[at];
        struct span its_change;
        bool its_may_ask;

        if (is_behind(item, facts, &its_change, &its_may_ask)) {
            top = item;
            change = its_change;
            may_ask = its_may_ask;
        } else if (top && is_at_work(item->object)) {
            may_ask = false; // what it makes of its own look is on its way
        }
    }
    if (top && may_ask)
        handled_ask(facts->handled, top->object, change);
    return top != NULL;
}

void stale_mark(struct graph *g, const struct facts *facts)
{
    for (size_t i = 0; i < g->items.len; i++) {
        struct graph_item *item = &g->items.items[i];

        // What is suspended stays so, whatever its controller sees.
        item->stale = item->ready.state == READY_TERMINAL &&
                      strcmp(item->ready.reason, "Suspended") != 0 && is_stale(g, facts, i);
    }
}
