// SPDX-License-Identifier: Apache-2.0
// Resuming what bears the mark of a teardown.
#include "cluster/act/resume.h"

#include <stdio.h>
#include <string.h>

#include "base/timer.h"
#include "model/flux.h"

static struct span suspended_at(const struct graph_item *item)
{
    if (strcmp(item->ready.reason, "Suspended") != 0 || flux_kind(&item->id) == FLUX_OTHER)
        return SPAN_EMPTY;
    return node_get_text(node_path(item->object, "metadata", "annotations"), FLUX_SUSPENDED_AT);
}

static void resume(const struct facts *facts, const char *layer, struct graph_item *item,
                   struct span at)
{
    int64_t now = timer_now();
    struct need *need = needs_see(facts->needs, NEED_RESUMING, &item->id, now);

    handled_ask_to_resume(facts->handled, item->object, at);
    if (!need->times) {
        needs_ask(facts->needs, need, now);
        report_object(facts->report, "layers", layer, item->label,
                      "an interrupted 'sandstrap down' has suspended it: resumed");
    }
    item->ready.state = READY_PROGRESSING;
    snprintf(item->ready.reason, sizeof(item->ready.reason), "Resuming");
    snprintf(item->ready.message, sizeof(item->ready.message),
             "an interrupted 'sandstrap down' had suspended it");
}

void resume_mark(struct graph *g, const struct facts *facts, const struct layers *layers)
{
    VEC_FOREACH (struct graph_item *, item, &g->items) {
        struct span at = suspended_at(item);

        if (at.len)
            resume(facts, layers->items[item->layer].name, item, at);
    }
}
