// SPDX-License-Identifier: Apache-2.0
// Releases without their HelmRelease, in the course of a teardown.
#include "work/teardown/orphaned.h"

#include "base/timer.h"
#include "work/teardown/orphans.h"

static bool is_step(const struct task *t)
{
    return t->step->phase == TEARDOWN_ORPHANS;
}

bool orphaned_is_due(const struct running *run)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (is_step(*it) || (*it)->is_orphaned)
            return true;
    return false;
}

static bool is_ours(void *data, const struct identity *release)
{
    const struct running *run = data;

    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if ((is_step(*it) || (*it)->is_orphaned) && identity_eq(&(*it)->step->id, release))
            return true;
    return false;
}

static bool has_steps(const struct running *run)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (is_step(*it))
            return true;
    return false;
}

// --- what came of one ---

static void add_leftover(struct running *run, const struct orphan *orphan,
                         const struct identity *id)
{
    struct teardown_result *result = run->result;
    struct leftover left = {
        .id = identity_copy(result->arena, id),
        .cause = "release",
        .why = arena_printf(result->arena, "of the Helm release %s in %s, being deleted and held",
                            orphan->name ? orphan->name : "", orphan->ns ? orphan->ns : ""),
        .next = "see to its finalizers, then run 'sandstrap down' again",
    };

    vec_push_arena(result->arena, &result->leftovers, left);
    run->stuck++;
}

static void add_kept(struct running *run, const struct identity *id, const char *why)
{
    struct teardown_result *result = run->result;
    const struct teardown_kept kept = {.id = identity_copy(result->arena, id), .why = why};

    vec_push_arena(result->arena, &result->kept, kept);
}

static void take(struct running *run, const struct orphan *orphan,
                 const struct orphan_result *outcome)
{
    run->result->times[TEARDOWN_ORPHANS].removed += outcome->removed;
    VEC_FOREACH (const struct identity *, id, &outcome->waiting)
        add_leftover(run, orphan, id);
    VEC_FOREACH (const struct identity *, id, &outcome->kept)
        add_kept(run, id, "its release wants it kept");
    VEC_FOREACH (const struct identity *, id, &outcome->foreign)
        add_kept(run, id, "somebody else's");
}

// --- the phase ---

static int uninstall(struct running *run, const struct orphans_options *options,
                     const struct orphan *orphan, struct arena *arena, struct err **err)
{
    struct orphan_result outcome = {0};
    struct err *late CLEANUP(err_cleanup) = NULL;
    int result;

    if (record_check(run->record, err) < 0)
        return -1;
    result = orphans_uninstall(options, orphan, arena, &outcome, &late);
    take(run, orphan, &outcome);
    if (result < 0 && err_kind(late) != ERR_TIMEOUT)
        return err_move(err, &late);
    return 0;
}

static void end_steps(struct running *run)
{
    VEC_FOREACH (struct task **, it, &run->tasks)
        if (is_step(*it))
            (*it)->state = TASK_DONE;
}

int orphaned_uninstall(struct running *run, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    int64_t until = timer_add(timer_now(), run->options->fail_after_ms);
    struct orphans_options options = {.loop = run->loop,
                                      .kube = run->kube,
                                      .report = run->report,
                                      .budget = run->options->budget,
                                      .before = run->before,
                                      .is_ours = is_ours,
                                      .data = run,
                                      .claims = run->options->data};
    struct orphans found = {0};

    if (until < budget_deadline(&options.budget))
        options.budget.deadline = until;
    if (orphans_find(&options, has_steps(run), arena, &found, err) < 0)
        return -1;
    VEC_FOREACH (const struct orphan *, orphan, &found.list)
        if (uninstall(run, &options, orphan, arena, err) < 0)
            return -1;
    end_steps(run);
    return 0;
}
