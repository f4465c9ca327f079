// SPDX-License-Identifier: Apache-2.0
// What goes and what stays: ours, unless it holds data, or something of somebody else.
#include <stdlib.h>

#include "base/mem.h"
#include "model/flux.h"
#include "work/teardown/plan/decision.h"

#define NEXT_DATA "'sandstrap down --data' deletes it"
#define NEXT_MOVE "move or delete what is somebody else's, then run 'sandstrap down' again"

static void keep(struct decision *d, size_t i, const char *why, const char *next, bool data,
                 bool left)
{
    struct teardown_kept kept = {.id = identity_copy(d->plan->arena, &decision_object(d, i)->id),
                                 .why = why,
                                 .next = next,
                                 .data = data,
                                 .left = left};

    if (d->fates[i] == FATE_STAYS)
        return;
    d->fates[i] = FATE_STAYS;
    vec_push_arena(d->plan->arena, &d->plan->kept, kept);
}

// --- ours ---

// Every cluster has these, and they are never deleted.
static bool is_of_system(const struct identity *id)
{
    static const char *const names[] = {"default", "kube-system", "kube-public", "kube-node-lease"};

    for (size_t i = 0; census_is_core(id, "Namespace") && i < ARRAY_LEN(names); i++)
        if (span_is(id->name, names[i]))
            return true;
    return false;
}

static bool is_above(const struct decision *d, int layer)
{
    return d->to == WHOSE_NO_LAYER || layer > d->to;
}

static bool is_made_for_release(const struct decision *d, size_t i);

// What serves the nodes in an air gap is of no layer, and needed by all of them.
static bool is_kept_agent(const struct decision *d, size_t i)
{
    return (decision_object(d, i)->marks & CENSUS_AGENTS) &&
           (d->keep_nodes || d->to != WHOSE_NO_LAYER);
}

// The record goes last, as a whole: it bears our field manager, too.
static bool is_record(const struct decision *d, const struct identity *id)
{
    return span_is(id->ns, d->record_ns) ||
           (census_is_core(id, "Namespace") && span_is(id->name, d->record_ns));
}

// What belongs to another object stays and goes with that one.
static bool has_owner(const struct decision *d, size_t i)
{
    const char *owner = decision_object(d, i)->owner;

    return owner[0] && census_find_uid(d->census, owner) != CENSUS_NONE;
}

// In a namespace of the cluster that is nobody's, such as the Service of the kubelets that
// prometheus-operator makes for itself. In one of somebody's it may have been made for them.
static bool is_made_beside(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);

    return whose_of(d->whose, i)->way == WHOSE_PROGRAM && span_starts(o->id.ns, "kube-") &&
           !(o->marks & CENSUS_SEALING_KEY) && !census_is_core(&o->id, "PersistentVolumeClaim") &&
           !has_owner(d, i);
}

static bool goes_by_itself(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);
    const struct whose_object *w = whose_of(d->whose, i);

    if (w->whose != WHOSE_OURS || is_of_system(&o->id) || !is_above(d, w->layer) ||
        is_record(d, &o->id) || is_kept_agent(d, i))
        return false;
    return w->way == WHOSE_APPLIED || w->way == WHOSE_GROWN || flux_kind(&o->id) != FLUX_OTHER ||
           is_made_for_release(d, i) || is_made_beside(d, i);
}

// A namespace that helm-controller made for a release (spec.install.createNamespace): Helm leaves
// it.
static bool is_made_for_release(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);

    if (!census_is_core(&o->id, "Namespace") || !span_is(o->manager, "helm-controller"))
        return false;
    VEC_FOREACH (const struct census_object *, r, &d->census->objects) {
        if (flux_kind(&r->id) != FLUX_HELM_RELEASE ||
            !whose_is_ours(d->whose, (size_t)(r - d->census->objects.items)))
            continue;
        if (span_eq(flux_helm_release(d->census->arena, r->object).target_ns, o->id.name))
            return true;
    }
    return false;
}

// --- data ---

static bool is_data(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);
    enum whose whose = whose_of(d->whose, i)->whose;

    if (census_is_core(&o->id, "PersistentVolumeClaim"))
        return whose == WHOSE_OURS || whose == WHOSE_CLUSTER;
    return (o->marks & CENSUS_SEALING_KEY) && whose != WHOSE_BEFORE && whose != WHOSE_SOMEBODY;
}

// What the API server or a program made in a namespace of ours goes with it; claims do, too.
static bool is_in_ours(const struct decision *d, size_t i)
{
    struct identity ns = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, decision_object(d, i)->id.ns};

    return decision_goes(d, census_find(d->census, &ns));
}

static bool is_data_that_goes(const struct decision *d, size_t i)
{
    const struct whose_object *w = whose_of(d->whose, i);

    return is_data(d, i) &&
           ((w->whose != WHOSE_CLUSTER && is_above(d, w->layer)) || is_in_ours(d, i));
}

static void decide_data(struct decision *d, size_t i)
{
    if (!is_data_that_goes(d, i))
        return;
    if (d->data)
        d->fates[i] = FATE_GOES;
    else
        keep(d, i,
             decision_object(d, i)->marks & CENSUS_SEALING_KEY
                 ? "data: opens what was sealed for this cluster"
                 : "data",
             NEXT_DATA, true, false);
}

static void decide_volume(struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);
    long claim = o->claim.kind.len ? census_find(d->census, &o->claim) : CENSUS_NONE;

    enum whose whose = whose_of(d->whose, i)->whose;

    if (claim == CENSUS_NONE || whose == WHOSE_BEFORE || whose == WHOSE_SOMEBODY)
        return;
    if (d->fates[claim] == FATE_GOES)
        d->fates[i] = FATE_GOES;
    else if (d->fates[claim] == FATE_STAYS)
        keep(d, i, decision_told(d, "data of ", &o->claim, ""), NEXT_DATA, true, false);
}

// --- somebody else's ---

static bool is_workload(const struct identity *id)
{
    return span_is(id->group, "apps") || span_is(id->group, "batch") || census_is_core(id, "Pod") ||
           census_is_core(id, "ReplicationController") ||
           census_is_core(id, "PersistentVolumeClaim");
}

// Of an object in a namespace that goes. What some program made there goes, too, unless it runs or
// holds data.
static bool is_foreign(const struct decision *d, size_t i)
{
    const struct whose_object *w = whose_of(d->whose, i);

    switch (w->whose) {
    case WHOSE_SOMEBODY: return true;
    case WHOSE_BEFORE: return w->way != WHOSE_PROGRAM || is_workload(&decision_object(d, i)->id);
    case WHOSE_UNKNOWN: return is_workload(&decision_object(d, i)->id);
    case WHOSE_OURS:
    case WHOSE_CLUSTER: break;
    }
    return false;
}

static void keep_foreign(struct decision *d, size_t i)
{
    if (!has_owner(d, i))
        keep(d, i, arena_printf(d->plan->arena, "somebody else's (%s)", whose_of(d->whose, i)->why),
             NEXT_MOVE, false, true);
}

// Why a namespace stays, the gravest reason.
struct holding {
    size_t foreign, data, lower;
    size_t one; // of the gravest kind
};

static void hold(const struct decision *d, size_t i, struct holding *h)
{
    const struct whose_object *w = whose_of(d->whose, i);

    if (is_foreign(d, i)) {
        h->one = h->foreign++ ? h->one : i;
    } else if (d->fates[i] == FATE_STAYS) {
        if (!h->data++ && !h->foreign)
            h->one = i;
    } else if (w->whose == WHOSE_OURS && d->fates[i] == FATE_NONE && w->layer != WHOSE_NO_LAYER &&
               !is_above(d, w->layer)) {
        if (!h->lower++ && !h->foreign && !h->data)
            h->one = i;
    }
}

static const char *holds(const struct decision *d, const struct holding *h, size_t n,
                         const char *what)
{
    const char *more = n > 1 ? arena_printf(d->plan->arena, " and %zu more", n - 1) : "";

    return arena_printf(d->plan->arena, "%s%s",
                        decision_told(d, what, &decision_object(d, h->one)->id, ""), more);
}

static void keep_namespace(struct decision *d, size_t ns, const struct holding *h)
{
    if (h->foreign)
        keep(d, ns, holds(d, h, h->foreign, "holds what is somebody else's: "), NEXT_MOVE, false,
             true);
    else if (h->data)
        keep(d, ns, holds(d, h, h->data, "holds data: "), NEXT_DATA, true, false);
    else if (h->lower)
        keep(d, ns, holds(d, h, h->lower, "holds what stays: "), NULL, false, false);
}

static struct holding *holdings_of(struct decision *d)
{
    struct holding *all = mem_zalloc(d->census->objects.len + 1, sizeof(*all));

    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);
        struct identity id = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, o->id.ns};
        long ns = o->id.ns.len ? census_find(d->census, &id) : CENSUS_NONE;

        if (!decision_goes(d, ns))
            continue;
        hold(d, i, &all[ns]);
    }
    return all;
}

static void decide_namespaces(struct decision *d)
{
    struct holding *holdings CLEANUP(mem_cleanup) = holdings_of(d);

    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);
        struct identity id = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, o->id.ns};

        if (o->id.ns.len && decision_goes(d, census_find(d->census, &id)) && is_foreign(d, i))
            keep_foreign(d, i);
    }
    for (size_t i = 0; i < d->census->objects.len; i++)
        keep_namespace(d, i, &holdings[i]);
}

// --- definitions ---

// Of an instance of a definition of ours. What a program of unknown origin made counts as used by
// somebody, unless it lies where everything is ours.
static bool is_used_by_others(const struct decision *d, size_t i)
{
    const struct whose_object *w = whose_of(d->whose, i);

    switch (w->whose) {
    case WHOSE_SOMEBODY:
    case WHOSE_BEFORE: return true;
    case WHOSE_UNKNOWN: return !is_in_ours(d, i);
    case WHOSE_OURS: return w->layer != WHOSE_NO_LAYER && !is_above(d, w->layer);
    case WHOSE_CLUSTER: break;
    }
    return false;
}

static void keep_definition(struct decision *d, size_t definition, size_t instance)
{
    bool foreign = whose_of(d->whose, instance)->whose != WHOSE_OURS;
    const char *why = decision_told(d, foreign ? "used by somebody else: " : "used by what stays: ",
                                    &decision_object(d, instance)->id, "");

    keep(d, definition, why, foreign ? NEXT_MOVE : NULL, false, foreign);
    if (foreign)
        keep_foreign(d, instance);
}

static bool is_of_flux(const struct identity *definition)
{
    return census_is_definition(definition) && span_ends(definition->name, FLUX_GROUP_SUFFIX);
}

// The controllers of Flux end when one of their kinds is missing, and act in their own namespace.
static void keep_flux(struct decision *d, size_t definition)
{
    const char *why =
        decision_told(d, "needed as long as there is ", &decision_object(d, definition)->id, "");

    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);
        struct identity ns = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, o->id.ns};
        long in;

        if (!decision_goes(d, (long)i) || (!(o->marks & CENSUS_FLUX_PART) && !is_of_flux(&o->id)))
            continue;
        keep(d, i, why, NEXT_MOVE, false, true);
        in = o->id.ns.len ? census_find(d->census, &ns) : CENSUS_NONE;
        if (decision_goes(d, in))
            keep(d, (size_t)in, why, NEXT_MOVE, false, true);
    }
}

static void decide_definitions(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        long definition = census_definition_of(d->census, &decision_object(d, i)->id);

        if (!decision_goes(d, definition) || !is_used_by_others(d, i))
            continue;
        keep_definition(d, (size_t)definition, i);
        if (is_of_flux(&decision_object(d, (size_t)definition)->id) &&
            whose_of(d->whose, i)->whose != WHOSE_OURS)
            keep_flux(d, (size_t)definition);
    }
}

// --- what was there ---

static void keep_adopted(struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);
    const struct journal_entry *e =
        d->whose->journal ? journal_find(d->whose->journal, &o->id) : NULL;
    const struct whose_object *w = whose_of(d->whose, i);

    if (w->whose != WHOSE_BEFORE || is_record(d, &o->id))
        return;
    if (e ? is_above(d, whose_layer(d->whose, e->layer)) : (o->marks & CENSUS_APPLIED) != 0)
        keep(d, i, w->why, NULL, false, false);
}

static void keep_agent(struct decision *d, size_t i)
{
    const struct whose_object *w = whose_of(d->whose, i);

    if (is_kept_agent(d, i) && w->whose == WHOSE_OURS && w->way == WHOSE_APPLIED)
        keep(d, i, "serves the nodes in the air gap", NULL, false, false);
}

void decide_fates(struct decision *d)
{
    size_t n = d->census->objects.len;

    for (size_t i = 0; i < n; i++)
        if (goes_by_itself(d, i))
            d->fates[i] = FATE_GOES;
    for (size_t i = 0; i < n; i++)
        decide_data(d, i);
    for (size_t i = 0; i < n; i++)
        decide_volume(d, i);
    for (size_t i = 0; i < n; i++)
        keep_adopted(d, i);
    for (size_t i = 0; i < n; i++)
        keep_agent(d, i);
    decide_namespaces(d);
    decide_definitions(d);
}
