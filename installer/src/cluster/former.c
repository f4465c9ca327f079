// SPDX-License-Identifier: Apache-2.0
// Attempts of an older generation.
#include "cluster/former.h"

#include <stdio.h>

#include "base/when.h"

// "1h10m5s", as Go prints durations of whole seconds; 0 for anything else.
static long seconds_of(struct span text)
{
    long total = 0, part = 0;

    for (size_t i = 0; i < text.len && total < 1000000; i++) {
        char c = text.ptr[i];

        if (c >= '0' && c <= '9' && part < 1000000)
            part = part * 10 + (c - '0');
        else if (c == 'h' || c == 'm' || c == 's') {
            total += part * (c == 'h' ? 3600 : c == 'm' ? 60 : 1);
            part = 0;
        } else
            return 0;
    }
    return total;
}

// "Running 'upgrade' action with timeout of 10m0s" (helm-controller, atomic_release.go); of which
// action, and how long it may take.
static bool read_action(const struct node *condition, struct span *action, long *seconds)
{
    struct span rest = node_get_text(condition, "message"), ignored;

    if (!span_skip(&rest, "Running '") || !span_cut(rest, '\'', action, &rest) ||
        !span_skip(&rest, " action with timeout of "))
        return false;
    if (!span_cut(rest, ' ', &ignored, &rest))
        ignored = rest;
    *seconds = seconds_of(ignored);
    return *seconds > 0;
}

void former_check(const struct node *release, struct ready *ready)
{
    const struct node *condition = ready_condition(release, "Reconciling");
    int64_t generation = node_get_int(node_get(release, "metadata"), "generation", 0);
    int64_t of = node_get_int(condition, "observedGeneration", generation);
    struct span action;
    int64_t since;
    long seconds;
    char until[WHEN_TEXT_BYTES];

    if (ready->state == READY_OK || ready->state == READY_TERMINAL || of >= generation ||
        !span_is(node_get_text(condition, "status"), "True") ||
        !read_action(condition, &action, &seconds) ||
        !when_parse(node_get_text(condition, "lastTransitionTime"), &since))
        return;
    ready->state = READY_PROGRESSING;
    ready->blocked = false;
    snprintf(ready->reason, sizeof(ready->reason), "%s", FORMER_REASON);
    snprintf(ready->message, sizeof(ready->message),
             "helm-controller is still in the %.*s of the former values, until %s at most",
             SPAN_ARG(action), when_format(since + seconds, since + seconds, until));
}
