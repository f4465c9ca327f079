// SPDX-License-Identifier: Apache-2.0
// model/chart: from what templates write to documents. Expectations are what Helm 4.2.4 makes of
// the same texts; tests/golden/chart has whole charts.
#include "unit.h"

#include "model/chart/render/documents.h"
#include "model/chart/render/render.h"

static struct chart_rendering *rendering;

static int set_up(void **state)
{
    (void)state;
    rendering = chart_rendering_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    chart_rendering_free(rendering);
    return 0;
}

static void add(const char *path, const char *text)
{
    struct err *err = NULL;

    if (documents_add(rendering, span_str(path), span_str(text), &err) < 0)
        fail_msg("%s", err_message(err));
}

static void expect_printed(const char *expected)
{
    static const struct chart_print all = {0};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    documents_sort(rendering);
    assert_int_equal(chart_print(rendering, &all, &out, &err), 0);
    assert_string_equal(buf_str(&out), expected);
}

static void test_chart_output__documents_are_cut_at_lines(void **state)
{
    (void)state;
    add("c/templates/a.yaml", "\n  a: 1\n---\t b: 2\n\n--- \n\n---\n# only\n-----d: 4\n---c: 3");
    expect_printed("---\n# Source: c/templates/a.yaml\na: 1\n\n"
                   "---\n# Source: c/templates/a.yaml\nb: 2\n\n\n"
                   "---\n# Source: c/templates/a.yaml\n# only\n\n"
                   "---\n# Source: c/templates/a.yaml\n--d: 4\n\n"
                   "---\n# Source: c/templates/a.yaml\nc: 3\n");
}

static void test_chart_output__white_space_of_unicode_is_trimmed(void **state)
{
    (void)state;
    add("c/templates/a.yaml", "\xc2\xa0\xe2\x80\x83\na: 1\n \n");
    expect_printed("---\n# Source: c/templates/a.yaml\na: 1\n");
}

static void test_chart_output__nothing_is_a_newline(void **state)
{
    (void)state;
    add("c/templates/a.yaml", " \n---\n");
    expect_printed("\n");
}

static void test_chart_output__no_value_is_taken_out(void **state)
{
    struct span clean;

    (void)state;
    clean = documents_clean(rendering->arena, SPAN("a<no value>b<no <no value>value><no value>"));
    assert_true(span_is(clean, "ab<no value>"));
    clean = documents_clean(rendering->arena, SPAN("<no value>"));
    assert_int_equal(clean.len, 0);
}

static void test_chart_output__heads_are_read_as_json_decodes_them(void **state)
{
    const struct chart_manifest *first;

    (void)state;
    add("c/templates/a.yaml", "KIND: 7\napiversion: yes\nMetadata: {NAME: 1.10, annotations: ~}");
    first = &rendering->manifests.items[0];
    assert_true(span_is(first->kind, "7"));
    assert_true(span_is(first->api_version, "true"));
    assert_true(span_is(first->name, "1.1"));
    add("c/templates/b.yaml", "metadata:\n---\n~");
    assert_int_equal(rendering->manifests.len, 3);
}

static void test_chart_output__hooks_are_told_by_their_annotation(void **state)
{
    (void)state;
    add("c/templates/a.yaml", "metadata: {annotations: {helm.sh/hook: ' Test-Success ,PRE-delete'}}"
                              "\n---\nmetadata: {annotations: {helm.sh/hook: 'pre-install,'}}");
    assert_int_equal(rendering->hooks.len, 1);
    assert_int_equal(rendering->hooks.items[0].hooks, CHART_HOOK_TEST | CHART_HOOK_PRE_DELETE);
    assert_int_equal(rendering->manifests.len, 0);
    assert_int_equal(rendering->warnings.len, 1);
    assert_string_equal(chart_hook_name(CHART_HOOK_POST_UPGRADE), "post-upgrade");
}

static void expect_refused(const char *text, const char *words)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(documents_add(rendering, SPAN("c/templates/a.yaml"), span_str(text), &err),
                     -1);
    assert_err(err, ERR_CONFIG, words);
    assert_err(err, ERR_CONFIG, "c/templates/a.yaml");
}

static void test_chart_output__what_is_no_object_is_refused(void **state)
{
    (void)state;
    expect_refused("- a", "line 1: is a list instead of an object");
    expect_refused("a: 1\n---\ntext", "document 2 of its output, line 1: is a string");
    expect_refused("kind: {a: 1}", "kind is a map instead of a string");
    expect_refused("metadata: a", "metadata is a string instead of a map");
    expect_refused("metadata: {annotations: [a]}", "metadata.annotations are a list");
    expect_refused("metadata: {annotations: {a: {}}}", "the annotation a is a map");
}

static void test_chart_output__broken_yaml_is_shown(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(
        documents_add(rendering, SPAN("c/templates/a.yaml"), SPAN("a: 1\nb: c: d\n"), &err), -1);
    assert_err(err, ERR_CONFIG, "document 1 of its output:2: ");
    assert_non_null(strstr(err_hint_text(err), "that line is 'b: c: d'"));
}

// Some 100 KiB, so that they are read by several threads.
enum { OUTPUTS = 60 };

static void make_outputs(struct arena *a, chart_outputs *outputs)
{
    for (int i = 0; i < OUTPUTS; i++) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct chart_output output;

        for (int k = 0; k < 20; k++)
            buf_printf(&text, "---\nkind: %s\nmetadata:\n  name: n%d-%d\n%s",
                       k % 3 ? "Secret" : "Pod", i, k,
                       k % 5 ? "" : "  annotations: {helm.sh/hook: pre-install}\n");
        if (i % 20 == 7)
            buf_printf(&text, "---\nmetadata: {annotations: {helm.sh/hook: what-%d}}\n", i);
        output.path = span_str(arena_printf(a, "c/templates/%02d.yaml", i));
        output.text = arena_span(a, buf_span(&text));
        vec_push(outputs, output);
    }
}

static void test_chart_output__many_are_as_one_after_the_other(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct chart_rendering *many CLEANUP(chart_rendering_cleanup) = chart_rendering_new();
    static const struct chart_print all = {0};
    struct buf expected CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    chart_outputs outputs = {0};
    struct err *err = NULL;

    (void)state;
    make_outputs(arena, &outputs);
    for (size_t i = 0; i < outputs.len; i++)
        assert_int_equal(
            documents_add(rendering, outputs.items[i].path, outputs.items[i].text, &err), 0);
    documents_sort(rendering);
    assert_int_equal(chart_add_documents(many, &outputs, &err), 0);
    assert_int_equal(chart_print(rendering, &all, &expected, &err), 0);
    assert_int_equal(chart_print(many, &all, &out, &err), 0);
    assert_string_equal(buf_str(&out), buf_str(&expected));
    assert_int_equal(many->hooks.len, 4 * OUTPUTS);
    assert_true(span_is(many->hooks.items[0].name, "n0-5"));
    assert_int_equal(many->warnings.len, 3);
    assert_string_equal(many->warnings.items[2].where, "c/templates/47.yaml");
    vec_free(&outputs);
}

static void test_chart_output__of_many_the_first_error_is_told(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    chart_outputs outputs = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    make_outputs(arena, &outputs);
    outputs.items[58].text = SPAN("a: [");
    outputs.items[31].text = SPAN("- no object");
    outputs.items[32].text = SPAN("kind: {}");
    assert_int_equal(chart_add_documents(rendering, &outputs, &err), -1);
    assert_err(err, ERR_CONFIG, "c/templates/31.yaml: document 1 of its output, line 1: is a ");
    vec_free(&outputs);
}

UNIT_MAIN(UNIT_FIXTURE(test_chart_output__documents_are_cut_at_lines),
          UNIT_FIXTURE(test_chart_output__white_space_of_unicode_is_trimmed),
          UNIT_FIXTURE(test_chart_output__nothing_is_a_newline),
          UNIT_FIXTURE(test_chart_output__no_value_is_taken_out),
          UNIT_FIXTURE(test_chart_output__heads_are_read_as_json_decodes_them),
          UNIT_FIXTURE(test_chart_output__hooks_are_told_by_their_annotation),
          UNIT_FIXTURE(test_chart_output__what_is_no_object_is_refused),
          UNIT_FIXTURE(test_chart_output__broken_yaml_is_shown),
          UNIT_FIXTURE(test_chart_output__many_are_as_one_after_the_other),
          UNIT_FIXTURE(test_chart_output__of_many_the_first_error_is_told))
