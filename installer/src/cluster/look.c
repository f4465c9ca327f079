// SPDX-License-Identifier: Apache-2.0
// Looking.
#include "cluster/look.h"

#include "cluster/act/repair.h"
#include "cluster/act/resume.h"
#include "cluster/act/wake.h"
#include "cluster/evidence/evidence.h"
#include "cluster/judge/blocked.h"
#include "cluster/judge/causes.h"
#include "cluster/judge/graph_build.h"
#include "cluster/judge/stale.h"

void look_take(struct look *l, const struct facts *facts, const struct layers *layers, size_t last)
{
    look_free(l);
    graph_build(&l->graph, facts, layers, last);
    evidence_attach(&l->graph, facts);
    if (facts->handled) {
        resume_mark(&l->graph, facts, layers);
        stale_mark(&l->graph, facts);
        repair_mark(&l->graph, facts, layers);
        wake_mark(&l->graph, facts, layers);
        needs_end_look(facts->needs);
    }
    blocked_resolve(&l->graph, facts);
    l->findings = causes_find(&l->graph, layers, facts->memory, &l->count);
}

void look_free(struct look *l)
{
    graph_free(&l->graph);
    *l = (struct look){0};
}

int look_settled(struct look *l, struct facts *facts, const struct layers *layers,
                 const struct budget *budget, struct err **err)
{
    while (layers->count) {
        bool settled, learned;
        int result;

        informers_changed(facts->informers); // what this look sees
        look_take(l, facts, layers, layers->count - 1);
        settled = facts_settled(facts);
        if (facts_learn(facts, &learned, err) < 0)
            return -1;
        // What the graph borrows may have changed meanwhile.
        if (learned || informers_changed(facts->informers))
            continue;
        if (settled)
            return 0;
        result = informers_wait(facts->informers, budget_deadline(budget), err);
        if (result < 0)
            return -1;
        if (result > 0)
            return err_set(err, ERR_TIMEOUT, "the API server did not list %s in time",
                           informers_unsettled(facts->informers));
    }
    return 0;
}

struct look_count look_count(const struct look *l, size_t layer)
{
    struct look_count count = {0};

    VEC_FOREACH (const struct graph_item *, item, &l->graph.items) {
        if (item->layer != layer)
            continue;
        count.objects++;
        count.unready += item->ready.state != READY_OK;
    }
    return count;
}
