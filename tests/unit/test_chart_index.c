// SPDX-License-Identifier: Apache-2.0
// model/chart: indexes of repositories, read and made, and the names of their charts.
#include "unit.h"

#include "model/chart.h"

static struct chart_index *read_index(const char *text, struct err **err)
{
    return chart_index_read(span_str(text), "index", err);
}

// --- reading ---

static const char usual[] =
    "apiVersion: v1\n"
    "entries:\n"
    "  one:\n"
    "  - {name: one, version: 1.3.0, urls: [one-1.3.0.tgz]}\n"
    "  - null\n"
    "  - {name: one, version: v1.2.0, urls: [a, b], digest: 'sha256:ab'}\n"
    "  - {name: one, version: 1.1.0+x, urls: [x]}\n"
    "  - {name: one, version: 1.1.0+y, urls: [of-y]}\n"
    "  - {name: one, version: 1.0.0, urls: [c], digest: aa, removed: true}\n"
    "  - {name: one, version: 1.0.0, urls: [d], digest: bb}\n"
    "  - {name: one, version: 0.9.0, type: strange, urls: [e]}\n"
    "  - {name: one, version: nine, urls: [f]}\n"
    "  - {version: 0.8.0, urls: [g]}\n"
    "  - {name: one, version: 0.7.0}\n"
    "unknown: 1\n";

static void expect_found(const char *text, const char *version, const char *url)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart_index *index CLEANUP(chart_index_cleanup) = read_index(text, &err);
    struct chart_listed found;

    assert_non_null(index);
    assert_int_equal(chart_index_find(index, SPAN("one"), span_str(version), &found, &err), 0);
    assert_string_equal(found.url.ptr, url);
}

static void expect_failure(const char *text, const char *version, enum err_kind kind,
                           const char *words)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart_index *index CLEANUP(chart_index_cleanup) = read_index(text, &err);
    struct chart_listed found;

    if (index)
        assert_int_equal(chart_index_find(index, SPAN("one"), span_str(version), &found, &err), -1);
    assert_err(err, kind, words);
}

static void test_chart_index_find__exact_versions(void **state)
{
    (void)state;
    expect_found(usual, "1.3.0", "one-1.3.0.tgz");
    expect_found(usual, "v1.3.0", "one-1.3.0.tgz");
    expect_found(usual, "1.3.0+build", "one-1.3.0.tgz");
    expect_found(usual, "1.2.0", "a");
    expect_found(usual, "1.1.0+y", "of-y");
    expect_found("{\"apiVersion\":\"v1\",\"entries\":{\"one\":[{\"name\":\"one\",\"version\":"
                 "\"1.0.0\",\"urls\":[\"json\"]}]}}",
                 "1.0.0", "json");
    expect_found("{apiVersion: v1, entries: {one: [{name: one, version: 1.0.0, urls: [flow]}]}}",
                 "1.0.0", "flow");
}

static void test_chart_index_find__what_is_said_of_a_version(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart_index *index CLEANUP(chart_index_cleanup) = read_index(usual, &err);
    struct chart_listed found;

    (void)state;
    assert_int_equal(chart_index_find(index, SPAN("one"), SPAN("1.2.0"), &found, &err), 0);
    assert_true(span_is(found.version, "v1.2.0") && span_is(found.digest, "sha256:ab"));
    assert_false(found.removed || found.ambiguous || found.deprecated);
    assert_int_equal(chart_index_find(index, SPAN("one"), SPAN("1.0.0"), &found, &err), 0);
    assert_true(span_is(found.url, "c") && found.removed && found.ambiguous);
}

static void test_chart_index_find__what_is_not_there(void **state)
{
    (void)state;
    expect_failure(usual, "1.1.0", ERR_UNSUPPORTED, "1.1.0+x or 1.1.0+y");
    expect_failure(usual, "0.9.0", ERR_SOURCE, "index has no version 0.9.0 of the chart one");
    expect_failure(usual, "0.8.0", ERR_SOURCE, "no version 0.8.0");
    expect_failure(usual, "0.7.0", ERR_SOURCE, "no URL for the chart one 0.7.0");
    expect_failure(usual, "nine", ERR_SOURCE, "no version nine");
    expect_failure("{apiVersion: v1}", "1.0.0", ERR_SOURCE, "index has no chart one");
    expect_failure("{apiVersion: v1, entries: }", "1.0.0", ERR_SOURCE, "no chart one");
    expect_failure("{apiVersion: v1, entries: {one: x}}", "1.0.0", ERR_SOURCE, "no chart one");
}

static void test_chart_index_read__what_is_no_index(void **state)
{
    (void)state;
    expect_failure("", "", ERR_SOURCE, "no apiVersion");
    expect_failure("a: 1", "", ERR_SOURCE, "no apiVersion");
    expect_failure("[1]", "", ERR_SOURCE, "no apiVersion");
    expect_failure("apiVersion: v2", "", ERR_UNSUPPORTED, "only v1");
    expect_failure("{apiVersion: v1, entries: [1]}", "", ERR_SOURCE, "no map");
    expect_failure("<html>: {", "", ERR_SOURCE, "index:2");
}

// --- making ---

static void add(struct chart_index *index, const char *meta, const char *url, bool added)
{
    chart_files files CLEANUP(chart_files_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct digest digest = {DIGEST_SHA256, {0xab}};

    vec_push(&files, (struct chart_file){.path = "Chart.yaml", .content = span_str(meta)});
    vec_push(&files,
             (struct chart_file){.path = "requirements.yaml",
                                 .content = SPAN("dependencies: [{name: old, repository: r}]")});
    chart = chart_load_files(&files, "chart", &err);
    assert_non_null(chart);
    assert_int_equal(chart_index_add(index, chart, url, &digest), added);
}

static void test_chart_index_add__fields_as_helm_has_them(void **state)
{
    struct chart_index *index CLEANUP(chart_index_cleanup) = chart_index_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    add(index,
        "apiVersion: v2\nname: one\nversion: 1.0.0\nappVersion: 1.10\nunknown: 1\nicon: ''\n"
        "description: \"two\\nlines\\u200b\"\ndeprecated: true\ntype: library\n"
        "annotations: {a: 1, b: true}\nkeywords: [k, 2]\nmaintainers: [{name: nn, other: o}]\n"
        "dependencies: [{name: d, version: 1.x, condition: c, enabled: false, tags: [t],"
        " import-values: [{child: a, parent: b}]}]\n",
        "one-1.0.0.tgz", true);
    chart_index_write(index, &out);
    assert_string_equal(
        buf_str(&out),
        "apiVersion: v1\n"
        "entries:\n"
        "  one:\n"
        "  - annotations:\n"
        "      a: \"1\"\n"
        "      b: \"true\"\n"
        "    apiVersion: v2\n"
        "    appVersion: \"1.1\"\n"
        "    created: \"1970-01-01T00:00:00Z\"\n"
        "    dependencies:\n"
        "    - condition: c\n"
        "      import-values:\n"
        "      - child: a\n"
        "        parent: b\n"
        "      name: old\n"
        "      repository: r\n"
        "      tags:\n"
        "      - t\n"
        "      version: 1.x\n"
        "    deprecated: true\n"
        "    description: two lines\n"
        "    digest: ab00000000000000000000000000000000000000000000000000000000000000\n"
        "    keywords:\n"
        "    - k\n"
        "    - \"2\"\n"
        "    maintainers:\n"
        "    - name: nn\n"
        "    name: one\n"
        "    type: library\n"
        "    urls:\n"
        "    - one-1.0.0.tgz\n"
        "    version: 1.0.0\n"
        "generated: \"1970-01-01T00:00:00Z\"\n");
}

static void test_chart_index_write__same_charts_same_bytes(void **state)
{
    struct chart_index *a CLEANUP(chart_index_cleanup) = chart_index_new();
    struct chart_index *b CLEANUP(chart_index_cleanup) = chart_index_new();
    struct buf of_a CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf of_b CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    static const char *const metas[] = {"{name: b, version: 1.9.0}", "{name: b, version: 1.10.0}",
                                        "{name: b, version: 1.10.0-rc.1}",
                                        "{name: b, version: 1.10.0+b}",
                                        "{name: a, version: v2.0.0}"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(metas); i++) {
        add(a, metas[i], metas[i], true);
        add(b, metas[ARRAY_LEN(metas) - 1 - i], metas[ARRAY_LEN(metas) - 1 - i], true);
    }
    add(a, metas[0], "again", false);
    chart_index_write(a, &of_a);
    chart_index_write(b, &of_b);
    assert_string_equal(buf_str(&of_a), buf_str(&of_b));
    assert_true(span_search(buf_span(&of_a), SPAN("  a:")) <
                span_search(buf_span(&of_a), SPAN("  b:")));
    assert_true(span_search(buf_span(&of_a), SPAN("version: 1.10.0-rc.1")) <
                span_search(buf_span(&of_a), SPAN("version: 1.9.0")));
    assert_true(span_search(buf_span(&of_a), SPAN("version: 1.10.0\n")) <
                span_search(buf_span(&of_a), SPAN("version: 1.10.0-rc.1")));
}

// What is made can be read.
static void test_chart_index__round_trip(void **state)
{
    struct chart_index *index CLEANUP(chart_index_cleanup) = chart_index_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    add(index, "{name: one, version: 1.0.0+b.1}", "one-1.0.0+b.1.tgz", true);
    chart_index_write(index, &out);
    assert_non_null(strstr(buf_str(&out), "apiVersion: v1\n    created"));
    assert_non_null(strstr(buf_str(&out), "- name: old"));
    expect_found(buf_str(&out), "1.0.0", "one-1.0.0+b.1.tgz");
}

// --- names ---

static void test_chart_name__parts(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct chart_name name;

    (void)state;
    assert_true(chart_name_parse(SPAN("https://h:8/p/q/one:1.0.0+b"), &name));
    assert_true(span_is(name.repository, "https://h:8/p/q"));
    assert_true(span_is(name.chart, "one") && span_is(name.version, "1.0.0+b"));
    chart_name_format(&name, &out);
    assert_string_equal(buf_str(&out), "https://h:8/p/q/one:1.0.0+b");
    assert_true(chart_name_parse(SPAN("https://h/one:1"), &name));
    assert_true(span_is(name.repository, "https://h"));
}

static void test_chart_name__none(void **state)
{
    static const char *const none[] = {"ghcr.io/org/chart:1.2.3",
                                       "reg:5000/chart:1",
                                       "https://h",
                                       "https://h:80",
                                       "https://h/one",
                                       "https://h/one:",
                                       "https://h/:1",
                                       "one:1",
                                       ""};
    struct chart_name name;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (chart_name_parse(span_str(none[i]), &name))
            fail_msg("'%s' is taken for a chart's name", none[i]);
    assert_true(chart_name_is_plain(SPAN("kube-Prometheus_stack.2")));
    assert_false(chart_name_is_plain(SPAN("..")));
    assert_false(chart_name_is_plain(SPAN("a/b")));
    assert_false(chart_name_is_plain(SPAN("a:b")));
    assert_false(chart_name_is_plain(SPAN_EMPTY));
}

UNIT_MAIN(UNIT(test_chart_index_find__exact_versions),
          UNIT(test_chart_index_find__what_is_said_of_a_version),
          UNIT(test_chart_index_find__what_is_not_there),
          UNIT(test_chart_index_read__what_is_no_index),
          UNIT(test_chart_index_add__fields_as_helm_has_them),
          UNIT(test_chart_index_write__same_charts_same_bytes), UNIT(test_chart_index__round_trip),
          UNIT(test_chart_name__parts), UNIT(test_chart_name__none))
