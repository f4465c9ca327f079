// SPDX-License-Identifier: Apache-2.0
// Everything but what Flux manages, and the plan as a whole.
#include <limits.h>

#include "model/flux.h"
#include "work/teardown/plan/decision.h"
#include "work/teardown/plan/levels.h"

// --- objects and the controllers of Flux ---

static bool is_claim_or_key(const struct census_object *o)
{
    return census_is_core(&o->id, "PersistentVolumeClaim") || o->claim.kind.len ||
           (o->marks & CENSUS_SEALING_KEY);
}

// What is part of no other phase.
static bool is_plain(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);
    long definition = census_definition_of(d->census, &o->id);

    if (!decision_goes(d, (long)i) || decision_goes_along(d, i) ||
        flux_kind(&o->id) != FLUX_OTHER || census_is_definition(&o->id) ||
        census_is_core(&o->id, "Namespace") || is_claim_or_key(o))
        return false;
    // Objects whose programs come with a release went before that one.
    return definition == CENSUS_NONE || whose_of(d->whose, i)->way != WHOSE_APPLIED ||
           !decision_goes(d, decision_maker(d, (size_t)definition));
}

// The agents on the nodes serve images to the end.
static enum teardown_phase phase_of(const struct census_object *o)
{
    if (o->marks & CENSUS_AGENTS)
        return TEARDOWN_NODES;
    return o->marks & CENSUS_FLUX_PART ? TEARDOWN_CONTROLLERS : TEARDOWN_OBJECTS;
}

// First what the controllers may do, so that none of them can put a finalizer back, then they.
static int controller_rank(const struct identity *id)
{
    if (span_ends(id->kind, "RoleBinding"))
        return INT_MAX;
    return span_is(id->group, "apps") ? INT_MAX - 1 : flux_apply_rank(id->kind);
}

static void decide_plain(struct decision *d, enum teardown_phase phase)
{
    bool controllers = phase == TEARDOWN_CONTROLLERS;
    struct levels levels CLEANUP(levels_free) = {0};
    VEC(size_t) objects = {0};
    size_t circle;

    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);
        struct levels_item item = {.layer = controllers ? 0 : whose_of(d->whose, i)->layer};

        if (!is_plain(d, i) || phase_of(o) != phase)
            continue;
        item.rank = controllers ? controller_rank(&o->id) : flux_apply_rank(o->id.kind);
        vec_push(&levels.items, item);
        vec_push(&objects, i);
    }
    (void)levels_order(&levels, &circle); // there are no edges
    for (size_t n = 0; n < objects.len; n++)
        decision_step(d, phase, levels.items.items[n].wave, TEARDOWN_VERB_DELETE, objects.items[n],
                      NULL);
    vec_free(&objects);
}

// --- webhooks ---

// A configuration that a program of ours made: what it calls goes with that.
static const char *calls_what_goes(const struct decision *d, const struct census_hook *h)
{
    struct identity service = {SPAN_EMPTY, SPAN("Service"), h->ns, h->service};
    struct identity ns = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, h->ns};

    if (!decision_goes(d, census_find(d->census, &service)) &&
        !decision_goes(d, census_find(d->census, &ns)))
        return NULL;
    return decision_told(d, "calls ", &service, ", which goes");
}

static void decide_living_hooks(struct decision *d)
{
    size_t last = SIZE_MAX;

    VEC_FOREACH (const struct census_hook *, h, &d->census->hooks) {
        enum whose whose = whose_of(d->whose, h->object)->whose;
        const char *why = calls_what_goes(d, h);

        if (!why || h->object == last || decision_goes(d, (long)h->object) ||
            (whose != WHOSE_OURS && whose != WHOSE_UNKNOWN))
            continue;
        decision_step(d, TEARDOWN_WEBHOOKS, 0, TEARDOWN_VERB_DELETE, h->object, why);
        last = h->object;
    }
}

static bool has_step(const struct decision *d, const struct identity *id)
{
    VEC_FOREACH (const struct teardown_step *, s, &d->plan->steps)
        if (s->verb == TEARDOWN_VERB_DELETE && identity_eq(&s->id, id))
            return true;
    return false;
}

static void decide_dead_hooks(struct decision *d)
{
    for (size_t n = 0; d->hooks && n < d->hooks->list.len; n++) {
        const struct dead_hook *h = &d->hooks->list.items[n];
        long i = census_find(d->census, &h->id);

        if (i != CENSUS_NONE && !h->is_part && !census_is_definition(&h->id) &&
            !has_step(d, &h->id))
            decision_step(d, TEARDOWN_WEBHOOKS, 0, TEARDOWN_VERB_DELETE, (size_t)i, h->why);
    }
}

// --- what is one kind each ---

static void decide_data(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);

        if (decision_goes(d, (long)i) && is_claim_or_key(o))
            decision_step(d, TEARDOWN_DATA, o->claim.kind.len ? 1 : 0, TEARDOWN_VERB_DELETE, i,
                          NULL);
    }
}

// Also those that go along with others: they are what hangs when something is wrong.
static void decide_frames(struct decision *d)
{
    for (size_t i = 0; i < d->census->objects.len; i++) {
        const struct census_object *o = decision_object(d, i);

        if (!decision_goes(d, (long)i))
            continue;
        if (census_is_definition(&o->id))
            decision_step(d, TEARDOWN_DEFINITIONS, 0, TEARDOWN_VERB_DELETE, i, NULL);
        else if (census_is_core(&o->id, "Namespace"))
            decision_step(d, TEARDOWN_NAMESPACES, 0, TEARDOWN_VERB_DELETE, i, NULL);
    }
}

// --- the record ---

static const char *needs_record(const struct decision *d)
{
    struct identity keys = {SPAN_EMPTY, SPAN("Secret"), span_str(d->record_ns),
                            span_str(d->keys_copy)};

    if (d->to != WHOSE_NO_LAYER)
        return "the record of what stays";
    if (d->keys_copy && census_find(d->census, &keys) != CENSUS_NONE)
        return "has the sealing keys for the next up";
    VEC_FOREACH (const struct teardown_kept *, k, &d->plan->kept)
        if (k->data || k->left)
            return "the record, for the next down";
    return NULL;
}

static void decide_record(struct decision *d)
{
    struct identity id = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, span_str(d->record_ns)};
    long i = census_find(d->census, &id);
    const char *why = needs_record(d);
    struct teardown_kept kept = {.id = identity_copy(d->plan->arena, &id), .why = why};

    if (i == CENSUS_NONE)
        return;
    if (why)
        vec_push_arena(d->plan->arena, &d->plan->kept, kept);
    else
        decision_step(d, TEARDOWN_RECORD, 0, TEARDOWN_VERB_DELETE, (size_t)i,
                      "the record of what up did");
}

void decide_rest(struct decision *d)
{
    decide_plain(d, TEARDOWN_OBJECTS);
    decide_living_hooks(d);
    decide_dead_hooks(d);
    decide_data(d);
    decide_plain(d, TEARDOWN_CONTROLLERS);
    decide_frames(d);
    decide_plain(d, TEARDOWN_NODES);
    decide_record(d);
}
