// SPDX-License-Identifier: Apache-2.0
// model/chart/schema. What is expected came from santhosh-tekuri/jsonschema 6.0.2, with which
// 26,000 random schemas of all drafts were compared; the order of what is wrong in one map is
// ours, and a schema that is none is told in one line.
#include "unit.h"

#include "model/chart/schema/schema.h"

static const struct {
    const char *schema, *value;
    bool is_broken; // the schema itself
    const char *expected;
} cases[] = {
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"required\":[\"a\",\"b\",\"c\"],\"properties\":{\"a\":{\"type\":\"integer\","
     "\"minimum\":1000}},\"additionalProperties\":false}",
     "{\"a\":5,\"d\":1}", false,
     "- at '': missing properties 'b', 'c'\n"
     "- at '/a': minimum: got 5, want 1,000\n"
     "- at '': additional properties 'd' not allowed\n"},
    {"{\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]},\"b\":{\"enum\":[\"x\",1,null]},"
     "\"c\":{\"const\":\"it's\"}}}",
     "{\"a\":1.5,\"b\":\"y\",\"c\":\"q\\\"x\"}", false,
     "- at '/a': got number, want null or string\n"
     "- at '/b': value must be one of 'x', 1, <nil>\n"
     "- at '/c': value must be 'it\\'s'\n"},
    {"{\"properties\":{\"a\":{\"maxLength\":2,\"pattern\":\"^y\"},\"b\":{\"minItems\":2,"
     "\"uniqueItems\":true}}}",
     "{\"a\":\"héllo\",\"b\":[1]}", false,
     "- at '/a': validation failed\n"
     "  - at '/a': maxLength: got 5, want 2\n"
     "  - at '/a': 'héllo' does not match pattern '^y'\n"
     "- at '/b': minItems: got 1, want 2\n"},
    {"{\"properties\":{\"a\":{\"uniqueItems\":true}}}",
     "{\"a\":[1,{\"x\":[1,2]},1.5,{\"x\":[1,2]}]}", false,
     "- at '/a': items at 1 and 3 are equal\n"},
    {"{\"properties\":{\"a\":{\"maximum\":1000000,\"multipleOf\":0.1},\"b\":{\"exclusiveMinimum\":"
     "1234.5}}}",
     "{\"a\":12345678.25,\"b\":1234.5}", false,
     "- at '/a': validation failed\n"
     "  - at '/a': maximum: got 1.234567825×10⁰⁷, want 1×10⁰⁶\n"
     "  - at '/a': multipleOf: got 1.234567825×10⁰⁷, want 0.1\n"
     "- at '/b': exclusiveMinimum: got 1,234.5, want 1,234.5\n"},
    {"{\"$schema\":\"http://json-schema.org/draft-04/"
     "schema#\",\"properties\":{\"a\":{\"minimum\":3,\"exclusiveMinimum\":true}}}",
     "{\"a\":3}", false, "- at '/a': exclusiveMinimum: got 3, want 3\n"},
    {"{\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"string\"},{\"required\":[\"x\"]}]},\"b\":{"
     "\"oneOf\":[{},{}]},\"c\":{\"allOf\":[{\"minLength\":3},{\"maxLength\":0}]},\"d\":{\"not\":{}}"
     "}}",
     "{\"a\":{},\"b\":1,\"c\":\"x\",\"d\":1}", false,
     "- at '/a': 'anyOf' failed\n"
     "  - at '/a': got object, want string\n"
     "  - at '/a': missing property 'x'\n"
     "- at '/b': 'oneOf' failed, subschemas 0, 1 matched\n"
     "- at '/c': 'allOf' failed\n"
     "  - at '/c': minLength: got 1, want 3\n"
     "  - at '/c': maxLength: got 1, want 0\n"
     "- at '/d': 'not' failed\n"},
    {"{\"$defs\":{\"p\":{\"type\":\"integer\",\"maximum\":9},\"q\":{\"$ref\":\"#/$defs/"
     "p\",\"multipleOf\":2}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/q\"}}}",
     "{\"a\":11}", false,
     "- at '/a': validation failed\n"
     "  - at '/a': maximum: got 11, want 9\n"
     "  - at '/a': multipleOf: got 11, want 2\n"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"definitions\":{\"p\":{\"type\":\"integer\"}},\"properties\":{\"a\":{\"$ref\":\"#/"
     "definitions/p\",\"maximum\":1}}}",
     "{\"a\":5}", false, ""},
    {"{\"$ref\":\"#\"}", "{\"a\":5}", false,
     "- at '': both /$ref and  resolve to \"file:///values.schema.json#\" causing reference "
     "cycle\n"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"type\":\"string\"}},"
     "\"additionalProperties\":false}",
     "{\"a\":{\"a\":{\"b\":1},\"c\":2}}", false,
     "- at '/a': validation failed\n"
     "  - at '/a/a/b': got number, want string\n"
     "  - at '/a': additional properties 'c' not allowed\n"},
    {"{\"$id\":\"http://x.test/"
     "root\",\"$defs\":{\"i\":{\"$id\":\"item\",\"$anchor\":\"here\",\"type\":\"string\"}},"
     "\"properties\":{\"a\":{\"$ref\":\"item\"},\"b\":{\"$ref\":\"item#here\"}}}",
     "{\"a\":1,\"b\":2}", false,
     "- at '/a': got number, want string\n"
     "- at '/b': got number, want string\n"},
    {"{\"properties\":{\"a\":{\"$dynamicRef\":\"#node\"}},\"$defs\":{\"n\":{\"$dynamicAnchor\":"
     "\"node\",\"type\":\"integer\"}}}",
     "{\"a\":\"x\"}", false, "- at '/a': got string, want integer\n"},
    {"{\"$schema\":\"https://json-schema.org/draft/2019-09/"
     "schema\",\"$recursiveAnchor\":true,\"properties\":{\"a\":{\"$recursiveRef\":\"#\"}},"
     "\"maxProperties\":1}",
     "{\"a\":{\"b\":1,\"c\":2}}", false, "- at '/a': maxProperties: got 2, want 1\n"},
    {"{\"allOf\":[{\"properties\":{\"a\":true}},{\"if\":{\"properties\":{\"b\":{\"const\":1}}},"
     "\"then\":{\"properties\":{\"b\":true}}}],\"unevaluatedProperties\":false}",
     "{\"a\":1,\"b\":1,\"c\":2}", false, "- at '/c': false schema\n"},
    {"{\"properties\":{\"a\":{\"prefixItems\":[{\"type\":\"string\"}],\"contains\":{\"type\":"
     "\"integer\"},\"unevaluatedItems\":{\"type\":\"boolean\"}}}}",
     "{\"a\":[\"x\",1,true,\"y\"]}", false, "- at '/a/3': got string, want boolean\n"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"properties\":{\"a\":{\"items\":[{\"type\":\"string\"}],\"additionalItems\":false}"
     "}}",
     "{\"a\":[\"x\",1,2]}", false, "- at '/a': last 2 additionalItem(s) not allowed\n"},
    {"{\"properties\":{\"a\":{\"contains\":{\"type\":\"string\"},\"minContains\":2},\"b\":{"
     "\"contains\":{\"type\":\"integer\"},\"maxContains\":1}}}",
     "{\"a\":[\"x\",1],\"b\":[1,2]}", false,
     "- at '/a': min 2 items required to match contains schema, but matched 1 items at 0\n"
     "  - at '/a/1': got number, want string\n"
     "- at '/b': max 1 items required to match contains schema, but matched 2 items at 0 1\n"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"dependencies\":{\"a\":[\"b\",\"c\"],\"d\":{\"required\":[\"e\"]}}}",
     "{\"a\":1,\"d\":1}", false,
     "- at '': properties 'b', 'c' required, if 'a' exists\n"
     "- at '': missing property 'e'\n"},
    {"{\"dependentRequired\":{\"a\":[\"b\"]},\"dependentSchemas\":{\"a\":{\"minProperties\":2}}}",
     "{\"a\":1}", false,
     "- at '': minProperties: got 1, want 2\n"
     "- at '': properties 'b' required, if 'a' exists\n"},
    {"{\"propertyNames\":{\"pattern\":\"^a\"},\"patternProperties\":{\"b$\":{\"type\":\"string\"}}"
     "}",
     "{\"bb\":1}", false,
     "- at '/bb': got number, want string\n"
     "- at '': invalid propertyName 'bb'\n"
     "  - at '': 'bb' does not match pattern '^a'\n"},
    {"{\"properties\":{\"a\":false},\"minProperties\":3,\"maxProperties\":1}", "{\"a\":1,\"b\":2}",
     false,
     "- at '': minProperties: got 2, want 3\n"
     "- at '': maxProperties: got 2, want 1\n"
     "- at '/a': false schema\n"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"properties\":{\"ip\":{\"format\":\"ipv4\"},\"d\":{\"format\":\"date\"},\"t\":{"
     "\"format\":\"date-time\"},\"u\":{\"format\":\"uri\"},\"h\":{\"format\":\"hostname\"},\"m\":{"
     "\"format\":\"email\"},\"r\":{\"format\":\"regex\"},\"p\":{\"format\":\"duration\"},\"x\":{"
     "\"format\":\"nosuch\"}}}",
     "{\"ip\":\"1.2.3.256\",\"d\":\"2021-02-29\",\"t\":\"2020-02-29T24:00:00Z\",\"u\":\"a/"
     "b\",\"h\":\"-a.b\",\"m\":\"a..b@c\",\"r\":\"(a\",\"p\":\"P1DT\",\"x\":\"y\"}",
     false,
     "- at '/ip': '1.2.3.256' is not valid ipv4: decimal must be between 0 and 255\n"
     "- at '/d': '2021-02-29' is not valid date: parsing time \"2021-02-29\": day out of range\n"
     "- at '/t': '2020-02-29T24:00:00Z' is not valid date-time: invalid time element: hour/min/sec "
     "out of range\n"
     "- at '/u': 'a/b' is not valid uri: relative url\n"
     "- at '/h': '-a.b' is not valid hostname: label starts with hyphen\n"
     "- at '/m': 'a..b@c' is not valid email: consecutive dots\n"
     "- at '/r': '(a' is not valid regex: error parsing regexp: missing closing ): `(a`\n"
     "- at '/p': 'P1DT' is not valid duration: no time elements\n"},
    {"{\"properties\":{\"ip\":{\"format\":\"ipv4\"}}}", "{\"ip\":\"x\"}", false, ""},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]},\"else\":{"
     "\"required\":[\"c\"]}}",
     "{\"a\":1}", false, "- at '': missing property 'b'\n"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"properties\":{\"a\":{\"type\":\"strin\"}}}",
     "{}", true,
     "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
     "failed with 'http://json-schema.org/draft-07/schema#': at '/properties/a/type': 'anyOf' "
     "failed; at '/properties/a/type': value must be one of 'array', 'boolean', 'integer', 'null', "
     "'number', 'object', 'string'; at '/properties/a/type': got string, want array"},
    {"{\"required\":\"a\"}", "{}", true,
     "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
     "failed with 'https://json-schema.org/draft/2020-12/schema#': at '': 'allOf' failed; at "
     "'/required': got string, want array"},
    {"{\"$ref\":\"#/nowhere\"}", "{}", true,
     "json-pointer in \"file:///values.schema.json#/nowhere\" not found"},
    {"{\"pattern\":\"(a\"}", "{}", true,
     "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation "
     "failed with 'https://json-schema.org/draft/2020-12/schema#': at '': 'allOf' failed; at "
     "'/pattern': '(a' is not valid regex: error parsing regexp: missing closing ): `(a`"},
    {"{\"$schema\":\"http://json-schema.org/draft-06/"
     "schema#\",\"contains\":{\"type\":\"string\"},\"const\":1}",
     "{}", false, "- at '': value must be 1\n"},
    {"{\"type\":[\"object\"],\"properties\":{\"a\":{\"type\":\"object\",\"additionalProperties\":{"
     "\"type\":\"string\"}}}}",
     "{\"a\":{\"x/y\":1,\"t~\":2}}", false,
     "- at '/a/x~1y': got number, want string\n"
     "- at '/a/t~0': got number, want string\n"},
    {"true", "{\"a\":1}", false, ""},
    {"false", "{\"a\":1}", false, "- at '': false schema\n"},
};

// What schema_validate() says of it, an error too.
static void judge(const char *schema, const char *value, bool *broken, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list docs = {0};
    bool valid;

    assert_int_equal(doc_read_helm(d, span_str(value), "values.yaml", &docs, &err), 0);
    assert_int_equal(docs.len, 1);
    *broken = schema_validate(span_str(schema), docs.items[0], "s", &valid, out, &err) < 0;
    if (*broken)
        buf_add_str(out, err_message(err));
    else
        assert_int_equal(valid, out->len == 0);
}

static void test_schema__has_the_words_of_the_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct span said;
        bool broken;

        judge(cases[i].schema, cases[i].value, &broken, &out);
        said = buf_span(&out);
        assert_int_equal(broken, cases[i].is_broken);
        if (broken)
            assert_true(span_skip(&said, "s: "));
        assert_string_equal(said.ptr, cases[i].expected);
    }
}

static void test_schema__refuses_what_it_would_have_to_fetch(void **state)
{
    static const struct {
        const char *schema, *words;
    } refused[] = {
        {"{\"$ref\":\"https://example.com/a.json\"}", "refers to https://example.com/a.json"},
        {"{\"$ref\":\"other.json\"}", "refers to file:///other.json"},
        {"{\"$schema\":\"https://example.com/own\"}", "a dialect that is not known"},
        {"{", "s:1"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct doc *d CLEANUP(doc_cleanup) = doc_new();
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct err *err CLEANUP(err_cleanup) = NULL;
        bool valid;

        assert_int_equal(
            schema_validate(span_str(refused[i].schema), node_new_map(d), "s", &valid, &out, &err),
            -1);
        assert_err(err, ERR_CONFIG, refused[i].words);
    }
}

static void test_schema__knows_those_of_the_drafts_and_names_that_nobody_resolves(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool broken;

    (void)state;
    judge("{\"properties\":{\"s\":{\"$ref\":\"http://json-schema.org/draft-07/schema#\"},"
          "\"u\":{\"$ref\":\"urn:x:y\"}}}",
          "{\"s\":{\"minLength\":-1},\"u\":1}", &broken, &out);
    assert_false(broken);
    assert_string_equal(
        buf_str(&out),
        "- at '/s/minLength': 'allOf' failed\n  - at '/s/minLength': minimum: got -1, want 0\n");
}

// A chain of references, each of which has two ways to the next: 2^60 ways in all.
static void test_schema__that_explodes_ends_with_an_error(void **state)
{
    struct buf schema CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool broken;

    (void)state;
    buf_add_str(&schema, "{\"$ref\":\"#/$defs/0\",\"$defs\":{\"60\":{\"type\":\"string\"}");
    for (int i = 0; i < 60; i++)
        buf_printf(&schema,
                   ",\"%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/%d\"},{\"$ref\":\"#/$defs/%d\"}]}", i,
                   i + 1, i + 1);
    buf_add_str(&schema, "}}");
    judge(buf_str(&schema), "{}", &broken, &out);
    assert_true(broken);
    assert_non_null(strstr(buf_str(&out), "too long to judge by"));
}

// Parts that only references lead to, one below the other: each is judged as a schema when it is
// come to, and that takes no longer the more there were before (those of Big Bang's umbrella).
static void test_schema__with_many_parts_takes_no_longer_for_each(void **state)
{
    struct buf schema CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool broken;

    (void)state;
    buf_add_str(&schema, "{\"$ref\":\"#/parts/0\",\"parts\":{\"60\":{\"type\":\"object\"}");
    for (int i = 0; i < 60; i++)
        buf_printf(&schema,
                   ",\"%d\":{\"allOf\":[{\"properties\":{\"a\":{\"items\":{\"not\":{\"type\":"
                   "\"null\"}}}}},{\"$ref\":\"#/parts/%d\"}]}",
                   i, i + 1);
    buf_add_str(&schema, "}}");
    judge(buf_str(&schema), "{}", &broken, &out);
    assert_false(broken);
    assert_string_equal(buf_str(&out), "");
}

UNIT_MAIN(UNIT(test_schema__has_the_words_of_the_library),
          UNIT(test_schema__refuses_what_it_would_have_to_fetch),
          UNIT(test_schema__knows_those_of_the_drafts_and_names_that_nobody_resolves),
          UNIT(test_schema__that_explodes_ends_with_an_error),
          UNIT(test_schema__with_many_parts_takes_no_longer_for_each))
