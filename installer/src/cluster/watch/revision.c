// SPDX-License-Identifier: Apache-2.0
// Comparing revisions along the chain of sources.
#include "cluster/watch/revision.h"

#include <stdio.h>

#include "model/flux.h"

enum { REVISION_HOPS = 2 }; // HelmRelease, HelmChart, repository

static void hold(struct ready *ready, const char *reason, const struct buf *message)
{
    *ready = (struct ready){.state = READY_PROGRESSING};
    snprintf(ready->reason, sizeof(ready->reason), "%s", reason);
    snprintf(ready->message, sizeof(ready->message), "%s", buf_str(message));
}

static bool is_suspended(const struct node *object)
{
    return node_get_bool(node_get(object, "spec"), "suspend", false);
}

// The chart of a release is no object of the graph: what keeps it from being ready keeps the
// release.
static void wait_for_chart(const struct node *feeder, const struct identity *ref,
                           struct ready *ready)
{
    struct buf message CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct ready chart;

    if (!span_is(ref->kind, "HelmChart"))
        return;
    ready_check(feeder, &chart);
    if (chart.state == READY_OK)
        return;
    buf_add_str(&message, "waiting for ");
    identity_format(ref, &message);
    buf_printf(&message, ": %s: %s", chart.reason, chart.message);
    hold(ready, "ChartNotReady", &message);
}

// One step of the way; *feeder is where it leads, NULL at its end.
static void check_step(struct informers *inf, const struct node *object, const char *whose,
                       const struct node **feeder, struct ready *ready)
{
    struct buf message CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct identity ref;

    *feeder = NULL;
    if (!flux_feeder(object, &ref))
        return;
    if (informers_get(inf, &ref, feeder) == INFORMERS_UNKNOWN && !informers_trouble(inf, &ref)) {
        buf_printf(&message, "its %.*s is not looked at yet", SPAN_ARG(ref.kind));
        hold(ready, "NotLookedAt", &message);
        return;
    }
    if (!*feeder)
        return;
    buf_add_str(&message, whose);
    identity_format(&ref, &message);
    buf_add_str(&message, ": ");
    if (flux_is_behind(object, *feeder, &message))
        hold(ready, "RevisionNotApplied", &message);
    else if (!is_suspended(*feeder))
        wait_for_chart(*feeder, &ref, ready);
}

void revision_check(struct informers *inf, const struct node *object, struct ready *ready)
{
    const char *whose = "";

    for (int hop = 0; hop < REVISION_HOPS && object && ready->state == READY_OK; hop++) {
        const struct node *feeder;

        // What is suspended stays at what it has.
        if (is_suspended(object))
            return;
        check_step(inf, object, whose, &feeder, ready);
        object = feeder;
        whose = "its chart is behind ";
    }
}
