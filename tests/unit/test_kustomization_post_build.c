// SPDX-License-Identifier: Apache-2.0
// controller/kustomization: variables, as spec.postBuild substitutes them.
#include "test_kustomization.h"

struct variable {
    const char *name, *value;
};

static const struct variable variables[] = {{"A", "abc"}, {"EMPTY", ""}, {"PATH", "/a/b.tar.gz"},
                                            {"N", "5"},   {"U", "éabc"}, {"REF", "host/app:1.2"},
                                            {NULL, NULL}};

static bool value_of(void *data, struct span name, struct span *value)
{
    for (const struct variable *v = data; v->name; v++) {
        if (span_is(name, v->name)) {
            *value = span_str(v->value);
            return true;
        }
    }
    return false;
}

static int substitute(const char *text, bool strict, struct buf *out, struct err **err)
{
    return kustomization_substitute(span_str(text), strict, value_of, (void *)variables, out, err);
}

static void expect(const char *text, const char *expected)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    if (substitute(text, false, &out, &err) < 0)
        fail_msg("%s: %s", text, err_message(err));
    assert_string_equal(buf_str(&out), expected);
}

static void refuse(const char *text, bool strict, const char *words)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(substitute(text, strict, &out, &err), -1);
    assert_err(err, ERR_CONFIG, words);
}

static void test_substitute__values_and_defaults(void **state)
{
    (void)state;
    expect("a ${A} b", "a abc b");
    expect("${MISSING}", "");
    expect("${MISSING:=x}${EMPTY:-y}${EMPTY=z}${A:=w}", "xyzabc");
    expect("${MISSING:=${A}-${N}}", "abc-5");
    // A default for every operator with a colon: nothing of bash's + and ? is there.
    expect("${MISSING:+x}${A:+x}${MISSING:?y}", "xabcy");
    expect("$A {A} $ {A} $", "$A {A} $ {A} $");
}

static void test_substitute__escapes(void **state)
{
    (void)state;
    expect("$${A}", "${A}");
    expect("$$A $$$$ \\\\x \\/", "$A $$ \\\\x \\/");
    // Only outside: a default is text.
    expect("${MISSING:=$$b}", "$$b");
    expect("${PATH/\\/a/x}", "x/b.tar.gz");
}

static void test_substitute__functions(void **state)
{
    (void)state;
    expect("${#A} ${#U}", "3 5");
    expect("${A^} ${A^^} ${U^} ${U^^}", "Abc ABC Éabc ÉABC");
    expect("${A:1} ${A:0:2} ${A:-1} ${A:x} ${A:9} ${A: -1}", "bc ab abc abc  abc");
    expect("${PATH#*/} ${PATH##*/} ${PATH%%.*} ${PATH%.gz}", "a/b.tar.gz b.tar.gz /a/b /a/b.tar");
    expect("${REF##*/} ${REF%%:*} ${A/b/x} ${A//[a]/x} ${A/#a/x} ${A/%c/}",
           "app:1.2 host/app axc abc xbc abc");
}

static void test_substitute__what_is_refused(void **state)
{
    (void)state;
    refuse("x\n  y: ${A", false, "missing closing brace, in: y: ${A");
    refuse("${}", false, "unable to parse variable name");
    refuse("${A-x}", false, "missing closing brace");
    refuse("${A!}", false, "missing closing brace");
    refuse("${A:1:-1}", false, "slice bounds out of range");
    refuse("${MISSING}", true, "variable not set (strict mode): \"MISSING\"");
    refuse("${#MISSING}", true, "strict mode");
}

static void test_substitute__strict_lets_defaults_be(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    (void)state;
    assert_int_equal(substitute("${MISSING:=x}${EMPTY}${A}", true, &out, &err), 0);
    assert_string_equal(buf_str(&out), "xabc");
}

static void test_substitute__nested_too_deep(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    for (int i = 0; i < 100000; i++)
        buf_add_str(&text, "${A:=");
    refuse(buf_str(&text), false, "nested more than 200 deep");
}

// --- in objects ---

static const struct test_file config[] = {
    {"/c.yaml", TEST_CONFIGMAP("c") "data:\n  plain: ${A}\n  quoted: \"${A}\"\n  mixed: v${A}\n"
                                    "  not: '$${A}'\n"},
    {"/off.yaml", TEST_CONFIGMAP("off") "  annotations: {kustomize.toolkit.fluxcd.io/substitute: "
                                        "disabled}\ndata: {a: '${A}'}\n"},
    {NULL, NULL}};

static void test_post_build__a_variable_takes_the_type_of_its_value(void **state)
{
    struct test_flux t = {.spec = "{postBuild: {substitute: {A: '5'}}}"};
    const struct node *data;

    (void)state;
    test_flux_expect(&t, config);
    data = node_get(t.result.objects[0].node, "data");
    assert_true(node_is(node_get(data, "plain"), NODE_INT));
    // The quotes are gone before it is substituted.
    assert_true(node_is(node_get(data, "quoted"), NODE_INT));
    assert_string_equal(node_get_str(data, "mixed"), "v5");
    assert_string_equal(node_get_str(data, "not"), "${A}");
    assert_string_equal(test_flux_at(&t, "off", "data/a"), "${A}");
    assert_string_equal(t.result.objects[0].touched[t.result.objects[0].touched_len - 1],
                        "Kustomization flux-system/apps: spec.postBuild");
    test_flux_free(&t);
}

static void test_post_build__without_variables_nothing_happens(void **state)
{
    struct test_flux t = {.spec = "{postBuild: {substitute: {}}}"},
                     always = {.spec = "{postBuild: {substituteStrategy: Always}}"};

    (void)state;
    test_flux_expect(&t, config);
    assert_string_equal(test_flux_at(&t, "c", "data/mixed"), "v${A}");
    test_flux_free(&t);
    test_flux_expect(&always, config);
    assert_string_equal(test_flux_at(&always, "c", "data/mixed"), "v");
    test_flux_free(&always);
}

static void test_post_build__variables_of_the_cluster(void **state)
{
    static const char secret[] = "{apiVersion: v1, kind: Secret, metadata: {name: vars, namespace: "
                                 "flux-system}, data: {A: ZnJvbQpzZWNyZXQ=}, stringData: {B: b}}";
    struct test_flux t = {.spec = "{postBuild: {substituteFrom: [{kind: Secret, name: vars}, "
                                  "{kind: ConfigMap, name: no, optional: true}]}}",
                          .objects = secret},
                     over = {.spec = "{postBuild: {substitute: {A: inline}, substituteFrom: "
                                     "[{kind: Secret, name: vars}]}}",
                             .objects = secret},
                     missing = {.spec = "{postBuild: {substituteFrom: [{kind: ConfigMap, "
                                        "name: vars}]}}"};

    (void)state;
    test_flux_expect(&t, config);
    assert_string_equal(test_flux_at(&t, "c", "data/mixed"), "vfromsecret");
    assert_int_equal(t.notes.len, 1);
    assert_non_null(strstr(t.notes.items[0].text, "ConfigMap flux-system/no"));
    test_flux_free(&t);
    test_flux_expect(&over, config);
    assert_string_equal(test_flux_at(&over, "c", "data/mixed"), "vinline");
    test_flux_free(&over);
    test_flux_refused(&missing, config, "nothing that is known makes ConfigMap flux-system/vars");
}

static void test_post_build__names_of_variables(void **state)
{
    struct test_flux bad = {.spec = "{postBuild: {substitute: {a-b: x}}}"},
                     digit = {.spec = "{postBuild: {substitute: {1a: x}}}"},
                     number = {.spec = "{postBuild: {substitute: {A: 5}}}"};

    (void)state;
    test_flux_refused(&bad, config, "'a-b' var name is invalid");
    test_flux_refused(&digit, config, "'1a' var name is invalid");
    test_flux_refused(&number, config, "spec.postBuild.substitute.A has to be a text");
}

static void test_post_build__what_is_left_has_to_be_an_object(void **state)
{
    struct test_flux yaml = {.spec = "{postBuild: {substitute: {A: 'a: b: c'}}}"},
                     brace = {.spec = "{postBuild: {substitute: {A: x}}}"};
    const struct test_file open[] = {{"/c.yaml", TEST_CONFIGMAP("c") "data: {a: '${A'}\n"},
                                     {NULL, NULL}};

    (void)state;
    test_flux_refused(&yaml, config, "spec.postBuild: ConfigMap c (c.yaml)");
    test_flux_refused(&brace, open, "missing closing brace, in: a: ${A");
}

// kustomize would take the two for one.
static void test_post_build__names_that_become_one(void **state)
{
    const struct test_file files[] = {
        {"/a.yaml", TEST_CONFIGMAP("${A}") "---\n" TEST_CONFIGMAP("x")}, {NULL, NULL}};
    struct test_flux t = {.spec = "{postBuild: {substitute: {A: x}}}"},
                     gone = {.spec = "{postBuild: {substitute: {B: x}}}"};

    (void)state;
    test_flux_refused(&t, files, "there is another ConfigMap x now");
    // Without a name it is no object any more, and nobody misses it.
    test_flux_expect(&gone, files);
    assert_int_equal(gone.result.len, 1);
    assert_int_equal(gone.notes.len, 1);
    test_flux_free(&gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_substitute__values_and_defaults),
        UNIT(test_substitute__escapes),
        UNIT(test_substitute__functions),
        UNIT(test_substitute__what_is_refused),
        UNIT(test_substitute__strict_lets_defaults_be),
        UNIT(test_substitute__nested_too_deep),
        UNIT(test_post_build__a_variable_takes_the_type_of_its_value),
        UNIT(test_post_build__without_variables_nothing_happens),
        UNIT(test_post_build__variables_of_the_cluster),
        UNIT(test_post_build__names_of_variables),
        UNIT(test_post_build__what_is_left_has_to_be_an_object),
        UNIT(test_post_build__names_that_become_one),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
