// SPDX-License-Identifier: Apache-2.0
// Attempts with former values.
#include "cluster/former.h"

#include <stdio.h>

#include "base/when.h"
#include "cluster/handled.h"
#include "cluster/written.h"

enum { FORMER_APART_S = 5 }; // how far apart writes of one change may be

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

// Who asks a controller to look, by an annotation, changes nothing else.
static bool only_asks(struct span manager)
{
    static const char *const managers[] = {HANDLED_MANAGER, "flux", "kubectl-annotate"};

    for (size_t i = 0; i < ARRAY_LEN(managers); i++)
        if (span_is(manager, managers[i]))
            return true;
    return false;
}

// The newest write of what is asked for, a checksum of values among the annotations included.
static struct span written_anew(const struct node *release)
{
    struct span time = SPAN_EMPTY;

    NODE_FOREACH_ITEM (entry, node_path(release, "metadata", "managedFields")) {
        if (!span_is(node_get_text(entry, "subresource"), "status") &&
            !only_asks(node_get_text(entry, "manager")))
            time = written_later(time, node_get_text(entry, "time"));
    }
    return time;
}

// Whether it was changed after that. Who makes a release and the Secret of its values
// writes one after the other, and the controller may begin with the first of them; times are whole
// seconds.
static bool is_changed_since(const struct node *release, int64_t began)
{
    int64_t changed;

    return when_parse(written_anew(release), &changed) && changed > began + FORMER_APART_S;
}

// The condition's observedGeneration does not tell: other values alone make no new generation, and
// an attempt that the Secret of the values has set off may run under the generation before.
void former_check(const struct node *release, struct ready *ready)
{
    const struct node *condition = ready_condition(release, "Reconciling");
    struct span action;
    int64_t since;
    long seconds;
    char until[WHEN_TEXT_BYTES];

    if (ready->state == READY_OK || ready->state == READY_TERMINAL ||
        !span_is(node_get_text(condition, "status"), "True") ||
        !read_action(condition, &action, &seconds) ||
        !when_parse(node_get_text(condition, "lastTransitionTime"), &since) ||
        !is_changed_since(release, since))
        return;
    ready->state = READY_PROGRESSING;
    ready->blocked = false;
    snprintf(ready->reason, sizeof(ready->reason), "%s", FORMER_REASON);
    snprintf(ready->message, sizeof(ready->message),
             "helm-controller is still in the %.*s of the former values, until %s at most",
             SPAN_ARG(action), when_format(since + seconds, since + seconds, until));
}
