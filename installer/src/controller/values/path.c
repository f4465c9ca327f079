// SPDX-License-Identifier: Apache-2.0
// Paths as the command line has them.
#include "controller/values.h"

enum { PATH_MAX_KEYS = 100 };

static int refuse(struct span text, const char *why, struct err **err)
{
    err_set(err, ERR_USAGE, "'%.*s' is not the path of a value: %s", SPAN_ARG(text), why);
    return err_hint(err, "keys with dots between them, a '\\' before a dot that belongs to a key, "
                         "[0] for an item: image.tag, nodeSelector.kubernetes\\.io/os, hosts[0]");
}

// One key up to a '.', '[' or the end.
static struct span take_key(struct arena *a, struct span *rest)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t i = 0;

    for (; i < rest->len && rest->ptr[i] != '.' && rest->ptr[i] != '['; i++) {
        if (rest->ptr[i] == '\\' && i + 1 < rest->len)
            i++;
        buf_add_char(&key, rest->ptr[i]);
    }
    *rest = span_tail(*rest, i);
    return arena_span(a, buf_span(&key));
}

static const char *take_index(struct span *rest, struct span *key)
{
    size_t end = span_find(*rest, ']');
    uint64_t index;

    if (end == rest->len)
        return "a '[' is not closed";
    *key = span_tail(span_head(*rest, end), 1);
    if (!span_u64(*key, &index))
        return "an index is not a number";
    *rest = span_tail(*rest, end + 1);
    return NULL;
}

int values_path_parse(struct arena *a, struct span text, struct values_path *path, struct err **err)
{
    struct span rest = text, key;
    const char *why = NULL;

    while (rest.len && !why) {
        if (path->len == PATH_MAX_KEYS)
            return refuse(span_head(text, 60), "it has too many keys", err);
        if (rest.ptr[0] == '[' && path->len) {
            why = take_index(&rest, &key);
        } else {
            key = take_key(a, &rest);
            if (!key.len)
                why = "a key is empty";
        }
        if (!why && span_skip(&rest, ".") && !rest.len)
            why = "it ends with a dot";
        vec_push_arena(a, path, key);
    }
    if (!path->len && !why)
        why = "it is empty";
    return why ? refuse(text, why, err) : 0;
}

const char *values_path_text(struct arena *a, const struct span *keys, size_t count)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&out, '.');
        for (size_t k = 0; k < keys[i].len; k++) {
            if (strchr(".\\[", keys[i].ptr[k]))
                buf_add_char(&out, '\\');
            buf_add_char(&out, keys[i].ptr[k]);
        }
    }
    return arena_str(a, buf_str(&out));
}

const struct node *values_at(const struct node *values, const struct span *keys, size_t count)
{
    uint64_t index;

    for (size_t i = 0; i < count && values; i++) {
        if (node_is(values, NODE_SEQ))
            values = span_u64(keys[i], &index) ? node_item(values, (size_t)index) : NULL;
        else
            values = node_get_span(values, keys[i]);
    }
    return values;
}
