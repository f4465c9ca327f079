// SPDX-License-Identifier: Apache-2.0
// The waiting loop: every change in the cluster leads to a new look at the graph.
#include "work/layers/wait.h"

#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "cluster/look.h"

enum {
    WAIT_QUIET_MS = 20,        // changes come in bursts: one look for all of them
    WAIT_LOOK_MS = 1000,       // a look at least so often: failures ripen with time
    WAIT_HEARTBEAT_MS = 30000, // a line at least so often
};

// What has been said, so that a line is written when something is new.
struct talk {
    char *said;
    int64_t said_at;
    int64_t started;
    size_t ready, total;
};

static void talk_free(struct talk *t)
{
    free(t->said);
}

static void count_ready(const struct graph *g, struct talk *t)
{
    t->total = g->items.len;
    t->ready = 0;
    for (size_t i = 0; i < g->items.len; i++)
        t->ready += g->items.items[i].ready.state == READY_OK;
}

static size_t count_blocked(const struct finding *findings, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += findings[i].blocked;
    return n;
}

// Whether this is what was said last; remembers it.
static bool is_said(struct talk *t, const char *subject, const char *line)
{
    char *both CLEANUP(mem_cleanup) = mem_printf("%s: %s", subject, line);

    if (t->said && strcmp(t->said, both) == 0)
        return true;
    free(t->said);
    t->said = STEAL(both);
    return false;
}

static void say(struct wait *w, struct talk *t, const struct finding *findings, size_t count)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf subject CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t blocked = count_blocked(findings, count);
    int64_t now = timer_now();
    char took[32];

    finding_subject(&findings[0], &subject);
    finding_cause(&findings[0], &line);
    if (is_said(t, buf_str(&subject), buf_str(&line)) && now - t->said_at < WAIT_HEARTBEAT_MS)
        return;
    t->said_at = now;
    if (count - blocked > 1)
        buf_printf(&line, " (and %zu more)", count - blocked - 1);
    if (blocked && !findings[0].blocked)
        buf_printf(&line, " (%zu wait%s behind)", blocked, blocked == 1 ? "s" : "");
    report_event(w->report, &(struct report_event){
                                .level = REPORT_INFO,
                                .component = "layers",
                                .layer = findings[0].layer,
                                .object = buf_str(&subject),
                                .text = buf_str(&line),
                            });
    report_trace(w->report, "layers", "%zu of %zu objects ready after %s", t->ready, t->total,
                 timer_format(now - t->started, took));
}

static int fail(const struct finding *cause, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    finding_describe(cause, &line);
    err_set(err, ERR_TERMINAL, "layer %s: %s", cause->layer, buf_str(&line));
    if (strcmp(cause->reason, "Suspended") == 0 || strcmp(cause->reason, "Paused") == 0)
        return err_hint(err, "resume %s, then run 'sandstrap up' again", cause->object);
    return err_hint(err, "put it right in the tree or the cluster, then run 'sandstrap up' again; "
                         "'sandstrap status' shows everything that is not ready");
}

static int time_out(const struct finding *findings, size_t count, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    finding_describe(&findings[0], &line);
    err_set(err, ERR_TIMEOUT, "layer %s is not ready in time: still waiting for %s",
            findings[0].layer, buf_str(&line));
    if (count > 1)
        return err_hint(err,
                        "%zu more object%s not ready: 'sandstrap status' lists %s; "
                        "--timeout gives more time",
                        count - 1, count == 2 ? " is" : "s are", count == 2 ? "it" : "them");
    return err_hint(err, "--timeout gives more time; 'sandstrap up' goes on where it stopped");
}

// Runs the loop until something changed, or it is time for another look.
static int pause_for(struct wait *w, int64_t until, struct err **err)
{
    int64_t look = timer_now() + WAIT_LOOK_MS;
    int result = informers_wait(w->facts->informers, until < look ? until : look, err);

    if (result != 0)
        return result < 0 ? -1 : 0;
    return loop_sleep(w->loop, WAIT_QUIET_MS, err);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// One look: 1 when everything was ready for the window, 0 when it has to go on.
static int look(struct wait *w, size_t layer, int64_t window_ms, struct talk *talk,
                int64_t *ready_since, struct err **err)
{
    struct look l CLEANUP(look_free) = {0};
    const struct finding *final;
    int64_t now = timer_now();

    look_take(&l, w->facts, w->layers, layer);
    count_ready(&l.graph, talk);
    final = verdict_see(w->verdict, l.findings, l.count, now);
    if (l.count == 0) {
        if (!*ready_since)
            *ready_since = now;
        return now - *ready_since >= window_ms;
    }
    *ready_since = 0;
    // Before everything was listed once, nothing is known that would be worth a line.
    if (informers_settled(w->facts->informers))
        say(w, talk, l.findings, l.count);
    if (final)
        return fail(final, err);
    if (budget_is_over(&w->options->budget))
        return time_out(l.findings, l.count, err);
    return 0;
}

int wait_layer(struct wait *w, size_t layer, int64_t window_ms, struct err **err)
{
    struct talk talk CLEANUP(talk_free) = {.started = timer_now()};
    int64_t ready_since = 0;

    for (;;) {
        int done = look(w, layer, window_ms, &talk, &ready_since, err);
        int64_t until = budget_deadline(&w->options->budget);
        bool learned;

        if (done != 0)
            return done < 0 ? -1 : 0;
        if (ready_since)
            until = ready_since + window_ms;
        until = earliest(until, verdict_next(w->verdict));
        if (facts_learn(w->facts, &learned, err) < 0)
            return -1;
        if (!learned && pause_for(w, until, err) < 0)
            return -1;
    }
}
