// SPDX-License-Identifier: Apache-2.0
// One chart that is named by its URL, and the dependencies that a chart has not with it.
#include "base/mem.h"
#include "model/oci.h"
#include "work/artifacts.h"
#include "work/artifacts/source/chart.h"
#include "work/artifacts/tree/bundled.h"

// What fetching a chart needs of a walk.
struct fetching {
    struct walk walk;
    struct lock *lock; // grows: a copy of what is given
    struct oci *oci;
    struct repositories *repositories;
};

static void fetching_end(struct fetching *f)
{
    walk_free(&f->walk);
    lock_free(f->lock);
    oci_free(f->oci);
    repositories_free(f->repositories);
}

static struct lock *copy_lock(const struct lock *from)
{
    struct lock *lock = lock_new(SPAN("."), SPAN(LOCK_ORIGIN_UPSTREAM), SPAN(LOCK_PLATFORM));

    if (from)
        lock_add_all(lock, from);
    return lock;
}

// A chart that the lock does not have is fetched all the same, and looked up by its name only.
static int fetching_begin(struct fetching *f, const struct artifacts_chart_options *o,
                          struct err **err)
{
    f->lock = o->bundle ? bundled_lock(o->bundle) : copy_lock(o->lock);
    f->walk = (struct walk){.registry = {.http = o->http, .bundle = o->bundle},
                            .lock = f->lock,
                            .report = o->report,
                            .frozen = o->bundle != NULL,
                            .own_arena = arena_new()};
    f->walk.arena = f->walk.own_arena;
    if (o->bundle)
        return 0;
    f->oci = oci_new(o->http, err);
    if (!f->oci)
        return -1;
    f->repositories = repositories_new(o->http, o->report);
    f->walk.registry.oci = f->oci;
    f->walk.repositories = f->repositories;
    return 0;
}

bool artifacts_is_chart_reference(const char *text)
{
    struct span s = span_str(text);

    return span_starts(s, "oci://") || span_starts(s, "https://") || span_starts(s, "http://");
}

static struct chart *fetch(struct fetching *f, const char *reference, struct err **err)
{
    struct chart_wanted wanted = {.field = "the version"};

    if (span_starts(span_str(reference), "oci://"))
        return chart_from_oci(&f->walk, span_str(reference), reference, err);
    if (chart_name_parse(span_str(reference), &wanted.name))
        return chart_from_repository(&f->walk, &wanted, reference, err);
    err_set(err, ERR_USAGE, "%s is no chart's name", reference);
    err_hint(err, "https://HOST/PATH/NAME:VERSION: the repository, the chart's name, its version; "
                  "or oci://HOST/PATH/NAME:VERSION");
    return NULL;
}

struct chart *artifacts_chart(const struct artifacts_chart_options *o, const char *reference,
                              struct err **err)
{
    struct fetching f CLEANUP(fetching_end) = {0};

    return fetching_begin(&f, o, err) < 0 ? NULL : fetch(&f, reference, err);
}

static int add_missing(struct fetching *f, struct chart *chart, const struct chart_missing *missing,
                       struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct chart_wanted wanted = {.name = {missing->repository, missing->name, missing->version},
                                  .field = "the version in Chart.yaml"};
    const char *what = arena_printf(f->walk.arena, "the dependency %.*s", SPAN_ARG(missing->name));

    if (!artifacts_is_chart_reference(arena_span(f->walk.arena, missing->repository).ptr)) {
        err_set(err, ERR_CONFIG, "%s is not in charts/, and '%.*s' is no repository to fetch it of",
                what, SPAN_ARG(missing->repository));
        return err_hint(err, "'helm dependency build' puts dependencies into charts/");
    }
    if (chart_archive(&f->walk, &wanted, what, &tgz, err) < 0)
        return err_hint(err, "'helm dependency build' puts dependencies into charts/, where they "
                             "are taken from; Chart.lock pins their versions");
    return chart_add_subchart(chart, buf_span(&tgz), what, err);
}

int artifacts_complete_chart(const struct artifacts_chart_options *o, struct chart *chart,
                             struct err **err)
{
    struct fetching f CLEANUP(fetching_end) = {0};
    chart_missings missing = {0};
    int status = 0;

    chart_find_missing(chart, &missing);
    if (missing.len)
        status = fetching_begin(&f, o, err);
    for (size_t i = 0; i < missing.len && status == 0; i++)
        status = add_missing(&f, chart, &missing.items[i], err);
    vec_free(&missing);
    return status;
}
