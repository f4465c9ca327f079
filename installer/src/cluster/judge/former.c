// SPDX-License-Identifier: Apache-2.0
// Attempts with former values.
#include "cluster/judge/former.h"

#include <stdio.h>

#include "base/when.h"
#include "cluster/facts/handled.h"
#include "cluster/facts/written.h"

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

// What a controller is at.
struct work {
    struct span action; // "upgrade"
    int64_t since;      // seconds since the epoch
    long seconds;       // that it may take
};

// "Running 'upgrade' action with timeout of 10m0s" (helm-controller, atomic_release.go)
static bool read_release(const struct node *release, struct work *work)
{
    const struct node *condition = ready_condition(release, "Reconciling");
    struct span rest = node_get_text(condition, "message"), ignored;

    if (!span_is(node_get_text(condition, "status"), "True") || !span_skip(&rest, "Running '") ||
        !span_cut(rest, '\'', &work->action, &rest) ||
        !span_skip(&rest, " action with timeout of "))
        return false;
    if (!span_cut(rest, ' ', &ignored, &rest))
        ignored = rest;
    work->seconds = seconds_of(ignored);
    return work->seconds > 0 &&
           when_parse(node_get_text(condition, "lastTransitionTime"), &work->since);
}

// "Running health checks for revision main@sha1:… with a timeout of 10m0s" (kustomize-controller,
// kustomization_controller.go)
static bool read_kustomization(const struct node *kustomization, struct work *work)
{
    const struct node *condition = ready_condition(kustomization, "Healthy");
    struct span rest = node_get_text(condition, "message");
    struct span before = SPAN(" with a timeout of ");
    size_t at;

    if (!span_is(node_get_text(condition, "status"), "Unknown") ||
        !span_skip(&rest, "Running health checks "))
        return false;
    at = span_search(rest, before);
    if (at == rest.len)
        return false;
    work->action = SPAN("health checks");
    work->seconds = seconds_of(span_tail(rest, at + before.len));
    return work->seconds > 0 &&
           when_parse(node_get_text(condition, "lastTransitionTime"), &work->since);
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
static bool release_is_former(const struct node *release, struct work *work)
{
    return read_release(release, work) && is_changed_since(release, work->since);
}

static bool kustomization_is_former(const struct node *kustomization, struct work *work)
{
    const struct node *condition = ready_condition(kustomization, "Healthy");
    int64_t generation = node_get_int(node_get(kustomization, "metadata"), "generation", 0);

    return read_kustomization(kustomization, work) &&
           node_get_int(condition, "observedGeneration", generation) < generation;
}

void former_check(const struct node *object, struct ready *ready)
{
    struct span kind = node_get_text(object, "kind");
    const char *controller;
    struct work work;
    char until[WHEN_TEXT_BYTES];

    if (ready->state == READY_OK || ready->state == READY_TERMINAL)
        return;
    if (span_is(kind, "HelmRelease") && release_is_former(object, &work))
        controller = "helm-controller";
    else if (span_is(kind, "Kustomization") && kustomization_is_former(object, &work))
        controller = "kustomize-controller";
    else
        return;
    ready->state = READY_PROGRESSING;
    ready->blocked = false;
    snprintf(ready->reason, sizeof(ready->reason), "%s", FORMER_REASON);
    snprintf(ready->message, sizeof(ready->message),
             "%s is still in the %.*s of the former %s, until %s at most", controller,
             SPAN_ARG(work.action), span_is(kind, "HelmRelease") ? "values" : "version",
             when_format(work.since + work.seconds, work.since + work.seconds, until));
}
