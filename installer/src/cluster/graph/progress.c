// SPDX-License-Identifier: Apache-2.0
// Counting what leads nearer.
#include "cluster/graph/progress.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/flux.h"

// What an object's own counters say; of one of Flux, whether it is ready. Others do not count: a
// release shows them only when its inventory does.
static int64_t own_steps(const struct graph_item *item)
{
    static const char *const counters[] = {"readyReplicas", "updatedReplicas",
                                           "numberReady",   "updatedNumberScheduled",
                                           "succeeded",     NULL};
    const struct node *status = node_get(item->object, "status");
    int64_t steps = item->ready.state == READY_OK && span_ends(item->id.group, FLUX_GROUP_SUFFIX);

    for (const char *const *name = counters; *name; name++)
        steps += node_get_int(status, *name, 0);
    return steps;
}

const int64_t *progress_steps(struct graph *g)
{
    int64_t *steps = arena_array(g->arena, g->items.len + 1, sizeof(*steps));

    for (size_t i = g->items.len; i-- > 0;) {
        const struct graph_item *item = &g->items.items[i];

        steps[i] += own_steps(item);
        if (item->parent != GRAPH_NO_PARENT)
            steps[item->parent] += steps[i];
    }
    return steps;
}

const char *progress_asked(struct arena *arena, const struct node *object)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&text, "%lld;",
               (long long)node_get_int(node_get(object, "metadata"), "generation", 0));
    flux_attempted(object, &text);

    return arena_str(arena, buf_str(&text));
}

bool progress_is_another(const char *had, const char *asked)
{
    return !span_starts(span_str(asked), had) && !span_starts(span_str(had), asked);
}

bool progress_is_retrying(const struct node *object)
{
    return span_ends(node_identity(object).group, FLUX_GROUP_SUFFIX) &&
           span_is(node_get_text(ready_condition(object, "Ready"), "status"), "Unknown");
}

bool progress_is_crash(const char *reason)
{
    static const char *const crash[] = {"CrashLoopBackOff",   "Error",
                                        "OOMKilled",          "StartError",
                                        "ContainerCannotRun", "RunContainerError"};

    for (size_t i = 0; i < ARRAY_LEN(crash); i++)
        if (strcmp(reason, crash[i]) == 0)
            return true;
    return false;
}
