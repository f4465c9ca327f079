// SPDX-License-Identifier: Apache-2.0
// model/chart: values laid over each other, and which subcharts are used under which names. The
// cases are those of Helm's chartutil tests (coalesce_test.go, dependencies_test.go), made small.
#include "unit.h"

#include "model/chart.h"
#include "support_object.h"

struct file {
    const char *path, *text;
};

static struct chart *load(const struct file *files, size_t count)
{
    chart_files list CLEANUP(chart_files_free) = {0};
    struct err *err = NULL;
    struct chart *chart;

    for (size_t i = 0; i < count; i++)
        vec_push(&list,
                 (struct chart_file){.path = files[i].path, .content = span_str(files[i].text)});
    chart = chart_load_files(&list, "here", &err);
    assert_null(err);
    return chart;
}

#define LOAD(...) load((struct file[]){__VA_ARGS__}, ARRAY_LEN(((struct file[]){__VA_ARGS__})))
#define META(name, version) "name: " name "\nversion: " version "\n"

static void test_chart_values__maps_are_laid_over_each_other(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *values = node_copy(d, object("{a: {b: 1, c: [1, 2]}, d: 1, gone: 5}"));

    (void)state;
    chart_merge(d, values, object("{a: {c: [3], e: 2}, d: {f: 3}, gone: null}"));
    assert_true(node_equal(values, object("{a: {b: 1, c: [3], e: 2}, d: {f: 3}, gone: null}")));
    chart_merge(d, values, NULL);
    chart_merge(d, values, object("[not, a, map]"));
    assert_true(node_equal(values, object("{a: {b: 1, c: [3], e: 2}, d: {f: 3}, gone: null}")));
}

static void expect_uses(const struct chart *chart, const char *values, const char *expected)
{
    chart_uses uses CLEANUP(chart_uses_free) = {0};
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *map = object(values);

    chart_uses_of(chart, map, node_get(map, "tags"), &uses);
    VEC_FOREACH (const struct chart_use *, use, &uses) {
        buf_printf(&text, "%s%.*s=%s", text.len ? " " : "", SPAN_ARG(use->name),
                   use->on ? "on" : "off");
        assert_true(chart_uses_name(&uses, use->name));
    }
    assert_string_equal(buf_str(&text), expected);
    assert_false(chart_uses_name(&uses, SPAN("nobody")));
}

static void test_chart_uses__conditions_and_tags(void **state)
{
    struct chart *c CLEANUP(chart_cleanup) = LOAD(
        {"Chart.yaml",
         META("x", "1.0.0") "dependencies:\n"
                            "- {name: a, version: 1.x, condition: 'none.here,a.enabled'}\n"
                            "- {name: b, version: 1.x, tags: [front, back]}\n"
                            "- {name: c, version: 1.x, condition: c.enabled, tags: [front]}\n"},
        {"charts/a/Chart.yaml", META("a", "1.0.0")}, {"charts/b/Chart.yaml", META("b", "1.0.0")},
        {"charts/c/Chart.yaml", META("c", "1.0.0")},
        {"charts/d/Chart.yaml", META("d", "1.0.0")}); // nothing declares it

    (void)state;
    expect_uses(c, "{}", "a=on b=on c=on d=on");
    expect_uses(c, "{a: {enabled: false}}", "a=off b=on c=on d=on");
    expect_uses(c, "{a: {enabled: 'false'}}", "a=on b=on c=on d=on"); // no boolean: it says nothing
    expect_uses(c, "{tags: {front: false}}", "a=on b=off c=off d=on");
    expect_uses(c, "{tags: {front: false, back: true}}", "a=on b=on c=off d=on");
    expect_uses(c, "{tags: {front: false}, c: {enabled: true}}", "a=on b=off c=on d=on");
}

static void test_chart_uses__names_and_versions(void **state)
{
    struct chart *c CLEANUP(chart_cleanup) = LOAD(
        {"Chart.yaml",
         META("x", "1.0.0") "dependencies:\n"
                            "- {name: a, version: 1.0.0, alias: exact, condition: x.y}\n"
                            "- {name: a, version: v1.0.0, alias: with-v, condition: x.y}\n"
                            "- {name: a, version: '>=5', alias: range, condition: x.y}\n"
                            "- {name: a, version: 2.0.0, alias: other, condition: x.y}\n"
                            "- {name: b, version: 2.0.0, alias: not-this, condition: x.y}\n"},
        {"requirements.yaml", "dependencies: [{alias: older}, {}, {}, {}, {}]"},
        {"charts/a/Chart.yaml", META("a", "1.0.0")}, {"charts/b/Chart.yaml", META("b", "1.0.0")});

    (void)state;
    expect_uses(c, "{x: {y: false}}", "older=off with-v=off b=on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_chart_values__maps_are_laid_over_each_other),
        UNIT(test_chart_uses__conditions_and_tags),
        UNIT(test_chart_uses__names_and_versions),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
