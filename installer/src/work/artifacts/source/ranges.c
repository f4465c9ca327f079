// SPDX-License-Identifier: Apache-2.0
// Ranges of versions, resolved upstream or among what is pinned.
#include "work/artifacts/source/ranges.h"

#include "base/mem.h"
#include "base/semver.h"
#include "base/url.h"

struct versions {
    struct span *items;
    size_t len, cap;
};

static int pick(struct walk *w, const struct source_wanted *wanted, const struct versions *list,
                struct span what, struct span *picked, struct err **err)
{
    size_t at;

    if (source_pick(wanted, list->items, list->len, &at, err) == 0 && list->items) {
        *picked = arena_span(w->arena, list->items[at]);
        return 0;
    }
    err_wrap(err, "%.*s%s", SPAN_ARG(what), w->frozen ? ", as it is locked" : "");
    if (!w->frozen)
        return -1;
    err_wrap_as(err, ERR_CONFIG, "the lock");
    return err_hint(err, "the tree has changed: run 'sandstrap bundle lock' again");
}

// --- registries ---

// "host/path:" of the names that a lock has of it.
static int prefix_of(struct walk *w, struct span repository, struct oci_ref *ref, struct buf *out,
                     struct err **err)
{
    const char *some = arena_printf(w->arena, "%.*s:x", SPAN_ARG(repository));

    if (oci_ref_parse(w->arena, span_str(some), ref, err) < 0)
        return -1;
    oci_ref_format(ref, out);
    buf_truncate(out, out->len - 1);
    return 0;
}

static void locked_tags(struct walk *w, const char *prefix, struct versions *out)
{
    size_t count;
    const struct lock_entry *entries = lock_entries(w->lock, &count);

    for (size_t i = 0; i < count; i++) {
        struct span tag = entries[i].name;

        if (entries[i].kind == LOCK_CHART && span_skip(&tag, prefix) &&
            span_find(tag, '@') == tag.len)
            vec_push_arena(w->arena, out, tag);
    }
}

int ranges_tag(struct walk *w, struct span repository, const struct source_wanted *wanted,
               struct span *tag, struct err **err)
{
    struct buf prefix CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct versions list = {0};
    oci_tags tags = {0};
    struct oci_ref ref;

    if (prefix_of(w, repository, &ref, &prefix, err) < 0)
        return -1;
    if (w->frozen) {
        locked_tags(w, buf_str(&prefix), &list);
        return pick(w, wanted, &list, repository, tag, err);
    }
    if (oci_list_tags(w->registry.oci, w->arena, &ref, &tags, err) < 0)
        return -1;
    VEC_FOREACH (const struct span *, it, &tags)
        vec_push_arena(w->arena, &list, *it);
    return pick(w, wanted, &list, repository, tag, err);
}

// --- Helm repositories ---

static void locked_versions(struct walk *w, const struct chart_name *name, struct versions *out)
{
    size_t count;
    const struct lock_entry *entries = lock_entries(w->lock, &count);
    struct chart_name locked;

    for (size_t i = 0; i < count; i++)
        if (entries[i].kind == LOCK_CHART && !lock_is_oci(&entries[i]) &&
            chart_name_parse(entries[i].name, &locked) &&
            span_eq(locked.repository, name->repository) && span_eq(locked.chart, name->chart))
            vec_push_arena(w->arena, out, locked.version);
}

static int by_index(struct walk *w, struct chart_name *name, struct err **err)
{
    struct source_wanted wanted = {.range = name->version, .is_chart = true};
    char *what = arena_printf(w->arena, "chart %.*s of %.*s", SPAN_ARG(name->chart),
                              SPAN_ARG(name->repository));
    chart_versions listed = {0};
    struct versions list = {0};
    int status = 0;

    if (w->frozen)
        locked_versions(w, name, &list);
    else
        status = repositories_versions(w->repositories, name, &listed, err);
    VEC_FOREACH (const struct span *, it, &listed)
        vec_push_arena(w->arena, &list, *it);
    vec_free(&listed);
    return status < 0 ? -1 : pick(w, &wanted, &list, span_str(what), &name->version, err);
}

int ranges_chart(struct walk *w, struct chart_name *name, struct err **err)
{
    struct source_wanted wanted = {.range = name->version, .is_chart = true, .is_chart_tag = true};

    if (!span_starts(name->repository, "oci://"))
        return semver_is_exact(name->version) ? 0 : by_index(w, name, err);
    if (source_is_version(name->version))
        return 0;
    return ranges_tag(w,
                      span_str(arena_printf(w->arena, "%.*s/%.*s", SPAN_ARG(name->repository),
                                            SPAN_ARG(name->chart))),
                      &wanted, &name->version, err);
}
