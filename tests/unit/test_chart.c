// SPDX-License-Identifier: Apache-2.0
// model/chart: charts out of files and archives, with their subcharts, and what is too much.
#include "unit.h"

#include "base/mem.h"
#include "io/archive.h"
#include "model/chart.h"

struct file {
    const char *path, *text;
};

static struct chart *load(const struct file *files, size_t count, struct err **err)
{
    chart_files list CLEANUP(chart_files_free) = {0};

    for (size_t i = 0; i < count; i++)
        vec_push(&list,
                 (struct chart_file){.path = files[i].path, .content = span_str(files[i].text)});
    return chart_load_files(&list, "here", err);
}

#define LOAD(err, ...)                                                                             \
    load((struct file[]){__VA_ARGS__}, ARRAY_LEN(((struct file[]){__VA_ARGS__})), (err))

// A tar of one chart, `folder`; the caller frees it.
static struct buf pack(const char *folder, const struct file *files, size_t count)
{
    struct buf out = BUF_INIT((size_t)1 << 30);
    struct tar_writer *tar = tar_writer_new(&out);
    struct err *err = NULL;

    for (size_t i = 0; i < count; i++) {
        char *path CLEANUP(mem_cleanup) = mem_printf("%s/%s", folder, files[i].path);

        assert_int_equal(tar_add_file(tar, path, false, span_str(files[i].text), &err), 0);
    }
    assert_int_equal(tar_writer_finish(tar, &err), 0);
    return out;
}

#define META(name) "name: " name "\nversion: 1.0.0\n"

static void assert_name(const struct chart *chart, const char *name)
{
    assert_string_equal(node_get_str(chart->meta, "name"), name);
}

static void test_chart__files_become_a_chart(void **state)
{
    struct err *err = NULL;
    struct chart *c CLEANUP(chart_cleanup) =
        LOAD(&err, {"values.yaml", "a: 1\n---\nb: 2\na: 3\n"},
             {"Chart.yaml", META("x") "dependencies: [{name: one, version: 1.10}]"},
             {"requirements.yaml", "dependencies: [{name: two}, {name: three}]"},
             {"templates/b.txt", "b"}, {"templates/a.yaml", "a"}, {"crds/c.yaml", "c"},
             {"values.schema.json", "{}"}, {"README.md", "\xef\xbb\xbfr"});

    (void)state;
    assert_null(err);
    assert_name(c, "x");
    assert_int_equal(node_get_int(c->values, "a", 0), 3);
    assert_int_equal(node_get_int(c->values, "b", 0), 2);
    assert_int_equal(c->subcharts.len, 0);
    assert_int_equal(c->templates.len, 2);
    assert_string_equal(c->templates.items[0].path, "templates/a.yaml");
    assert_true(span_is(c->templates.items[1].content, "b"));
    assert_int_equal(c->files.len, 3);
    assert_string_equal(c->files.items[0].path, "README.md");
    assert_true(span_is(c->files.items[0].content, "r"));
    assert_string_equal(c->files.items[1].path, "crds/c.yaml");
    assert_string_equal(c->files.items[2].path, "requirements.yaml");
    assert_true(span_is(c->schema, "{}"));
    // Read over those of Chart.yaml, each over the one in its place.
    assert_int_equal(node_len(c->dependencies), 2);
    assert_string_equal(node_get_str(node_item(c->dependencies, 0), "name"), "two");
    assert_string_equal(node_get_str(node_item(c->dependencies, 0), "version"), "1.1");
    assert_string_equal(node_get_str(node_item(c->dependencies, 1), "name"), "three");
}

static void test_chart__only_chart_yaml_must_be_there(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart *c CLEANUP(chart_cleanup) = LOAD(&err, {"Chart.yaml", META("x")});

    (void)state;
    assert_non_null(c);
    assert_null(c->values);
    assert_null(c->dependencies);
    assert_null(LOAD(&err, {"values.yaml", "a: 1"}));
    assert_err(err, ERR_SOURCE, "here has no Chart.yaml");
    err_clear(&err);
    assert_null(LOAD(&err, {"Chart.yaml", "# nothing\n"}));
    assert_err(err, ERR_CONFIG, "here/Chart.yaml has no name");
    err_clear(&err);
    assert_null(LOAD(&err, {"Chart.yaml", META("x")}, {"values.yaml", "a: 1\n---\n- b\n"}));
    assert_err(err, ERR_CONFIG, "here/values.yaml:3: is a list instead of a map");
}

static void test_chart__charts_below_charts(void **state)
{
    struct err *err = NULL;
    struct chart *c CLEANUP(chart_cleanup) =
        LOAD(&err, {"Chart.yaml", META("x")}, {"charts/b/Chart.yaml", META("b")},
             {"charts/b/values.yaml", "of: b"}, {"charts/a/charts/deep/Chart.yaml", META("deep")},
             {"charts/a/Chart.yaml", META("a")}, {"charts/a-1/Chart.yaml", META("a-1")},
             {"charts/_hidden/Chart.yaml", META("hidden")},
             {"charts/.dot/values.yaml", "no: chart"}, {"charts/.README.md", "no chart"});

    (void)state;
    assert_null(err);
    assert_int_equal(c->subcharts.len, 3);
    assert_name(c->subcharts.items[0], "a");
    assert_name(c->subcharts.items[1], "a-1");
    assert_name(c->subcharts.items[2], "b");
    assert_string_equal(node_get_str(c->subcharts.items[2]->values, "of"), "b");
    assert_int_equal(c->subcharts.items[0]->subcharts.len, 1);
    assert_name(c->subcharts.items[0]->subcharts.items[0], "deep");
}

static void test_chart__archives_in_archives(void **state)
{
    struct err *err = NULL;
    struct file low[] = {{"Chart.yaml", META("low")}, {"values.yaml", "of: low"}};
    struct buf inner CLEANUP(buf_free) = pack("low", low, ARRAY_LEN(low));
    struct buf outer CLEANUP(buf_free) = BUF_INIT((size_t)1 << 20);
    struct tar_writer *tar = tar_writer_new(&outer);
    struct chart *c CLEANUP(chart_cleanup) = NULL;

    (void)state;
    assert_int_equal(tar_add_file(tar, "x/Chart.yaml", false, span_str(META("x")), &err), 0);
    assert_int_equal(tar_add_file(tar, "x/charts/low-1.tgz", false, buf_span(&inner), &err), 0);
    assert_int_equal(tar_add_file(tar, "x/templates/a.yaml", false, SPAN("not: {{ read"), &err), 0);
    assert_int_equal(tar_writer_finish(tar, &err), 0);
    c = chart_load_archive(buf_span(&outer), "there", &err);
    assert_null(err);
    assert_name(c, "x");
    assert_int_equal(c->subcharts.len, 1);
    assert_string_equal(node_get_str(c->subcharts.items[0]->values, "of"), "low");
}

static void test_chart__archives_that_are_none(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct file only[] = {{"templates/x.yaml", "a: 1"}};
    struct buf none CLEANUP(buf_free) = pack("x", only, 1);

    (void)state;
    assert_null(chart_load_archive(SPAN("no archive at all"), "there", &err));
    assert_err(err, ERR_INTEGRITY, "there");
    err_clear(&err);
    assert_null(chart_load_archive(buf_span(&none), "there", &err));
    assert_err(err, ERR_SOURCE, "there has no Chart.yaml");
    err_clear(&err);
    assert_null(LOAD(&err, {"Chart.yaml", META("x")}, {"charts/low.tgz", "broken"}));
    assert_err(err, ERR_INTEGRITY, "here/charts/low.tgz");
}

// Each of them fits; together they do not.
static void test_chart__archives_are_counted_together(void **state)
{
    enum { BYTES = 5 << 20, COUNT = 3 };
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *big CLEANUP(mem_cleanup) = mem_alloc(BYTES + 1);
    struct file low[] = {{"Chart.yaml", META("low")}, {"templates/1", big}, {"templates/2", big},
                         {"templates/3", big},        {"templates/4", big}, {"templates/5", big},
                         {"templates/6", big},        {"templates/7", big}, {"templates/8", big}};
    struct buf plain CLEANUP(buf_free) = BUF_INIT(0);
    struct buf inner CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    chart_files files CLEANUP(chart_files_free) = {0};

    (void)state;
    memset(big, ' ', BYTES);
    big[BYTES] = '\0';
    plain = pack("low", low, ARRAY_LEN(low));
    compress_gzip(buf_span(&plain), &inner);
    vec_push(&files, (struct chart_file){.path = "Chart.yaml", .content = span_str(META("x"))});
    vec_push(&files, (struct chart_file){.path = "charts/a.tgz", .content = buf_span(&inner)});
    vec_push(&files, (struct chart_file){.path = "charts/b.tgz", .content = buf_span(&inner)});
    chart_free(chart_load_files(&files, "here", &err));
    assert_null(err);
    vec_push(&files, (struct chart_file){.path = "charts/c.tgz", .content = buf_span(&inner)});
    assert_null(chart_load_files(&files, "here", &err));
    assert_err(err, ERR_INTEGRITY, "charts/c.tgz: more than 100 MiB in a chart and its subcharts");
}

static void add(chart_files *files, char *path_take)
{
    vec_push(files, (struct chart_file){.path = path_take, .content = span_str(META("x"))});
}

static void free_paths(chart_files *files)
{
    VEC_FOREACH (struct chart_file *, file, files)
        free((char *)file->path);
    chart_files_free(files);
}

static void test_chart__depth_and_number_have_limits(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    chart_files deep CLEANUP(free_paths) = {0}, wide CLEANUP(free_paths) = {0};
    char *folder CLEANUP(mem_cleanup) = mem_str("");

    (void)state;
    for (unsigned i = 0; i <= CHART_DEPTH_MAX; i++) {
        char *below = mem_printf("%scharts/x/", folder);

        add(&deep, mem_printf("%sChart.yaml", folder));
        free(folder);
        folder = below;
        if (i + 1 == CHART_DEPTH_MAX) {
            chart_free(chart_load_files(&deep, "here", &err));
            assert_null(err);
        }
    }
    assert_null(chart_load_files(&deep, "here", &err));
    assert_err(err, ERR_CONFIG, "charts are nested more than 16 levels deep");
    err_clear(&err);

    add(&wide, mem_str("Chart.yaml"));
    for (unsigned i = 1; i < CHART_SUBCHARTS_MAX; i++)
        add(&wide, mem_printf("charts/c%u/Chart.yaml", i));
    chart_free(chart_load_files(&wide, "here", &err));
    assert_null(err);
    add(&wide, mem_str("charts/one-more/Chart.yaml"));
    assert_null(chart_load_files(&wide, "here", &err));
    assert_err(err, ERR_CONFIG, "more than 1000 subcharts");
}

// The first pattern that matches decides; those with "!" ignore all that they do not match.
static void test_chart__helmignore(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart *c CLEANUP(chart_cleanup) =
        LOAD(&err, {"Chart.yaml", META("x")},
             {".helmignore", "# comment\n*.bak\n/top.txt\nci/\ndeep/*/x.txt\n"}, {"a.bak", ""},
             {"sub/b.bak", ""}, {"top.txt", ""}, {"sub/top.txt", ""}, {"ci/values.yaml", ""},
             {"deep/1/x.txt", ""}, {"deep/1/2/x.txt", ""}, {"templates/.hidden", ""},
             {"templates/shown", ""});

    (void)state;
    assert_null(err);
    assert_int_equal(c->templates.len, 1);
    assert_int_equal(c->files.len, 3);
    assert_string_equal(c->files.items[0].path, ".helmignore");
    assert_string_equal(c->files.items[1].path, "deep/1/2/x.txt");
    assert_string_equal(c->files.items[2].path, "sub/top.txt");
    assert_null(LOAD(&err, {"Chart.yaml", META("x")}, {".helmignore", "!*.txt"}));
    assert_err(err, ERR_SOURCE, "here has no Chart.yaml");
    err_clear(&err);
    assert_null(LOAD(&err, {"Chart.yaml", META("x")}, {".helmignore", "a\n**/b"}));
    assert_err(err, ERR_CONFIG, "here/.helmignore:2: double-star (**) syntax is not supported");
}

// Helm's words for each of these are others; that it refuses them was tried.
static void test_chart__what_chart_yaml_must_be(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"version: 1.0.0", "here/Chart.yaml has no name"},
        {"name: a/b\nversion: 1.0.0", "the name \"a/b\" is invalid"},
        {"name: x", "here/Chart.yaml has no version"},
        {"name: x\nversion: one", "the version \"one\" is invalid"},
        {META("x") "type: app", "the type is \"app\""},
        {META("x") "keywords: text", "here/Chart.yaml:3: keywords is a string instead of a list"},
        {META("x") "annotations: {a: []}", "annotations is a list instead of a string"},
        {META("x") "deprecated: 1", "deprecated is a integer instead of a boolean"},
        {META("x") "maintainers: [null]", "a maintainer is null"},
        {META("x") "dependencies: [{name: a}, null]", "a dependency is null"},
        {META("x") "dependencies: [{name: a, alias: b.c}]", "disallowed characters in the alias"},
        {META("x") "dependencies: [{name: a}, {name: b, alias: a}]",
         "more than one dependency with name or alias \"a\""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_null(LOAD(&err, {"Chart.yaml", bad[i].text}));
        assert_err(err, ERR_CONFIG, bad[i].words);
    }
}

static void test_chart__chart_yaml_is_typed(void **state)
{
    struct err *err = NULL;
    struct chart *c CLEANUP(chart_cleanup) =
        LOAD(&err, {"Chart.yaml", "Name: x\nversion: 1.0\nappVersion: 1.10\nunknown: 1\n"
                                  "description: \"a\\tb\\u200bc\"\nannotations: {a: 0x10, b: yes}\n"
                                  "keywords: [1e6, k]\nicon: null\n"});

    (void)state;
    assert_null(err);
    assert_name(c, "x");
    assert_string_equal(node_get_str(c->meta, "apiVersion"), "v1");
    assert_string_equal(node_get_str(c->meta, "version"), "1");
    assert_string_equal(node_get_str(c->meta, "appVersion"), "1.1");
    assert_string_equal(node_get_str(c->meta, "description"), "a bc");
    assert_string_equal(node_get_str(node_get(c->meta, "annotations"), "a"), "16");
    assert_string_equal(node_get_str(node_get(c->meta, "annotations"), "b"), "true");
    assert_string_equal(node_str(node_item(node_get(c->meta, "keywords"), 0)), "1e+06");
    assert_null(node_get(c->meta, "unknown"));
    assert_null(node_get(c->meta, "icon"));
}

UNIT_MAIN(UNIT(test_chart__files_become_a_chart), UNIT(test_chart__only_chart_yaml_must_be_there),
          UNIT(test_chart__charts_below_charts), UNIT(test_chart__archives_in_archives),
          UNIT(test_chart__archives_that_are_none), UNIT(test_chart__archives_are_counted_together),
          UNIT(test_chart__depth_and_number_have_limits), UNIT(test_chart__helmignore),
          UNIT(test_chart__what_chart_yaml_must_be), UNIT(test_chart__chart_yaml_is_typed))
