// SPDX-License-Identifier: Apache-2.0
// How a finding reads.
#include "cluster/finding.h"

static const char *copy(struct arena *arena, const char *text)
{
    return text ? arena_str(arena, text) : NULL;
}

struct finding finding_copy(struct arena *arena, const struct finding *f)
{
    struct finding mine = *f;

    mine.layer = copy(arena, f->layer);
    mine.object = copy(arena, f->object);
    mine.release = copy(arena, f->release);
    mine.pod = copy(arena, f->pod);
    mine.container = copy(arena, f->container);
    mine.reason = copy(arena, f->reason);
    mine.message = copy(arena, f->message);
    mine.since = copy(arena, f->since);
    mine.asked = copy(arena, f->asked);
    mine.evidence = NULL;
    return mine;
}

// "HelmRelease bigbang/loki: StatefulSet loki/loki"
void finding_subject(const struct finding *f, struct buf *out)
{
    if (f->release)
        buf_printf(out, "%s: ", f->release);
    buf_add_str(out, f->object);
}

// "pod loki/loki-0: container loki: ImagePullBackOff: Back-off pulling image …"
void finding_cause(const struct finding *f, struct buf *out)
{
    if (f->pod)
        buf_printf(out, "pod %s: ", f->pod);
    if (f->container)
        buf_printf(out, "container %s: ", f->container);
    buf_add_str(out, f->reason);
    if (f->message[0])
        buf_printf(out, ": %s", f->message);
    if (f->stale)
        buf_add_str(out, " (before the last change: waiting for its controller to look again)");
}

void finding_describe(const struct finding *f, struct buf *out)
{
    finding_subject(f, out);
    buf_add_str(out, ": ");
    finding_cause(f, out);
}

static void set_text(struct doc *d, struct node *map, const char *key, const char *text)
{
    if (text)
        node_set_str(d, map, key, span_str(text));
}

struct node *finding_node(const struct finding *f, struct doc *d)
{
    struct node *n = node_new_map(d);

    set_text(d, n, "layer", f->layer);
    set_text(d, n, "state", ready_state_name(f->state));
    set_text(d, n, "object", f->object);
    set_text(d, n, "release", f->release);
    set_text(d, n, "pod", f->pod);
    set_text(d, n, "container", f->container);
    set_text(d, n, "reason", f->reason);
    set_text(d, n, "message", f->message);
    node_set(d, n, SPAN("blocked"), node_new_bool(d, f->blocked));
    return n;
}
