// SPDX-License-Identifier: Apache-2.0
// Scalars as kustomize's transformers see them.
#include "model/kustomize/scalar.h"

bool scalar_is(const struct node *n)
{
    return n && n->type != NODE_SEQ && n->type != NODE_MAP;
}

struct span scalar_raw(const struct node *n)
{
    return scalar_is(n) ? node_source(n) : SPAN_EMPTY;
}

void node_become(struct node *n, const struct node *with)
{
    uint16_t file = n->file;
    uint32_t line = n->line;
    *n = *with;
    n->file = file;
    n->line = line;
}

struct node *scalar_new_string(struct doc *d, struct span text)
{
    struct node *n = node_new_str(d, text);
    if (span_find(text, '\n') < text.len || doc_text_is_typed(text))
        n->flags |= NODE_QUOTED;
    return n;
}

void scalar_set_string(struct doc *d, struct node *n, struct span text)
{
    uint8_t quoted = n->type == NODE_STRING ? n->flags & NODE_QUOTED : 0;
    node_become(n, node_new_str(d, text));
    n->flags |= quoted;
}

void scalar_set_text(struct doc *d, struct node *n, struct span text)
{
    if (n->type == NODE_STRING && n->flags & NODE_QUOTED) {
        scalar_set_string(d, n, text);
        return;
    }
    node_become(n, node_new_plain(d, text));
    n->flags |= SCALAR_UNTYPED;
}
