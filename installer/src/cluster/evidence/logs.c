// SPDX-License-Identifier: Apache-2.0
// Ends of containers, and lines of logs.
#include "cluster/evidence/logs.h"

const struct node *evidence_logs_container(const struct node *pod, const char *name)
{
    static const char *const lists[] = {"containerStatuses", "initContainerStatuses"};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        NODE_FOREACH_ITEM (status, node_get(node_get(pod, "status"), lists[i]))
            if (span_is(node_get_text(status, "name"), name))
                return status;
    return NULL;
}

const struct node *evidence_logs_end(const struct node *status, bool *previous)
{
    const struct node *now = node_path(status, "state", "terminated");

    *previous = !now;
    return now ? now : node_path(status, "lastState", "terminated");
}

// Cuts the last line off.
static bool take_last(struct span *log, struct span *line)
{
    size_t at;

    while (log->len && log->ptr[log->len - 1] == '\n')
        log->len--;
    if (!log->len)
        return false;
    at = span_rfind(*log, '\n');
    *line = at == log->len ? *log : span_tail(*log, at + 1);
    *log = at == log->len ? SPAN_EMPTY : span_head(*log, at);
    return true;
}

struct span evidence_logs_last(struct span log)
{
    struct span line;

    while (take_last(&log, &line))
        if (span_trim(line).len)
            return span_trim(line);
    return SPAN_EMPTY;
}

void evidence_logs_lines(struct span log, size_t most, const char *container, struct arena *arena,
                         struct evidence_lines *lines)
{
    char *lead = arena_printf(arena, "log %s: ", container);
    struct span rest = log, line = SPAN_EMPTY;
    size_t taken = 0, bytes = 0;

    while (taken < most && take_last(&rest, &line)) {
        bytes += line.len < EVIDENCE_LINE_BYTES ? line.len : EVIDENCE_LINE_BYTES;
        if (bytes > EVIDENCE_LOG_BYTES)
            break;
        taken++;
    }
    // Again from the front: what was taken, in its order.
    for (size_t left = taken; left > 0; left--) {
        rest = log;
        for (size_t i = 0; i < left; i++)
            if (!take_last(&rest, &line))
                return;
        evidence_lines_add(lines, arena, lead, line);
    }
}
