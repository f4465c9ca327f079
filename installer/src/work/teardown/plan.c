// SPDX-License-Identifier: Apache-2.0
// The plan of a teardown.
#include "work/teardown.h"

void teardown_plan_free(struct teardown_plan *plan)
{
    arena_free(plan->arena);
    *plan = (struct teardown_plan){0};
}

bool teardown_plan_keeps(const struct teardown_plan *plan, const struct identity *id)
{
    VEC_FOREACH (const struct teardown_kept *, k, &plan->kept) {
        if (identity_eq(&k->id, id))
            return true;
        if (id->ns.len && !k->id.group.len && span_is(k->id.kind, "Namespace") &&
            span_eq(k->id.name, id->ns))
            return true;
    }
    return false;
}
