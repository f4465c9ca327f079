// SPDX-License-Identifier: Apache-2.0
// How a finding reads.
#include "cluster/told/finding.h"

#include <string.h>

#include "base/when.h"

enum { WAITED_S = 10 }; // what is on its way for so long is worth a time

static const char *copy(struct arena *arena, const char *text)
{
    return text ? arena_str(arena, text) : NULL;
}

static const char *const *copy_lines(struct arena *arena, const char *const *lines)
{
    const char **mine;
    size_t count = 0;

    while (lines && lines[count])
        count++;
    if (!count)
        return NULL;
    mine = arena_array(arena, count + 1, sizeof(*mine));
    for (size_t i = 0; i < count; i++)
        mine[i] = arena_str(arena, lines[i]);
    return mine;
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
    mine.next = copy(arena, f->next);
    mine.evidence = copy_lines(arena, f->evidence);
    mine.above = copy_lines(arena, f->above);
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

static bool is_since_worth(const struct finding *f, int64_t now, int64_t *since)
{
    return f->since && when_parse(span_str(f->since), since) &&
           (f->state >= READY_FAILING || now - *since >= WAITED_S);
}

// Between two notes, and before the first one.
static void add_note(struct buf *out, bool *any)
{
    buf_add_str(out, *any ? ", " : " (");
    *any = true;
}

void finding_notes(const struct finding *f, int64_t now, struct buf *out)
{
    bool any = false;
    int64_t since;
    char text[WHEN_TEXT_BYTES];

    if (is_since_worth(f, now, &since)) {
        add_note(out, &any);
        buf_printf(out, "since %s", when_format(since, now, text));
    }
    if (f->attempts > 1) {
        add_note(out, &any);
        buf_printf(out, "%lld %s", (long long)f->attempts, f->container ? "restarts" : "times");
    }
    if (f->behind) {
        add_note(out, &any);
        buf_printf(out, "%zu wait%s behind", f->behind, f->behind == 1 ? "s" : "");
    }
    if (any)
        buf_add_char(out, ')');
}

static bool is_next_told(const struct finding *findings, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (findings[k].next && strcmp(findings[k].next, findings[i].next) == 0)
            return true;
    return false;
}

void finding_list(const struct finding *findings, size_t count, size_t most, struct buf *out)
{
    int64_t now = when_now();

    for (size_t i = 0; i < count && i < most; i++) {
        const struct finding *f = &findings[i];

        buf_printf(out, "%s: ", f->layer);
        finding_describe(f, out);
        finding_notes(f, now, out);
        buf_add_char(out, '\n');
        for (const char *const *line = f->evidence; line && *line; line++)
            buf_printf(out, "    %s\n", *line);
        if (f->next && !is_next_told(findings, i))
            buf_printf(out, "    next: %s\n", f->next);
    }
    if (count > most)
        buf_printf(out, "and %zu more: sandstrap status\n", count - most);
}

static void set_text(struct doc *d, struct node *map, const char *key, const char *text)
{
    if (text)
        node_set_str(d, map, key, span_str(text));
}

static struct node *evidence_node(const char *const *lines, struct doc *d)
{
    struct node *list = node_new_seq(d);

    for (; *lines; lines++)
        node_push(d, list, node_new_str(d, span_str(*lines)));
    return list;
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
    set_text(d, n, "since", f->since);
    if (f->attempts)
        node_set(d, n, SPAN("count"), node_new_int(d, f->attempts));
    if (f->behind)
        node_set(d, n, SPAN("behind"), node_new_int(d, (int64_t)f->behind));
    set_text(d, n, "next", f->next);
    if (f->evidence)
        node_set(d, n, SPAN("evidence"), evidence_node(f->evidence, d));
    return n;
}
