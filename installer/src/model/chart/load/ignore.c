// SPDX-License-Identifier: Apache-2.0
// .helmignore (Helm's pkg/ignore): the first pattern that matches decides; one with "!" ignores
// what it does not match.
#include <stdlib.h>

#include "base/arena.h"
#include "base/glob.h"
#include "base/path.h"
#include "model/chart.h"

#define ALWAYS_IGNORED SPAN("templates/.?*")
#define PATTERNS_MAX 1000

struct pattern {
    struct span glob;
    bool negated;
    bool folders_only;
    bool whole; // matches the whole path, else its last part
};

struct chart_ignore {
    struct arena *arena;
    VEC(struct pattern) patterns;
};

static void add_pattern(struct chart_ignore *ignore, struct span rule)
{
    struct pattern p = {.negated = span_skip(&rule, "!")};

    if (span_ends(rule, "/")) {
        p.folders_only = true;
        rule.len--;
    }
    p.whole = span_find(rule, '/') < rule.len;
    (void)span_skip(&rule, "/");
    p.glob = arena_span(ignore->arena, rule);
    vec_push(&ignore->patterns, p);
}

static int add_rule(struct chart_ignore *ignore, struct span line, const char *what,
                    unsigned number, struct err **err)
{
    struct span rule = span_trim(line);

    if (!rule.len || rule.ptr[0] == '#')
        return 0;
    if (ignore->patterns.len == PATTERNS_MAX)
        return err_set(err, ERR_CONFIG, "%s/.helmignore: more than %d patterns", what,
                       PATTERNS_MAX);
    if (span_search(rule, SPAN("**")) < rule.len)
        return err_set(err, ERR_CONFIG,
                       "%s/.helmignore:%u: double-star (**) syntax is not supported", what, number);
    if (!glob_is_valid(rule, GLOB_PATH))
        return err_set(err, ERR_CONFIG, "%s/.helmignore:%u: \"%.*s\" is no pattern", what, number,
                       SPAN_ARG(rule));
    add_pattern(ignore, rule);
    return 0;
}

struct chart_ignore *chart_ignore_parse(struct span text, const char *what, struct err **err)
{
    struct chart_ignore *ignore CLEANUP(chart_ignore_cleanup) = MEM_NEW(struct chart_ignore);
    struct span line;
    unsigned number = 0;

    ignore->arena = arena_new();
    (void)span_skip(&text, "\xef\xbb\xbf");
    while (span_next(&text, '\n', &line))
        if (add_rule(ignore, line, what, ++number, err) < 0)
            return NULL;
    add_pattern(ignore, ALWAYS_IGNORED);
    return STEAL(ignore);
}

bool chart_ignores(const struct chart_ignore *ignore, const char *path, bool is_folder)
{
    struct span whole = span_str(path), base = span_str(path_base(path));

    VEC_FOREACH (const struct pattern *, p, &ignore->patterns) {
        bool matches = (is_folder || !p->folders_only) &&
                       glob_match(p->glob, p->whole ? whole : base, GLOB_PATH);

        if (matches != p->negated)
            return true;
    }
    return false;
}

void chart_ignore_free(struct chart_ignore *ignore)
{
    if (!ignore)
        return;
    vec_free(&ignore->patterns);
    arena_free(ignore->arena);
    free(ignore);
}
