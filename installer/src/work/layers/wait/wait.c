// SPDX-License-Identifier: Apache-2.0
// The waiting loop: every change in the cluster leads to a new look at the graph.
#include "work/layers/wait/wait.h"

#include "base/timer.h"
#include "cluster/look.h"
#include "cluster/told/talk.h"
#include "work/layers/wait/again.h"
#include "work/layers/wait/end.h"

enum {
    WAIT_QUIET_MS = 20,     // changes come in bursts: one look for all of them
    WAIT_LOOK_MS = 1000,    // a look at least so often: failures ripen with time
    WAIT_CONFIRM_MS = 5000, // for the lists that confirm what a verdict rests on
};

// What one look hands on to the next.
struct sight {
    int64_t ready_since; // 0: not ready
    bool is_confirmed;   // everything has been listed anew just before
    bool has_ended;      // ... and has to be, since this look would end the wait
};

// Runs the loop until something changed, or it is time for another look.
static int pause_for(struct wait *w, int64_t until, struct err **err)
{
    int64_t look = timer_now() + WAIT_LOOK_MS;
    int result = informers_wait(w->facts->informers, until < look ? until : look, err);

    if (result != 0)
        return result < 0 ? -1 : 0;
    return loop_sleep(w->loop, WAIT_QUIET_MS, err);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void keep_causes(struct layers_causes *causes, const struct look *l)
{
    struct finding *mine = arena_array(causes->arena, l->count, sizeof(*mine));

    for (size_t i = 0; i < l->count; i++)
        mine[i] = finding_copy(causes->arena, &l->findings[i]);
    causes->findings = mine;
    causes->count = l->count;
}

// A claim without a pod may stay Pending for ever: that holds nobody up, and is worth a line.
static void note_claims(const struct wait *w, size_t layer, const struct graph *g)
{
    VEC_FOREACH (const struct graph_item *, item, &g->items) {
        const struct node *status = node_get(item->object, "status");

        if (item->layer == layer && span_is(item->id.kind, "PersistentVolumeClaim") &&
            span_is(node_get_text(status, "phase"), "Pending"))
            report_object(w->report, "layers", w->layers->items[layer].name, item->label,
                          "Pending: it has no volume yet, and no pod waits for it");
    }
}

static void trace_count(const struct wait *w, const struct graph *g)
{
    size_t ready = 0;

    VEC_FOREACH (const struct graph_item *, item, &g->items)
        ready += item->ready.state == READY_OK;
    report_trace(w->report, "layers", "%zu of %zu objects are ready", ready, g->items.len);
}

// One look: 1 when everything was ready for the window, 0 when it has to go on.
static int look(struct wait *w, size_t layer, int64_t window_ms, struct talk *talk,
                struct sight *sight, struct err **err)
{
    struct look l CLEANUP(look_free) = {0};
    const struct finding *final;
    int64_t now = timer_now();

    look_take(&l, w->facts, w->layers, layer);
    deleted_see(w->facts->deleted, &l.graph, w->facts->informers, w->facts->first_layer, now);
    final = verdict_see(w->verdict, l.findings, l.count, now);
    if (l.count == 0) {
        if (!sight->ready_since)
            sight->ready_since = now;
        if (now - sight->ready_since < window_ms)
            return 0;
        note_claims(w, layer, &l.graph);
        return 1;
    }
    sight->ready_since = 0;
    // Before everything was listed once, nothing is known that would be worth a line.
    if (informers_settled(w->facts->informers)) {
        if (talk_say(talk, w->report, l.findings, l.count))
            trace_count(w, &l.graph);
        informers_watch_names(w->facts->informers); // somebody may delete them meanwhile
    }
    // What is final at the first look, too, says why: its evidence is on its way.
    if (final && !evidence_fetch_settled(w->facts->evidence))
        final = NULL;
    sight->has_ended = final || budget_is_over(&w->options->budget);
    if (!sight->has_ended || !sight->is_confirmed)
        return 0;
    keep_causes(w->causes, &l);
    return final ? end_failed(final, err) : end_timed_out(l.findings, l.count, err);
}

// Old knowledge is no verdict: a watch may be silent while the cluster goes on. When the API server
// says nothing at all, the time limit ends the wait nevertheless.
static int confirm(struct wait *w, struct sight *sight, struct err **err)
{
    int64_t until = timer_now() + WAIT_CONFIRM_MS;

    if (informers_confirm(w->facts->informers, until, &sight->is_confirmed, err) < 0)
        return -1;
    sight->is_confirmed = sight->is_confirmed || budget_is_over(&w->options->budget);
    return 0;
}

// Until the next look.
static int go_on(struct wait *w, size_t layer, int64_t until, struct err **err)
{
    bool learned;

    until = earliest(until, verdict_next(w->verdict));
    until = earliest(until, deleted_next(w->facts->deleted));
    if (again_apply(w->facts, w->layers, layer, w->how, err) < 0)
        return -1;
    if (facts_learn(w->facts, &learned, err) < 0)
        return -1;
    return learned ? 0 : pause_for(w, until, err);
}

int wait_layer(struct wait *w, size_t layer, int64_t window_ms, struct err **err)
{
    struct talk talk CLEANUP(talk_free) = {.component = "layers"};
    struct sight sight = {0};

    for (;;) {
        int done = look(w, layer, window_ms, &talk, &sight, err);
        int64_t until = budget_deadline(&w->options->budget);

        if (done != 0)
            return done < 0 ? -1 : 0;
        if (sight.has_ended && !sight.is_confirmed) {
            if (confirm(w, &sight, err) < 0)
                return -1;
            if (sight.is_confirmed)
                continue;
        }
        sight.is_confirmed = false;
        if (sight.ready_since)
            until = sight.ready_since + window_ms;
        if (go_on(w, layer, until, err) < 0)
            return -1;
    }
}
