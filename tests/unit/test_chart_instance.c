// SPDX-License-Identifier: Apache-2.0
// model/chart: a chart with its values, in the order of Helm's stages. All that is expected here is
// what Helm 4.2.4 makes of the same charts.
#include "unit.h"

#include "model/chart.h"
#include "model/chart/convert/convert.h"
#include "model/chart/values/instance.h"

struct file {
    const char *path, *text;
};

#define META(name) "{apiVersion: v2, name: " name ", version: 1.0.0"

struct made {
    struct chart *chart;
    struct doc *d, *given_doc;
    chart_warnings warnings;
    struct chart_instance *instance;
    struct err *err;
};

static void made_free(struct made *m)
{
    chart_free(m->chart);
    doc_free(m->d);
    doc_free(m->given_doc);
    err_free(m->err);
}

static struct made make(const struct file *files, size_t count, const char *given)
{
    chart_files list CLEANUP(chart_files_free) = {0};
    struct made m = {.d = doc_new(), .given_doc = doc_new()};
    struct node *values = node_new_map(m.given_doc);

    for (size_t i = 0; i < count; i++)
        vec_push(&list,
                 (struct chart_file){.path = files[i].path, .content = span_str(files[i].text)});
    m.chart = chart_load_files(&list, "here", &m.err);
    assert_non_null(m.chart);
    assert_int_equal(chart_values_read(m.given_doc, values, span_str(given), "given.yaml", &m.err),
                     0);
    m.instance = chart_instantiate(m.d, m.chart, values, m.given_doc, SPAN("v1.34.4-gke.1"),
                                   &m.warnings, &m.err);
    return m;
}

#define MAKE(given, ...)                                                                           \
    make((struct file[]){__VA_ARGS__}, ARRAY_LEN(((struct file[]){__VA_ARGS__})), (given))

static void expect_values(const struct made *m, const char *expected)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_non_null(m->instance);
    doc_write_json(m->instance->values, true, &out);
    assert_string_equal(buf_str(&out), expected);
}

static void test_chart_instance__nulls_of_defaults_go_those_given_take_away(void **state)
{
    struct made m CLEANUP(made_free) =
        MAKE("{a: null, m: {x: null, k: null}, z: null}", {"Chart.yaml", META("x") "}"},
             {"values.yaml", "{a: 1, b: null, m: {x: 1, w: null, v: 2}}"});

    (void)state;
    expect_values(&m, "{\"m\":{\"k\":null,\"v\":2},\"z\":null}");
    assert_string_equal(doc_file_name(m.d, node_get(m.instance->values, "z")->file), "given.yaml");
    assert_string_equal(doc_file_name(m.d, node_path(m.instance->values, "m", "v")->file),
                        "here/values.yaml");
}

static void test_chart_instance__subcharts_by_alias_condition_and_tags(void **state)
{
    struct made m CLEANUP(made_free) =
        MAKE("{one: {go: false}, tags: {t: false}}",
             {"Chart.yaml", META("x") ", dependencies: [{name: s, version: 1.x, alias: one, "
                                      "condition: one.go}, {name: s, version: '*', alias: two}, "
                                      "{name: t, version: '>0', tags: [t]}]}"},
             {"values.yaml", "{global: {g: {h: 1}}}"}, {"charts/s/Chart.yaml", META("s") "}"},
             {"charts/s/values.yaml", "{a: 1, global: {g: {i: 2}}}"},
             {"charts/t/Chart.yaml", META("t") "}"}, {"charts/u/Chart.yaml", META("u") "}"});

    (void)state;
    expect_values(&m, "{\"global\":{\"g\":{\"h\":1}},\"one\":{\"go\":false},\"tags\":{\"t\":false},"
                      "\"two\":{\"a\":1,\"global\":{\"g\":{\"h\":1,\"i\":2}}},"
                      "\"u\":{\"global\":{\"g\":{\"h\":1}}}}");
    assert_int_equal(m.instance->subcharts.len, 2);
    assert_true(span_is(m.instance->subcharts.items[0]->path, "x/charts/u"));
    assert_true(span_is(m.instance->subcharts.items[1]->path, "x/charts/two"));
    assert_ptr_equal(m.instance->subcharts.items[1]->values, node_get(m.instance->values, "two"));
    assert_int_equal(m.instance->dependencies.len, 1);
}

// Helm copies only the first level of a global: what a subchart adds below shows in its parent.
static void test_chart_instance__deep_globals_are_shared(void **state)
{
    struct made m CLEANUP(made_free) =
        MAKE("{}", {"Chart.yaml", META("x") "}"}, {"values.yaml", "{global: {g: {h: {a: 1}}}}"},
             {"charts/s/Chart.yaml", META("s") "}"},
             {"charts/s/values.yaml", "{global: {g: {h: {b: 2}}}}"});
    const struct node *h;

    (void)state;
    expect_values(&m, "{\"global\":{\"g\":{\"h\":{\"a\":1,\"b\":2}}},"
                      "\"s\":{\"global\":{\"g\":{\"h\":{\"a\":1,\"b\":2}}}}}");
    h = node_path(m.instance->values, "global", "g", "h");
    assert_ptr_equal(h, node_path(m.instance->values, "s", "global", "g", "h"));
    assert_true(h->flags & CONVERT_SHARED);
}

static void test_chart_instance__imports(void **state)
{
    struct made m CLEANUP(made_free) =
        MAKE("{}",
             {"Chart.yaml", META("x") ", dependencies: [{name: s, version: 1.x, import-values: "
                                      "[data, none, {child: a.b, parent: c}]}]}"},
             {"values.yaml", "{own: 1, c: {e: 2}}"}, {"charts/s/Chart.yaml", META("s") "}"},
             {"charts/s/values.yaml", "{exports: {data: {own: 3, new: 4}}, a: {b: {e: 5, f: 6}}}"});

    (void)state;
    expect_values(&m, "{\"c\":{\"e\":2,\"f\":6},\"new\":4,\"own\":1,\"s\":{\"a\":{\"b\":{\"e\":5,"
                      "\"f\":6}},\"exports\":{\"data\":{\"new\":4,\"own\":3}},\"global\":{}}}");
    assert_int_equal(m.warnings.len, 1);
    assert_non_null(strstr(m.warnings.items[0], "ImportValues missing table"));
}

// Enough keys that they are looked for by their hash, in another order than the defaults have.
static void test_chart_instance__large_maps_in_any_order(void **state)
{
    struct made m CLEANUP(made_free) =
        MAKE("{t: 1, r: 1, q: 1, p: 1, o: 1, w: 1, m: 1, l: 1, k: 1, j: 1, i: 1, h: 1, g: 1, "
             "f: null, e: 1, d: 1, c: {z: 1}, v: 1}",
             {"Chart.yaml", META("x") "}"},
             {"values.yaml",
              "{a: 2, c: {x: 2, z: 2}, e: 2, d: 2, f: 2, g: 2, h: 2, i: 2, j: 2, l: 2, k: 2, m: 2, "
              "w: 2, o: 2, p: 2, q: 2, r: 2, t: 2, s: {v: 2}, u: 2, b: 2}"});

    (void)state;
    expect_values(&m, "{\"a\":2,\"b\":2,\"c\":{\"x\":2,\"z\":1},\"d\":1,\"e\":1,\"g\":1,"
                      "\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"o\":1,\"p\":1,\"q\":1,"
                      "\"r\":1,\"s\":{\"v\":2},\"t\":1,\"u\":2,\"v\":1,\"w\":1}");
}

// What is asked for values on the way borrows the lists of the charts.
static void test_chart_instance__lists_of_the_chart_stay(void **state)
{
    struct made m CLEANUP(made_free) = MAKE(
        "{}",
        {"Chart.yaml", META("x") ", dependencies: [{name: s, version: '*', condition: s.on, "
                                 "import-values: [{child: m, parent: z}]}]}"},
        {"values.yaml", "{global: {l: [1], g: {h: [2]}}}"}, {"charts/s/Chart.yaml", META("s") "}"},
        {"charts/s/values.yaml", "{m: {l: [{a: null, b: 3}]}}"});
    const struct node *own, *lists;

    (void)state;
    expect_values(&m, "{\"global\":{\"g\":{\"h\":[2]},\"l\":[1]},"
                      "\"s\":{\"global\":{\"g\":{\"h\":[2]},\"l\":[1]},"
                      "\"m\":{\"l\":[{\"a\":null,\"b\":3}]}},\"z\":{\"l\":[{\"a\":null,"
                      "\"b\":3}]}}");
    lists = node_path(m.instance->values, "z", "l");
    assert_string_equal(doc_file_name(m.d, node_item(lists, 0)->file), "here/charts/s/values.yaml");
    lists = node_path(m.instance->values, "global", "l");
    own = node_path(m.chart->values, "global", "l");
    assert_true(lists->flags & CONVERT_SHARED);
    assert_false(own->flags & CONVERT_SHARED);
    assert_ptr_not_equal(lists, own);
    assert_ptr_not_equal(node_item(lists, 0), node_item(own, 0));
}

static void test_chart_instance__warnings(void **state)
{
    struct made m CLEANUP(made_free) = MAKE("{a: {b: 1}, c: {d: 1}}", {"Chart.yaml", META("x") "}"},
                                            {"values.yaml", "{a: 2, c: {d: {e: 1, f: null}}}"});

    (void)state;
    expect_values(&m, "{\"a\":{\"b\":1},\"c\":{\"d\":1}}");
    assert_int_equal(m.warnings.len, 2);
    assert_string_equal(m.warnings.items[0], "warning: skipped value for x.a: Not a table.");
    assert_string_equal(m.warnings.items[1],
                        "warning: cannot overwrite table with non table for x.c.d (map[e:1])");
}

static void expect_refused(const char *meta, const char *given, const char *words)
{
    struct made m CLEANUP(made_free) =
        MAKE(given, {"Chart.yaml", meta}, {"charts/s/Chart.yaml", META("s") "}"});

    assert_null(m.instance);
    assert_err(m.err, ERR_CONFIG, words);
}

static void test_chart_instance__what_helm_refuses(void **state)
{
    struct made m CLEANUP(made_free) =
        MAKE("{}", {"Chart.yaml", META("x") ", kubeVersion: '>=1.34.0 <1.35'}"});

    (void)state;
    assert_non_null(m.instance);
    expect_refused(META("x") ", type: library}", "{}", "library charts are not installable");
    expect_refused(META("x") ", dependencies: [{name: t}, {name: s}, {name: u}]}", "{}",
                   "found in Chart.yaml, but missing in charts/ directory: t, u");
    expect_refused(META("x") ", kubeVersion: '>=1.35'}", "{}",
                   "chart requires kubeVersion: >=1.35 which is incompatible with Kubernetes "
                   "v1.34.4-gke.1");
    expect_refused(META("x") ", dependencies: [{name: s, version: 1.x}]}", "{s: 1}",
                   "chart dependencies processing failed: type mismatch on s: %!t(float64=1)");
}

// Helm 4.2.4 dies of a stack overflow.
static void test_chart_instance__imports_that_grow_without_an_end(void **state)
{
    struct made m CLEANUP(made_free) = MAKE(
        "{}",
        {"Chart.yaml", META("x") ", dependencies: [{name: s, version: 1.x, import-values: [{child: "
                                 "d, parent: p}, {child: d.k, parent: p.k.z}]}]}"},
        {"charts/s/Chart.yaml", META("s") "}"}, {"charts/s/values.yaml", "{d: {k: {a: 1}}}"});

    (void)state;
    assert_null(m.instance);
    assert_err(m.err, ERR_CONFIG, "levels deep");
}

UNIT_MAIN(UNIT(test_chart_instance__nulls_of_defaults_go_those_given_take_away),
          UNIT(test_chart_instance__subcharts_by_alias_condition_and_tags),
          UNIT(test_chart_instance__deep_globals_are_shared), UNIT(test_chart_instance__imports),
          UNIT(test_chart_instance__large_maps_in_any_order),
          UNIT(test_chart_instance__lists_of_the_chart_stay), UNIT(test_chart_instance__warnings),
          UNIT(test_chart_instance__what_helm_refuses),
          UNIT(test_chart_instance__imports_that_grow_without_an_end))
