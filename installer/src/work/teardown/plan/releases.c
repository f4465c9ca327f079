// SPDX-License-Identifier: Apache-2.0
// What Flux manages: what is suspended, who uninstalls which release, and in which order.
#include <stdint.h>

#include "model/flux.h"
#include "work/teardown/plan/decision.h"
#include "work/teardown/plan/levels.h"

static bool makes(const struct identity *id)
{
    enum flux_kind kind = flux_kind(id);

    return kind == FLUX_HELM_RELEASE || kind == FLUX_KUSTOMIZATION;
}

static bool is_source(const struct identity *id)
{
    return flux_kind(id) != FLUX_OTHER && !makes(id);
}

// --- what becomes of each ---

// helm-controller makes a chart for nearly every release: that makes none a parent.
static void find_parents(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        enum flux_kind kind = flux_kind(&decision_object(d, i)->id);
        long maker = decision_maker(d, i);

        if (kind != FLUX_OTHER && kind != FLUX_HELM_CHART && decision_goes(d, maker))
            d->is_parent[maker] = true;
    }
}

// An object that Helm would delete with its release, although it stays.
static bool helm_must_not(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);

    return flux_kind(&o->made_by) == FLUX_HELM_RELEASE && !decision_goes(d, (long)i) &&
           (o->marks & CENSUS_HELM) && !(o->marks & CENSUS_HELM_KEEPS);
}

// A Kustomization from which Flux manages itself would take the controllers along.
static bool is_flux_itself(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);

    return flux_kind(&o->made_by) == FLUX_KUSTOMIZATION && (o->marks & CENSUS_FLUX_PART) &&
           span_is(o->id.kind, "Deployment");
}

static void find_detached(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        long maker = decision_maker(d, i);

        if (!decision_goes(d, maker) || d->is_detached[maker])
            continue;
        if (helm_must_not(d, i))
            decision_step(d, TEARDOWN_ORPHANS, 1, TEARDOWN_VERB_UNINSTALL, (size_t)maker,
                          decision_told(d, "without Helm, which would delete ",
                                        &decision_object(d, i)->id, ""));
        d->is_detached[maker] = helm_must_not(d, i) || is_flux_itself(d, i);
    }
}

static void suspend(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);
        const char *why = is_source(&o->id)   ? "a source"
                          : d->is_parent[i]   ? "made other objects of Flux"
                          : d->is_detached[i] ? "would delete what has to stay"
                                              : NULL;

        if (why && decision_goes(d, (long)i) && flux_kind(&o->id) != FLUX_HELM_CHART)
            decision_step(d, TEARDOWN_SUSPEND, 0, TEARDOWN_VERB_SUSPEND, i, why);
    }
}

// What a Kustomization would delete with itself, although it stays.
static void mark(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);

        if (flux_kind(&o->made_by) == FLUX_KUSTOMIZATION &&
            decision_goes(d, decision_maker(d, i)) && !decision_goes(d, (long)i) &&
            !(o->marks & CENSUS_UNPRUNED))
            decision_step(d, TEARDOWN_SUSPEND, 0, TEARDOWN_VERB_MARK, i,
                          decision_told(d, "stays when ", &o->made_by, " goes"));
    }
}

// --- their order ---

struct group {
    struct levels levels;
    VEC(size_t) objects; // of the census, one for each item
    size_t *items;       // the way back: index + 1
};

static void group_free(struct group *g)
{
    levels_free(&g->levels);
    vec_free(&g->objects);
    free(g->items);
}

// Whether what is behind a webhook was made by this release: it may be asked about all that the
// others delete, so they go first.
static bool is_engine(const struct decision *d, size_t release)
{
    VEC_FOREACH (const struct census_hook *, h, &d->census->hooks) {
        struct identity service = {SPAN_EMPTY, SPAN("Service"), h->ns, h->service};
        long i = census_find(d->census, &service);

        if (i != CENSUS_NONE && decision_maker(d, (size_t)i) == (long)release)
            return true;
    }
    return false;
}

static void group_add(struct decision *d, struct group *g, size_t i)
{
    struct levels_item item = {.layer = whose_of(d->whose, i)->layer, .late = is_engine(d, i)};

    vec_push(&g->levels.items, item);
    vec_push(&g->objects, i);
    g->items[i] = g->objects.len;
}

static void before(struct group *g, size_t first, long then)
{
    if (then != CENSUS_NONE && g->items[then] && (size_t)then != first)
        vec_push(&g->levels.edges, (struct levels_edge){g->items[first] - 1, g->items[then] - 1});
}

// The release that brought the definition of an object; only its programs handle that.
static long operator_of(const struct decision *d, size_t i)
{
    long definition = census_definition_of(d->census, &decision_object(d, i)->id);

    return definition == CENSUS_NONE ? CENSUS_NONE : decision_maker(d, (size_t)definition);
}

static void add_edges(struct decision *d, struct group *g, size_t i)
{
    const struct census_object *o = decision_object(d, i);
    struct flux_dependency dependency;

    for (size_t n = 0; o->object && flux_depends_on(o->object, n, &dependency); n++)
        before(g, i, census_find(d->census, &dependency.on));
    if (makes(&o->id))
        before(g, i, decision_maker(d, i));
    else
        before(g, i, operator_of(d, i));
}

static void order(struct decision *d, struct group *g)
{
    size_t circle;

    VEC_FOREACH (const size_t *, i, &g->objects)
        add_edges(d, g, *i);
    if (levels_order(&g->levels, &circle))
        report_warn(d->report, "teardown", "%s: they go in any order",
                    decision_told(d, "", &decision_object(d, g->objects.items[circle])->id,
                                  " and what it depends on depend on each other"));
}

static void take_down(struct decision *d, const struct group *g, enum teardown_phase phase)
{
    for (size_t n = 0; n < g->objects.len; n++) {
        size_t i = g->objects.items[n];

        decision_step(d, phase, g->levels.items.items[n].wave,
                      d->is_detached[i] ? TEARDOWN_VERB_LET_GO : TEARDOWN_VERB_DELETE, i, NULL);
    }
}

static bool is_operated(const struct decision *d, size_t i)
{
    return whose_of(d->whose, i)->way == WHOSE_APPLIED &&
           flux_kind(&decision_object(d, i)->id) == FLUX_OTHER &&
           decision_goes(d, operator_of(d, i));
}

static void decide_group(struct decision *d, enum teardown_phase phase)
{
    struct group g CLEANUP(group_free) = {
        .items = mem_zalloc(d->census->objects.len + 1, sizeof(size_t))};

    for (size_t i = 0; i < d->census->objects.len; i++) {
        bool is_in = makes(&decision_object(d, i)->id)
                         ? d->is_parent[i] == (phase == TEARDOWN_PARENTS)
                         : phase == TEARDOWN_RELEASES && is_operated(d, i);

        if (is_in && decision_goes(d, (long)i))
            group_add(d, &g, i);
    }
    order(d, &g);
    take_down(d, &g, phase);
}

// --- what has no HelmRelease (any more), and sources ---

// Without records there is something to do only when objects are left that no other phase takes.
static bool has_remains(const struct decision *d, const struct orphan *o)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *left = decision_object(d, i);

        if (identity_eq(&left->made_by, &o->release) && decision_goes(d, (long)i) &&
            decision_goes_along(d, i) && !census_is_definition(&left->id) &&
            !census_is_core(&left->id, "Namespace"))
            return true;
    }
    return o->name != NULL;
}

static void decide_orphans(struct decision *d)
{
    for (size_t n = 0; d->orphans && n < d->orphans->list.len; n++) {
        const struct orphan *o = &d->orphans->list.items[n];
        struct arena *arena = d->plan->arena;
        struct teardown_step step = {
            .phase = TEARDOWN_ORPHANS,
            .verb = TEARDOWN_VERB_UNINSTALL,
            .id = identity_copy(arena, &o->release),
            .version = "v2",
            .uid = "",
            .why = o->name ? arena_printf(arena, "it is gone; Helm's records are in %s", o->ns)
                           : "it is gone, and Helm's records are",
        };
        int layer = WHOSE_NO_LAYER;

        if (whose_was_ours(d->whose, &o->release, &layer) && layer != WHOSE_NO_LAYER)
            step.layer = arena_str(arena, d->whose->layers.items[layer]);
        if ((d->to == WHOSE_NO_LAYER || layer > d->to) && has_remains(d, o))
            vec_push_arena(arena, &d->plan->steps, step);
    }
}

static void decide_sources(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);

        if (is_source(&o->id) && decision_goes(d, (long)i) && !decision_goes_along(d, i))
            decision_step(d, TEARDOWN_SOURCES, 0, TEARDOWN_VERB_DELETE, i, NULL);
    }
}

void decide_releases(struct decision *d)
{
    find_parents(d);
    find_detached(d);
    suspend(d);
    mark(d);
    decide_group(d, TEARDOWN_RELEASES);
    decide_group(d, TEARDOWN_PARENTS);
    decide_orphans(d);
    decide_sources(d);
}
