// SPDX-License-Identifier: Apache-2.0
// Values that no template reads.
#include "controller/values/check.h"
#include "controller/values/suggest.h"

static const char *where(const struct checking *c, const struct chart_read *read)
{
    return read ? arena_printf(c->arena, ", which %.*s:%u reads", SPAN_ARG(read->file), read->line)
                : "";
}

// For a map, what is in it may be what is on the wrong level.
static struct suggestion suggest_below(struct checking *c, const struct node *value, size_t depth)
{
    struct suggestion found = suggest(c->view, c->arena, c->keys, depth);

    NODE_FOREACH_PAIR (pair, value) {
        if (found.fault != VALUES_UNREAD || depth + 1 >= CHECK_DEPTH_MAX)
            break;
        c->keys[depth] = pair->key;
        found = suggest_below(c, pair->value, depth + 1);
        if (found.fault == VALUES_MISSPELT) // a key beside one that nobody knows
            found.fault = VALUES_UNREAD;
    }
    return found;
}

static void add_suggestion(struct checking *c, const struct checked *at, const struct suggestion *s,
                           const char *text, enum values_weight weight)
{
    switch (s->fault) {
    case VALUES_MISSPELT:
        check_add(c, at, s->fault, weight, text,
                  arena_printf(c->arena, "did you mean %s%s?", s->path, where(c, s->read)));
        break;
    case VALUES_WRONG_LEVEL:
        check_add(c, at, s->fault, weight, text,
                  arena_printf(c->arena, "it is %s%s", s->path, where(c, s->read)));
        break;
    default:
        check_add(c, at, s->fault, weight, text,
                  "it can go, or has another name in this version of the chart");
    }
}

// True for what is not a mistake of the one who set it: the chart has it in its own values.yaml.
static bool is_default(const struct checking *c, size_t depth)
{
    return view_default(c->view, c->keys, depth, NULL) != NULL;
}

// What goes through all keys reads this one, too. That is no mistake, unless it is nearly the name
// of a key that is asked for by its name.
static bool check_any(struct checking *c, const struct checked *at)
{
    struct suggestion s;

    if (is_default(c, at->depth))
        return true;
    s = suggest(c->view, c->arena, c->keys, at->depth);
    if (s.fault != VALUES_MISSPELT)
        return true;
    add_suggestion(c, at, &s, "no template asks for it by its name", VALUES_MISTAKE);
    return false;
}

bool check_read(struct checking *c, const struct checked *at)
{
    enum read_kind kind = view_read(c->view, c->keys, at->depth, NULL);
    struct suggestion s;

    if (kind == READ_YES)
        return true;
    if (node_is(at->value, NODE_NULL) || (at->depth == 1 && span_is(c->keys[0], "global")))
        return false;
    if (kind == READ_ANY)
        return check_any(c, at);
    if (kind == READ_NAMED) {
        check_add(c, at, VALUES_UNREAD, VALUES_NOTE,
                  "no template reads it, though values.schema.json has it", NULL);
        return false;
    }
    if (is_default(c, at->depth)) {
        check_add(c, at, VALUES_UNREAD, VALUES_NOTE,
                  "no template reads it, though values.yaml of the chart has it", NULL);
        return false;
    }
    s = suggest_below(c, at->value, at->depth);
    add_suggestion(c, at, &s, "no template reads it",
                   span_is(c->keys[0], "global") ? VALUES_NOTE : VALUES_MISTAKE);
    return false;
}
