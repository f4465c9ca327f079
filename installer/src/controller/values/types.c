// SPDX-License-Identifier: Apache-2.0
// Types of values against those of the chart's defaults, and what later layers make of them.
#include "controller/values/check.h"
#include "io/template.h"

// --- overridden ---

// What a later layer has at the path or, not being a map, above it; NULL when it leaves it alone.
static const struct node *set_by(const struct values_layer *layer, const struct span *keys,
                                 size_t count, uint32_t *line)
{
    const struct node *at = layer->values;

    for (size_t i = 0; i < count; i++) {
        const struct node *map = at;

        if (!node_is(at, NODE_MAP))
            return at;
        at = NULL;
        NODE_FOREACH_PAIR (pair, map)
            if (span_eq(pair->key, keys[i])) {
                at = pair->value;
                *line = pair->line ? pair->line : pair->value->line;
            }
        if (!at)
            return NULL;
    }
    return at;
}

static bool is_in_list(const struct checking *c, size_t depth)
{
    const struct node *values = c->view->input.layers[c->layer].values;

    for (size_t i = 1; i < depth; i++)
        if (node_is(values_at(values, c->keys, i), NODE_SEQ))
            return true;
    return false;
}

void check_lost(struct checking *c, const struct checked *at)
{
    const struct values_input *in = &c->view->input;

    if (is_in_list(c, at->depth))
        return; // the list is told of
    for (size_t i = in->layer_count; i-- > c->layer + 1;) {
        uint32_t line = 0;
        const struct node *over = set_by(&in->layers[i], c->keys, at->depth, &line);
        const char *text;

        if (!over)
            continue;
        if (node_equal(over, at->value))
            return;
        text = arena_printf(
            c->arena, "%s never counts: %s:%u (%s) %s %s", view_show(c->arena, at->value),
            view_file(in->layers[i].doc, over), line, in->layers[i].label,
            node_is(over, NODE_NULL) ? "deletes it with" : "sets it to", view_show(c->arena, over));
        check_add(c, at, VALUES_LOST, VALUES_REMARK, text, "set it in one of the two only");
        return;
    }
}

// --- types ---

static bool is_number_text(const struct node *n)
{
    struct span text = node_text(n);

    return text.len && doc_text_is_typed(text) && strchr("-+.0123456789", text.ptr[0]);
}

// For a default that is a boolean or a number.
static const char *clash_with_scalar(const struct node *value, const struct node *fallback)
{
    bool text = node_is(value, NODE_STRING);

    if (fallback->type == NODE_BOOL) {
        if (text)
            return "to a template any text but the empty one is true";
        return node_is(value, NODE_BOOL) ? NULL : "the templates test it";
    }
    if (text)
        return is_number_text(value) ? NULL : "the templates may calculate with it";
    return node_is(value, NODE_INT) || node_is(value, NODE_FLOAT) ? NULL : "the templates print it";
}

// Why a type does not go with that of the default, or NULL. Empty maps, lists and texts are often
// no more than a place for something.
static const char *clash_of(const struct node *value, const struct node *fallback)
{
    bool map = node_is(value, NODE_MAP), list = node_is(value, NODE_SEQ);

    switch ((enum node_type)fallback->type) {
    case NODE_MAP:
        return map || (list && !node_len(fallback)) ? NULL : "the templates look into it";
    case NODE_SEQ:
        return list || (map && !node_len(fallback)) ? NULL : "the templates go through its items";
    case NODE_STRING:
        if (!node_text(fallback).len || (!map && !list && !node_is(value, NODE_BOOL)))
            return NULL;
        return "the templates print it";
    case NODE_NULL: return NULL;
    default: return clash_with_scalar(value, fallback);
    }
}

bool check_type(struct checking *c, const struct checked *at)
{
    const struct doc *doc = NULL;
    const struct node *fallback = view_default(c->view, c->keys, at->depth, &doc);
    const char *why;

    if (!fallback || node_is(at->value, NODE_NULL) || is_in_list(c, at->depth))
        return true;
    if (span_search(node_text(at->value), SPAN("{{")) < node_text(at->value).len)
        return true; // a template may give anything
    why = clash_of(at->value, fallback);
    if (!why)
        return true;
    check_add(c, at, VALUES_TYPE, VALUES_MISTAKE,
              arena_printf(c->arena, "is a %s (%s), but the chart's default is a %s",
                           view_type(at->value), view_show(c->arena, at->value),
                           view_type(fallback)),
              arena_printf(c->arena, "%s: %s:%u has %s", why, view_file(doc, fallback),
                           fallback->line, view_show(c->arena, fallback)));
    return false;
}

// --- numbers that are texts ---

static bool is_version_key(struct span key)
{
    return span_is(key, "tag") || span_is(key, "version") || span_ends(key, "Tag") ||
           span_ends(key, "Version");
}

// `tag: 1.20` is 1.2, `tag: 20240101` prints as 2.0240101e+07.
void check_number(struct checking *c, const struct checked *at)
{
    struct buf printed CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct value number;

    if ((!node_is(at->value, NODE_INT) && !node_is(at->value, NODE_FLOAT)) ||
        !is_version_key(c->keys[at->depth - 1]))
        return;
    number = value_float(node_double(at->value, 0));
    value_print(&number, &printed);
    if (span_eq(buf_span(&printed), node_source(at->value)))
        return;
    check_add(
        c, at, VALUES_NUMBER, VALUES_MISTAKE,
        arena_printf(c->arena, "%.*s is a number, which templates print as %s",
                     SPAN_ARG(node_source(at->value)), buf_str(&printed)),
        arena_printf(c->arena, "write it in quotes: \"%.*s\"", SPAN_ARG(node_source(at->value))));
}
