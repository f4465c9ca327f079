// SPDX-License-Identifier: Apache-2.0
// Charts in folders: contents that are read when somebody asks for them, and what is said when they
// are not what they were.
#include "unit.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "support_folder.h"
#include "work/artifacts/named/chart_folder.h"

static const struct file {
    const char *path, *text;
} files[] = {
    {"Chart.yaml", "apiVersion: v1\nname: c\nversion: 1.0.0\n"},
    {"values.yaml", "a: 1\n"},
    {"requirements.yaml", "dependencies: []\n"},
    {"README.md", "\xef\xbb\xbfread me"},
    {"files/a.txt", "one\ntwo\n"},
    {"files/b.txt", "bee"},
    {"files/empty.txt", ""},
    {"templates/t.yaml", ""}, // that of the test
    {"crds/c.yaml", "kind: CustomResourceDefinition\n"},
    {"charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"},
    {"charts/s/values.yaml", "b: 2\n"},
    {"charts/s/values.schema.json", "{\"type\": \"object\"}"},
    {"charts/s/files/a.txt", "of s"},
    {"charts/s/crds/d.yaml", "\xef\xbb\xbfkind: CustomResourceDefinition # d\n"},
    {"charts/s/templates/t.yaml", "s: {{ .Files.Get \"files/a.txt\" }}\n"},
};

static char *root;

static char *in_root(const char *path)
{
    return mem_printf("%s/%s", root, path);
}

static void write_file(const char *path, struct span text)
{
    char *full CLEANUP(mem_cleanup) = in_root(path);
    char *folder CLEANUP(mem_cleanup) = mem_strn(full, span_rfind(span_str(full), '/'));
    struct err *err = NULL;

    assert_int_equal(file_make_dirs(folder, &err), 0);
    assert_int_equal(file_write(full, text, FILE_PUBLIC, &err), 0);
}

static int set_up(void **state)
{
    (void)state;
    root = folder_make();
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        write_file(files[i].path, span_str(files[i].text));
    return 0;
}

static int tear_down(void **state)
{
    int status = folder_remove(root);

    (void)state;
    free(root);
    return status;
}

static struct chart *load(const char *template)
{
    struct err *err = NULL;
    struct chart *chart;

    write_file("templates/t.yaml", span_str(template));
    chart = chart_folder_load(root, &err);
    assert_non_null(chart);
    return chart;
}

// What it is printed to, with the definitions, or the error and its hint.
static void print(const struct chart *chart, struct buf *out)
{
    static const struct chart_target target = {.release = {"r", 1}, .space = {"s", 1}};
    static const struct chart_print with_crds = {.crds = true};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
        chart_render(chart, NULL, &target, &err);

    if (rendering && chart_print(rendering, &with_crds, out, &err) == 0)
        return;
    buf_truncate(out, 0);
    err_format(err, out);
    buf_printf(out, "; %s", err_hint_text(err) ? err_hint_text(err) : "");
}

// Out of the same files with all contents at once.
static void print_whole(const char *template, struct buf *out)
{
    chart_files all CLEANUP(chart_files_free) = {0};
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct err *err = NULL;

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct chart_file file = {.path = files[i].path, .content = span_str(files[i].text)};

        if (strcmp(file.path, "templates/t.yaml") == 0)
            file.content = span_str(template);
        vec_push(&all, file);
    }
    chart = chart_load_files(&all, "here", &err);
    assert_non_null(chart);
    print(chart, out);
}

static const struct chart_file *file_of(const struct chart *chart, const char *path)
{
    VEC_FOREACH (const struct chart_file *, file, &chart->files)
        if (strcmp(file->path, path) == 0)
            return file;
    fail_msg("%s is not there", path);
    return NULL;
}

static void test_chart_folder__only_what_nobody_needs_comes_later(void **state)
{
    struct chart *chart CLEANUP(chart_cleanup) = load("a: 1\n");
    struct err *err = NULL;
    struct span text, again;

    (void)state;
    assert_null(file_of(chart, "requirements.yaml")->later);
    assert_true(span_is(chart->subcharts.items[0]->schema, "{\"type\": \"object\"}"));
    assert_int_equal(chart->files.len, 6);
    VEC_FOREACH (const struct chart_file *, file, &chart->files)
        assert_int_equal(!file->later, strcmp(file->path, "requirements.yaml") == 0 ||
                                           strcmp(file->path, "files/empty.txt") == 0);
    assert_int_equal(file_of(chart, "files/a.txt")->content.len, 8);
    assert_int_equal(chart_file_text(file_of(chart, "README.md"), &text, &err), 0);
    assert_true(span_is(text, "read me"));
    assert_int_equal(chart_file_text(file_of(chart, "README.md"), &again, &err), 0);
    assert_ptr_equal(again.ptr, text.ptr);
    assert_int_equal(chart_file_text(file_of(chart, "requirements.yaml"), &text, &err), 0);
    assert_true(span_is(text, "dependencies: []\n"));
}

static void test_chart_folder__needed_is_what_the_loader_reads(void **state)
{
    static const char *const needed[] = {
        ".helmignore",
        "Chart.yaml",
        "Chart.lock",
        "requirements.yaml",
        "requirements.lock",
        "values.yaml",
        "templates/a",
        "charts/a.tgz",
        "values.schema.json",
        "charts/templates/values.yaml",
        "charts/a/charts/b/templates/c/d",
        "charts/a/charts/b.tgz",
    };
    static const char *const later[] = {
        "README.md",
        "crds/a.yaml",
        "charts/a/crds/b.yaml",
        "charts/a/b.tgz",
        "charts/a.tgz.prov",
        "files/values.yaml",
        "values-more.yaml",
        "charts/a/files/templates/x",
        "b.tgz",
        "charts",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        if (!chart_needs_file(needed[i]))
            fail_msg("%s is needed", needed[i]);
    for (size_t i = 0; i < ARRAY_LEN(later); i++)
        if (chart_needs_file(later[i]))
            fail_msg("%s is not needed", later[i]);
}

static void test_chart_folder__a_size_of_nothing_may_be_wrong(void **state)
{
    char *path CLEANUP(mem_cleanup) = in_root("files/maps");
    struct chart *chart CLEANUP(chart_cleanup) = NULL;

    (void)state;
    assert_int_equal(symlink("/proc/self/maps", path), 0);
    chart = load("a: {{ .Files.Get \"files/maps\" | len }}\n");
    assert_true(file_of(chart, "files/maps")->content.len > 0);
}

static void test_chart_folder__helmignore_leaves_out(void **state)
{
    struct chart *chart CLEANUP(chart_cleanup) = NULL;

    (void)state;
    write_file(".helmignore", SPAN("files/b.*\ncrds/\n.helmignore\n*.md\n"));
    write_file("templates/.hidden", SPAN("{{"));
    chart = load("a: {{ range $path, $_ := .Files }} {{ $path }}{{ end }}\n");
    assert_int_equal(chart->files.len, 3);
    assert_string_equal(chart->files.items[0].path, "files/a.txt");
    assert_string_equal(chart->files.items[1].path, "files/empty.txt");
    assert_string_equal(chart->files.items[2].path, "requirements.yaml");
    assert_int_equal(chart->templates.len, 1);
    assert_int_equal(chart->subcharts.items[0]->files.len, 1);
}

static const char *const askers[] = {
    "a: {{ .Files.Get \"files/a.txt\" | quote }}\n",
    "a: {{ .Files.GetBytes \"files/a.txt\" | toString | quote }}\n",
    "a: {{ .Files.Lines \"files/a.txt\" | toJson }}\n",
    "a:\n{{ (.Files.Glob \"files/*\").AsConfig | indent 2 }}\n",
    "a:\n{{ (.Files.Glob \"files/*\").AsSecrets | indent 2 }}\n",
    "a: {{ index .Files \"files/a.txt\" | toString | quote }}\n",
    "{{ range $path, $text := .Files.Glob \"**.txt\" }}\n{{ $path | quote }}: {{ $text | toString "
    "| quote }}\n{{ end }}\n",
    "{{ range $path, $text := .Files }}\n{{ $path | quote }}: {{ len $text }}\n{{ end }}\n",
    "a: {{ .Files | toJson }}\nb: {{ len .Files }}\n",
    "a: {{ if .Files }}{{ printf \"%v\" .Files | sha256sum }}{{ end }}\n",
    "a: {{ printf \"%T %s\" .Files (deepCopy .Files | toJson) | sha256sum }}\n",
    "a: {{ $d := deepCopy . }}{{ $d.Files.Get \"files/a.txt\" | quote }}\n",
    "a: {{ (get . \"Files\").Get \"files/a.txt\" | quote }}\nb: {{ len (.Files.Get "
    "\"files/a.txt\") }}\n",
    "a: {{ tpl \"{{ .Files.Get `files/a.txt` }}\" . | quote }}\n",
};

static void test_chart_folder__templates_see_what_they_would_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(askers); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct buf expected CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct chart *chart CLEANUP(chart_cleanup) = load(askers[i]);

        print(chart, &out);
        print_whole(askers[i], &expected);
        if (!strstr(buf_str(&expected), "# Source: c/templates/t.yaml"))
            fail_msg("%s", buf_str(&expected));
        assert_string_equal(buf_str(&out), buf_str(&expected));
    }
}

// --- what is not what it was ---

static void assert_prints(const struct chart *chart, const char *words, const char *more)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    char *start CLEANUP(mem_cleanup) = in_root(words);

    print(chart, &out);
    assert_true(span_starts(buf_span(&out), start));
    if (!strstr(buf_str(&out), more))
        fail_msg("'%s' does not say '%s'", buf_str(&out), more);
}

static void test_chart_folder__a_file_that_went_is_told_to_all_who_ask(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(askers); i++) {
        char *path CLEANUP(mem_cleanup) = in_root("files/a.txt");
        struct chart *chart CLEANUP(chart_cleanup) = load(askers[i]);

        assert_int_equal(unlink(path), 0);
        assert_prints(chart, "files/a.txt: ", "No such file or directory; it was there when");
        write_file("files/a.txt", SPAN("one\ntwo\n"));
    }
}

static void test_chart_folder__nor_is_another_error_in_its_place(void **state)
{
    char *path CLEANUP(mem_cleanup) = in_root("files/a.txt");
    struct chart *chart CLEANUP(chart_cleanup) =
        load("a: {{ .Files.Get \"files/a.txt\" | required \"nothing\" }}\n");

    (void)state;
    assert_int_equal(unlink(path), 0);
    assert_prints(chart, "files/a.txt: ", "No such file");
}

static void test_chart_folder__a_definition_that_went(void **state)
{
    static const struct chart_target target = {.release = {"r", 1}, .space = {"s", 1}};
    char *path CLEANUP(mem_cleanup) = in_root("charts/s/crds/d.yaml");
    struct chart *chart CLEANUP(chart_cleanup) = load("a: 1\n");
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct err *err = NULL;

    (void)state;
    assert_int_equal(unlink(path), 0);
    assert_prints(chart, "charts/s/crds/d.yaml: ", "No such file");

    // Nobody asks for it.
    static const struct chart_print plain = {0};
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
        chart_render(chart, NULL, &target, &err);
    assert_non_null(rendering);
    assert_int_equal(rendering->crds.len, 2);
    assert_int_equal(chart_print(rendering, &plain, &out, &err), 0);
    assert_non_null(strstr(buf_str(&out), "\na: 1\n"));
}

static void test_chart_folder__another_size_is_told(void **state)
{
    static const char *const texts[] = {"one\n", "one\ntwo\nthree\n", ""};
    static const char *const words[] = {"has 4 bytes, and had 8", "has 14 bytes, and had 8",
                                        "has 0 bytes, and had 8"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct chart *chart CLEANUP(chart_cleanup) = load(askers[0]);

        write_file("files/a.txt", span_str(texts[i]));
        assert_prints(chart, "files/a.txt: ", words[i]);
        write_file("files/a.txt", SPAN("one\ntwo\n"));
    }
}

static void test_chart_folder__no_file_any_more(void **state)
{
    char *path CLEANUP(mem_cleanup) = in_root("files/a.txt");
    struct chart *chart CLEANUP(chart_cleanup) = load(askers[3]);

    (void)state;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_prints(chart, "files/a.txt: ", "is a directory");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("a.txt", path), 0);
    assert_prints(chart, "files/a.txt: ", strerror(ELOOP));
}

// --- while loading ---

static void assert_refused(const char *words)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_null(chart_folder_load(root, &err));
    err_format(err, &out);
    assert_non_null(strstr(buf_str(&out), words));
}

static void test_chart_folder__what_cannot_be_read_is_told_at_once(void **state)
{
    char *path CLEANUP(mem_cleanup) = in_root("files/large");
    char *link CLEANUP(mem_cleanup) = in_root("files/link");

    (void)state;
    write_file("files/large", SPAN(""));
    assert_int_equal(truncate(path, (off_t)CHART_FILE_MAX_BYTES), 0);
    chart_free(load("a: 1\n"));
    assert_int_equal(truncate(path, (off_t)CHART_FILE_MAX_BYTES + 1), 0);
    assert_refused("files/large: 5242881 bytes are more than the limit of 5242880");
    assert_int_equal(unlink(path), 0);

    assert_int_equal(symlink("nowhere", link), 0);
    assert_refused("files/link: No such file");
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mkfifo(link, 0600), 0);
    assert_refused("files/link: is neither a file nor a folder");
}

static void test_chart_folder__all_sizes_count_together(void **state)
{
    (void)state;
    for (uint64_t i = 0; i <= CHART_MAX_BYTES / CHART_FILE_MAX_BYTES; i++) {
        char *name CLEANUP(mem_cleanup) = mem_printf("files/large%u", (unsigned)i);
        char *path CLEANUP(mem_cleanup) = in_root(name);

        write_file(name, SPAN(""));
        assert_int_equal(truncate(path, (off_t)CHART_FILE_MAX_BYTES), 0);
    }
    assert_refused("more than 100 MiB or 100000 files in a chart");
}

UNIT_MAIN(UNIT_FIXTURE(test_chart_folder__only_what_nobody_needs_comes_later),
          UNIT(test_chart_folder__needed_is_what_the_loader_reads),
          UNIT_FIXTURE(test_chart_folder__a_size_of_nothing_may_be_wrong),
          UNIT_FIXTURE(test_chart_folder__helmignore_leaves_out),
          UNIT_FIXTURE(test_chart_folder__templates_see_what_they_would_at_once),
          UNIT_FIXTURE(test_chart_folder__a_file_that_went_is_told_to_all_who_ask),
          UNIT_FIXTURE(test_chart_folder__nor_is_another_error_in_its_place),
          UNIT_FIXTURE(test_chart_folder__a_definition_that_went),
          UNIT_FIXTURE(test_chart_folder__another_size_is_told),
          UNIT_FIXTURE(test_chart_folder__no_file_any_more),
          UNIT_FIXTURE(test_chart_folder__what_cannot_be_read_is_told_at_once),
          UNIT_FIXTURE(test_chart_folder__all_sizes_count_together))
