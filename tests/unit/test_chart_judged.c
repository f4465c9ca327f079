// SPDX-License-Identifier: Apache-2.0
// model/chart: values are judged while templates are executed, and what a schema says of them comes
// before all that these say.
#include "unit.h"

#include "base/mem.h"
#include "model/chart.h"
#include "support_threads.h"

// A schema that wants `a` to be a number, and has so many other properties.
static void write_schema(int others, struct buf *out)
{
    buf_add_str(out, "{\"properties\":{\"a\":{\"type\":\"integer\"}");
    for (int i = 0; i < others; i++)
        buf_printf(out, ",\"other%d\":{\"type\":\"string\"}", i);
    buf_add_str(out, "}}");
}

static struct chart *make(const char *values, const char *schema, const char *template)
{
    struct err *err = NULL;
    chart_files files CLEANUP(chart_files_free) = {0};
    struct chart *chart;

    vec_push(&files,
             (struct chart_file){.path = "Chart.yaml",
                                 .content = SPAN("apiVersion: v2\nname: c\nversion: 1.0.0\n")});
    vec_push(&files, (struct chart_file){.path = "values.yaml", .content = span_str(values)});
    vec_push(&files,
             (struct chart_file){.path = "values.schema.json", .content = span_str(schema)});
    vec_push(&files,
             (struct chart_file){.path = "templates/a.yaml", .content = span_str(template)});
    chart = chart_load_files(&files, "here", &err);
    assert_non_null(chart);
    return chart;
}

static unsigned asked;

static int answer(void *data, struct doc *d, struct span api_version, struct span kind,
                  struct span space, struct span name, struct node **found, struct err **err)
{
    (void)data;
    (void)d;
    (void)api_version;
    (void)kind;
    (void)space;
    (void)name;
    (void)found;
    (void)err;
    asked++;
    return 0;
}

// What a rendering prints, or its error, whole.
static void outcome(const char *values, const char *template, int others,
                    const struct chart_target *target, struct buf *out)
{
    static const struct chart_print all = {0};
    struct buf schema CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) = NULL;

    write_schema(others, &schema);
    chart = make(values, buf_str(&schema), template);
    rendering = chart_render(chart, NULL, target, &err);
    if (rendering) {
        assert_int_equal(chart_print(rendering, &all, out, &err), 0);
        return;
    }
    err_format(err, out);
    buf_printf(out, "; %s", err_hint_text(err) ? err_hint_text(err) : "");
}

static void assert_says(const char *values, const char *template, const char *words)
{
    static const struct chart_target target = {.release = {"r", 1}, .space = {"s", 1}};

    for (int i = 0; i < 16; i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        refuse_threads(i % 4 == 3);
        outcome(values, template, i % 2 ? 2000 : 2, &target, &out);
        refuse_threads(false);
        if (!strstr(buf_str(&out), words))
            fail_msg("'%.2000s' does not say '%s'", buf_str(&out), words);
    }
}

static void test_chart_judged__what_fits_is_rendered(void **state)
{
    (void)state;
    assert_says("a: 1\n", "b: {{ .Values.a }}\n", "# Source: c/templates/a.yaml\nb: 1\n");
    assert_says("a: 1\n", "b: {{ fail \"later\" }}\n", "later");
    assert_says("a: 1\n", "b: {{ if }}\n", "missing value for if");
    assert_says("a: 1\n", "b: [\n", "c/templates/a.yaml");
}

static void test_chart_judged__a_refusal_comes_first(void **state)
{
    static const char *const templates[] = {"b: {{ .Values.a }}\n", "b: {{ fail \"later\" }}\n",
                                            "b: {{ if }}\n", "b: [\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(templates); i++) {
        assert_says("a: x\n", templates[i], "(s): c: ");
        assert_says("a: x\n", templates[i], "got string, want integer");
        assert_says("a: x\n", templates[i], "; /a is set in here/values.yaml:1");
    }
}

// Nobody is asked for objects before the values are judged.
static void test_chart_judged__a_cluster_is_asked_later(void **state)
{
    static const struct chart_target target = {
        .release = {"r", 1}, .space = {"s", 1}, .lookup = answer};
    static const char template[] = "b: {{ lookup \"v1\" \"Secret\" \"s\" \"n\" | len }}\n";
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    (void)state;
    outcome("a: x\n", template, 2000, &target, &out);
    assert_non_null(strstr(buf_str(&out), "want integer"));
    assert_int_equal(asked, 0);
    buf_truncate(&out, 0);
    outcome("a: 1\n", template, 2000, &target, &out);
    assert_non_null(strstr(buf_str(&out), "b: 0\n"));
    assert_int_equal(asked, 1);
}

UNIT_MAIN(UNIT(test_chart_judged__what_fits_is_rendered),
          UNIT(test_chart_judged__a_refusal_comes_first),
          UNIT(test_chart_judged__a_cluster_is_asked_later))
