// SPDX-License-Identifier: Apache-2.0
// io/term: the two renderers.
#include "unit.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/term.h"

struct sink {
    int fds[2];
    char text[4096];
};

static struct report *open_report(struct sink *s, enum term_format format, const char *traces)
{
    assert_int_equal(pipe(s->fds), 0);
    return term_report_new(s->fds[1], format, traces);
}

// What was written since; "" when nothing.
static const char *drain(struct sink *s)
{
    ssize_t n;

    close(s->fds[1]);
    n = read(s->fds[0], s->text, sizeof(s->text) - 1);
    close(s->fds[0]);
    s->text[n > 0 ? n : 0] = '\0';
    return s->text;
}

static void test_term__lines_name_layer_and_object(void **state)
{
    struct sink s;
    struct report *r CLEANUP(term_report_cleanup) = open_report(&s, TERM_LINES, NULL);

    (void)state;
    report_object(r, "layers", "bigbang", "HelmRelease bigbang/podinfo", "retrying");
    assert_non_null(strstr(drain(&s), "s bigbang: HelmRelease bigbang/podinfo: retrying\n"));
}

static void test_term__control_characters_cannot_steer_the_terminal(void **state)
{
    struct sink s;
    struct report *r CLEANUP(term_report_cleanup) = open_report(&s, TERM_LINES, NULL);

    (void)state;
    report_warn(r, "kube", "a\033[2Jb\nc \302\233 \377 \303\244");
    assert_non_null(strstr(drain(&s), "warning: a\\x1b[2Jb\\nc \\xc2\\x9b \\xff \303\244\n"));
    assert_null(strchr(s.text, '\033'));
}

static void test_term__json_lines_escape(void **state)
{
    struct sink s;
    struct report *r CLEANUP(term_report_cleanup) = open_report(&s, TERM_JSON, NULL);

    (void)state;
    report_warn(r, "kube", "say \"no\"\t\\");
    drain(&s);
    assert_non_null(strstr(s.text, "\"level\":\"warn\",\"component\":\"kube\""));
    assert_non_null(strstr(s.text, "\"text\":\"say \\\"no\\\"\\u0009\\\\\"}\n"));
}

static void test_term__json_lines_are_utf8(void **state)
{
    struct sink s;
    struct report *r CLEANUP(term_report_cleanup) = open_report(&s, TERM_JSON, NULL);

    (void)state;
    report_warn(r, "kube", "\377 \303\244 \302\233 \355\240\200 \303");
    assert_non_null(strstr(
        drain(&s), "\"text\":\"\\ufffd \303\244 \\u009b \\ufffd\\ufffd\\ufffd \\ufffd\"}\n"));
}

static void test_term__traces_only_what_was_asked_for(void **state)
{
    struct sink s;
    struct report *r CLEANUP(term_report_cleanup) = open_report(&s, TERM_LINES, "http, kube");

    (void)state;
    report_trace(r, "kube", "one");
    report_trace(r, "layers", "two");
    drain(&s);
    assert_non_null(strstr(s.text, "[kube] one"));
    assert_null(strstr(s.text, "two"));
}

static void test_term__error_with_chain_and_hint(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct sink s;

    (void)state;
    assert_int_equal(pipe(s.fds), 0);
    err_set(&err, ERR_API, "forbidden");
    err_wrap(&err, "apply x");
    err_hint(&err, "ask");
    term_error(s.fds[1], TERM_LINES, err);
    assert_string_equal(drain(&s), "sandstrap: apply x: forbidden\nhint: ask\n");
    assert_int_equal(pipe(s.fds), 0);
    term_error(s.fds[1], TERM_JSON, err);
    assert_non_null(
        strstr(drain(&s), "\"kind\":\"api\",\"exit\":7,\"text\":\"apply x: forbidden\""));
}

UNIT_MAIN(UNIT(test_term__lines_name_layer_and_object),
          UNIT(test_term__control_characters_cannot_steer_the_terminal),
          UNIT(test_term__json_lines_escape), UNIT(test_term__json_lines_are_utf8),
          UNIT(test_term__traces_only_what_was_asked_for),
          UNIT(test_term__error_with_chain_and_hint))
