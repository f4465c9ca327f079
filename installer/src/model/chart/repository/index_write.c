// SPDX-License-Identifier: Apache-2.0
// Making an index: what Helm writes of a chart (chart.Metadata, repo.ChartVersion), field by field.
// Helm reads an index strictly: a field that it does not know would make all of it unreadable.
#include "model/chart/repository/index.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/semver.h"
#include "base/text.h"

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

struct runes {
    uint32_t first, last;
};

static bool is_among(const struct runes *runes, size_t count, uint32_t rune)
{
    for (size_t i = 0; i < count; i++)
        if (rune >= runes[i].first && rune <= runes[i].last)
            return true;
    return false;
}

// Go's unicode.IsSpace().
static bool is_space(uint32_t rune)
{
    static const struct runes spaces[] = {
        {'\t', '\r'},     {' ', ' '},       {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
        {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};

    return is_among(spaces, ARRAY_LEN(spaces), rune);
}

// What Go's unicode.IsPrint() leaves out and may occur: control and format characters, private use.
static bool is_hidden(uint32_t rune)
{
    static const struct runes hidden[] = {
        {0, 0x1f},          {0x7f, 0x9f},       {0xad, 0xad},       {0x600, 0x605},
        {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},
        {0x8e2, 0x8e2},     {0x180e, 0x180e},   {0x200b, 0x200f},   {0x202a, 0x202e},
        {0x2060, 0x206f},   {0xe000, 0xf8ff},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
        {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe007f}, {0xf0000, 0xffffd}, {0x100000, 0x10fffd}};

    return is_among(hidden, ARRAY_LEN(hidden), rune);
}

// Helm's sanitizeString(): white space becomes blanks, what is not printed goes.
static void add_sanitized(struct span text, struct buf *out)
{
    while (text.len) {
        uint32_t rune = 0;
        size_t len = text_rune(text, &rune);

        if (len && is_space(rune))
            buf_add_str(out, " ");
        else if (len && !is_hidden(rune))
            buf_add_span(out, span_head(text, len));
        text = span_tail(text, len ? len : 1);
    }
}

static struct node *sanitized(struct doc *d, const struct node *value)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    add_sanitized(node_scalar(value), &text);
    return node_new_str(d, buf_span(&text));
}

// Fields that are texts to Helm, whatever scalar they are in the file; empty ones are left out.
static void add_texts(struct doc *d, const struct node *from, const char *const *keys, size_t count,
                      struct node *to)
{
    for (size_t i = 0; i < count; i++) {
        struct node *value = sanitized(d, node_get(from, keys[i]));

        if (node_text(value).len)
            node_set(d, to, span_str(keys[i]), value);
    }
}

static void add_list(struct doc *d, const struct node *from, const char *key, struct node *to)
{
    const struct node *list = node_get(from, key);
    struct node *copy = node_new_seq(d);

    NODE_FOREACH_ITEM (item, list)
        node_push(d, copy, sanitized(d, item));
    if (node_is(list, NODE_SEQ) && node_len(copy))
        node_set(d, to, span_str(key), copy);
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
        node_set(d, copy, pair->key, node_new_str(d, node_scalar(pair->value)));
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
    const struct node *import = node_get(from, "import-values");
    struct node *to = node_new_map(d);

    node_set(d, to, SPAN("name"), sanitized(d, node_get(from, "name")));
    node_set(d, to, SPAN("repository"), sanitized(d, node_get(from, "repository")));
    add_texts(d, from, texts, ARRAY_LEN(texts), to);
    add_list(d, from, "tags", to);
    add_true(d, from, "enabled", to);
    if (node_is(import, NODE_SEQ) && node_len(import))
        node_set(d, to, SPAN("import-values"), node_copy(d, import));
    return to;
}

// Of a chart of apiVersion v1 they are in requirements.yaml, and Helm adds them when it loads it.
static void add_dependencies(struct doc *d, const struct chart *chart, struct node *entry)
{
    struct node *list = node_new_seq(d);
    bool old = span_is(node_get_text(entry, "apiVersion"), "v1");
    const struct node *dependencies =
        old && chart->dependencies[1] ? chart->dependencies[1] : chart->dependencies[0];

    NODE_FOREACH_ITEM (item, dependencies)
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

    node_set_str(d, entry, "apiVersion", SPAN("v1"));
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
