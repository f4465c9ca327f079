// SPDX-License-Identifier: Apache-2.0
// model/chart: large contents of archives in charts/, which are given up and come back for who
// asks.
#include "unit.h"

#include "base/mem.h"
#include "io/archive.h"
#include "model/chart.h"
#include "support_tar.h"

enum {
    LARGE = 300 << 10,
    MANY = 40, // charts: more than is ever given up
};

struct part {
    const char *path; // within the archive's chart
    const char *text; // or NULL: LARGE bytes behind `start`
    const char *start;
};

static const struct part parts[] = {
    {"Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n", NULL},
    {"crds/a.yaml", NULL, "kind: A # "},
    {"values.yaml", "a: 1\n", NULL},
    {"crds/b.yaml", NULL, "\xef\xbb\xbf\xef\xbb\xbfkind: B # "},
    {"files/c.txt", NULL, "\xef\xbb\xbfsee "},
    {"files/small.txt", "small", NULL},
    {"templates/t.yaml",
     "a: {{ .Files.Get \"files/c.txt\" | sha256sum }}\n"
     "b: {{ .Files.Get \"files/small.txt\" }}\n"
     "c: {{ (.Files.Glob \"files/*\").AsConfig | len }}\n"
     "d: {{ .Values.a }}\n",
     NULL},
    {"templates/large.yaml", NULL, "e: "}, // which is needed
};

static void write_text(const struct part *part, struct buf *out)
{
    buf_add_str(out, part->text ? part->text : part->start);
    for (size_t i = 0; !part->text && i < LARGE; i++)
        buf_add_char(out, (char)('a' + (i * 7 + i / 1000 + (uint8_t)part->path[5]) % 26));
}

// The archive of a chart of the first `count` parts.
static struct buf pack(size_t count, const struct buf *inner)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf packed = BUF_INIT(BUF_DOC_MAX);

    for (size_t i = 0; i < count; i++) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        char *path CLEANUP(mem_cleanup) = mem_printf("s/%s", parts[i].path);

        write_text(&parts[i], &text);
        tar_put_file(&plain, path, 0644, buf_span(&text));
    }
    if (inner)
        tar_put_file(&plain, "s/charts/inner.tgz", 0644, buf_span(inner));
    tar_put_end(&plain);
    compress_gzip(buf_span(&plain), &packed);
    return packed;
}

static struct chart *load(const struct buf *archive)
{
    chart_files files CLEANUP(chart_files_free) = {0};
    struct err *err = NULL;
    struct chart *chart;

    vec_push(&files,
             (struct chart_file){.path = "Chart.yaml",
                                 .content = SPAN("apiVersion: v2\nname: x\nversion: 1.0.0\n")});
    vec_push(&files, (struct chart_file){.path = "charts/s.tgz", .content = buf_span(archive)});
    chart = chart_load_files(&files, "here", &err);
    assert_non_null(chart);
    return chart;
}

static void print(const struct chart *chart, bool crds, struct buf *out)
{
    static const struct chart_target target = {.release = {"r", 1}, .space = {"s", 1}};
    const struct chart_print options = {.crds = crds};
    struct err *err = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
        chart_render(chart, NULL, &target, &err);

    assert_non_null(rendering);
    assert_int_equal(chart_print(rendering, &options, out, &err), 0);
}

static bool is_given_up(const struct chart *chart, const char *path)
{
    VEC_FOREACH (const struct chart_file *, file, &chart->files)
        if (strcmp(file->path, path) == 0)
            return file->later;
    fail_msg("%s is not there", path);
    return false;
}

// All that there is of a chart in charts/ has the contents that were packed.
static void assert_contents(const struct chart *chart, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        write_text(&parts[i], &text);
        VEC_FOREACH (const struct chart_file *, file, &chart->files) {
            struct span whole = buf_span(&text), content;
            struct err *err = NULL;

            if (strcmp(file->path, parts[i].path) != 0)
                continue;
            (void)span_skip(&whole, "\xef\xbb\xbf");
            assert_int_equal(file->content.len, whole.len);
            assert_int_equal(chart_file_text(file, &content, &err), 0);
            assert_true(span_eq(content, whole));
        }
    }
}

static void test_chart_again__what_is_large_and_not_needed_is_given_up(void **state)
{
    struct buf archive CLEANUP(buf_free) = pack(ARRAY_LEN(parts), NULL);
    struct chart *chart CLEANUP(chart_cleanup) = load(&archive);
    const struct chart *sub = chart->subcharts.items[0];

    (void)state;
    assert_true(is_given_up(sub, "crds/a.yaml"));
    assert_true(is_given_up(sub, "crds/b.yaml"));
    assert_true(is_given_up(sub, "files/c.txt"));
    assert_false(is_given_up(sub, "files/small.txt"));
    assert_contents(sub, ARRAY_LEN(parts));
    assert_contents(sub, ARRAY_LEN(parts)); // and they stay
}

static void test_chart_again__not_of_an_archive_that_is_needed_for_the_most_part(void **state)
{
    // The definition is less than half of it.
    struct buf plain CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf packed CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct chart *chart CLEANUP(chart_cleanup) = NULL;

    (void)state;
    write_text(&parts[1], &text);
    tar_put_file(&plain, "s/Chart.yaml", 0644, span_str(parts[0].text));
    tar_put_file(&plain, "s/crds/a.yaml", 0644, buf_span(&text));
    tar_put_file(&plain, "s/templates/_a.tpl", 0644, buf_span(&text));
    tar_put_end(&plain);
    compress_gzip(buf_span(&plain), &packed);
    chart = load(&packed);
    assert_false(is_given_up(chart->subcharts.items[0], "crds/a.yaml"));
    assert_contents(chart->subcharts.items[0], 2);
}

static void test_chart_again__it_is_printed_as_a_whole_archive_is(void **state)
{
    struct buf inner CLEANUP(buf_free) = pack(ARRAY_LEN(parts), NULL);
    struct buf archive CLEANUP(buf_free) = pack(5, &inner);
    struct err *err = NULL;
    struct chart *whole CLEANUP(chart_cleanup) =
        chart_load_archive(buf_span(&archive), "there", &err);

    (void)state;
    assert_false(is_given_up(whole, "crds/a.yaml"));
    for (int crds = 0; crds < 2; crds++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct buf expected CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct chart *chart CLEANUP(chart_cleanup) = load(&archive);
        struct span line, rest;

        print(chart, crds, &out);
        print(whole, crds, &expected);
        // That of the chart around it.
        for (rest = buf_span(&expected); rest.len;) {
            (void)span_next(&rest, '\n', &line);
            if (span_skip(&line, "# Source: ")) {
                char *source CLEANUP(mem_cleanup) =
                    mem_printf("# Source: x/charts/%.*s\n", SPAN_ARG(line));
                assert_non_null(strstr(buf_str(&out), source));
            }
        }
        assert_non_null(
            strstr(buf_str(&out), "# Source: x/charts/s/charts/s/templates/t.yaml\na: "));
        assert_int_equal(!strstr(buf_str(&out), "kind: B"), !crds);
        assert_int_equal(!strstr(buf_str(&expected), "kind: B"), !crds);
    }
}

// Memory that was given up does not grow without end: at some time contents stay.
static void test_chart_again__of_many_charts_all_have_their_contents(void **state)
{
    struct buf archive CLEANUP(buf_free) = pack(6, NULL);
    struct chart *charts[MANY];

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        charts[i] = load(&archive);
    for (size_t i = 0; i < MANY; i++) {
        assert_contents(charts[i]->subcharts.items[0], 6);
        chart_free(charts[i]);
    }
}

UNIT_MAIN(UNIT(test_chart_again__what_is_large_and_not_needed_is_given_up),
          UNIT(test_chart_again__not_of_an_archive_that_is_needed_for_the_most_part),
          UNIT(test_chart_again__it_is_printed_as_a_whole_archive_is),
          UNIT(test_chart_again__of_many_charts_all_have_their_contents))
