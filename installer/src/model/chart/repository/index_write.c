// SPDX-License-Identifier: Apache-2.0
// Making an index: what Helm writes of a chart (chart.Metadata, repo.ChartVersion), field by field.
// Helm reads an index strictly: a field that it does not know would make all of it unreadable.
#include "model/chart/repository/index.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/semver.h"

// The same content gives the same bytes: there is no clock.
#define CREATED "1970-01-01T00:00:00Z"

struct chart_index *chart_index_new(void)
{
    struct chart_index *index = MEM_NEW(struct chart_index);

    index->doc = doc_new();
    index->entries = node_new_map(index->doc);
    index->what = "";
    return index;
}

// Texts; empty ones are left out.
static void add_texts(struct doc *d, const struct node *from, const char *const *keys, size_t count,
                      struct node *to)
{
    for (size_t i = 0; i < count; i++) {
        struct span text = node_get_text(from, keys[i]);

        if (text.len)
            node_set_str(d, to, keys[i], text);
    }
}

static void add_list(struct doc *d, const struct node *from, const char *key, struct node *to)
{
    const struct node *list = node_get(from, key);

    if (node_len(list))
        node_set(d, to, span_str(key), node_copy(d, list));
}

static void add_true(struct doc *d, const struct node *from, const char *key, struct node *to)
{
    if (node_get_bool(from, key, false))
        node_set(d, to, span_str(key), node_new_bool(d, true));
}

static void add_annotations(struct doc *d, const struct node *meta, struct node *entry)
{
    struct node *copy = node_new_map(d);

    NODE_FOREACH_PAIR (pair, node_get(meta, "annotations"))
        node_set(d, copy, pair->key, node_copy(d, pair->value));
    if (node_len(copy))
        node_set(d, entry, SPAN("annotations"), copy);
}

static void add_maintainers(struct doc *d, const struct node *meta, struct node *entry)
{
    static const char *const texts[] = {"name", "email", "url"};
    struct node *list = node_new_seq(d);

    NODE_FOREACH_ITEM (item, node_get(meta, "maintainers")) {
        struct node *maintainer = node_new_map(d);

        add_texts(d, item, texts, ARRAY_LEN(texts), maintainer);
        node_push(d, list, maintainer);
    }
    if (node_len(list))
        node_set(d, entry, SPAN("maintainers"), list);
}

static struct node *dependency_of(struct doc *d, const struct node *from)
{
    static const char *const texts[] = {"version", "condition", "alias"};
    struct node *to = node_new_map(d);

    node_set_str(d, to, "name", node_get_text(from, "name"));
    node_set_str(d, to, "repository", node_get_text(from, "repository"));
    add_texts(d, from, texts, ARRAY_LEN(texts), to);
    add_list(d, from, "tags", to);
    add_true(d, from, "enabled", to);
    add_list(d, from, "import-values", to);
    return to;
}

static void add_dependencies(struct doc *d, const struct chart *chart, struct node *entry)
{
    struct node *list = node_new_seq(d);

    NODE_FOREACH_ITEM (item, chart->dependencies)
        node_push(d, list, dependency_of(d, item));
    if (node_len(list))
        node_set(d, entry, SPAN("dependencies"), list);
}

static struct node *entry_of(struct doc *d, const struct chart *chart, const char *url,
                             const struct digest *digest)
{
    static const char *const texts[] = {"name",       "home",      "version",    "description",
                                        "icon",       "condition", "tags",       "apiVersion",
                                        "appVersion", "type",      "kubeVersion"};
    struct node *entry = node_new_map(d), *urls = node_new_seq(d);

    add_texts(d, chart->meta, texts, ARRAY_LEN(texts), entry);
    add_list(d, chart->meta, "sources", entry);
    add_list(d, chart->meta, "keywords", entry);
    add_maintainers(d, chart->meta, entry);
    add_true(d, chart->meta, "deprecated", entry);
    add_annotations(d, chart->meta, entry);
    add_dependencies(d, chart, entry);
    node_push(d, urls, node_new_str(d, span_str(url)));
    node_set(d, entry, SPAN("urls"), urls);
    node_set_str(d, entry, "created", SPAN(CREATED));
    node_set_str(d, entry, "digest", span_str(DIGEST_HEX(digest)));
    return entry;
}

bool chart_index_add(struct chart_index *index, const struct chart *chart, const char *url,
                     const struct digest *digest)
{
    struct node *entry = entry_of(index->doc, chart, url, digest);
    struct span name = node_get_text(entry, "name");
    struct node *versions = node_get_span(index->entries, name);

    NODE_FOREACH_ITEM (other, versions)
        if (span_eq(node_get_text(other, "version"), node_get_text(entry, "version")))
            return false;
    if (!versions) {
        versions = node_new_seq(index->doc);
        node_set(index->doc, index->entries, name, versions);
    }
    node_push(index->doc, versions, entry);
    return true;
}

// The newest first; what is the same version to Helm, by how it is written.
static int compare_entries(const void *a, const void *b)
{
    struct span x = node_get_text(*(const struct node *const *)a, "version");
    struct span y = node_get_text(*(const struct node *const *)b, "version");
    struct semver v, w;
    int order = semver_parse(x, &v) && semver_parse(y, &w) ? semver_compare(&w, &v) : 0;

    return order ? order : span_cmp(y, x);
}

void chart_index_write(struct chart_index *index, struct buf *out)
{
    struct doc *d = index->doc;
    struct node *root = node_new_map(d);

    NODE_FOREACH_PAIR (pair, index->entries)
        qsort(pair->value->seq.items, node_len(pair->value), sizeof(struct node *),
              compare_entries);
    node_set_str(d, root, "apiVersion", SPAN("v1"));
    node_set(d, root, SPAN("entries"), index->entries);
    node_set_str(d, root, "generated", SPAN(CREATED));
    doc_write_yaml(root, out);
}
