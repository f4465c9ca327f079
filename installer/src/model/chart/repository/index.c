// SPDX-License-Identifier: Apache-2.0
// Reading an index as Helm and Flux do: entries that are no charts to Helm are passed over, like
// fields that nobody here needs.
#include "model/chart/repository/index.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/semver.h"
#include "base/when.h"

enum { NAMED_MAX = 3 }; // versions that a message names

static int no_index(const char *what, const char *why, struct err **err)
{
    return err_set(err, ERR_SOURCE, "%s is no index of a Helm repository: %s", what, why);
}

static bool is_json(struct span text)
{
    return span_starts(span_trim(text), "{");
}

// What is no JSON may still be YAML that starts with a brace.
static int read_text(struct doc *d, struct span text, const char *what, struct node **root,
                     struct err **err)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct node_list list = {0};

    if (is_json(text)) {
        *root = doc_read_json(d, text, what, ERR_SOURCE, &ignored);
        if (*root)
            return 0;
    }
    if (doc_read_helm(d, text, what, &list, err) < 0)
        return err_wrap_as(err, ERR_SOURCE, "the index of a Helm repository");
    *root = list.len ? list.items[0] : NULL;
    return 0;
}

static int check(const struct node *root, const char *what, struct err **err)
{
    const struct node *entries = node_get(root, "entries");
    struct span version = node_scalar(node_get(root, "apiVersion"));
    size_t count = 0;

    if (!node_is(root, NODE_MAP) || !version.len)
        return no_index(what, "it has no apiVersion", err);
    if (!span_is(version, "v1"))
        return err_set(err, ERR_UNSUPPORTED,
                       "%s is an index of the apiVersion '%.*s', and only v1 is understood", what,
                       SPAN_ARG(version));
    if (entries && !node_is(entries, NODE_MAP) && !node_is(entries, NODE_NULL))
        return no_index(what, "its entries are no map", err);
    NODE_FOREACH_PAIR (pair, entries)
        count += node_len(pair->value);
    if (count > CHART_INDEX_VERSIONS_MAX)
        return err_set(err, ERR_SOURCE, "%s has more than %d versions of charts", what,
                       CHART_INDEX_VERSIONS_MAX);
    return 0;
}

struct chart_index *chart_index_read(struct span text, const char *what, struct err **err)
{
    struct chart_index *index CLEANUP(chart_index_cleanup) = chart_index_new();
    struct node *root;

    if (text.len > CHART_INDEX_MAX_BYTES) {
        err_set(err, ERR_SOURCE, "%s has more than %zu MiB", what, CHART_INDEX_MAX_BYTES >> 20);
        return NULL;
    }
    index->what = arena_str(doc_arena(index->doc), what);
    if (read_text(index->doc, text, what, &root, err) < 0 || check(root, what, err) < 0)
        return NULL;
    index->entries = node_get(root, "entries");
    return STEAL(index);
}

// What Helm does not pass over when it reads an index (Metadata.Validate()).
static bool is_valid(const struct node *entry)
{
    struct span type = node_get_text(entry, "type");
    struct semver v;

    return chart_name_is_plain(node_get_text(entry, "name")) &&
           semver_parse(node_scalar(node_get(entry, "version")), &v) &&
           (!type.len || span_is(type, "application") || span_is(type, "library"));
}

static struct span version_of(const struct node *entry)
{
    return node_scalar(node_get(entry, "version"));
}

static const struct node *find_written(const struct node *versions, struct span version)
{
    NODE_FOREACH_ITEM (entry, versions)
        if (is_valid(entry) && span_eq(version_of(entry), version))
            return entry;
    return NULL;
}

// The one that is the same version: with or without "v" and build metadata.
static int find_same(const struct node *versions, struct span version, const struct node **found,
                     struct err **err)
{
    struct semver wanted, v;

    *found = NULL;
    if (!semver_parse(version, &wanted))
        return 0;
    NODE_FOREACH_ITEM (entry, versions) {
        if (!is_valid(entry) || !semver_parse(version_of(entry), &v) ||
            semver_compare(&v, &wanted) != 0)
            continue;
        if (*found && !span_eq(version_of(*found), version_of(entry))) {
            err_set(err, ERR_UNSUPPORTED, "%.*s may be %.*s or %.*s", SPAN_ARG(version),
                    SPAN_ARG(version_of(*found)), SPAN_ARG(version_of(entry)));
            return err_hint(err, "name one of them in full: what differs is the build metadata, "
                                 "which Helm does not compare");
        }
        if (!*found)
            *found = entry;
    }
    return 0;
}

static int not_there(const struct chart_index *index, const struct node *versions,
                     struct span chart, struct span version, struct err **err)
{
    struct buf some CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t named = 0;

    NODE_FOREACH_ITEM (entry, versions)
        if (is_valid(entry) && named++ < NAMED_MAX)
            buf_printf(&some, "%s%.*s", some.len ? ", " : "", SPAN_ARG(version_of(entry)));
    if (!named)
        return err_set(err, ERR_SOURCE, "%s has no chart %.*s", index->what, SPAN_ARG(chart));
    err_set(err, ERR_SOURCE, "%s has no version %.*s of the chart %.*s", index->what,
            SPAN_ARG(version), SPAN_ARG(chart));
    return err_hint(err, "it has %s%s", buf_str(&some), named > NAMED_MAX ? ", …" : "");
}

static bool is_ambiguous(const struct node *versions, const struct node *found)
{
    NODE_FOREACH_ITEM (entry, versions)
        if (is_valid(entry) && span_eq(version_of(entry), version_of(found)) &&
            !span_eq(node_get_text(entry, "digest"), node_get_text(found, "digest")))
            return true;
    return false;
}

int chart_index_find(const struct chart_index *index, struct span chart, struct span version,
                     struct chart_listed *found, struct err **err)
{
    const struct node *versions = node_get_span(index->entries, chart);
    const struct node *entry = find_written(versions, version);

    if (!entry && find_same(versions, version, &entry, err) < 0)
        return err_wrap(err, "%s: chart %.*s", index->what, SPAN_ARG(chart));
    if (!entry)
        return not_there(index, versions, chart, version, err);
    *found = (struct chart_listed){
        .version = version_of(entry),
        .url = node_text(node_item(node_get(entry, "urls"), 0)),
        .digest = node_get_text(entry, "digest"),
        .deprecated = node_get_bool(entry, "deprecated", false),
        .removed = node_get_bool(entry, "removed", false),
        .ambiguous = is_ambiguous(versions, entry),
    };
    if (found->url.len)
        return 0;
    return err_set(err, ERR_SOURCE, "%s has no URL for the chart %.*s %.*s", index->what,
                   SPAN_ARG(chart), SPAN_ARG(found->version));
}

// --- versions ---

struct version {
    struct span text;
    struct semver v;
    int64_t created;
    size_t at;
};

static int compare_versions(const void *a, const void *b)
{
    const struct version *x = a, *y = b;
    int order = semver_compare(&y->v, &x->v);

    if (!order)
        order = (y->created > x->created) - (y->created < x->created);
    return order ? order : (y->at > x->at) - (y->at < x->at);
}

void chart_index_versions(const struct chart_index *index, struct span chart, chart_versions *out)
{
    const struct node *versions = node_get_span(index->entries, chart);
    struct version *all = mem_zalloc(node_len(versions) + 1, sizeof(*all));
    size_t count = 0;

    NODE_FOREACH_ITEM (entry, versions) {
        struct version *one = &all[count];

        if (!is_valid(entry) || !semver_parse(version_of(entry), &one->v))
            continue;
        one->text = version_of(entry);
        one->at = count++;
        if (!when_parse(node_get_text(entry, "created"), &one->created))
            one->created = 0;
    }
    qsort(all, count, sizeof(*all), compare_versions);
    for (size_t i = 0; i < count; i++)
        vec_push(out, all[i].text);
    free(all);
}

void chart_index_free(struct chart_index *index)
{
    if (!index)
        return;
    doc_free(index->doc);
    free(index);
}
