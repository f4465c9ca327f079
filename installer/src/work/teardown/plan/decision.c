// SPDX-License-Identifier: Apache-2.0
// What the parts of a decision share.
#include "work/teardown/plan/decision.h"

#include "model/flux.h"

const char *decision_told(const struct decision *d, const char *before, const struct identity *id,
                          const char *after)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&text, before);
    identity_format(id, &text);
    buf_add_str(&text, after);
    return arena_str(d->plan->arena, buf_str(&text));
}

void decision_step(struct decision *d, enum teardown_phase phase, size_t wave,
                   enum teardown_verb verb, size_t i, const char *why)
{
    const struct census_object *o = decision_object(d, i);
    const struct whose_object *w = whose_of(d->whose, i);
    struct arena *arena = d->plan->arena;
    struct teardown_step step = {
        .phase = phase,
        .wave = wave,
        .verb = verb,
        .id = identity_copy(arena, &o->id),
        .version = arena_str(arena, o->version),
        .uid = arena_str(arena, o->uid),
        .layer =
            w->layer == WHOSE_NO_LAYER ? NULL : arena_str(arena, d->whose->layers.items[w->layer]),
        .why = arena_str(arena, why ? why : w->why),
    };

    vec_push_arena(arena, &d->plan->steps, step);
}

long decision_maker(const struct decision *d, size_t i)
{
    const struct identity *maker = &decision_object(d, i)->made_by;

    return maker->kind.len ? census_find(d->census, maker) : CENSUS_NONE;
}

// --- what goes along with its maker ---

// finalizerShouldDeleteResources() of kustomize-controller.
static bool prunes(const struct node *kustomization)
{
    const struct node *spec = node_get(kustomization, "spec");
    struct span policy = node_get_text(spec, "deletionPolicy");

    if (!policy.len || span_is(policy, "MirrorPrune"))
        return node_get_bool(spec, "prune", false);
    return !span_is(policy, "Orphan");
}

static bool is_in_inventory(const struct node *maker, const struct identity *id)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct identity entry;

    NODE_FOREACH_ITEM (it, node_path(maker, "status", "inventory", "entries")) {
        if (flux_inventory_entry(it, arena, &entry) && identity_eq(&entry, id))
            return true;
    }
    return false;
}

static bool helm_deletes(const struct census_object *o)
{
    return (o->marks & CENSUS_HELM) && !(o->marks & (CENSUS_HELM_KEEPS | CENSUS_HOOK));
}

static bool is_orphan(const struct decision *d, const struct identity *release)
{
    for (size_t n = 0; d->orphans && n < d->orphans->list.len; n++)
        if (identity_eq(&d->orphans->list.items[n].release, release))
            return true;
    return false;
}

// A release that is uninstalled as an orphan leaves these to the other phases.
static bool is_of_flux(const struct census_object *o)
{
    return span_ends(o->id.group, FLUX_GROUP_SUFFIX);
}

bool decision_goes_along(const struct decision *d, size_t i)
{
    const struct census_object *o = decision_object(d, i);
    long maker = decision_maker(d, i);

    if (whose_of(d->whose, i)->way != WHOSE_GROWN)
        return false;
    if (o->owner[0])
        return true;
    if (maker == CENSUS_NONE)
        return helm_deletes(o) && !is_of_flux(o) && is_orphan(d, &o->made_by);
    if (flux_kind(&o->made_by) == FLUX_KUSTOMIZATION)
        return !d->is_detached[maker] && !(o->marks & CENSUS_UNPRUNED) &&
               prunes(decision_object(d, (size_t)maker)->object) &&
               is_in_inventory(decision_object(d, (size_t)maker)->object, &o->id);
    if (is_of_flux(o) && d->is_detached[maker])
        return false;
    return flux_kind(&o->id) == FLUX_HELM_CHART || helm_deletes(o);
}
