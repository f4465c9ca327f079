// SPDX-License-Identifier: Apache-2.0
// model/chart: the grammar of --set and its like. All that is expected here is what Helm 4.2.4's
// pkg/strvals makes of the same texts.
#include "unit.h"

#include "model/chart.h"
#include "model/chart/convert/convert.h"

// "content of NAME", for every file but "none".
static int read_content(void *data, struct span path, struct buf *content, struct err **err)
{
    (void)data;
    if (span_is(path, "none"))
        return err_set(err, ERR_CONFIG, "open none: no such file or directory");
    buf_printf(content, "content of %.*s", SPAN_ARG(path));
    return 0;
}

static const char before[] =
    "{\"a\":{\"b\":1},\"l\":[1,{\"k\":\"v\"},null],\"n\":null,\"s\":\"t\"}";

struct set_case {
    enum chart_set_kind kind;
    const char *text, *expected; // the values as JSON, or words of the error
};

static void check(const struct set_case *c, bool fails)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct node *values = doc_read_json(d, span_str(before), "before", ERR_CONFIG, &err);

    assert_non_null(values);
    if (chart_set(d, values, span_str(c->text), c->kind, read_content, NULL, &err) < 0) {
        if (!fails)
            err_format(err, &out);
        assert_string_equal(buf_str(&out), "");
        assert_err(err, ERR_CONFIG, c->expected);
        return;
    }
    doc_write_json(values, true, &out);
    assert_string_equal(buf_str(&out), c->expected);
    assert_false(fails);
}

#define REST "\"l\":[1,{\"k\":\"v\"},null],\"n\":null,\"s\":\"t\"}"

static void test_chart_set__values_at_paths(void **state)
{
    static const struct set_case cases[] = {
        {CHART_SET, "", "{\"a\":{\"b\":1}," REST},
        {CHART_SET, "a.b=2,a.c.d=x", "{\"a\":{\"b\":2,\"c\":{\"d\":\"x\"}}," REST},
        {CHART_SET, "a=true", "{\"a\":true," REST},
        {CHART_SET, "a=NULL", "{\"a\":null," REST},
        {CHART_SET, "a=007", "{\"a\":\"007\"," REST},
        {CHART_SET, "a=1.5", "{\"a\":\"1.5\"," REST},
        {CHART_SET, "a=", "{\"a\":\"\"," REST},
        {CHART_SET, "a={x,1,null}", "{\"a\":[\"x\",1,null]," REST},
        {CHART_SET, "a={}", "{\"a\":[\"\"]," REST},
        {CHART_SET, "a=x\\,y,b\\.c=z", "{\"a\":\"x,y\",\"b.c\":\"z\"," REST},
        {CHART_SET, "l[0]=x,l[1].k=y,l[3]=z",
         "{\"a\":{\"b\":1},\"l\":[\"x\",{\"k\":\"y\"},null,\"z\"],\"n\":null,\"s\":\"t\"}"},
        {CHART_SET, "l[2][1]=x",
         "{\"a\":{\"b\":1},\"l\":[1,{\"k\":\"v\"},[null,\"x\"]],\"n\":null,\"s\":\"t\"}"},
        // What is odd about it.
        {CHART_SET, "a.", "{\"a\":{\"b\":1}," REST},
        {CHART_SET, "a[", "{\"a\":{\"b\":1}," REST},
        {CHART_SET, "=x", "{\"a\":{\"b\":1}," REST},
        {CHART_SET, "l[0].b=",
         "{\"a\":{\"b\":1},\"l\":[{\"b\":\"\"},{\"k\":\"v\"},null],\"n\":null,\"s\":\"t\"}"},
        {CHART_SET, "m[0].b=",
         "{\"a\":{\"b\":1},\"l\":[1,{\"k\":\"v\"},null],\"m\":[],\"n\":null,"
         "\"s\":\"t\"}"},
        {CHART_SET_STRING, "a=true,n=1",
         "{\"a\":\"true\",\"l\":[1,{\"k\":\"v\"},null],\"n\":\"1\","
         "\"s\":\"t\"}"},
        {CHART_SET_LITERAL, "a=x,b=\\{y}", "{\"a\":\"x,b=\\\\{y}\"," REST},
        {CHART_SET_FILE, "a=f", "{\"a\":\"content of f\"," REST},
        {CHART_SET_JSON, "a=[1,{\"x\":null}] ,n=2",
         "{\"a\":[1,{\"x\":null}],\"l\":[1,{\"k\":\"v\"},null],\"n\":2,\"s\":\"t\"}"},
        {CHART_SET_JSON, "a=,n=", "{\"a\":null," REST},
        {CHART_SET_JSON, " {\"a\": {\"c\": 1.5}}", "{\"a\":{\"b\":1,\"c\":1.5}," REST},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i], false);
}

static void test_chart_set__what_is_wrong(void **state)
{
    static const struct set_case cases[] = {
        {CHART_SET, "a", "failed parsing --set data: key \"a\" has no value"},
        {CHART_SET, "a,", "key \"a\" has no value (cannot end with ,)"},
        {CHART_SET, "b.=x", "key map \"b\" has no value"},
        {CHART_SET, "a={x", "list must terminate with '}'"},
        {CHART_SET, "l[x]=1", "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax"},
        {CHART_SET, "l[-1]=1", "negative -1 index not allowed"},
        {CHART_SET, "l[65537]=1",
         "index of 65537 is greater than maximum supported index of 65536"},
        {CHART_SET, "l[0]ab=1", "unexpected data at end of array index: ['a' 'b']"},
        {CHART_SET, "a[0]=1",
         "unable to parse key: interface conversion: interface {} is map[string]interface {}, not "
         "[]interface {}"},
        {CHART_SET, "s.x=1",
         "unable to parse key: interface conversion: interface {} is string, not "
         "map[string]interface {}"},
        {CHART_SET, "n.x=1", "interface {} is nil, not map[string]interface {}"},
        {CHART_SET, "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1",
         "value name nested level is greater than maximum supported nested level of 30"},
        {CHART_SET_STRING, "a", "failed parsing --set-string data: key \"a\" has no value"},
        {CHART_SET_LITERAL, "a", "failed parsing --set-literal data: key \"a\" has no value"},
        {CHART_SET_FILE, "a=none", "failed parsing --set-file data: open none"},
        {CHART_SET_JSON, "a=[1", "failed parsing --set-json data a=[1"},
        {CHART_SET_JSON, "{", "failed parsing --set-json data JSON: {"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i], true);
}

// To templates they are int64, all other numbers float64.
static void test_chart_set__whole_numbers_are_marked(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *values = node_new_map(d);
    struct err *err = NULL;

    (void)state;
    assert_int_equal(chart_set(d, values, SPAN("a=1"), CHART_SET, NULL, NULL, &err), 0);
    assert_int_equal(chart_set(d, values, SPAN("b=1"), CHART_SET_JSON, NULL, NULL, &err), 0);
    assert_true(node_get(values, "a")->flags & CONVERT_INT64);
    assert_false(node_get(values, "b")->flags & CONVERT_INT64);
}

// Three bytes make 65,537 items: a text of them must not fill the memory.
static void test_chart_set__indexes_are_counted_together(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    for (int i = 0; i < 20; i++)
        buf_printf(&text, "a%d[65000]=1,", i);
    assert_int_equal(chart_set(d, node_new_map(d), buf_span(&text), CHART_SET, NULL, NULL, &err),
                     -1);
    assert_err(err, ERR_CONFIG, "its indexes make more than 1000000 items");
}

UNIT_MAIN(UNIT(test_chart_set__values_at_paths), UNIT(test_chart_set__what_is_wrong),
          UNIT(test_chart_set__whole_numbers_are_marked),
          UNIT(test_chart_set__indexes_are_counted_together))
