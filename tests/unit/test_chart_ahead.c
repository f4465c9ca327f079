// SPDX-License-Identifier: Apache-2.0
// model/chart: what other threads unpack and read ahead gives the chart, or the error, that one
// thread gives.
#include "unit.h"

#include "base/mem.h"
#include "io/archive.h"
#include "model/chart.h"
#include "support_threads.h"

enum { LARGE = 1500 << 10 }; // an archive that is looked into

// --- charts ---

// Values of some 40 KiB, and behind them `end`.
static void write_values(const char *key, const char *end, struct buf *out)
{
    for (int i = 0; i < 2000; i++)
        buf_printf(out, "%s%d: {a: %d, b: x}\n", key, i, i);
    buf_add_str(out, end);
}

static void add(struct tar_writer *tar, const char *path, struct span text)
{
    struct err *err = NULL;

    assert_int_equal(tar_add_file(tar, path, false, text, &err), 0);
}

static struct buf finish(struct tar_writer *tar, const struct buf *plain)
{
    struct buf packed = BUF_INIT(BUF_DOC_MAX);
    struct err *err = NULL;

    assert_int_equal(tar_writer_finish(tar, &err), 0);
    compress_gzip(buf_span(plain), &packed);
    return packed;
}

// An archive of the chart NAME, as long as it has to be for a look; `also` are values that stand
// behind what is looked at, or "" for a link there, or NULL.
static struct buf pack(const char *name, const char *end, const char *also, const struct buf *inner)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf values CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct tar_writer *tar = tar_writer_new(&plain);
    struct err *err = NULL;
    char *meta CLEANUP(mem_cleanup) = mem_printf("name: %s\nversion: 1.0.0\n", name);
    char *large CLEANUP(mem_cleanup) = mem_zalloc(LARGE, 1);

    for (size_t i = 0; i < LARGE; i++)
        large[i] = (char)('a' + i % 23);
    write_values(name, end, &values);
    add(tar, "c/Chart.yaml", span_str(meta));
    add(tar, "c/values.yaml", buf_span(&values));
    add(tar, "c/files/large", span_of(large, LARGE));
    if (also && !*also)
        assert_int_equal(tar_add_link(tar, "c/link", "values.yaml", &err), 0);
    else if (also)
        add(tar, "c/values.yaml", span_str(also));
    if (inner)
        add(tar, "c/charts/inner.tgz", buf_span(inner));
    add(tar, "c/charts/folder/Chart.yaml", SPAN("name: folder\nversion: 1.0.0\n"));
    add(tar, "c/charts/folder/values.yaml", buf_span(&values));
    return finish(tar, &plain);
}

// --- what comes of them ---

static void describe(const struct chart *c, struct buf *out)
{
    doc_write_json(c->meta, false, out);
    if (c->values) {
        doc_write_json(c->values, false, out);
        buf_printf(out, " of %s",
                   doc_file_name(c->values_doc, c->values->map.pairs[0].value->file));
    }
    VEC_FOREACH (const struct chart_file *, file, &c->files)
        buf_printf(out, " %s %zu", file->path, file->content.len);
    VEC_FOREACH (struct chart *const *, it, &c->subcharts) {
        buf_add_str(out, "\n(");
        describe(*it, out);
        buf_add_str(out, ")");
    }
}

static void outcome(const struct buf *archives, size_t count, bool is_folder, struct buf *out)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf values CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    chart_files files CLEANUP(chart_files_free) = {0};
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    static const char *const paths[] = {"charts/a.tgz", "charts/b.tgz", "charts/c.tgz"};

    write_values("own", "", &values);
    vec_push(&files, (struct chart_file){.path = "Chart.yaml",
                                         .content = SPAN("name: x\nversion: 1.0.0\n")});
    vec_push(&files, (struct chart_file){.path = "values.yaml", .content = buf_span(&values)});
    for (size_t i = 0; i < count; i++)
        vec_push(&files, (struct chart_file){.path = paths[i], .content = buf_span(&archives[i])});
    chart = is_folder ? chart_load_files(&files, "here", &err)
                      : chart_load_archive(buf_span(&archives[0]), "here", &err);
    if (chart)
        describe(chart, out);
    else
        err_format(err, out);
}

static void assert_same(const struct buf *archives, size_t count, const char *words)
{
    for (int i = 0; i < 8; i++) {
        struct buf alone CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        refuse_threads(true);
        outcome(archives, count, i % 2, &alone);
        refuse_threads(false);
        outcome(archives, count, i % 2, &out);
        if (i == 1 && !strstr(buf_str(&alone), words))
            fail_msg("'%.2000s' does not say '%s'", buf_str(&alone), words);
        assert_string_equal(buf_str(&out), buf_str(&alone));
    }
}

static void test_chart_ahead__gives_the_chart_that_one_thread_gives(void **state)
{
    struct buf inner CLEANUP(buf_free) = pack("inner", "end: 1\n", NULL, NULL);
    struct buf archives[] = {pack("one", "end: {}\n", NULL, &inner), pack("two", "", NULL, NULL),
                             pack("three", "end: 3\n", NULL, NULL)};

    (void)state;
    assert_same(archives, 3, "here/charts/a.tgz/charts/inner.tgz/values.yaml");
    for (size_t i = 0; i < ARRAY_LEN(archives); i++)
        buf_free(&archives[i]);
}

// The later one of two counts, though the first one is seen first.
static void test_chart_ahead__looks_do_not_count(void **state)
{
    struct buf archive CLEANUP(buf_free) = pack("one", "", "other: {file: 1}\n", NULL);

    (void)state;
    assert_same(&archive, 1, "{\"other\":{\"file\":1}}");
}

// With a link in it, it is no tar that is read in place.
static void test_chart_ahead__reads_what_is_not_left_in_place(void **state)
{
    struct buf archives[] = {pack("one", "end: {}\n", "", NULL), pack("two", "", NULL, NULL)};

    (void)state;
    assert_same(archives, 2, "{\"one0\":");
    for (size_t i = 0; i < ARRAY_LEN(archives); i++)
        buf_free(&archives[i]);
}

static void test_chart_ahead__gives_the_first_error(void **state)
{
    struct buf archives[] = {pack("one", "", NULL, NULL), pack("two", "a: [\n", NULL, NULL),
                             pack("three", "- b\n", NULL, NULL)};

    (void)state;
    assert_same(archives, 3, "here/charts/b.tgz/values.yaml:");
    assert_same(archives + 1, 2, "here/charts/a.tgz/values.yaml:");
    archives[0].data[archives[0].len - 6] ^= 1; // the checksum
    assert_same(archives, 3, "here/charts/a.tgz: ");
    archives[0].data[archives[0].len - 4] ^= 1; // the size
    assert_same(archives, 3, "here/charts/a.tgz: ");
    for (size_t i = 0; i < ARRAY_LEN(archives); i++)
        buf_free(&archives[i]);
}

UNIT_MAIN(UNIT(test_chart_ahead__gives_the_chart_that_one_thread_gives),
          UNIT(test_chart_ahead__looks_do_not_count),
          UNIT(test_chart_ahead__reads_what_is_not_left_in_place),
          UNIT(test_chart_ahead__gives_the_first_error))
