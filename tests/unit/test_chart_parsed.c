// SPDX-License-Identifier: Apache-2.0
// model/chart: a chart whose templates are parsed while its files are added renders to what it
// renders to without.
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "model/chart.h"
#include "support_threads.h"

enum { TEMPLATES = 40 };

struct folder {
    bool is_parsed;
    const char *last; // the text of the last template
    const char *sub;  // of one in a subchart
};

static void add(struct arena *arena, chart_files *files, struct chart_ahead *ahead,
                const char *path, struct span text)
{
    vec_push(files, (struct chart_file){.path = arena_str(arena, path),
                                        .content = arena_span(arena, text)});
    chart_ahead_add(ahead, &files->items[files->len - 1]);
}

static void add_templates(struct arena *arena, chart_files *files, struct chart_ahead *ahead)
{
    for (int i = 0; i < TEMPLATES; i++) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        buf_printf(&text, "{{ define \"t%d\" }}%d{{ end }}a: {{ include \"t%d\" . }}\n", i, i,
                   (i + 7) % TEMPLATES);
        for (int k = 0; k < 100; k++)
            buf_printf(&text, "k%d: {{ .Values.a | default \"a\" | upper }}\n", k);
        add(arena, files, ahead, arena_printf(arena, "templates/t%02d.yaml", i), buf_span(&text));
    }
}

static struct chart *load(const struct folder *of, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct chart_ahead *ahead CLEANUP(chart_ahead_cleanup) = chart_ahead_new("here");
    chart_files files CLEANUP(chart_files_free) = {0};

    if (of->is_parsed)
        chart_ahead_parse(ahead);
    add_templates(arena, &files, ahead);
    add(arena, &files, ahead, "Chart.yaml", SPAN("apiVersion: v2\nname: x\nversion: 1.0.0\n"));
    add(arena, &files, ahead, "templates/u.yaml", span_str(of->last));
    add(arena, &files, ahead, "charts/sub/Chart.yaml",
        SPAN("apiVersion: v2\nname: sub\nversion: 1.0.0\n"));
    add(arena, &files, ahead, "charts/sub/templates/y.yaml", span_str(of->sub));
    return chart_load_taken(&files, &arena, &ahead, "here", err);
}

// Rendered twice: what was parsed is for the first time.
static void outcome(const struct folder *of, struct buf *out)
{
    const struct chart_target target = {.release = SPAN("r"), .space = SPAN("s")};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart *chart CLEANUP(chart_cleanup) = load(of, &err);

    for (int i = 0; chart && i < 2; i++) {
        struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
            chart_render(chart, NULL, &target, &err);

        if (rendering)
            VEC_FOREACH (const struct chart_manifest *, manifest, &rendering->manifests)
                buf_printf(out, "%.*s\n%.*s\n", SPAN_ARG(manifest->path), SPAN_ARG(manifest->text));
        else
            err_format(err, out);
        err_clear(&err);
    }
    if (!chart)
        err_format(err, out);
}

static void assert_same(const char *last, const char *sub, const char *words)
{
    for (int i = 0; i < 6; i++) {
        struct buf expected CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        outcome(&(struct folder){false, last, sub}, &expected);
        if (!strstr(buf_str(&expected), words))
            fail_msg("'%.2000s' does not say '%s'", buf_str(&expected), words);
        refuse_threads(i % 2);
        outcome(&(struct folder){true, last, sub}, &out);
        refuse_threads(false);
        assert_string_equal(buf_str(&out), buf_str(&expected));
    }
}

static void test_chart_parsed__renders_to_the_same(void **state)
{
    (void)state;
    assert_same("last: {{ include \"t3\" . }}", "sub: {{ .Chart.Name }}{{ include \"t39\" . }}",
                "sub: sub39");
    assert_same("{{ define \"t3\" }}other{{ end }}last: {{ .Template.Name }}", "sub: {{ 1 }}",
                "last: x/templates/u.yaml");
    assert_same("last: {{ include \"x/charts/sub/templates/y.yaml\" . | trim | quote }}", "sub: {}",
                "last: \"sub: {}\"");
}

static void test_chart_parsed__gives_the_same_errors(void **state)
{
    (void)state;
    assert_same("{{ if }}", "{{ 1__0 }}", "x/charts/sub/templates/y.yaml:1:4: ");
    assert_same("\n{{ if }}", "sub: {}", "x/templates/u.yaml:2:7: missing value for if");
    assert_same("{{ define \"x/templates/u.yaml\" }}a{{ end }}b", "sub: {}",
                "multiple definition of template");
    assert_same("a: {{ include \"t99\" . }}", "sub: {}", "no template \"t99\"");
    assert_same("a: {{ fail \"no\" }}", "sub: {}", "x/templates/u.yaml:1:7: no");
}

static void test_chart_parsed__need_not_be_rendered(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    for (int i = 0; i < 20; i++)
        chart_free(load(&(struct folder){true, "a: b", "c: d"}, &err));
    assert_null(err);
}

UNIT_MAIN(UNIT(test_chart_parsed__renders_to_the_same),
          UNIT(test_chart_parsed__gives_the_same_errors),
          UNIT(test_chart_parsed__need_not_be_rendered))
