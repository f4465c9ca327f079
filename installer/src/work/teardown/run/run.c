// SPDX-License-Identifier: Apache-2.0
// The phases in order, wave by wave.
#include <string.h>

#include "base/timer.h"
#include "work/teardown.h"
#include "work/teardown/run/act.h"
#include "work/teardown/run/alive.h"
#include "work/teardown/run/needs.h"
#include "work/teardown/run/orphaned.h"
#include "work/teardown/run/relook.h"
#include "work/teardown/run/running.h"
#include "work/teardown/run/see.h"
#include "work/teardown/run/sweep.h"
#include "work/teardown/run/tasks.h"
#include "work/teardown/run/wave.h"

enum { RUN_ROUNDS = 5 };

// --- phases ---

// The next wave of the phase from number `from` on; its tasks, in `w`. False when there is none.
static bool next_wave(struct running *run, size_t from, size_t *wave, struct wave *w)
{
    VEC(struct task *) tasks = {0};
    bool found = false;

    VEC_FOREACH (struct task **, it, &run->tasks) {
        const struct teardown_step *step = (*it)->step;

        if (step->phase != run->phase || step->wave < from || (found && step->wave > *wave))
            continue;
        if (found && step->wave < *wave)
            tasks.len = 0;
        found = true;
        *wave = step->wave;
        vec_push_arena(run->arena, &tasks, *it);
    }
    *w = (struct wave){.run = run, .tasks = tasks.items, .count = tasks.len};
    return found;
}

// `holder` as in struct wave.
static int carry_out_waves(struct running *run, const char *holder, struct err **err)
{
    size_t from = 0, wave = 0;
    struct wave w;

    for (; next_wave(run, from, &wave, &w); from = wave + 1) {
        w.holder = holder;
        if (wave_carry_out(&w, err) < 0)
            return -1;
    }
    return 0;
}

static bool is_source_of_any(const struct running *run, const struct task *source)
{
    struct identity id;

    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if ((*it)->step->phase == TEARDOWN_PARENTS &&
            flux_kind(&(*it)->step->id) == FLUX_KUSTOMIZATION && flux_source((*it)->before, &id) &&
            identity_eq(&id, &source->step->id))
            return true;
    return false;
}

// A Kustomization that is resumed applies all once more before it sees its deletion, unless its
// source is gone. What it prunes is in its own inventory.
static int remove_sources(struct running *run, struct err **err)
{
    VEC(struct task *) tasks = {0};
    struct wave w = {.run = run};

    VEC_FOREACH (struct task **, it, &run->tasks)
        if ((*it)->step->phase == TEARDOWN_PARENTS && !(*it)->before && act_read(*it, err) < 0)
            return -1;
    VEC_FOREACH (struct task **, it, &run->tasks)
        if ((*it)->step->phase == TEARDOWN_SOURCES && is_source_of_any(run, *it))
            vec_push_arena(run->arena, &tasks, *it);
    w.tasks = tasks.items;
    w.count = tasks.len;
    return wave_carry_out(&w, err);
}

// A controller that had an object in its hands may make it once more, and that one's children.
static int carry_out_flux(struct running *run, struct err **err)
{
    size_t added = 1;

    if (alive_ensure(run, true, err) < 0)
        return -1;
    for (int round = 0; added && round < RUN_ROUNDS; round++)
        if (carry_out_waves(run, NULL, err) < 0 || relook(run, &added, err) < 0)
            return -1;
    return 0;
}

// As long as something has their finalizer, controllers stay.
static int carry_out_controllers(struct running *run, struct err **err)
{
    const char *holder;

    return alive_needed_by(run, &holder, err) < 0 ? -1 : carry_out_waves(run, holder, err);
}

// The agents on the nodes go when nothing needs them, and nodes and disks are as they were.
static int carry_out_nodes(struct running *run, struct err **err)
{
    const struct teardown_options *o = run->options;
    bool left = false;

    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if ((*it)->step->phase == TEARDOWN_NODES && needs_holder(run, *it))
            return carry_out_waves(run, NULL, err);
    if (o->leave_nodes && o->leave_nodes(o->data_of_nodes, &left, err) < 0)
        return -1;
    return carry_out_waves(run, left ? "what is left on nodes" : NULL, err);
}

static int carry_out(struct running *run, struct err **err)
{
    switch (run->phase) {
    case TEARDOWN_RELEASES: return carry_out_flux(run, err);
    case TEARDOWN_PARENTS: return remove_sources(run, err) < 0 ? -1 : carry_out_flux(run, err);
    case TEARDOWN_CONTROLLERS: return carry_out_controllers(run, err);
    case TEARDOWN_NODES: return carry_out_nodes(run, err);
    default: return carry_out_waves(run, NULL, err);
    }
}

static bool has_tasks(const struct running *run)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if ((*it)->step->phase == run->phase)
            return true;
    return false;
}

static void say_phase(const struct running *run)
{
    const struct teardown_time *time = &run->result->times[run->phase];
    char took[32], waited[32];

    report_object(run->report, TEARDOWN_SAYS, teardown_phase_name(run->phase), NULL,
                  "done after %s, %s of that waiting for the cluster: %zu removed",
                  timer_format(time->took_ms, took), timer_format(time->waited_ms, waited),
                  time->removed);
}

static int run_phase(struct running *run, struct err **err)
{
    struct teardown_time *time = &run->result->times[run->phase];
    int64_t start = timer_now();
    int result;

    if (run->phase == TEARDOWN_ORPHANS && orphaned_add(run, err) < 0)
        return -1;
    if (!has_tasks(run))
        return 0;
    run->talk = (struct talk){.component = TEARDOWN_SAYS};
    result = run->phase > TEARDOWN_RELEASES ? sweep(run, true, err) : 0;
    if (result == 0)
        result = carry_out(run, err);
    talk_free(&run->talk);
    time->took_ms += timer_now() - start;
    if (result < 0)
        return -1;
    say_phase(run);
    return record_flush(run->record, err);
}

// --- what came of it ---

static void add_leftover(struct running *run, const struct task *t)
{
    struct teardown_result *result = run->result;
    struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct leftover left = {.id = identity_copy(result->arena, &t->step->id), .cause = "stuck"};

    if (t->state == TASK_STUCK) {
        finding_cause(&t->finding, &why);
        left.next = t->finding.next;
    } else {
        buf_printf(&why, "%s needs it", t->holder);
        left.cause = "held";
        left.next =
            arena_printf(result->arena, "see to %s, then run 'sandstrap down' again", t->holder);
    }
    left.why = arena_str(result->arena, buf_str(&why));
    vec_push_arena(result->arena, &result->leftovers, left);
}

static void add_foreign(struct running *run, const struct task *t)
{
    const struct teardown_kept kept = {
        .id = t->step->id,
        .why = "somebody else has made another one of its name",
        .left = t->step->id.ns.len > 0, // so that its namespace stays
    };

    tasks_keep(run, &kept);
}

// All findings of those that are not down, and what stays because of them.
static size_t gather(struct running *run)
{
    struct teardown_result *result = run->result;
    VEC(struct finding) findings = {0};
    size_t stuck = 0;

    VEC_FOREACH (struct task **, it, &run->tasks) {
        const struct task *t = *it;

        if (t->finding.object)
            vec_push_arena(result->arena, &findings, t->finding);
        if (t->state == TASK_FOREIGN)
            add_foreign(run, t);
        else if (task_stays(t))
            add_leftover(run, t);
        stuck += t->state == TASK_STUCK;
    }
    result->findings = findings.items;
    result->finding_count = findings.len;
    return stuck;
}

static int carry_out_all(struct running *run, struct err **err)
{
    // The record is needed until the proof is there.
    for (int phase = 0; phase < TEARDOWN_RECORD; phase++) {
        run->phase = (enum teardown_phase)phase;
        if (run_phase(run, err) < 0)
            return -1;
    }
    return 0;
}

static int begin(struct running *run, const struct teardown_plan *plan, struct err **err)
{
    if (tasks_add_plan(run, plan, err) < 0)
        return -1;
    if (record_take(run->record, err) < 0 || record_snapshot(run->record, &run->before, err) < 0)
        return -1;
    see_begin(run);
    return 0;
}

// What to do about the first one that tells.
static const char *next_step(const struct running *run)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if ((*it)->state == TASK_STUCK && (*it)->finding.next)
            return (*it)->finding.next;
    return "see to what holds them";
}

static int end(struct running *run, int result, struct err **err)
{
    size_t stuck = gather(run);
    const char *next = next_step(run);

    if (result < 0)
        return -1;
    if (!stuck)
        return 0;
    err_set(err, ERR_LEFTOVERS, "%zu object%s could not be taken down", stuck, PLURAL(stuck));
    return err_hint(err, "%s%s", next,
                    strstr(next, "sandstrap down") ? "" : "; then run 'sandstrap down' again");
}

int teardown_run(struct loop *loop, struct kube *k, struct record *record,
                 const struct teardown_plan *plan, const struct teardown_options *options,
                 struct report *report, struct teardown_result *result, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct running run = {.loop = loop,
                          .kube = k,
                          .record = record,
                          .plan = plan,
                          .options = options,
                          .report = report,
                          .result = result,
                          .arena = arena};
    int done = 0;

    VEC_FOREACH (const struct teardown_kept *, kept, &plan->kept)
        tasks_keep(&run, kept);
    if (!plan->steps.len)
        return 0;
    facts_open(&run.facts, loop, k, report, false);
    if (begin(&run, plan, err) < 0 || carry_out_all(&run, err) < 0)
        done = -1;
    done = end(&run, done, err);
    tasks_free(&run);
    see_end(&run);
    facts_close(&run.facts);
    err_free(run.failure);
    return done;
}
