// SPDX-License-Identifier: Apache-2.0
// Findings: what they are called, and where they are.
#include <stdlib.h>

#include "controller/values/check.h"

const char *values_fault_name(enum values_fault fault)
{
    static const char *const names[] = {
        [VALUES_MISSPELT] = "misspelt key",
        [VALUES_WRONG_LEVEL] = "wrong level",
        [VALUES_UNREAD] = "not read",
        [VALUES_LOST] = "overridden",
        [VALUES_TYPE] = "wrong type",
        [VALUES_IMAGE] = "image pair in the wrong form",
        [VALUES_NUMBER] = "number instead of text",
        [VALUES_CLASH] = "clash",
        [VALUES_REFUSED] = "refused",
    };

    return names[fault];
}

static const char *check_path(const struct checking *c, size_t depth)
{
    return values_path_text(c->arena, c->keys, depth);
}

void check_add(struct checking *c, const struct checked *at, enum values_fault fault,
               enum values_weight weight, const char *text, const char *hint)
{
    const struct values_layer *layer = &c->view->input.layers[c->layer];
    struct values_finding finding = {.fault = fault,
                                     .weight = weight,
                                     .path = check_path(c, at->depth),
                                     .file = arena_str(c->arena, view_file(layer->doc, at->value)),
                                     .line = at->line,
                                     .label = layer->label,
                                     .text = text,
                                     .hint = hint,
                                     .is_made = layer->is_made,
                                     .value = at->value};

    vec_push(&c->out->items, finding);
}

void values_findings_free(struct values_findings *findings)
{
    if (!findings)
        return;
    vec_free(&findings->items);
    arena_free(findings->arena);
    free(findings);
}
