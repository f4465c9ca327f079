// SPDX-License-Identifier: Apache-2.0
// Reading the times of managedFields.
#include "cluster/facts/written.h"

struct span written_later(struct span a, struct span b)
{
    return span_cmp(a, b) < 0 ? b : a;
}

static bool is_of_status(const struct node *entry)
{
    return span_is(node_get_text(entry, "subresource"), "status");
}

static struct span newest(const struct node *object, const char *manager, bool by_it)
{
    struct span time = SPAN_EMPTY;

    NODE_FOREACH_ITEM (entry, node_path(object, "metadata", "managedFields")) {
        if (!is_of_status(entry) && span_is(node_get_text(entry, "manager"), manager) == by_it)
            time = written_later(time, node_get_text(entry, "time"));
    }
    return time;
}

struct span written_by(const struct node *object, const char *manager)
{
    return newest(object, manager, true);
}

struct span written_by_others(const struct node *object, const char *manager)
{
    return newest(object, manager, false);
}

struct span written_status(const struct node *object)
{
    struct span time = SPAN_EMPTY;

    NODE_FOREACH_ITEM (entry, node_path(object, "metadata", "managedFields")) {
        if (is_of_status(entry))
            time = written_later(time, node_get_text(entry, "time"));
    }
    return time;
}
