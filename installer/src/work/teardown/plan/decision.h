// SPDX-License-Identifier: Apache-2.0
// A plan in the making: what is known, and what each object of the census is to become. Pure: a
// plan is decided from facts alone.
#ifndef WORK_TEARDOWN_PLAN_DECISION_H
#define WORK_TEARDOWN_PLAN_DECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/report.h"
#include "work/teardown.h"
#include "work/teardown/hard/orphans.h"
#include "work/teardown/hard/webhooks.h"
#include "work/teardown/plan/whose.h"

enum fate {
    FATE_NONE,  // nobody's business
    FATE_GOES,  // taken down, by a step or by what made it
    FATE_STAYS, // ours or not: it is in plan->kept
};

struct decision {
    struct census *census;
    struct whose_table *whose;
    const struct orphans *orphans;  // releases of ours without their HelmRelease
    const struct dead_hooks *hooks; // of ours, with nothing behind them already
    const char *record_ns;
    const char *keys_copy; // name of a Secret there that a rebuild needs
    int to;                // the last layer that stays, or WHOSE_NO_LAYER
    bool data;
    bool keep_nodes; // and what serves them, for the `up` that follows
    struct report *report;

    struct teardown_plan *plan;
    enum fate *fates;  // one for each object of the census
    bool *is_detached; // HelmReleases that are let go
    bool *is_parent;   // of Flux, that made other objects of Flux
};

// Decides *d->plan; its arena is set. All but the last four fields of *d are filled in.
void decide(struct decision *d);

// --- the parts of it, in their order ---

// What goes, and what stays for which reason (stays.c).
void decide_fates(struct decision *d);
// What Flux made and manages (releases.c), and all else (steps.c).
void decide_releases(struct decision *d);
void decide_rest(struct decision *d);

// --- for all parts ---

static inline const struct census_object *decision_object(const struct decision *d, size_t i)
{
    return &d->census->objects.items[i];
}

static inline bool decision_goes(const struct decision *d, long i)
{
    return i != CENSUS_NONE && d->fates[i] == FATE_GOES;
}

// The HelmRelease or Kustomization that made an object, by its index; CENSUS_NONE: none, or gone.
long decision_maker(const struct decision *d, size_t i);

// Whether what made an object takes it along when it goes, so that it needs no step of its own.
bool decision_goes_along(const struct decision *d, size_t i);

// Adds a step for an object of the census; `why` NULL: as it came to be ours.
void decision_step(struct decision *d, enum teardown_phase phase, size_t wave,
                   enum teardown_verb verb, size_t i, const char *why);

// "<before>HelmRelease a/b<after>", in the arena of the plan.
const char *decision_told(const struct decision *d, const char *before, const struct identity *id,
                          const char *after);

#endif
