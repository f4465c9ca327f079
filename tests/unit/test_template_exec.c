// SPDX-License-Identifier: Apache-2.0
// io/template: what templates write, and where they fail.
// What is expected is what Go 1.26's text/template answered, asked through Helm 4.2.4's engine.
#include "unit.h"

#include "base/arena.h"
#include "io/template.h"
#include "support_template.h"

struct row {
    const char *text, *expected;
};

static const struct row written[] = {
    {"{{ 1_000.5 }} {{ 0x_1F }} ", "1000.5 31 "},
    {"{{ printf \"%T\" 'a' }}", "int"},
    {"{{ 1_0.5 }}", "10.5"},
    {"{{ 0x1.8p1 }} {{ -0x1e }}", "3 -30"},
    {"{{ -0 }} {{ +5 }} {{ 1e19 }}", "0 5 1e+19"},
    {"{{ (.Values.nope).x }}", ""},
    {"{{ range $e := 3 }}{{ $e }},{{end}}", "0,1,2,"},
    {"{{ range 3 }}{{ . }},{{end}}", "0,1,2,"},
    {"{{ range $i, $e := .Values.l }}{{ $i }}={{ $e }};{{ if eq $e 2.0 }}{{break}}{{end}}{{end}}",
     "0=1;1=2;"},
    {"{{ range .Values.l }}{{ if eq . 2.0 }}{{continue}}{{end}}{{ . }};{{end}}", "1;3;"},
    {"{{ range $k, $v := .Values.m }}{{ $k }}={{ $v }};{{end}}", "k=;x=X;"},
    {"{{ range .Values.nope }}x{{ else }}empty{{ end }}", "empty"},
    {"{{ .Values.s | printf \"%s-%s\" \"a\" }}", "a-str"},
    {"{{ $x := 5 }}{{ $x = 6 }}{{ $x }}{{ if true }}{{ $x = 7 }}{{ $x := 8 }}{{ $x }}{{end}}{{ $x "
     "}}",
     "687"},
    {"{{- /* c */ -}}  x {{- 5 -}}  ", "x5"},
    {"{{ define \"a\" }}A{{ . }}{{ end }}{{ template \"a\" 5 }}{{ template \"a\" }}{{ include "
     "\"a\" \"z\" }}",
     "A5AAz"},
    {"{{ define \"a\" }}A{{ end }}{{ define \"a\" }} {{ end }}{{ template \"a\" }}", "A"},
    {"{{ block \"b\" .Values.m }}[{{ .x }}]{{ end }}", "[X]"},
    {"{{ eq .Values.nope nil }} {{ eq nil nil }} {{ eq .Values.nope 1 }} {{ ne .Values.nope \"x\" "
     "}}",
     "true true false true"},
    {"{{ lt 1 2 }} {{ le 2 2 }} {{ gt \"b\" \"a\" }} {{ ge 1.5 1.5 }}", "true true true true"},
    {"{{ eq 1 2 3 1 }}", "true"},
    {"{{ and .Values.nope .Values.nope.x }} {{ or 1 (fail \"no\") }}", " 1"},
    {"{{ 1 | and 2 }} {{ 0 | or 0 }}", "1 0"},
    {"{{ until 2.0 }} {{ until 1e1 }}", "[0 1] [0 1 2 3 4 5 6 7 8 9]"},
    {"{{ set .Values.m \"a\" (list 1) }}", "map[a:[1] k:<nil> x:X]"},
    {"{{ with .Values.m }}{{ .x }}{{ $.Values.s }}{{ else }}no{{ end }}", "Xstr"},
    {"{{ with .Values.nope }}x{{ else with .Values.s }}{{ . }}{{ end }}", "str"},
    {"{{ with $y := .Values.m }}{{ $y.x }}{{ end }}", "X"},
    {"{{ index .Values.m \"x\" }} {{ index .Values.l 1 }}", "X 2"},
    {"{{ (index .Values.m \"k\").y }}", ""},
    {"{{ split \"a\" \"b\" }}{{ (split \"a\" \"b\")._0 }}|{{ (split \"a\" \"b\").zz }}|",
     "map[_0:b]b||"},
    {"{{ $.Values.s }}", "str"},
    {"{{ (dict \"a\" (dict \"b\" 5)).a.b }}", "5"},
    {"{{ list 1 |  }}", "[1]"},
    {"{{ .Values.é }}{{ $é := 1 }}{{ $é }}", "1"},
    {"{{ printf \"%q\" \"é\\x00\" }} {{ print 1 2 \"a\" \"b\" 3 }} {{ println \"a\" 1 }}",
     "\"é\\x00\" 1 2ab3 a 1\n"},
    {"{{ if .Values.s }}yes{{ end }}  {{- if .Values.e }}yes{{ else }}no{{ end -}}  .", "yesno."},
    {"{{ .true }} {{ .nil }} {{ .Values.if }}", "  "},
    {"{{ if eq .Values.s \"str\" | not }}x{{ else }}y{{ end }}", "y"},
    {"{{ .Values.n }} {{ .Values.big }} {{ .Values.l }} {{ .Values.m }} {{ .Values.nl }}",
     "5 1e+06 [1 2 3] map[k:<nil> x:X] [<nil> 1]"},
    {"{{ typeOf .Values.n }} {{ typeOf 5 }} {{ typeOf .Values.l }} {{ typeOf nil }} {{ typeOf 'a' "
     "}}",
     "float64 int []interface {} <nil> int"},
    {"{{ range $i := until 3 }}{{ $i }}{{ end }} {{ range $i, $_ := until 2 }}{{ $i }}{{ end }}",
     "012 01"},
    {"{{ $x := 0 }}{{ range $x = .Values.l }}{{ end }}{{ $x }}", "3"},
    {"{{ $x := 0 }}{{ $i := 0 }}{{ range $i, $x = .Values.l }}{{ end }}{{ $i }}{{ $x }}", "23"},
    {"{{ .Values.m | len }} {{ len \"é\" }}", "2 2"},
    {"{{ html \"<a>\" }} {{ js \"'\" }} {{ urlquery \"a b\" }}", "&lt;a&gt; \\' a+b"},
    {"{{ $v := .Values.nope }}{{ $v.x }}|", "|"},
    {"{{ (.Values.m.nope).x.y }}|", "|"},
    {"{{ list .Values.nope nil (.Values.nope) }}", "[<nil> <nil> <nil>]"},
    {"{{ print nil .Values.nope }}", "<nil> <nil>"},
    {"{{ default \"x\" .Values.nope }} {{ .Values.nope | default \"y\" }}", "x y"},
    {"{{ $x:=5 }}{{$x}}", "5"},
    {"a {{- \"b\" }} c {{ \"d\" -}} e", "ab c de"},
    {"{{\"a\"}}{{- \"b\"}}", "ab"},
    {"{{ range .Values.l }}{{ with . }}{{ break }}{{ end }}{{ end }}ok", "ok"},
    // In the else of an inner range, break is the inner one's and continue the outer one's.
    {"{{ range 2 }}a{{ range 0 }}{{ else }}{{ break }}x{{ end }}k{{ end }}", "akak"},
    {"{{ range 2 }}a{{ range 0 }}{{ else }}{{ continue }}x{{ end }}k{{ end }}", "aa"},
    {"{{ define \"\" }}E{{ end }}{{ template \"\" }}", "E"},
};

// LINE:COLUMN <NODE>: TEXT
static const struct row failing[] = {
    {"{{ $x = 1 }}", "1:8 <1>: undefined variable: $x"},
    {"{{ if or true ($x := 1) }}{{ $x }}{{end}}", "1:29 <$x>: undefined variable: $x"},
    {"{{ 9223372036854775808 }}", "1:3 <9223372036854775808>: 9223372036854775808 overflows int"},
    {"{{ len nil }}",
     "1:3 <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value"},
    {"{{ len coalesce }}", "1:3 <len coalesce>: error calling len: len of nil pointer"},
    {"{{ .Values.a.b.c }}", "1:10 <.Values.a.b.c>: nil pointer evaluating interface {}.b"},
    {"{{ .Values.m.x }} {{ .Values.m.nope }}|{{ .Values.nope.nope2 }}",
     "1:49 <.Values.nope.nope2>: nil pointer evaluating interface {}.nope2"},
    {"{{ range $i, $e := 3 }}{{end}}",
     "1:19 <3>: can't use 3 to iterate over more than one variable"},
    {"{{ range .Values.s }}x{{ else }}empty{{ end }}",
     "1:16 <.Values.s>: range can't iterate over str"},
    {"{{ range 2.5 }}x{{end}}", "1:9 <2.5>: range can't iterate over 2.5"},
    {"{{ upper 1 }}", "1:9 <1>: expected string; found 1"},
    {"{{ upper .Values.n }}",
     "1:16 <.Values.n>: wrong type for value; expected string; got float64"},
    {"{{ upper .Values.nope }}",
     "1:16 <.Values.nope>: wrong type for value; expected string; got interface {}"},
    {"{{ .Values.nope | upper }}", "1:18 <upper>: invalid value; expected string"},
    {"{{ upper (.Values.nope) }}", "1:17 <.Values.nope>: invalid value; expected string"},
    {"{{ nil }}", "1:3 <nil>: nil is not a command"},
    {"{{ template \"zz\" }}", "1:12 <{{template \"zz\"}}>: template \"zz\" not defined"},
    {"{{ .Values.s.y }}", "1:10 <.Values.s.y>: can't evaluate field y in type interface {}"},
    {"{{ (.Values.s).y }}", "1:11 <.Values.s>: can't evaluate field y in type string"},
    {"{{ .Values.m 5 }}", "1:10 <.Values.m>: m is not a method but has arguments"},
    {"{{ .Values.m.x 5 }}", "1:10 <.Values.m.x>: x is not a method but has arguments"},
    {"{{ 5 6 }}", "1:3 <5>: can't give argument to non-function 5"},
    {"{{ $x := 5 }}{{ $x 6 }}", "1:16 <$x>: can't give argument to non-function $x"},
    {"{{ eq 1 1.0 }}",
     "1:3 <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64"},
    {"{{ eq .Values.l .Values.l }}",
     "1:3 <eq .Values.l .Values.l>: error calling eq: non-comparable type [%!s(float64=1) "
     "%!s(float64=2) %!s(float64=3)]: []interface {}"},
    {"{{ eq .Values.m .Values.l }}",
     "1:3 <eq .Values.m .Values.l>: error calling eq: non-comparable types map[k:<nil> x:X]: "
     "map[string]interface {}, []interface {}: [1 2 3]"},
    {"{{ lt true false }}", "1:3 <lt true false>: error calling lt: invalid type for comparison"},
    {"{{ lt .Values.nope 1 }}",
     "1:3 <lt .Values.nope 1>: error calling lt: invalid type for comparison"},
    {"{{ lt 1 1.5 }}",
     "1:3 <lt 1 1.5>: error calling lt: incompatible types for comparison: int and float64"},
    {"{{ lt 1 \"a\" }}",
     "1:3 <lt 1 \"a\">: error calling lt: incompatible types for comparison: int and string"},
    {"{{ eq 1 }}", "1:3 <eq 1>: error calling eq: missing argument for comparison"},
    {"{{ eq }}", "1:3 <eq>: wrong number of args for eq: want at least 1 got 0"},
    {"{{ not 1 }} {{ not .Values.nope }} {{ not }}",
     "1:38 <not>: wrong number of args for not: want 1 got 0"},
    {"{{ and 1 0 2 }} {{ or 0 \"\" \"x\" }} {{ and }}",
     "1:37 <and>: wrong number of args for and: want at least 1 got 0"},
    {"{{ call 5 }}", "1:3 <call 5>: error calling call: non-function 5 of type int"},
    {"{{ call .Values.nope }}", "1:3 <call .Values.nope>: error calling call: call of nil"},
    {"{{ .Values.s | call }}", "1:15 <call>: error calling call: non-function str of type string"},
    {"{{ call \"x\" 1 }}",
     "1:3 <call \"x\" 1>: error calling call: non-function \"x\" of type string"},
    {"{{ until .Values.n }}", "1:16 <.Values.n>: wrong type for value; expected int; got float64"},
    {"{{ until 2.5 }}", "1:9 <2.5>: expected integer; found 2.5"},
    {"{{ until \"a\" }}", "1:9 <\"a\">: expected integer; found \"a\""},
    {"{{ until nil }}", "1:9 <nil>: cannot assign nil to int"},
    {"{{ set nil \"a\" 1 }}",
     "1:3 <set nil \"a\" 1>: error calling set: assignment to entry in nil map"},
    {"{{ set \"x\" \"a\" 1 }}",
     "1:7 <\"x\">: can't handle \"x\" for arg of type map[string]interface {}"},
    {"{{ set .Values.nope \"a\" 1 }}", "1:14 <.Values.nope>: wrong type for value; expected "
                                       "map[string]interface {}; got interface {}"},
    {"{{ set .Values.s \"a\" 1 }}",
     "1:14 <.Values.s>: wrong type for value; expected map[string]interface {}; got string"},
    {"{{ range .Values.nl }}{{ . }}|{{ .x }}{{ end }}",
     "1:33 <.x>: nil pointer evaluating interface {}.x"},
    {"{{ range $e := .Values.nl }}{{ $e.x }}{{ end }}",
     "1:33 <$e.x>: nil pointer evaluating interface {}.x"},
    {"{{ index .Values.l 9 }}",
     "1:3 <index .Values.l 9>: error calling index: index out of range: 9"},
    {"{{ (split \"a\" \"b\")._0.x }}", "1:14 <\"b\">: can't evaluate field x in type string"},
    {"{{ list.x }}", "1:3 <list>: can't evaluate field x in type []interface {}"},
    {"{{ template \"a\" . . }}", "1:12 <{{template \"a\" . .}}>: template \"a\" not defined"},
    {"{{ range $x = .Values.l }}{{ end }}", "1:21 <.Values.l>: undefined variable: $x"},
    {"{{ \"a\" \"b\" }}", "1:3 <\"a\">: can't give argument to non-function \"a\""},
    {"{{ .Values.m.x.y.z }}",
     "1:10 <.Values.m.x.y.z>: can't evaluate field y in type interface {}"},
    {"{{ $v := .Values.m }}{{ $v.nope.x }}|",
     "1:26 <$v.nope.x>: nil pointer evaluating interface {}.x"},
    {"{{ (.Values.m).nope.x }}|", "1:11 <.Values.m>: nil pointer evaluating interface {}.x"},
    {"{{ default }}", "1:3 <default>: wrong number of args for default: want at least 1 got 0"},
    {"{{ include \"a\" }}", "1:3 <include>: wrong number of args for include: want 2 got 1"},
    {"{{ include 5 . }}", "1:11 <5>: expected string; found 5"},
    {"{{ include .Values.nope . }}",
     "1:18 <.Values.nope>: wrong type for value; expected string; got interface {}"},
    {"{{ .Values.l.x }}", "1:10 <.Values.l.x>: can't evaluate field x in type interface {}"},
    {"{{ .Values.b.x }}", "1:10 <.Values.b.x>: can't evaluate field x in type interface {}"},
    {"{{ .5 }} {{ 5. }} {{ . 5 }}", "1:21 <.>: can't give argument to non-function ."},
    {"{{ $x := 1 | upper }}", "1:13 <upper>: wrong type for value; expected string; got int"},
    {"{{ \"a\" | .Values.m }}", "1:16 <.Values.m>: m is not a method but has arguments"},
    {"{{ \"a\" | (upper \"b\") }}", "1:3 <\"a\">: can't give argument to non-function upper \"b\""},
    {"{{ $x := 5 }}{{ \"a\" | $x }}", "1:22 <$x>: can't give argument to non-function $x"},
    {"{{ template \"x{{\" }}", "1:12 <{{template \"x{{\"}}>: template \"x{{\" not defined"},
};

static void test_template_exec__writes_what_go_writes(void **state)
{
    struct template_limits limits = TEMPLATE_LIMITS;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(written); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct buf shown CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        if (support_execute(written[i].text, &limits, &out, &err) < 0)
            fail_msg("%s: %s", written[i].text, err_message(err));
        // Helm takes this out of what it renders.
        for (struct span rest = buf_span(&out); rest.len;) {
            size_t at = span_search(rest, SPAN("<no value>"));

            buf_add_span(&shown, span_head(rest, at));
            rest = span_tail(rest, at + strlen("<no value>"));
        }
        assert_string_equal(buf_str(&shown), written[i].expected);
    }
}

static void test_template_exec__fails_where_go_fails(void **state)
{
    struct template_limits limits = TEMPLATE_LIMITS;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(failing); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct buf expected CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct span place, rest;

        assert_int_equal(support_execute(failing[i].text, &limits, &out, &err), -1);
        assert_int_equal(err_kind(err), ERR_CONFIG);
        err_format(err, &text);
        assert_true(span_cut(span_str(failing[i].expected), ' ', &place, &rest));
        buf_printf(&expected, "template: t:%.*s: executing \"t\" at %.*s", SPAN_ARG(place),
                   SPAN_ARG(rest));
        assert_string_equal(buf_str(&text), buf_str(&expected));
    }
}

static void test_template_exec__tells_the_way_to_a_failure(void **state)
{
    static const char text[] = "{{ define \"b\" }}\n {{ .Values.q.r.s }}{{ end }}"
                               "{{ define \"a\" }}{{ template \"b\" . }}{{ end }}"
                               "{{ include \"a\" . | upper }}";
    struct template_limits limits = TEMPLATE_LIMITS;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(support_functions, support_function_count, NULL);
    struct template_run *run CLEANUP(template_run_cleanup) = template_run_new(set, arena, &limits);
    struct value dot = support_values(arena);
    struct template_missing missing;
    struct template_trace trace;

    (void)state;
    assert_int_equal(template_parse(set, SPAN("t"), span_str(text), &err), 0);
    assert_int_equal(template_execute(run, SPAN("t"), &dot, &out, &err), -1);
    assert_err(err, ERR_CONFIG,
               "at <include \"a\" .>: error calling include: template: t:2:11: executing \"b\" at "
               "<.Values.q.r.s>: nil pointer evaluating interface {}.r");
    trace = template_trace(run);
    assert_int_equal(trace.len, 3);
    assert_true(span_is(trace.places[0].node, "include \"a\" ."));
    assert_true(span_is(trace.places[1].name, "a"));
    assert_true(span_is(trace.places[1].node, "{{template \"b\" .}}"));
    assert_true(span_is(trace.places[2].name, "b"));
    assert_int_equal(trace.places[2].line, 2);
    assert_int_equal(trace.places[2].column, 11);
    missing = template_missing(run);
    assert_true(span_is(missing.path, ".Values.q.r"));
    assert_true(span_is(missing.prefix, ".Values.q"));
    assert_int_equal(missing.found.type, VALUE_NIL);
}

static void test_template_exec__sees_a_later_definition(void **state)
{
    struct template_limits limits = TEMPLATE_LIMITS;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(support_functions, support_function_count, NULL);
    struct template_set *clone CLEANUP(template_set_cleanup) = NULL;
    struct template_run *run CLEANUP(template_run_cleanup) = template_run_new(set, arena, &limits);
    struct value dot = support_values(arena);

    (void)state;
    assert_int_equal(template_parse(set, SPAN("t"), SPAN("{{ template \"x\" }}"), &err), 0);
    assert_int_equal(template_parse(set, SPAN("1"), SPAN("{{ define \"x\" }}1{{ end }}"), &err), 0);
    clone = template_set_clone(set);
    assert_int_equal(template_parse(clone, SPAN("2"), SPAN("{{ define \"x\" }}2{{ end }}"), &err),
                     0);
    assert_int_equal(template_parse(clone, SPAN("3"), SPAN("{{ define \"x\" }} {{ end }}"), &err),
                     0);
    assert_int_equal(template_execute(run, SPAN("t"), &dot, &out, &err), 0);
    assert_int_equal(template_execute_in(run, clone, SPAN("t"), &dot, &out, &err), 0);
    assert_string_equal(buf_str(&out), "12");
}

static void test_template_exec__is_bounded(void **state)
{
    static const struct row rows[] = {
        {"{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
         "exceeded maximum template depth"},
        {"{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}",
         "exceeded maximum template depth"},
        {"{{ range 9000000000000000000 }}{{ end }}", "take more than 1000000 steps"},
        {"{{ range 1000000 }}xxxxxxxxxxxxxxxxxxxx{{ end }}", "the output is larger than 1 MiB"},
        {"{{ $l := list }}{{ range 1000000 }}{{ $l = list $l $l }}{{ end }}",
         "use more than 4 MiB of memory"},
    };
    struct template_limits limits = {1000000, 10000, (size_t)1 << 20, (size_t)4 << 20};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        assert_int_equal(support_execute(rows[i].text, &limits, &out, &err), -1);
        assert_err(err, ERR_CONFIG, rows[i].expected);
    }
}

UNIT_MAIN(UNIT(test_template_exec__writes_what_go_writes),
          UNIT(test_template_exec__fails_where_go_fails),
          UNIT(test_template_exec__tells_the_way_to_a_failure),
          UNIT(test_template_exec__sees_a_later_definition), UNIT(test_template_exec__is_bounded))
