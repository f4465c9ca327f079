// SPDX-License-Identifier: Apache-2.0
// How long a container has to run before it counts.
#include "model/ready/young.h"

#include "base/buf.h"
#include "base/when.h"
#include "model/ready/condition.h"

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// Seconds until its liveness probe would have ended it, with the API's defaults (core/v1 Probe).
static int64_t liveness_cycle(const struct node *probe)
{
    return node_get_int(probe, "initialDelaySeconds", 0) +
           node_get_int(probe, "periodSeconds", 10) * node_get_int(probe, "failureThreshold", 3);
}

static int64_t first_window(const struct ready_container *c)
{
    const struct node *liveness = node_get(c->spec, "livenessProbe");
    int64_t cycle = liveness ? at_most(liveness_cycle(liveness), YOUNG_LIVENESS_S) : 0;

    if (node_get(c->spec, "readinessProbe"))
        return 0;
    return cycle > YOUNG_PLAIN_S ? cycle : YOUNG_PLAIN_S;
}

// After a restart it has to outlive its last run, by more with each one, unless that was so long
// that it tells nothing.
static int64_t window_of(const struct ready_container *c, const struct node *last)
{
    int64_t restarts = node_get_int(c->status, "restartCount", 0);
    int64_t window = first_window(c);
    int64_t started, ended, longer;

    if (!last || !when_parse(node_get_text(last, "startedAt"), &started) ||
        !when_parse(node_get_text(last, "finishedAt"), &ended) ||
        ended - started > YOUNG_LAST_RUN_S)
        return window;
    longer = ended - started + at_most(restarts * YOUNG_RESTART_S, YOUNG_RESTARTS_S);
    return longer > window ? longer : window;
}

static void tell(const struct ready_container *c, const struct node *last, int64_t window,
                 struct ready_pod *result)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    int64_t restarts = node_get_int(c->status, "restartCount", 0);
    bool failing = last && restarts >= YOUNG_FAILING;
    struct span reason = node_get_text(last, "reason");

    if (last) {
        buf_printf(&text, "restarted %lld time%s, its ", (long long)restarts,
                   restarts == 1 ? "" : "s");
        ready_add_last_end(last, &text);
    } else {
        buf_add_str(&text, "it has no readiness probe");
    }
    if (!failing)
        buf_printf(&text, "; counts as ready when it has run for %lld s", (long long)window);
    ready_set_pod(result, failing ? READY_FAILING : READY_PROGRESSING,
                  failing && reason.len ? reason : SPAN("JustStarted"), buf_span(&text));
}

bool young_judge(const struct ready_container *c, int64_t now, struct span ready_since,
                 struct ready_pod *result)
{
    const struct node *last = node_path(c->status, "lastState", "terminated");
    struct span started = node_get_text(node_path(c->status, "state", "running"), "startedAt");
    int64_t window = window_of(c, last);
    int64_t at;

    // Its liveness probe begins when its startup probe has succeeded.
    if (node_get(c->spec, "startupProbe") && span_cmp(started, ready_since) < 0)
        started = ready_since;
    // Times are whole seconds: a window is over when it is over for certain.
    if (!window || !when_parse(started, &at) || now - at > window)
        return false;
    tell(c, last, window, result);
    ready_copy(result->since, sizeof(result->since), started);
    ready_name_container(c, result);
    return true;
}
