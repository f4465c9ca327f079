// SPDX-License-Identifier: Apache-2.0
// Who needs whom.
#include "work/teardown/run/needs.h"

#include <string.h>

static bool is_flux(const struct task *t)
{
    return span_ends(t->step->id.group, FLUX_GROUP_SUFFIX);
}

// --- Flux among itself ---

static bool depends_on(const struct task *stays, const struct task *t)
{
    struct flux_dependency dependency;

    for (size_t i = 0; flux_depends_on(stays->before, i, &dependency); i++)
        if (identity_eq(&dependency.on, &t->step->id))
            return true;
    return false;
}

static bool comes_from(const struct task *stays, const struct task *t)
{
    struct identity source;

    return (flux_source(stays->before, &source) && identity_eq(&source, &t->step->id)) ||
           (flux_chart(stays->before, &source) && identity_eq(&source, &t->step->id));
}

static bool was_made_by(const struct task *stays, const struct task *t)
{
    struct identity owner;

    return (flux_release_of(stays->before, &owner) && identity_eq(&owner, &t->step->id)) ||
           (flux_kustomization_of(stays->before, &owner) && identity_eq(&owner, &t->step->id));
}

static bool is_needed_by_flux(const struct task *stays, const struct task *t)
{
    return stays->before && (depends_on(stays, t) || comes_from(stays, t) || was_made_by(stays, t));
}

// --- what it stands on ---

static bool is_in(const struct task *stays, struct span ns)
{
    return ns.len && (span_eq(stays->step->id.ns, ns) || span_eq(stays->helm.target_ns, ns) ||
                      span_eq(stays->helm.storage_ns, ns));
}

static bool is_of_definition(const struct task *stays, const struct task *definition)
{
    struct span name = definition->step->id.name, plural, group;

    if (!span_is(definition->step->id.kind, "CustomResourceDefinition") ||
        !span_cut(name, '.', &plural, &group))
        return false;
    // The controllers of Flux end when one of their kinds is missing.
    if (is_flux(stays) && span_ends(group, FLUX_GROUP_SUFFIX))
        return true;
    return stays->resource && span_is(group, stays->resource->group) &&
           span_is(plural, stays->resource->plural);
}

// The records of an orphan tell what is left of it; why a step is one names the release.
static bool is_told_by(const struct task *stays, const struct task *record)
{
    return stays->step->phase == TEARDOWN_ORPHANS && stays->step->why && record->step->why &&
           span_is(record->step->id.kind, "Secret") &&
           span_starts(record->step->id.name, "sh.helm.release.v1.") &&
           strcmp(stays->step->why, record->step->why) == 0;
}

static bool is_needed(const struct task *stays, const struct task *t)
{
    switch (t->step->phase) {
    case TEARDOWN_RELEASES:
    case TEARDOWN_PARENTS:
    case TEARDOWN_SOURCES: return is_needed_by_flux(stays, t);
    case TEARDOWN_OBJECTS:
    case TEARDOWN_DATA: return is_flux(stays) && is_in(stays, t->step->id.ns);
    case TEARDOWN_CONTROLLERS: return is_flux(stays) && stays->state != TASK_FOREIGN;
    case TEARDOWN_DEFINITIONS: return is_of_definition(stays, t);
    case TEARDOWN_NAMESPACES: return is_in(stays, t->step->id.name);
    // Whatever is not down yet may pull once more.
    case TEARDOWN_NODES: return stays->state != TASK_FOREIGN && stays->step->phase < TEARDOWN_NODES;
    case TEARDOWN_RECORD: return stays->state != TASK_FOREIGN;
    case TEARDOWN_ORPHANS: return is_told_by(stays, t);
    case TEARDOWN_SUSPEND:
    case TEARDOWN_WEBHOOKS:
    case TEARDOWN_PHASES: break;
    }
    return false;
}

const struct task *needs_holder(const struct running *run, const struct task *t)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (*it != t && task_stays(*it) && task_deletes(*it) && is_needed(*it, t))
            return *it;
    return NULL;
}
