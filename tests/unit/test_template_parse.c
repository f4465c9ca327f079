// SPDX-License-Identifier: Apache-2.0
// io/template: what the parser refuses, with the line.
// What is expected is what Go 1.26's text/template answered, asked through Helm 4.2.4's engine.
#include "unit.h"

#include "base/arena.h"
#include "io/template.h"
#include "support_template.h"

struct row {
    const char *text, *expected;
};

static const struct row refused[] = {
    {"{{ 1__0 }}", "1: \"1__0\""},
    {"{{ 08 }}", "1: \"08\""},
    {"{{ 1e400 }}", "1: \"1e400\""},
    {"{{ 0b12 }}", "1: \"0b12\""},
    {"{{ 5 | 6 }}", "1: non executable command in pipeline stage 2"},
    {"{{ /* x */ }}", "1: unexpected \"/\" in command"},
    {"{{/* unclosed", "1: unclosed comment"},
    {"{{ if }}x{{ end }}", "1: missing value for if"},
    {"{{ if true }}x", "1: unexpected EOF"},
    {"{{ end }}", "1: unexpected {{end}}"},
    {"{{ else }}", "1: unexpected {{else}}"},
    {"{{ if true }}{{ else if false }}{{ else }}{{ end }}{{ else }}", "1: unexpected {{else}}"},
    {"{{ foo }}", "1: function \"foo\" not defined"},
    {"{{ uper \"x\" }}", "1: function \"uper\" not defined"},
    {"{{ \"abc }}", "1: unterminated quoted string"},
    {"{{ `abc }}", "1: unterminated raw quoted string"},
    {"{{ 'a }}", "1: unterminated character constant"},
    {"{{ \"x\".y }}", "1: unexpected . after term \"\\\"x\\\"\""},
    {"{{ 1.x }}", "1: \"1.x\""},
    {"{{ (list 1 2 }}", "1: unclosed left paren"},
    {"{{ ) }}", "1: unexpected right paren"},
    {"{{ define \"a\" }}A{{ end }}{{ define \"a\" }}B{{ end }}",
     "1: multiple definition of template \"a\""},
    {"{{ break }}", "1: {{break}} outside {{range}}"},
    {"{{ .Values.s-x }}", "1: bad character U+002D '-'"},
    {"{{ .Values.s.-x }}", "1: bad character U+002D '-'"},
    {"{{ .Values.\"s\" }}", "1: bad character U+0022 '\"'"},
    {"{{ a.b }}", "1: function \"a\" not defined"},
    {"{{ list 1 2, 3 }}", "1: unexpected \",\" in operand"},
    {"{{ | list 1 }}", "1: unexpected \"|\" in command"},
    {"{{ list 1 | | upper }}", "1: unexpected \"|\" in command"},
    {"{{}}", "1: missing value for command"},
    {"{{ () }}", "1: missing value for parenthesized pipeline"},
    {"{{ template foo }}", "1: unexpected \"foo\" in template clause"},
    {"{{ define foo }}{{ end }}", "1: unexpected \"foo\" in define clause"},
    {"{{ if true }}{{ define \"x\" }}{{ end }}{{ end }}", "1: unexpected <define> in command"},
    {"{{ range $a, $b, $c := .Values.l }}{{ end }}", "1: too many declarations in range"},
    {"{{ range $a, 5 := .Values.l }}{{ end }}", "1: range can only initialize variables"},
    {"{{ $a, $b := 5 }}", "1: too many declarations in command"},
    {"{{ with $a, $b := 5 }}{{end}}", "1: too many declarations in with"},
    {"{{ $x }}", "1: undefined variable \"$x\""},
    {"{{ define \"v\" }}{{ $x }}{{ end }}{{ $x := 1 }}", "1: undefined variable \"$x\""},
    {"{{ $x := 1 }}{{ define \"v\" }}{{ $x }}{{ end }}", "1: undefined variable \"$x\""},
    {"{{ if $x := 5 }}{{ $x }}{{ end }}{{ $x }}", "1: undefined variable \"$x\""},
    {"{{ #foo }}", "1: unexpected \"#\" in command"},
    {"{{ é }}", "1: function \"é\" not defined"},
    {"{{ \"é\\t\\x41\\u00e9\\101\" }} {{ `a\\n` }} {{ '\\n' }} {{ '\\'' }} {{ \"\\q\" }}",
     "1: invalid syntax"},
    {"{{ \"\\ud800\" }}", "1: invalid syntax"},
    {"{{ 'ab' }}", "1: 'ab'"},
    {"{{ '' }}", "1: invalid syntax"},
    {"{{ true }} {{ false }} {{ not true }} {{ true.x }}", "1: unexpected . after term \"true\""},
    {"{{ truex }}", "1: function \"truex\" not defined"},
    {"{{ break.x }}", "1: unexpected \".x\" in {{break}}"},
    {"{{ - 5 }}", "1: \"-\""},
    {"{{ -5 }} {{ +-5 }}", "1: \"+-5\""},
    {"{{ 1+2 }}", "1: \"1+2\""},
    {"{{ 5x }}", "1: \"5x\""},
    {"{{ 0x }}", "1: \"0x\""},
    {"{{ ..Values }}", "1: unexpected . after term \".\""},
    {"{{ .Values..s }}", "1: unexpected <.> in operand"},
    {"{{ $.}}", "1: unexpected <.> in operand"},
    {"{{ $5 }}", "1: undefined variable \"$5\""},
    {"{{ upper := 5 }}", "1: unexpected \":=\" in operand"},
    {"{{ : }}", "1: expected :="},
    {"{{ = }}", "1: unexpected \"=\" in command"},
    {"{{ $x == 5 }}", "1: unexpected \"=\" in command"},
    {"{{ if $x == 5 }}{{ end }}", "1: unexpected \"=\" in if"},
    {"{{ \"a\" | \"b\" }}", "1: non executable command in pipeline stage 2"},
    {"{{ \"a\" | $x }}", "1: undefined variable \"$x\""},
    {"{{- end }}", "1: unexpected {{end}}"},
    {"{{ if true }}{{ else }}{{ else }}{{ end }}", "1: expected end; found {{else}}"},
    {"{{ if true }}{{ else with . }}{{ end }}{{ end }}", "1: unexpected <with> in input"},
    {"{{ with . }}{{ else if true }}{{ end }}", "1: unexpected <if> in input"},
    {"{{ with . }}{{ break }}{{ end }}", "1: {{break}} outside {{range}}"},
    {"{{ end 5 }}", "1: unexpected \"5\" in end"},
    {"{{ else 5 }}", "1: unexpected \"5\" in else"},
    {"{{ if true }}{{ end x }}", "1: unexpected \"x\" in end"},
    {"{{ if true }}{{ else x }}{{ end }}", "1: unexpected \"x\" in else"},
    {"{{ range .Values.l }}{{ break 5 }}{{ end }}", "1: unexpected \"5\" in {{break}}"},
    {"{{ block \"x\" }}{{ end }}", "1: missing value for block clause"},
    {"{{ block }}{{ end }}", "1: unexpected \"}}\" in block clause"},
    {"{{ block \"x\" . }}", "1: unexpected EOF"},
    {"{{ block \"x\" . }}{{ else }}{{ end }}", "1: unexpected {{else}} in block clause"},
    {"{{ define \"x\" }}{{ else }}{{ end }}", "1: unexpected {{else}} in define clause"},
    {"{{ define \"x\" }}", "1: unexpected EOF"},
    {"{{ define \"x\" . }}{{ end }}", "1: unexpected <.> in define clause"},
    {"{{ template \"x\" 5 | 6 }}", "1: non executable command in pipeline stage 2"},
};

static void test_template_parse__refuses_what_go_refuses(void **state)
{
    struct template_limits limits = TEMPLATE_LIMITS;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct span line, words, place;

        assert_int_equal(support_execute(refused[i].text, &limits, &out, &err), -1);
        assert_true(span_cut(span_str(refused[i].expected), ':', &line, &words));
        words = span_trim(words);
        place = span_str(err_message(err)); // t:LINE:COLUMN
        assert_true(span_skip(&place, "t:"));
        assert_true(span_eq(span_head(place, span_find(place, ':')), line));
        assert_non_null(err_cause(err));
        // Helm shows the last part of the message only.
        if (!span_ends(span_str(err_message(err_cause(err))), words.ptr))
            fail_msg("%s: '%s' instead of '%s'", refused[i].text, err_message(err_cause(err)),
                     words.ptr);
    }
}

static void test_template_parse__says_which_function_is_near(void **state)
{
    struct template_limits limits = TEMPLATE_LIMITS;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    assert_int_equal(support_execute("a\n  {{ uper .x }}", &limits, &out, &err), -1);
    assert_err(err, ERR_CONFIG, "t:2:5: function \"uper\" not defined");
    assert_string_equal(err_hint_text(err), "did you mean \"upper\"?");
}

// What follows is looked at for it, whatever it is.
static void test_template_parse__points_behind_fields_that_may_not_be(void **state)
{
    static const char *const texts[] = {"{{ \"x\".y  }}", "{{ \"x\".y}}", "{{ nil.y.z | 1 }}",
                                        "{{ true.y -}} "};
    static const char *const places[] = {"t:1:8", "t:1:8", "t:1:10", "t:1:11"};
    struct template_limits limits = TEMPLATE_LIMITS;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        assert_int_equal(support_execute(texts[i], &limits, &out, &err), -1);
        if (strcmp(err_message(err), places[i]) != 0)
            fail_msg("%s: '%s' instead of '%s'", texts[i], err_message(err), places[i]);
    }
}

// As many items as a node counts take more text. It is not read: there is none.
static void test_template_parse__refuses_what_is_too_large(void **state)
{
    struct template_set *set CLEANUP(template_set_cleanup) = template_set_new(NULL, 0, NULL);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(template_parse(set, SPAN("t"), span_of("", ((size_t)128 << 20) + 1), &err),
                     -1);
    assert_string_equal(err_message(err), "t: is larger than 128 MiB");
}

static void test_template_parse__ends_when_it_is_too_deep(void **state)
{
    struct template_limits limits = TEMPLATE_LIMITS;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    buf_add_str(&text, "{{ ");
    buf_add_repeat(&text, '(', 20000);
    assert_int_equal(support_execute(buf_str(&text), &limits, &out, &err), -1);
    assert_err(err, ERR_CONFIG, "max expression depth exceeded");
}

UNIT_MAIN(UNIT(test_template_parse__refuses_what_go_refuses),
          UNIT(test_template_parse__says_which_function_is_near),
          UNIT(test_template_parse__points_behind_fields_that_may_not_be),
          UNIT(test_template_parse__refuses_what_is_too_large),
          UNIT(test_template_parse__ends_when_it_is_too_deep))
