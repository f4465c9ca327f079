// SPDX-License-Identifier: Apache-2.0
// model/chart: which values templates read, by line.
#include "unit.h"

#include "model/chart.h"

struct file {
    const char *path, *text;
};

static const struct file meta = {"Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}"};

static struct chart *load(const struct file *files, size_t count)
{
    chart_files list CLEANUP(chart_files_free) = {0};
    struct err *err = NULL;
    struct chart *chart;

    for (size_t i = 0; i < count && files[i].path; i++)
        vec_push(&list,
                 (struct chart_file){.path = files[i].path, .content = span_str(files[i].text)});
    chart = chart_load_files(&list, "c", &err);
    if (!chart)
        fail_msg("%s", err_message(err));
    return chart;
}

// "path file:line" of each read, with marks: w whole, x executed, s schema, o off, c Chart.yaml.
static char *list_reads(const struct chart_rendering *rendering)
{
    static const struct {
        unsigned how;
        char mark;
    } marks[] = {{CHART_READ_WHOLE, 'w'},
                 {CHART_READ_EXECUTED, 'x'},
                 {CHART_READ_SCHEMA, 's'},
                 {CHART_READ_OFF, 'o'},
                 {CHART_READ_CHART, 'c'}};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct chart_read *, read, &rendering->reads) {
        struct span file = read->file;

        (void)span_skip(&file, "c/");
        (void)span_skip(&file, "templates/");
        if (span_ends(file, "NOTES.txt")) // no object is made of it, so that all may stand there
            file.len -= strlen("NOTES.txt") - 1;
        buf_printf(&out, "%.*s %.*s:%u ", SPAN_ARG(read->path), SPAN_ARG(file), read->line);
        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
            if (read->how & marks[i].how)
                buf_add_char(&out, marks[i].mark);
        buf_add_char(&out, '\n');
    }
    return buf_take(&out);
}

static void expect(const struct file *files, size_t count, const char *given, const char *expected)
{
    struct chart *chart CLEANUP(chart_cleanup) = load(files, count);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *values = node_new_map(d);
    struct chart_target target = {
        .release = SPAN("r"), .space = SPAN("n"), .given_doc = d, .track_reads = true};
    struct err *err = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) = NULL;
    char *found CLEANUP(mem_cleanup) = NULL;

    assert_int_equal(chart_values_read(d, values, span_str(given), "given.yaml", &err), 0);
    rendering = chart_render(chart, values, &target, &err);
    if (!rendering)
        fail_msg("%s", err_message(err));
    found = list_reads(rendering);
    assert_string_equal(found, expected);
}

// Of one template with values.
static void expect_of(const char *template, const char *given, const char *expected)
{
    const struct file files[] = {meta, {"templates/NOTES.txt", template}};

    expect(files, ARRAY_LEN(files), given, expected);
}

static void test_chart_reads__chains_variables_and_blocks(void **state)
{
    (void)state;
    expect_of(
        "{{ .Values.a.b }}\n{{ $v := .Values.c }}{{ $v.d }}\n{{ with .Values.e }}{{ .f }}{{ end "
        "}}\n{{ range $k, $i := .Values.l }}{{ $i.n }}{{ end }}",
        "{a: {b: 1}, c: {d: 1}, e: {f: 1}, l: [{n: 1}]}",
        "a.b N:1 wx\nc N:2 x\nc.d N:2 wx\ne N:3 x\ne.f N:3 wx\nl N:4 x\nl.* N:4 x\nl.*.n N:4 wx\n");
}

static void test_chart_reads__branches_that_are_not_taken_count(void **state)
{
    (void)state;
    expect_of(
        "{{ if .Values.on }}\n{{ .Values.image.tag }}\n{{ else }}\n{{ .Values.other }}\n{{ end }}",
        "{on: false, other: 1}", "image.tag N:2 w\non N:1 x\nother N:4 wx\n");
}

// In the else of a range, break ends this range, and continue the turn of the one around: all that
// may be read counts, and what is behind the continue was not executed.
static void test_chart_reads__break_and_continue_in_an_else(void **state)
{
    (void)state;
    expect_of("{{ range .Values.l }}\n"
              "{{ range $.Values.none }}{{ else }}{{ $.Values.a }}{{ break }}{{ end }}\n"
              "{{ $.Values.b }}\n"
              "{{ range $.Values.none }}{{ else }}{{ continue }}{{ end }}\n"
              "{{ $.Values.c }}\n"
              "{{ end }}",
              "{l: [1, 2], none: [], a: 1, b: 2, c: 3}",
              "a N:2 wx\nb N:3 wx\nc N:5 w\nl N:1 x\nl.* N:1 x\nnone N:2 x\nnone N:4 x\nnone.* N:2 "
              "x\nnone.* N:4 x\n");
}

static void test_chart_reads__functions_that_look_at_keys(void **state)
{
    (void)state;
    expect_of("{{ index .Values \"a\" \"b\" }}\n{{ get .Values.c \"d\" }}\n{{ hasKey .Values \"e\" "
              "}}\n{{ dig \"f\" \"g\" \"x\" .Values.h }}\n{{ pluck \"k\" .Values.m | first }}\n{{ "
              "keys .Values.nn | join \",\" }}\n{{ (pick .Values.p \"q\").q }}",
              "{a: {b: 1}, c: {d: 1}, h: {f: {g: 1}}, m: {k: 1}, nn: {z: 1}, p: {q: 1}}",
              "a.b N:1 wx\nc N:2 x\nc.d N:2 wx\ne N:3 x\nh N:4 x\nh.f.g N:4 wx\nm N:5 x\nm.k N:5 "
              "wx\nnn N:6 x\nnn.* N:6 x\np N:7 x\np.q N:7 wx\n");
}

static void test_chart_reads__a_subtree_as_a_whole(void **state)
{
    (void)state;
    expect_of("{{ toYaml .Values.a }}\n{{ if .Values.b }}{{ end }}\n{{ .Values.d | toJson }}",
              "{a: {b: 1}, b: {c: 1}, d: {}}", "a N:1 wx\nb N:2 x\nd N:3 wx\n");
}

static void test_chart_reads__templates_that_get_a_part(void **state)
{
    const struct file files[] = {
        meta,
        {"templates/_h.tpl", "{{ define \"image\" }}\n{{ .root.tag }}\n{{ .global.registry }}{{ "
                             "end }}\n{{ define \"all\" }}{{ .Values.x }}{{ end }}"},
        {"templates/NOTES.txt",
         "{{ include \"image\" (dict \"root\" .Values.image \"global\" .Values.global) }}\n{{ "
         "template \"all\" . }}\n{{ include \"all\" (merge (dict \"y\" 1) .) }}"},
    };

    (void)state;
    expect(files, ARRAY_LEN(files), "{image: {tag: 1}, global: {registry: r}, x: 1}",
           "global N:1 x\nglobal.registry _h.tpl:3 wx\nimage N:1 x\nimage.tag _h.tpl:2 wx\nx "
           "_h.tpl:4 wx\n");
}

static void test_chart_reads__merged_maps_are_looked_through(void **state)
{
    (void)state;
    expect_of("{{ $m := merge (dict) .Values.a .Values.b }}\n{{ $m.x }}\n{{ $d := default "
              ".Values.a .Values.c }}{{ $d.w }}",
              "{a: {x: 1, w: 2}, b: {z: 1}}",
              "a N:1 x\na N:3 x\na.w N:3 wx\na.x N:2 w\nb N:1 x\nb.x N:2 w\nc N:3 x\nc.w N:3 w\n");
}

static void test_chart_reads__texts_that_are_templates(void **state)
{
    (void)state;
    expect_of("{{ tpl .Values.text . }}",
              "text: 'x {{ .Values.inner }}'\ninner: 1\nunused: '{{ .Values.deep.er }}'",
              "deep.er given.yaml:3 w\ninner N:1 x\ninner given.yaml:1 w\ntext N:1 wx\n");
}

static void test_chart_reads__subcharts_and_globals(void **state)
{
    static const struct file files[] = {
        {"Chart.yaml",
         "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: s, version: 1.0.0, "
         "alias: t, condition: t.on}\n- {name: s, version: 1.0.0, tags: [extra]}\n"},
        {"values.yaml", "tags: {extra: false}"},
        {"charts/s/Chart.yaml", "{apiVersion: v2, name: s, version: 1.0.0}"},
        {"charts/s/templates/NOTES.txt", "{{ .Values.a }}{{ .Values.global.g }}"},
        {"templates/NOTES.txt", "{{ .Subcharts.t.Values.q }}"},
    };

    (void)state;
    expect(files, ARRAY_LEN(files), "{t: {a: 1, q: 1}, global: {g: 1}}",
           "global.g charts/t/templates/N:1 wx\ns Chart.yaml:6 wo\nt.a charts/t/templates/N:1 "
           "wx\nt.on Chart.yaml:5 c\nt.q N:1 wx\ntags.extra Chart.yaml:6 c\n");
}

static void test_chart_reads__a_schema_only_names(void **state)
{
    const struct file files[] = {
        meta,
        {"values.schema.json",
         "{\"properties\": {\n\"a\": {\"properties\": {\n\"b\": {}}},\n\"l\": {\"items\": "
         "{\"$ref\": \"#/$defs/x\"}}},\n\"$defs\": {\"x\": {\"properties\": {\n\"n\": {}}}}}"},
    };

    (void)state;
    expect(files, ARRAY_LEN(files), "{}",
           "a values.schema.json:2 s\na.b values.schema.json:3 s\nl values.schema.json:4 s\nl.* "
           "values.schema.json:4 s\nl.*.n values.schema.json:6 s\n");
}

static void test_chart_reads__recursion_ends(void **state)
{
    const struct file files[] = {
        meta,
        {"templates/_h.tpl", "{{ define \"r\" }}{{ range . }}{{ if kindIs \"map\" . }}{{ include "
                             "\"r\" . }}{{ end }}{{ end }}{{ end }}"},
        {"templates/NOTES.txt", "{{ include \"r\" .Values.tree }}"},
    };
    struct chart *chart CLEANUP(chart_cleanup) = load(files, ARRAY_LEN(files));
    struct chart_target target = {.release = SPAN("r"), .space = SPAN("n")};
    struct err *err = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
        chart_find_reads(chart, NULL, &target, &err);

    (void)state;
    assert_non_null(rendering);
    assert_true(rendering->reads_are_all);
    assert_in_range(rendering->reads.len, 10, 40);
}

// A chart that refuses its values is looked through all the same.
static void test_chart_reads__without_execution(void **state)
{
    const struct file files[] = {
        meta, {"templates/NOTES.txt", "{{ required \"no\" .Values.a }}\n{{ .Values.b }}"}};
    struct chart *chart CLEANUP(chart_cleanup) = load(files, ARRAY_LEN(files));
    struct chart_target target = {.release = SPAN("r"), .space = SPAN("n")};
    struct err *err = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
        chart_find_reads(chart, NULL, &target, &err);
    char *found CLEANUP(mem_cleanup) = NULL;

    (void)state;
    assert_non_null(rendering);
    found = list_reads(rendering);
    assert_string_equal(found, "a N:1 w\nb N:2 w\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chart_reads__chains_variables_and_blocks),
        cmocka_unit_test(test_chart_reads__branches_that_are_not_taken_count),
        cmocka_unit_test(test_chart_reads__break_and_continue_in_an_else),
        cmocka_unit_test(test_chart_reads__functions_that_look_at_keys),
        cmocka_unit_test(test_chart_reads__a_subtree_as_a_whole),
        cmocka_unit_test(test_chart_reads__templates_that_get_a_part),
        cmocka_unit_test(test_chart_reads__merged_maps_are_looked_through),
        cmocka_unit_test(test_chart_reads__texts_that_are_templates),
        cmocka_unit_test(test_chart_reads__subcharts_and_globals),
        cmocka_unit_test(test_chart_reads__a_schema_only_names),
        cmocka_unit_test(test_chart_reads__recursion_ends),
        cmocka_unit_test(test_chart_reads__without_execution),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
