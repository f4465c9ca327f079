// SPDX-License-Identifier: Apache-2.0
// What is said while a layer is waited for.
#include "work/layers/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/timer.h"

enum { TALK_HEARTBEAT_MS = 30000 }; // a line at least so often

void talk_free(struct talk *t)
{
    free(t->said);
}

void talk_count(struct talk *t, const struct graph *g)
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

void talk_say(struct talk *t, struct report *report, const struct finding *findings, size_t count)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf subject CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t blocked = count_blocked(findings, count);
    int64_t now = timer_now();
    char took[32];

    finding_subject(&findings[0], &subject);
    finding_cause(&findings[0], &line);
    if (is_said(t, buf_str(&subject), buf_str(&line)) && now - t->said_at < TALK_HEARTBEAT_MS)
        return;
    t->said_at = now;
    if (count - blocked > 1)
        buf_printf(&line, " (and %zu more)", count - blocked - 1);
    if (blocked && !findings[0].blocked)
        buf_printf(&line, " (%zu wait%s behind)", blocked, blocked == 1 ? "s" : "");
    report_event(report, &(struct report_event){
                             .level = REPORT_INFO,
                             .component = "layers",
                             .layer = findings[0].layer,
                             .object = buf_str(&subject),
                             .text = buf_str(&line),
                         });
    report_trace(report, "layers", "%zu of %zu objects ready after %s", t->ready, t->total,
                 timer_format(now - t->started, took));
}

int talk_fail(const struct finding *cause, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    finding_describe(cause, &line);
    err_set(err, ERR_TERMINAL, "layer %s: %s", cause->layer, buf_str(&line));
    if (strcmp(cause->reason, "Suspended") == 0 || strcmp(cause->reason, "Paused") == 0)
        return err_hint(err, "resume %s, then run 'sandstrap up' again", cause->object);
    return err_hint(err, "put it right in the tree or the cluster, then run 'sandstrap up' again; "
                         "'sandstrap status' shows everything that is not ready");
}

int talk_time_out(const struct finding *findings, size_t count, struct err **err)
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
