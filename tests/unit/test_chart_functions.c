// SPDX-License-Identifier: Apache-2.0
// The functions of charts, family by family, as templates call them. functions/FAMILY.jsonl has a
// template a line, with its values and with what Helm's engine made of it: an output, or the reason
// why there is none (tests/differential/charts/oracle).
#include "unit.h"

#include <fcntl.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/doc.h"
#include "io/template.h"
#include "model/chart/convert/convert.h"
#include "model/chart/functions/functions.h"

// Helm drops what Go prints for a value that is not there.
static void drop_no_value(struct buf *text)
{
    struct buf kept CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span rest = buf_span(text);
    const struct span no_value = SPAN("<no value>");

    for (size_t at = span_search(rest, no_value); at < rest.len; at = span_search(rest, no_value)) {
        buf_add_span(&kept, span_head(rest, at));
        rest = span_tail(rest, at + no_value.len);
    }
    buf_add_span(&kept, rest);
    buf_truncate(text, 0);
    buf_add_span(text, buf_span(&kept));
}

static int render(struct span template, const struct node *values, struct buf *out,
                  struct err **err)
{
    size_t count;
    const struct template_function *functions = functions_all(&count);
    struct functions_env env = {0};
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(functions, count, &env);
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct template_run *run CLEANUP(template_run_cleanup) =
        template_run_new(set, a, &TEMPLATE_LIMITS);
    struct value dot = value_new_map(a, VALUE_MAP);

    if (values)
        value_set(a, dot.map, SPAN("Values"), convert_to_value(a, values));
    if (template_parse(set, SPAN("t"), template, err) < 0 ||
        template_execute(run, SPAN("t"), &dot, out, err) < 0)
        return -1;
    drop_no_value(out);
    return 0;
}

static bool check(struct span line)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *row = doc_read_json(d, line, "the row", ERR_CONFIG, &err);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf said CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const struct node *reason;

    assert_non_null(row);
    reason = node_get(row, "reason");
    if (render(node_get_text(row, "template"), node_get(row, "values"), &out, &err) < 0)
        err_format(err, &said);
    if (reason ? err && span_ends(buf_span(&said), node_str(reason))
               : !err && span_eq(buf_span(&out), node_get_text(row, "output")))
        return true;
    print_error("%s\n  ours:   %s%s\n  Helm's: %s\n", node_get_str(row, "template"), buf_str(&out),
                buf_str(&said), reason ? node_str(reason) : node_get_str(row, "output"));
    return false;
}

static void check_family(const char *family)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/unit/functions/%s.jsonl", TESTS_ROOT, family);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span rest;
    struct span line;
    size_t rows = 0;
    size_t wrong = 0;

    assert_int_equal(file_read(AT_FDCWD, path, &text, &err), 0);
    rest = buf_span(&text);
    for (; span_next(&rest, '\n', &line); rows++)
        wrong += !check(line);
    assert_true(rows > 0);
    assert_int_equal(wrong, 0);
}

#define FAMILY(name)                                                                               \
    static void test_functions_##name(void **state)                                                \
    {                                                                                              \
        (void)state;                                                                               \
        check_family(#name);                                                                       \
    }
FAMILY(strings)
FAMILY(lists)
FAMILY(dicts)
FAMILY(types)
FAMILY(encode)
FAMILY(convert)
FAMILY(cases)
FAMILY(math)
FAMILY(dates)
FAMILY(regex)
FAMILY(semver)
FAMILY(paths)
FAMILY(random)
FAMILY(certs)
FAMILY(secrets)

// Where Go's stack overflows.
static void test_functions_merge__of_dicts_that_hold_themselves(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    (void)state;
    assert_int_equal(
        render(SPAN("{{ $d := dict \"a\" (dict \"b\" 1) }}{{ $_ := set $d \"self\" $d }}"
                    "{{ $_ := merge $d $d }}{{ $d.self.self.a.b }}"),
               NULL, &out, &err),
        0);
    assert_string_equal(buf_str(&out), "1");
    assert_int_equal(render(SPAN("{{ $d := dict }}{{ $_ := set $d \"self\" $d }}"
                                 "{{ $e := dict }}{{ $_ := set $e \"self\" $e }}{{ merge $d $e }}"),
                            NULL, &out, &err),
                     -1);
    assert_err(err, ERR_CONFIG, "a dict holds itself");
}

static void test_functions__large_results_are_errors(void **state)
{
    static const char *const templates[] = {
        "{{ repeat 100000000 \"ab\" }}",
        "{{ repeat 9223372036854775807 \"ab\" }}",
        "{{ indent 100000000 \"a\" }}",
        "{{ nindent 9223372036854775807 \"a\\n\" }}",
        "{{ $a := repeat 10000 \"a\" }}{{ replace \"a\" $a $a }}",
        "{{ join (repeat 10000000 \"a\") (list 1 2 3 4 5 6) }}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(templates) / sizeof(*templates); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        assert_int_equal(render(span_str(templates[i]), NULL, &out, &err), -1);
        assert_err(err, ERR_CONFIG, "the text ");
    }
}

UNIT_MAIN(UNIT(test_functions_strings), UNIT(test_functions_lists), UNIT(test_functions_dicts),
          UNIT(test_functions_types), UNIT(test_functions_encode), UNIT(test_functions_convert),
          UNIT(test_functions_cases), UNIT(test_functions_math), UNIT(test_functions_dates),
          UNIT(test_functions_regex), UNIT(test_functions_semver), UNIT(test_functions_paths),
          UNIT(test_functions_random), UNIT(test_functions_certs), UNIT(test_functions_secrets),
          UNIT(test_functions_merge__of_dicts_that_hold_themselves),
          UNIT(test_functions__large_results_are_errors))
