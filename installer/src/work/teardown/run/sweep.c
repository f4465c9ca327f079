// SPDX-License-Identifier: Apache-2.0
// Webhooks and API services in the course of a teardown.
#include "work/teardown/run/sweep.h"

#include "base/timer.h"
#include "work/teardown/hard/webhooks.h"

enum { SWEEP_PAUSE_MS = 3000 };

// Somebody else's webhook may just be starting.
static bool is_ours(void *data, const struct node *object UNUSED, struct span ns)
{
    const struct running *run = data;

    VEC_FOREACH (struct task *const *, it, &run->tasks) {
        const struct task *t = *it;
        bool is_namespace = span_is(t->step->id.kind, "Namespace") && !t->step->id.group.len;

        if (span_eq(is_namespace ? t->step->id.name : t->step->id.ns, ns) ||
            span_eq(t->helm.target_ns, ns))
            return true;
    }
    return false;
}

static int remove_dead(struct running *run, struct arena *arena, struct err **err)
{
    const struct webhooks_options options = {
        .kube = run->kube, .before = run->before, .is_ours = is_ours, .data = run};
    struct dead_hooks found = {0};
    size_t removed = 0;

    if (webhooks_find(&options, arena, &found, err) < 0)
        return -1;
    if (!found.list.len)
        return 0;
    if (record_check(run->record, err) < 0 ||
        webhooks_remove(run->kube, &found, run->report, &removed, err) < 0)
        return -1;
    run->result->times[TEARDOWN_WEBHOOKS].removed += removed;
    return 0;
}

int sweep(struct running *run, bool now, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = NULL;
    int64_t start = timer_now();
    int result;

    if (!now && start - run->swept_at < SWEEP_PAUSE_MS)
        return 0;
    arena = arena_new();
    result = remove_dead(run, arena, err);
    run->swept_at = timer_now();
    return result;
}
