// SPDX-License-Identifier: Apache-2.0
// Where charts come from: a folder of a git repository, a registry, a Helm repository.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/url.h"
#include "io/crypto.h"
#include "work/artifacts/source/chart.h"
#include "work/artifacts/source/ranges.h"

static struct chart *from_oci(struct walk *w, struct span reference, const char *user,
                              struct buf *tgz, struct err **err)
{
    struct registry_layer layer = {.of_helm = true};
    struct oci_ref ref;
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct lock_entry entry = {.kind = LOCK_CHART, .used_by = &user, .used_by_count = 1};
    const struct lock_entry *known;
    struct chart *chart;

    if (oci_ref_parse(w->arena, reference, &ref, err) < 0) {
        err_wrap(err, "%s", user);
        return NULL;
    }
    oci_ref_format(&ref, &name);
    entry.name = buf_span(&name);
    known = lock_find(w->lock, LOCK_CHART, entry.name, SPAN_EMPTY);
    if (!known && w->frozen) {
        walk_not_locked(w, "chart", entry.name, user, err);
        return NULL;
    }
    if (known)
        ref.digest = known->digest;
    chart = registry_read_content(&w->registry, w->arena, &ref, &layer, w->lock, buf_str(&name),
                                  &entry, tgz, err) < 0
                ? NULL
                : chart_load_archive(buf_span(tgz), buf_str(&name), err);
    if (chart)
        lock_add(w->lock, &entry);
    else
        err_wrap(err, "%s", user);
    return chart;
}

static struct chart *load_archive(struct walk *w, const struct chart_name *name,
                                  struct lock_entry *entry, struct buf *tgz, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    const struct digest *pin = digest_is_set(&entry->digest) ? &entry->digest : NULL;

    if (w->registry.bundle) {
        if (registry_read_bundle(&w->registry, pin, entry->name.ptr, tgz, err) < 0)
            return NULL;
    } else if (repositories_archive(w->repositories, name, pin, tgz, err) < 0) {
        return NULL;
    }
    entry->digest = crypto_sha256(buf_span(tgz));
    entry->size = tgz->len;
    chart = chart_load_archive(buf_span(tgz), entry->name.ptr, err);
    return chart && chart_check_name(chart, name, err) == 0 ? STEAL(chart) : NULL;
}

static struct chart *by_index(struct walk *w, const struct chart_name *name, const char *user,
                              struct buf *tgz, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct lock_entry entry = {.kind = LOCK_CHART, .used_by = &user, .used_by_count = 1};
    const struct lock_entry *known;
    struct chart *chart;

    chart_name_format(name, &text);
    entry.name = span_str(buf_str(&text));
    known = lock_find(w->lock, LOCK_CHART, entry.name, SPAN_EMPTY);
    if (!known && w->frozen) {
        walk_not_locked(w, "chart", entry.name, user, err);
        return NULL;
    }
    if (known)
        entry.digest = known->digest;
    chart = load_archive(w, name, &entry, tgz, err);
    if (chart)
        lock_add(w->lock, &entry);
    else
        err_wrap(err, "%s: chart %s", user, buf_str(&text));
    return chart;
}

// The tag of a chart's version: '+' is not allowed in one, and Helm writes '_'.
static char *registry_reference(struct arena *arena, const struct chart_name *name)
{
    char *reference = arena_printf(arena, "%.*s/%.*s:%.*s", SPAN_ARG(name->repository),
                                   SPAN_ARG(name->chart), SPAN_ARG(name->version));

    for (char *c = reference; *c; c++)
        if (*c == '+')
            *c = '_';
    return reference;
}

static bool is_followed(const struct chart_name *name)
{
    struct url url;

    if (span_starts(name->repository, "oci://"))
        return true;
    return url_parse(name->repository, &url) && (url_is(&url, "https") || url_is(&url, "http")) &&
           url.host.len && !url.fragment.len && (!url.query.len || url_has_secret(&url)) &&
           chart_name_is_plain(name->chart);
}

static struct chart *from_repository(struct walk *w, const struct chart_wanted *wanted,
                                     const char *user, struct buf *tgz, struct err **err)
{
    struct chart_name name = wanted->name;

    name.repository = url_trim(name.repository);
    if (is_followed(&name)) {
        if (ranges_chart(w, &name, err) < 0) {
            err_wrap(err, "%s: %s", user, wanted->field);
            return NULL;
        }
        if (!span_eq(name.version, wanted->name.version))
            user =
                arena_printf(w->arena, "%s, version '%.*s'", user,
                             SPAN_ARG(wanted->name.version.len ? wanted->name.version : SPAN("*")));
        if (span_starts(name.repository, "oci://"))
            return from_oci(w, span_str(registry_reference(w->arena, &name)), user, tgz, err);
        return by_index(w, &name, user, tgz, err);
    }
    err_set(err, ERR_UNSUPPORTED, "%s: the chart '%.*s' of a Helm repository at '%.*s'", user,
            SPAN_ARG(name.chart), SPAN_ARG(name.repository));
    err_hint(err, "names are of letters, digits, '-', '_' and '.', URLs of https, http or oci, "
                  "without a query");
    return NULL;
}

struct chart *chart_from_oci(struct walk *w, struct span reference, const char *user,
                             struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);

    return from_oci(w, reference, user, &tgz, err);
}

struct chart *chart_from_repository(struct walk *w, const struct chart_wanted *wanted,
                                    const char *user, struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);

    return from_repository(w, wanted, user, &tgz, err);
}

int chart_archive(struct walk *w, const struct chart_wanted *wanted, const char *user,
                  struct buf *tgz, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = from_repository(w, wanted, user, tgz, err);

    return chart ? 0 : -1;
}
