// SPDX-License-Identifier: Apache-2.0
// The waiting loop of a teardown: every change in the cluster leads to a new look.
#include "work/teardown/run/wave.h"

#include <string.h>

#include "base/timer.h"
#include "base/when.h"
#include "work/teardown/hard/finalizers.h"
#include "work/teardown/run/act.h"
#include "work/teardown/run/alive.h"
#include "work/teardown/run/hooks.h"
#include "work/teardown/run/hurry.h"
#include "work/teardown/run/needs.h"
#include "work/teardown/run/see.h"
#include "work/teardown/run/sweep.h"
#include "work/teardown/run/why.h"

enum {
    WAVE_QUIET_MS = 20,     // changes come in bursts: one look for all of them
    WAVE_LOOK_MS = 1000,    // a look at least so often: what stands still ripens with time
    WAVE_SILENT_MS = 8000,  // longer than it ever takes until the next one
    WAVE_CONFIRM_MS = 5000, // for the answers that confirm what a verdict rests on
    WAVE_SAY_MS = 1000,     // what goes sooner is not worth a time,
    WAVE_TALK_MS = 2000,    // and what is waited for no longer not a line
};

// One look at those that are not over.
struct sight {
    struct arena *arena;
    struct look hooks;
    struct finding *findings;
    struct task **tasks; // whose they are
    size_t count;
    bool is_deserted;  // something waits for a controller that does not run
    bool is_over;      // nothing is left to wait for
    bool is_confirmed; // everything was asked for anew just before
    bool has_ended;    // ... and has to be, since this look would end something
};

static void sight_free(struct sight *s)
{
    look_free(&s->hooks);
    arena_free(s->arena);
    *s = (struct sight){0};
}

// --- beginning ---

static const char *phase_name(const struct task *t)
{
    return teardown_phase_name(t->step->phase);
}

static int hold(struct task *t, const char *holder, struct err **err)
{
    report_object(t->run->report, TEARDOWN_SAYS, phase_name(t), t->label, "stays: %s needs it",
                  holder);
    t->state = TASK_HELD;
    t->holder = holder;
    return act_read(t, err);
}

static const char *holder_of(const struct wave *w, const struct task *t)
{
    const struct task *holder = needs_holder(w->run, t);

    return holder ? holder->label : w->holder;
}

static int begin(struct wave *w, struct err **err)
{
    int64_t now = timer_now();

    for (size_t i = 0; i < w->count; i++) {
        struct task *t = w->tasks[i];
        const char *holder;

        if (t->state != TASK_TODO || now < t->next_at)
            continue;
        holder = t->refusals ? NULL : holder_of(w, t);
        if (!holder)
            act_begin(t);
        else if (hold(t, holder, err) < 0)
            return -1;
    }
    return 0;
}

// --- looking ---

static const char *done_word(const struct task *t)
{
    if (t->step->verb == TEARDOWN_VERB_SUSPEND)
        return "suspended";
    if (t->step->verb == TEARDOWN_VERB_MARK)
        return "marked: it stays";
    if (t->step->verb == TEARDOWN_VERB_UNINSTALL)
        return "taken down";
    return t->is_orphaned ? "gone, without an uninstallation" : "gone";
}

static void say_done(struct task *t)
{
    char took[32];
    int64_t ms = timer_now() - t->begun;

    t->is_said = true;
    if (t->state == TASK_FOREIGN)
        report_object(t->run->report, TEARDOWN_SAYS, phase_name(t), t->label,
                      "stays: somebody else has made another one of its name");
    else if (ms < WAVE_SAY_MS)
        report_object(t->run->report, TEARDOWN_SAYS, phase_name(t), t->label, "%s", done_word(t));
    else
        report_object(t->run->report, TEARDOWN_SAYS, phase_name(t), t->label, "%s after %s",
                      done_word(t), timer_format(ms, took));
}

static void note_done(struct task *t)
{
    struct running *run = t->run;

    if (t->is_said || (t->state != TASK_DONE && t->state != TASK_FOREIGN))
        return;
    say_done(t);
    if (!task_deletes(t))
        return;
    record_forget(run->record, &t->step->id);
    if (t->state == TASK_DONE)
        run->result->times[t->step->phase].removed++;
}

static void look(struct wave *w, struct sight *s)
{
    sight_free(s);
    s->arena = arena_new();
    s->findings = arena_array(s->arena, w->count + 1, sizeof(*s->findings));
    s->tasks = arena_array(s->arena, w->count + 1, sizeof(struct task *));
    if (w->run->phase <= TEARDOWN_PARENTS)
        hooks_look(w->run, &s->hooks, s->arena);
    for (size_t i = 0; i < w->count; i++) {
        struct task *t = w->tasks[i];
        struct finding *f = &s->findings[s->count];

        see_task(t, timer_now());
        note_done(t);
        if (task_is_over(t))
            continue;
        *f = why_find(t, s->arena);
        s->is_deserted |= strcmp(f->reason, WHY_DESERTED) == 0;
        hooks_explain(t, &s->hooks, f, s->arena);
        s->tasks[s->count++] = t;
    }
    s->is_over = !s->count;
}

// --- verdicts ---

// Waiting is no failure for others; here whatever stands still is one in the end.
static bool stands_still(struct task *t, const struct finding *f)
{
    struct finding standing = *f;

    if (standing.state < READY_FAILING)
        standing.state = READY_FAILING;
    standing.object = t->label;
    return verdict_see(t->verdict, &standing, 1, timer_now()) != NULL;
}

static int strip(struct task *t, struct err **err)
{
    size_t stripped;

    t->is_stripped = true;
    if (record_check(t->run->record, err) < 0)
        return -1;
    return finalizers_strip(t->run->kube, &t->step->id, t->uid, t->run->report, &stripped, err);
}

static int give_up(struct task *t, const struct finding *f, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct running *run = t->run;

    if (run->options->force_finalizers && t->state == TASK_WAITING && !t->is_gone &&
        !t->is_stripped)
        return strip(t, err);
    act_abort(t);
    t->state = TASK_STUCK;
    t->finding = finding_copy(run->result->arena, f);
    finding_cause(&t->finding, &line);
    finding_notes(&t->finding, when_now(), &line);
    report_object(run->report, TEARDOWN_SAYS, phase_name(t), t->label, "given up: %s",
                  buf_str(&line));
    return 0;
}

static void keep_findings(struct wave *w, const struct sight *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct task *t = s->tasks[i];

        t->finding = finding_copy(w->run->result->arena, &s->findings[i]);
    }
}

static int time_out(struct wave *w, const struct sight *s, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    keep_findings(w, s);
    finding_describe(&s->findings[0], &line);
    finding_notes(&s->findings[0], when_now(), &line);
    if (s->count > 1)
        buf_printf(&line, " (and %zu more)", s->count - 1);
    err_set(err, ERR_TIMEOUT, "not all is down in time: still waiting for %s", buf_str(&line));
    return err_hint(
        err, "%s%s--timeout gives more time, and 'sandstrap down' goes on where it stopped",
        s->findings[0].next ? s->findings[0].next : "", s->findings[0].next ? "; " : "");
}

// Ends what has to end, once everything was asked for anew.
static int judge(struct wave *w, struct sight *s, struct err **err)
{
    bool is_late = budget_is_over(&w->run->options->budget);

    s->has_ended = is_late;
    for (size_t i = 0; i < s->count; i++) {
        if (!stands_still(s->tasks[i], &s->findings[i]))
            continue;
        s->has_ended = true;
        if (s->is_confirmed && give_up(s->tasks[i], &s->findings[i], err) < 0)
            return -1;
    }
    return is_late && s->is_confirmed ? time_out(w, s, err) : 0;
}

// --- waiting ---

static bool is_asking(const struct wave *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->tasks[i]->state == TASK_ASKING)
            return true;
    return false;
}

static bool has_answers(void *data)
{
    const struct wave *w = data;

    return w->run->failure || !is_asking(w);
}

// Old knowledge is no verdict: a watch may be silent while the cluster goes on, and what somebody
// has put back since is not gone. When the API server says nothing at all, the time limit ends the
// wait nevertheless.
static int confirm(struct wave *w, struct sight *s, struct err **err)
{
    int64_t until = timer_now() + WAVE_CONFIRM_MS;
    bool is_late = budget_is_over(&w->run->options->budget);
    bool is_listed;
    int result;

    for (size_t i = 0; i < s->count && !is_late; i++)
        if (s->tasks[i]->state == TASK_WAITING && !s->tasks[i]->is_gone)
            act_begin(s->tasks[i]);
    result = loop_run_until(w->run->loop, has_answers, w, until, err);
    if (result < 0 || informers_confirm(w->run->facts.informers, until, &is_listed, err) < 0)
        return -1;
    s->is_confirmed = is_late || (result == 0 && is_listed);
    return 0;
}

static int pause_for(struct wave *w, struct err **err)
{
    int result = informers_wait(w->run->facts.informers, timer_now() + WAVE_LOOK_MS, err);

    if (result == 0)
        result = loop_sleep(w->run->loop, WAVE_QUIET_MS, err);
    return result < 0 ? -1 : 0;
}

// A controller that runs does nothing either as long as it waits for a kind.
static bool is_deserted(const struct wave *w, const struct sight *s)
{
    return s->is_deserted || (w->run->phase <= TEARDOWN_SOURCES && alive_lacks_kind(w->run));
}

static int prepare(struct wave *w, struct sight *s, struct err **err)
{
    bool learned;

    if (s->has_ended && !s->is_confirmed)
        return confirm(w, s, err);
    s->is_confirmed = false;
    if (is_deserted(w, s) && alive_ensure(w->run, false, err) < 0)
        return -1;
    if (w->run->phase >= TEARDOWN_RELEASES && sweep(w->run, false, err) < 0)
        return -1;
    for (size_t i = 0; i < w->count; i++)
        if (hurry_pods(w->tasks[i], err) < 0)
            return -1;
    if (facts_learn(&w->run->facts, &learned, err) < 0)
        return -1;
    return learned ? 0 : pause_for(w, err);
}

// An API server that did not answer for so long says nothing of what stood still meanwhile.
static void begin_anew(struct wave *w)
{
    for (size_t i = 0; i < w->count; i++) {
        verdict_free(w->tasks[i]->verdict);
        w->tasks[i]->verdict = verdict_new(w->run->options->fail_after_ms);
    }
}

// What passes while no request of ours is on its way is waiting for the cluster.
static int go_on(struct wave *w, struct sight *s, struct err **err)
{
    int64_t start = timer_now();
    bool was_asking = is_asking(w);
    int result = prepare(w, s, err);

    if (timer_now() - start >= WAVE_SILENT_MS)
        begin_anew(w);
    if (!was_asking)
        w->run->result->times[w->run->phase].waited_ms += timer_now() - start;
    return result;
}

static int step(struct wave *w, struct sight *s, struct err **err)
{
    bool is_confirmed = s->is_confirmed;

    if (begin(w, err) < 0)
        return -1;
    look(w, s);
    s->is_confirmed = is_confirmed;
    if (w->run->failure)
        return err_move(err, &w->run->failure);
    if (s->is_over)
        return 0;
    if (timer_now() - w->began >= WAVE_TALK_MS && facts_settled(&w->run->facts))
        talk_say(&w->run->talk, w->run->report, s->findings, s->count);
    return judge(w, s, err);
}

int wave_carry_out(struct wave *w, struct err **err)
{
    struct sight s CLEANUP(sight_free) = {0};

    w->began = timer_now();
    for (;;) {
        if (step(w, &s, err) < 0)
            return -1;
        if (s.is_over)
            return 0;
        if (go_on(w, &s, err) < 0)
            return -1;
    }
}
