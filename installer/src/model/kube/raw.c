// SPDX-License-Identifier: Apache-2.0
// Scanning JSON.
#include "model/kube/raw.h"

#include <string.h>

static bool is_in(char c, struct span set)
{
    return span_find(set, c) < set.len;
}

static struct span skip_blanks(struct span text)
{
    size_t at = 0;

    while (at < text.len && is_in(text.ptr[at], SPAN(" \t\r\n")))
        at++;
    return span_tail(text, at);
}

// The length of the string at the start of `text` with both quotes; 0 when it does not end.
static size_t string_len(struct span text)
{
    for (size_t at = 1; at < text.len; at++) {
        if (text.ptr[at] == '\\')
            at++;
        else if (text.ptr[at] == '"')
            return at + 1;
    }
    return 0;
}

// The length of the value at the start of `text`; 0 when there is none or it does not end.
static size_t value_len(struct span text)
{
    size_t at = 0, depth = 0;

    while (at < text.len) {
        char c = text.ptr[at];
        size_t step = 1;

        if (c == '"')
            step = string_len(span_tail(text, at));
        else if (depth == 0 && is_in(c, SPAN(",:]} \t\r\n")))
            return at;
        else if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        if (step == 0)
            return 0;
        at += step;
        if (depth == 0 && is_in(c, SPAN("\"}]")))
            return at;
    }
    return depth ? 0 : at;
}

static bool take(struct span *text, char c)
{
    struct span rest = skip_blanks(*text);

    if (!rest.len || rest.ptr[0] != c)
        return false;
    *text = span_tail(rest, 1);
    return true;
}

static bool take_value(struct span *text, struct span *value)
{
    struct span rest = skip_blanks(*text);
    size_t len = value_len(rest);

    *value = span_head(rest, len);
    *text = span_tail(rest, len);
    return len > 0;
}

bool raw_member(struct span object, const char *key, struct span *value)
{
    struct span rest = object, name;

    if (!take(&rest, '{'))
        return false;
    do {
        if (!take_value(&rest, &name) || !take(&rest, ':') || !take_value(&rest, value))
            return false;
        if (name.len >= 2 && name.ptr[0] == '"' &&
            span_is(span_head(span_tail(name, 1), name.len - 2), key))
            return true;
    } while (take(&rest, ','));
    return false;
}

bool raw_is_whole(struct span text)
{
    struct span rest = text, value;

    return take_value(&rest, &value) && skip_blanks(rest).len == 0;
}

bool raw_next_item(struct span *rest, struct span *item)
{
    return (take(rest, '[') || take(rest, ',')) && take_value(rest, item);
}

struct node *raw_stub(struct doc *d, struct span object)
{
    static const char *const keys[] = {"name", "namespace", "resourceVersion"};
    struct node *stub = node_new_map(d), *found = node_new_map(d);
    struct span metadata, text;

    if (!raw_member(object, "metadata", &metadata))
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct err *ignored CLEANUP(err_cleanup) = NULL;
        struct node *value;

        if (!raw_member(metadata, keys[i], &text))
            continue;
        value = doc_read_json(d, text, keys[i], ERR_API, &ignored);
        if (node_is(value, NODE_STRING))
            node_set(d, found, span_str(keys[i]), value);
    }
    node_set(d, stub, SPAN("metadata"), found);
    return node_get_text(found, "name").len ? stub : NULL;
}
