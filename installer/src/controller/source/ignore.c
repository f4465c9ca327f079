// SPDX-License-Identifier: Apache-2.0
// The patterns of .sourceignore and spec.ignore, as go-git matches those of .gitignore
// (plumbing/format/gitignore, carried on in fluxcd/pkg/sourceignore): in several points not as git
// does. A pattern without a slash is held against every part of a path; "**" stands for any number
// of folders only before something else; "a/**" also matches a itself.
#include <string.h>

#include "base/glob.h"
#include "base/mem.h"
#include "controller/source.h"

enum { LINE_MAX_BYTES = 65536 }; // bufio.Scanner reads no further behind a longer one

struct parts {
    struct span *items;
    size_t len, cap;
};

struct pattern {
    struct parts domain; // folders that the path has to start with
    struct parts parts;
    bool includes;    // "!..."
    bool folder_only; // ".../"
    bool has_slash;
};

struct source_ignore {
    struct arena *arena;
    VEC(struct pattern) patterns; // in the arena, as all in them
};

struct source_ignore *source_ignore_new(void)
{
    struct source_ignore *ignore = MEM_NEW(struct source_ignore);

    ignore->arena = arena_new();
    return ignore;
}

void source_ignore_free(struct source_ignore *ignore)
{
    if (!ignore)
        return;
    arena_free(ignore->arena);
    free(ignore);
}

// Every piece between slashes, also empty ones; of an empty text one.
static void split(struct arena *arena, struct span text, struct parts *out)
{
    struct span before, after;

    while (span_cut(text, '/', &before, &after)) {
        vec_push_arena(arena, out, before);
        text = after;
    }
    vec_push_arena(arena, out, text);
}

static void add_pattern(struct source_ignore *ignore, struct span text, const char *domain)
{
    struct pattern p = {0};

    if (domain[0])
        split(ignore->arena, arena_span(ignore->arena, span_str(domain)), &p.domain);
    p.includes = span_skip(&text, "!");
    if (!span_ends(text, "\\ "))
        while (span_ends(text, " "))
            text.len--;
    p.folder_only = span_ends(text, "/");
    if (p.folder_only)
        text.len--;
    p.has_slash = span_find(text, '/') < text.len;
    split(ignore->arena, arena_span(ignore->arena, text), &p.parts);
    vec_push_arena(ignore->arena, &ignore->patterns, p);
}

size_t source_ignore_add(struct source_ignore *ignore, struct span text, const char *domain)
{
    size_t before = ignore->patterns.len;
    struct span line;

    while (span_next(&text, '\n', &line) && line.len < LINE_MAX_BYTES) {
        if (span_ends(line, "\r"))
            line.len--;
        if (!span_starts(line, "#") && span_trim(line).len)
            add_pattern(ignore, line, domain);
    }
    return ignore->patterns.len - before;
}

static bool part_matches(struct span pattern, struct span name)
{
    return glob_match(pattern, name, GLOB_PATH);
}

// Some part of the path has the name; the last one may have to be a folder's.
static bool name_matches(const struct pattern *p, const struct span *path, size_t count,
                         bool is_folder)
{
    for (size_t i = 0; i < count; i++)
        if (part_matches(p->parts.items[0], path[i]))
            return !p->folder_only || is_folder || i < count - 1;
    return false;
}

// Steps over the path up to the first part that matches, and over that; false at its end.
static bool traverse(struct span pattern, const struct span *path, size_t count, size_t *at)
{
    while (*at < count)
        if (part_matches(pattern, path[(*at)++]))
            return true;
    return false;
}

static bool path_matches(const struct pattern *p, const struct span *path, size_t count,
                         bool is_folder)
{
    bool matched = false, any = false; // any: behind a "**"
    size_t at = 0;

    for (size_t i = 0; i < p->parts.len; i++) {
        struct span part = p->parts.items[i];

        if (!part.len) {
            any = false;
            continue;
        }
        if (span_is(part, "**")) {
            if (i == p->parts.len - 1)
                break;
            any = true;
            continue;
        }
        if (span_search(part, SPAN("**")) < part.len || at == count)
            return false;
        if (any)
            matched = traverse(part, path, count, &at);
        else if (part_matches(part, path[at++]))
            matched = true;
        else
            return false;
        any = false;
    }
    return matched && (!p->folder_only || is_folder || at < count);
}

static bool matches(const struct pattern *p, const struct span *path, size_t count, bool is_folder)
{
    size_t inside = p->domain.len;

    if (count <= inside)
        return false;
    for (size_t i = 0; i < inside; i++)
        if (!span_eq(path[i], p->domain.items[i]))
            return false;
    return p->has_slash ? path_matches(p, path + inside, count - inside, is_folder)
                        : name_matches(p, path + inside, count - inside, is_folder);
}

bool source_ignores(const struct source_ignore *ignore, const char *path, bool is_folder)
{
    VEC(struct span) all = {0};
    struct span rest = span_str(path), part;
    bool ignored = false;

    while (span_next(&rest, '/', &part))
        vec_push(&all, part);
    for (size_t i = ignore->patterns.len; i > 0; i--) {
        const struct pattern *p = &ignore->patterns.items[i - 1];

        if (matches(p, all.items, all.len, is_folder)) {
            ignored = !p->includes;
            break;
        }
    }
    vec_free(&all);
    return ignored;
}
