// SPDX-License-Identifier: Apache-2.0
// Leftovers as text and as JSON.
#include <string.h>

#include "work/teardown.h"

void leftovers_print(const struct teardown_result *result, struct buf *out)
{
    const char *cause = "";

    VEC_FOREACH (const struct leftover *, it, &result->leftovers) {
        if (strcmp(it->cause, cause) != 0)
            buf_printf(out, "  %s\n", it->cause);
        cause = it->cause;
        buf_add_str(out, "    ");
        identity_format(&it->id, out);
        buf_printf(out, ": %s\n", it->why);
        if (it->next)
            buf_printf(out, "      next: %s\n", it->next);
    }
    VEC_FOREACH (const char *const *, it, &result->notes)
        buf_printf(out, "  note: %s\n", *it);
}

static void set_text(struct doc *d, struct node *n, const char *key, struct span text)
{
    if (text.len)
        node_set_str(d, n, key, text);
}

struct node *leftovers_node(const struct teardown_result *result, struct doc *d)
{
    struct node *list = node_new_seq(d);

    VEC_FOREACH (const struct leftover *, it, &result->leftovers) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "cause", span_str(it->cause));
        set_text(d, n, "group", it->id.group);
        node_set_str(d, n, "kind", it->id.kind);
        set_text(d, n, "namespace", it->id.ns);
        node_set_str(d, n, "name", it->id.name);
        node_set_str(d, n, "why", span_str(it->why));
        set_text(d, n, "next", span_str(it->next));
        node_push(d, list, n);
    }
    return list;
}

struct node *leftovers_notes_node(const struct teardown_result *result, struct doc *d)
{
    struct node *list = node_new_seq(d);

    VEC_FOREACH (const char *const *, it, &result->notes)
        node_push(d, list, node_new_str(d, span_str(*it)));
    return list;
}
