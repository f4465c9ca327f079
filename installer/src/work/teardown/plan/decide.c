// SPDX-License-Identifier: Apache-2.0
// Deciding, part by part.
#include <stdlib.h>

#include "base/mem.h"
#include "work/teardown/plan/decision.h"

static bool is_after(const struct teardown_step *a, const struct teardown_step *b)
{
    return a->phase != b->phase ? a->phase > b->phase : a->wave > b->wave;
}

// Stable: what has the same phase and wave stays as it came, in the order of the lists.
static void sort(struct teardown_plan *plan)
{
    for (size_t i = 1; i < plan->steps.len; i++) {
        struct teardown_step step = plan->steps.items[i];
        size_t at = i;

        for (; at > 0 && is_after(&plan->steps.items[at - 1], &step); at--)
            plan->steps.items[at] = plan->steps.items[at - 1];
        plan->steps.items[at] = step;
    }
}

void decide(struct decision *d)
{
    size_t n = d->census->objects.len + 1;
    bool *detached CLEANUP(mem_cleanup) = mem_zalloc(n, sizeof(bool));
    bool *parent CLEANUP(mem_cleanup) = mem_zalloc(n, sizeof(bool));
    enum fate *fates CLEANUP(mem_cleanup) = mem_zalloc(n, sizeof(*fates));

    d->is_detached = detached;
    d->is_parent = parent;
    d->fates = fates;
    decide_fates(d);
    decide_releases(d);
    decide_rest(d);
    sort(d->plan);
}
