// SPDX-License-Identifier: Apache-2.0
// Conditions of an object, and the setters of the answer.
#include "model/ready/condition.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"

void ready_copy(char *out, size_t room, struct span text)
{
    char *line CLEANUP(mem_cleanup) = message_line(text);
    size_t length = strlen(line);
    size_t n = length < room - 1 ? length : room - 1;

    // Never cut inside a UTF-8 sequence.
    while (n && n < length && ((unsigned char)line[n] & 0xc0) == 0x80)
        n--;
    memcpy(out, line, n);
    out[n] = '\0';
}

void ready_set(struct ready *result, enum ready_state state, struct span reason, const char *fmt,
               ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    result->state = state;
    result->since[0] = '\0';
    ready_copy(result->reason, sizeof(result->reason), reason);
    ready_copy(result->message, sizeof(result->message), span_str(text));
}

void ready_set_condition(struct ready *result, enum ready_state state, const struct node *condition)
{
    struct span reason = node_get_text(condition, "reason");
    struct span message = node_get_text(condition, "message");

    if (!reason.len)
        reason = node_get_text(condition, "type");
    ready_set(result, state, reason, "%.*s", SPAN_ARG(message));
    ready_copy(result->since, sizeof(result->since),
               node_get_text(condition, "lastTransitionTime"));
}

const struct node *ready_condition(const struct node *object, const char *type)
{
    const struct node *conditions = node_path(object, "status", "conditions");

    NODE_FOREACH_ITEM (condition, conditions)
        if (span_is(node_get_text(condition, "type"), type))
            return condition;
    return NULL;
}

bool ready_condition_is(const struct node *object, const char *type, const char *want)
{
    return span_is(node_get_text(ready_condition(object, type), "status"), want);
}

bool ready_is_current(const struct node *object, const struct node *condition)
{
    int64_t generation = node_get_int(node_get(object, "metadata"), "generation", 0);
    int64_t observed = node_get_int(node_get(object, "status"), "observedGeneration", generation);

    return node_get_int(condition, "observedGeneration", observed) == generation;
}

bool ready_is_deleted(const struct node *object)
{
    return node_get_text(node_get(object, "metadata"), "deletionTimestamp").len > 0;
}

void ready_add_deletion(const struct node *object, struct buf *out)
{
    const struct node *condition = ready_condition(object, "Terminating");
    const char *separator = ", held by finalizer ";

    buf_add_str(out, "being deleted");
    NODE_FOREACH_ITEM (finalizer, node_path(object, "metadata", "finalizers")) {
        buf_printf(out, "%s%.*s", separator, SPAN_ARG(node_text(finalizer)));
        separator = ", ";
    }
    if (span_is(node_get_text(condition, "status"), "True"))
        buf_printf(out, ": %.*s", SPAN_ARG(node_get_text(condition, "message")));
}
