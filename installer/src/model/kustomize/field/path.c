// SPDX-License-Identifier: Apache-2.0
// Paths taken apart.
#include "model/kustomize/field/path.h"

static struct span join(struct arena *arena, struct span a, char c, struct span b)
{
    char *text = arena_printf(arena, "%.*s%c%.*s", SPAN_ARG(a), c, SPAN_ARG(b));
    return span_of(text, a.len + 1 + b.len);
}

static void split_plain(struct arena *arena, struct span path, char delimiter,
                        struct path_parts *out)
{
    if (path.len && path.ptr[0] == delimiter)
        path = span_tail(path, 1);
    for (bool more = true; more;) {
        size_t at = span_find(path, delimiter);
        more = at < path.len;
        struct span part = span_head(path, at);
        path = span_tail(path, at + (more ? 1 : 0));
        struct span *last = out->len ? &out->items[out->len - 1] : NULL;
        if (last && span_ends(*last, "\\"))
            *last = join(arena, span_head(*last, last->len - 1), delimiter, part);
        else
            vec_push_arena(arena, out, part);
    }
}

static struct span trim_brackets(struct span s)
{
    while (s.len && (s.ptr[0] == '[' || s.ptr[0] == ']'))
        s = span_tail(s, 1);
    while (s.len && (s.ptr[s.len - 1] == '[' || s.ptr[s.len - 1] == ']'))
        s = span_head(s, s.len - 1);
    return s;
}

struct path_parts path_split(struct arena *arena, struct span path, char delimiter, bool brackets)
{
    struct path_parts plain = {0}, out = {0};
    split_plain(arena, path, delimiter, &plain);
    if (!brackets)
        return plain;
    for (size_t i = 0; i < plain.len; i++) {
        struct span part = plain.items[i];
        if (span_starts(part, "[") && !span_ends(part, "]")) {
            while (i + 1 < plain.len) {
                part = join(arena, part, delimiter, plain.items[++i]);
                if (span_ends(plain.items[i], "]"))
                    break;
            }
            if (span_find(part, '=') == part.len)
                part = trim_brackets(part);
        }
        vec_push_arena(arena, &out, part);
    }
    return out;
}
