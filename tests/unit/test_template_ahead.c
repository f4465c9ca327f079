// SPDX-License-Identifier: Apache-2.0
// io/template: files that are parsed by several threads come to what one after the other comes to.
#include "unit.h"

#include "base/arena.h"
#include "io/template.h"
#include "support_template.h"
#include "support_threads.h"

enum { FILES = 64 };

// Files of some 4 KiB. Each defines a name of its own, and says what the names that several define
// are; some of these definitions are empty.
static void make_files(struct arena *a, struct template_file *files)
{
    for (int i = 0; i < FILES; i++) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        buf_printf(&text, "{{ define \"own%d\" }}%d{{ end }}", i, i);
        buf_printf(&text, "{{ define \"shared%d\" }}%s{{ end }}", i % 7, i % 3 ? " " : "x");
        buf_printf(&text, "{{ define \"last\" }}%.0d{{ end }}", i < 40 ? i : 0);
        for (int k = 0; k < 150; k++)
            buf_printf(&text, "\n{{ if .Values.b }}{{ upper \"a\" }}{{ end }}");
        files[i].name = span_str(arena_printf(a, "f%d", i));
        files[i].text = arena_span(a, buf_span(&text));
    }
}

struct expected { // what is begun with
    const struct template_file *files;
    size_t count;
    const struct template_file *texts; // the first ones are parsed without their names
    size_t text_count;
};

static struct template_texts *begin_texts(const struct expected *expected)
{
    struct template_texts *texts = template_texts_new(support_functions, support_function_count);

    for (size_t i = 0; i < expected->text_count; i++)
        template_texts_add(texts, expected->texts[i].text);
    return texts;
}

static struct template_parsing *begin(struct template_set *set, const struct expected *expected)
{
    return template_parse_begin(set, expected->text_count ? begin_texts(expected) : NULL,
                                expected->files, expected->count);
}

// The main template's output behind all others', or the error behind the index of its file.
// Without anything expected one file is parsed after the other.
static void outcome(const struct template_file *files, const struct expected *expected,
                    struct buf *out)
{
    static const char main_text[] =
        "{{ range until 64 }}{{ include (print \"own\" .) . }} {{ end }}"
        "{{ range until 7 }}[{{ include (print \"shared\" .) . }}]"
        "{{ end }}{{ template \"last\" }}";
    struct template_limits limits = TEMPLATE_LIMITS;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(support_functions, support_function_count, NULL);
    struct template_run *run CLEANUP(template_run_cleanup) = template_run_new(set, arena, &limits);
    struct value dot = support_values(arena);
    size_t failed = 0;
    int status = 0;

    if (expected) {
        status = template_parse_end(begin(set, expected), files, FILES, &failed, &err);
    } else {
        while (status == 0 && failed < FILES) {
            status = template_parse(set, files[failed].name, files[failed].text, &err);
            failed += status == 0;
        }
    }
    for (int i = 0; status == 0 && i < FILES; i++)
        status = template_execute(run, files[i].name, &dot, out, &err);
    if (status == 0)
        status = template_parse(set, SPAN("main"), span_str(main_text), &err);
    if (status == 0)
        status = template_execute(run, SPAN("main"), &dot, out, &err);
    if (status < 0) {
        buf_printf(out, "%zu: ", failed);
        err_format(err, out);
    }
}

static void assert_same_after(const struct template_file *files, const struct expected *begun,
                              const char *words)
{
    struct buf expected CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    outcome(files, NULL, &expected);
    if (!strstr(buf_str(&expected), words))
        fail_msg("'%s' does not say '%s'", buf_str(&expected), words);
    for (int i = 0; i < 4; i++) {
        out.len = 0;
        outcome(files, begun, &out);
        assert_string_equal(buf_str(&out), buf_str(&expected));
    }
}

static void assert_same(const struct template_file *files, const char *words)
{
    assert_same_after(files, &(struct expected){files, FILES, NULL, 0}, words);
    assert_same_after(files, &(struct expected){files, FILES, files, FILES}, words);
}

static void test_template_ahead__gives_what_one_after_the_other_gives(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_file files[FILES];

    (void)state;
    make_files(arena, files);
    assert_same(files, "60 61 62 63 [x]");
    refuse_threads(true);
    assert_same(files, "60 61 62 63 [x]");
    refuse_threads(false);
}

// What is expected, more and less than what comes, in another order, and with other texts.
static void test_template_ahead__does_not_depend_on_what_was_expected(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_file files[FILES], others[2 * FILES];

    (void)state;
    make_files(arena, files);
    assert_same_after(files, &(struct expected){NULL, 0, NULL, 0}, "60 61 62 63 [x]");
    assert_same_after(files, &(struct expected){files, FILES / 2, NULL, 0}, "60 61 62 63 [x]");
    for (size_t i = 0; i < FILES; i++) {
        others[2 * i] = files[FILES - 1 - i];
        others[2 * i + 1] = (struct template_file){
            span_str(arena_printf(arena, "g%zu", i)),
            SPAN("{{ define \"last\" }}other{{ end }}{{ define \"own3\" }}other{{ end }}")};
    }
    assert_same_after(files, &(struct expected){others, 2 * FILES, NULL, 0}, "60 61 62 63 [x]");
    others[0].text = SPAN("{{ define \"last\" }}other");
    others[1].text = SPAN("{{ nothing }}");
    others[3].name = files[5].name;
    assert_same_after(files, &(struct expected){others, 2 * FILES, NULL, 0}, "60 61 62 63 [x]");
    files[40].text = SPAN("{{ nothing }}");
    assert_same_after(files, &(struct expected){others, 2 * FILES, NULL, 0},
                      "40: f40:1:3: function \"nothing\" not defined");
}

static void test_template_ahead__gives_the_first_error(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_file files[FILES];

    (void)state;
    make_files(arena, files);
    files[61].text = SPAN("{{ nothing }}");
    assert_same(files, "61: f61:1:3: function \"nothing\" not defined");
    files[60].text = SPAN("\n{{ if }}");
    files[2].text = SPAN("{{ 1__0 }}");
    assert_same(files, "2: f2:1:3: illegal number syntax");
}

// Texts that are no file's, that several files have, and that are not all.
static void test_template_ahead__texts_get_their_names(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_file files[FILES], others[FILES + 3];

    (void)state;
    make_files(arena, files);
    memcpy(others + 3, files, sizeof(files));
    others[0].text = SPAN("{{ define \"last\" }}other{{ end }}");
    others[1].text = SPAN("{{ nothing }}");
    others[2].text = SPAN_EMPTY;
    assert_same_after(files, &(struct expected){files, FILES, others, FILES + 3},
                      "60 61 62 63 [x]");
    assert_same_after(files, &(struct expected){files, FILES, others, FILES / 2},
                      "60 61 62 63 [x]");
    assert_same_after(files, &(struct expected){files, FILES, others, 4}, "60 61 62 63 [x]");
    assert_same_after(files, &(struct expected){files, FILES / 2, others, FILES + 3},
                      "60 61 62 63 [x]");
    assert_same_after(files, &(struct expected){NULL, 0, others, FILES + 3}, "60 61 62 63 [x]");
    files[7].text = files[6].text;
    assert_same(files, "no template \"own7\"");
    // Parts of one text, which begin where it begins.
    files[9].text = span_head(files[8].text, files[8].text.len - 1);
    assert_same(files, "f9:");
}

// A file may define what has its own name.
static void test_template_ahead__texts_that_define_their_names(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_file files[FILES];

    (void)state;
    make_files(arena, files);
    files[20].text = SPAN("{{ define \"f20\" }}mine{{ end }}{{ define \"own20\" }}20{{ end }} ");
    assert_same(files, "mine");
    files[20].text = SPAN("{{ define \"f20\" }} {{ end }}{{ define \"own20\" }}20{{ end }}this");
    assert_same(files, "this");
    files[20].text = SPAN("{{ define \"f20\" }}x{{ end }}y");
    assert_same(files, "20: f20:1:29: template: multiple definition of template \"f20\"");
    files[20].text = SPAN("{{ define \"own20\" }}20{{ end }}{{ define \"f21\" }}early{{ end }}"
                          "{{ define \"f19\" }}late{{ end }}");
    assert_same(files, "late");
}

// Threads have less stack than the one that owns the set.
static void test_template_ahead__nests_as_deep(void **state)
{
    enum { DEPTH = 3000 };
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct template_file files[FILES];

    (void)state;
    make_files(arena, files);
    for (int i = 0; i < DEPTH; i++)
        buf_add_str(&text, "{{ if false }}");
    for (int i = 0; i < DEPTH; i++)
        buf_add_str(&text, "{{ end }}");
    files[5].text = buf_span(&text);
    files[6].text = buf_span(&text);
    assert_same(files, "no template \"own5\"");
}

static void test_template_ahead__can_be_abandoned(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(support_functions, support_function_count, NULL);
    struct template_file files[FILES];

    (void)state;
    make_files(arena, files);
    for (int i = 0; i < 20; i++)
        template_parse_abandon(template_parse_begin(set, NULL, files, FILES));
    template_parse_abandon(template_parse_begin(set, NULL, files, 1));
    for (int i = 0; i < 20; i++) {
        struct expected begun = {files, FILES / 2, files, FILES};

        template_parse_abandon(begin(set, &begun));
        template_texts_free(begin_texts(&begun));
    }
    template_texts_free(template_texts_new(NULL, 0));
    template_texts_free(NULL);
    template_parse_abandon(NULL);
    assert_false(template_is_defined(set, SPAN("own0")));
}

UNIT_MAIN(UNIT(test_template_ahead__gives_what_one_after_the_other_gives),
          UNIT(test_template_ahead__does_not_depend_on_what_was_expected),
          UNIT(test_template_ahead__gives_the_first_error),
          UNIT(test_template_ahead__texts_get_their_names),
          UNIT(test_template_ahead__texts_that_define_their_names),
          UNIT(test_template_ahead__nests_as_deep), UNIT(test_template_ahead__can_be_abandoned))
