// SPDX-License-Identifier: Apache-2.0
// Which version a range means: for tags of git fluxcd/pkg/git (gogit, cloneSemVer), for those of a
// registry ocirepository_controller (getTagBySemver), for charts internal/helm/repository.
#include <string.h>

#include "base/semver.h"
#include "base/semver_range.h"
#include "controller/source.h"
#include "io/regex.h"

enum { NAMED_MAX = 3 }; // versions that a message names

// fluxcd/pkg/version ParseVersion(): three numbers at least, as two dots tell.
static bool read_version(struct span text, struct semver *v)
{
    size_t first = span_find(text, '.');
    struct span rest = span_tail(text, first + 1);

    return first < text.len && span_find(rest, '.') < rest.len && semver_parse(text, v);
}

bool source_is_version(struct span text)
{
    struct semver v;

    return read_version(text, &v);
}

// A tag of a chart as the version that it stands for.
static struct span written(const struct source_wanted *w, struct arena *arena, struct span tag)
{
    char *copy;

    if (!w->is_chart_tag || span_find(tag, '_') == tag.len)
        return tag;
    copy = arena_printf(arena, "%.*s", SPAN_ARG(tag));
    for (char *c = copy; *c; c++)
        if (*c == '_')
            *c = '+';
    return span_of(copy, tag.len);
}

// Helm's client lists strict versions only: no "v", no number that starts with a zero.
static bool is_strict(struct span text, const struct semver *v)
{
    size_t dots = 0;

    if (v->count < ARRAY_LEN(v->number) || text.ptr[0] == 'v')
        return false;
    for (size_t i = 0; i < text.len && dots < ARRAY_LEN(v->number); i++) {
        bool starts = i == 0 || text.ptr[i - 1] == '.';

        dots += text.ptr[i] == '.';
        if (starts && text.ptr[i] == '0' && i + 1 < text.len && text.ptr[i + 1] >= '0' &&
            text.ptr[i + 1] <= '9' && dots < ARRAY_LEN(v->number))
            return false;
    }
    return true;
}

static bool is_listed(const struct source_wanted *w, struct span text, struct semver *v)
{
    return read_version(text, v) && (!w->is_chart || !w->is_chart_tag || is_strict(text, v));
}

static bool find_equal(const struct source_wanted *w, struct arena *arena,
                       const struct span *versions, size_t count, size_t *picked)
{
    struct semver v;

    for (size_t i = 0; i < count; i++) {
        struct span version = written(w, arena, versions[i]);

        if (span_eq(version, w->range) && (!w->is_chart_tag || is_listed(w, version, &v))) {
            *picked = i;
            return true;
        }
    }
    return false;
}

static int none_fits(const struct source_wanted *w, const struct span *versions, size_t count,
                     struct err **err)
{
    struct buf some CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t named = 0;
    struct semver v;

    err_set(err, ERR_SOURCE, "no version of %zu is in the range '%.*s'%s", count,
            SPAN_ARG(w->range.len ? w->range : SPAN("*")),
            w->filter.len ? " and matches semverFilter" : "");
    for (size_t i = count; i > 0 && named < NAMED_MAX; i--)
        if (read_version(versions[i - 1], &v))
            buf_printf(&some, "%s%.*s", named++ ? ", " : "", SPAN_ARG(versions[i - 1]));
    if (!named)
        return err_hint(err, "none of them is a version of three numbers, like 1.2.3 or v1.2.3");
    return err_hint(err,
                    "there are %s; pre-releases are only in ranges that name one, like "
                    "'>=1.0.0-0'",
                    buf_str(&some));
}

struct search {
    const struct source_wanted *wanted;
    const struct span *versions;
    size_t count;
    struct semver_range *range;
    struct regex *filter; // or NULL
    struct arena *arena;
};

static int find_newest(struct search *s, size_t *picked, struct err **err)
{
    struct semver best = {0}, v;
    bool found = false;

    for (size_t i = 0; i < s->count; i++) {
        bool fits = true;

        if (s->filter && regex_match(s->filter, s->versions[i], &fits, err) < 0)
            return err_wrap(err, "semverFilter");
        if (!fits || !is_listed(s->wanted, written(s->wanted, s->arena, s->versions[i]), &v) ||
            !semver_range_has(s->range, &v) || (found && semver_compare(&v, &best) <= 0))
            continue;
        best = v;
        *picked = i;
        found = true;
    }
    return found ? 0 : none_fits(s->wanted, s->versions, s->count, err);
}

int source_pick(const struct source_wanted *wanted, const struct span *versions, size_t count,
                size_t *picked, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct semver_range *range CLEANUP(semver_range_cleanup) = NULL;
    struct regex *filter CLEANUP(regex_cleanup) = NULL;
    struct search search = {.wanted = wanted, .versions = versions, .count = count, .arena = arena};
    bool any = wanted->is_chart && !wanted->range.len;

    if (wanted->is_chart && find_equal(wanted, arena, versions, count, picked))
        return 0;
    range = semver_range_parse(any ? SPAN("*") : wanted->range, err);
    if (!range)
        return err_wrap(err, "'%.*s' is no range of versions", SPAN_ARG(wanted->range));
    if (wanted->filter.len) {
        filter = regex_new(wanted->filter, 0, err);
        if (!filter)
            return err_wrap(err, "semverFilter");
    }
    search.range = range;
    search.filter = filter;
    return find_newest(&search, picked, err);
}
