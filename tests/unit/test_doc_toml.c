// SPDX-License-Identifier: Apache-2.0
// io/doc: TOML, and the rules of what may be defined where.
#include "unit.h"

#include "io/doc.h"

// What the text is as JSON, keys in their order.
static void assert_json(const char *toml, const char *json)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = doc_read_toml(d, span_str(toml), "c.toml", &err);

    if (!n)
        fail_msg("'%s' is refused: %s", toml, err_message(err));
    doc_write_json(n, false, &out);
    assert_string_equal(buf_str(&out), json);
}

static void assert_refused(const char *toml, size_t len, const char *words)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (doc_read_toml(d, span_of(toml, len), "c.toml", &err))
        fail_msg("'%s' is taken", toml);
    assert_err(err, ERR_CONFIG, words);
}

static void test_doc_toml__tables(void **state)
{
    (void)state;
    assert_json("", "{}");
    assert_json("# nothing\n\n  # at all", "{}");
    assert_json("version = 2\n[a.b]\nx = 1 # one\r\n[a]\ny=true\n",
                "{\"version\":2,\"a\":{\"b\":{\"x\":1},\"y\":true}}");
    assert_json(
        "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = ''\n",
        "{\"plugins\":{\"io.containerd.grpc.v1.cri\":{\"registry\":{\"config_path\":\"\"}}}}");
    assert_json("[[host]]\nn = 1\n[host.in]\nx = 1\n[[host]]\n[host.in]\nx = 2\n",
                "{\"host\":[{\"n\":1,\"in\":{\"x\":1}},{\"in\":{\"x\":2}}]}");
    assert_json("a.b.c = 1\na.d = 2\n[a.e]\n", "{\"a\":{\"b\":{\"c\":1},\"d\":2,\"e\":{}}}");
    assert_json("[a.b.c]\n[a]\nb.d = 1\n", "{\"a\":{\"b\":{\"c\":{},\"d\":1}}}");
    assert_json("t = {a = 1, b.c = [1, 2,], d = {}}\n",
                "{\"t\":{\"a\":1,\"b\":{\"c\":[1,2]},\"d\":{}}}");
    assert_json("l = [ # list\n  'a', # of\n  \"b\"\n  ,\n]\n", "{\"l\":[\"a\",\"b\"]}");
    assert_json("\"\" = 1\n'a b'.-_ = 2\n1.2 = 3", "{\"\":1,\"a b\":{\"-_\":2},\"1\":{\"2\":3}}");
}

static void test_doc_toml__values(void **state)
{
    (void)state;
    assert_json("a = +1_000\nb = -0\nc = 0xdead_BEEF\nd = 0o17\ne = 0b101\n",
                "{\"a\":1000,\"b\":0,\"c\":3735928559,\"d\":15,\"e\":5}");
    assert_json("a = 1.5\nb = -1e3\nc = 6.5_0E-2\nd = 9223372036854775807\n",
                "{\"a\":1.5,\"b\":-1000,\"c\":0.065,\"d\":9223372036854775807}");
    assert_json("a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00.5-07:00 # c\nc = 07:32:00\n",
                "{\"a\":\"1979-05-27T07:32:00Z\",\"b\":\"1979-05-27 07:32:00.5-07:00\","
                "\"c\":\"07:32:00\"}");
    assert_json("a = \"q\\\"\\\\\\t\\u00e9\\U0001F600\"\nb = 'C:\\x'\n",
                "{\"a\":\"q\\\"\\\\\\t\xc3\xa9\xf0\x9f\x98\x80\",\"b\":\"C:\\\\x\"}");
    assert_json("a = \"\"\"\r\none\r\ntwo \\\n   \n  three\"\"\"\"\"\nb = '''\nx\\''y''''\n",
                "{\"a\":\"one\\ntwo three\\\"\\\"\",\"b\":\"x\\\\''y'\"}");
}

static void test_doc_toml__what_is_refused(void **state)
{
    static const struct {
        const char *toml, *words;
    } bad[] = {
        {"a = 1\na = 2", "c.toml:2: 'a' is defined twice"},
        {"[a]\n[a]", "c.toml:2: 'a' is defined twice"},
        {"[a]\nb.c = 1\n[a.b]", "'b' is defined twice"},
        {"[a.b]\nx=1\n[a]\nb.y = 2", "'b' is defined already"},
        {"a = {b = 1}\na.c = 2", "'a' is defined already"},
        {"a = {b = {}}\n[a.b.c]", "'a' is defined already"},
        {"a = []\n[[a]]", "no list of tables"},
        {"[[a]]\n[a]", "defined twice"},
        {"[a]\n[[a]]", "no list of tables"},
        {"a = [{}]\n[a.b]", "no table that can be added to"},
        {"a = 1\n[a.b]", "no table that can be added to"},
        {"a", "'=' behind a key"},
        {"= 1", "a key is missing"},
        {"a = ", "a value is missing"},
        {"a = b", "not a value: 'b'"},
        {"a = 01", "not a value"},
        {"a = 1__0", "not a value"},
        {"a = _1", "not a value"},
        {"a = 1_", "not a value"},
        {"a = 1.", "not a value"},
        {"a = .5", "not a value"},
        {"a = 1e", "not a value"},
        {"a = +0x1", "not a value"},
        {"a = 0x", "not a value"},
        {"a = inf", "not a value"},
        {"a = 9223372036854775808", "not a value"},
        {"a = 1979-05-27T", "not a value"},
        {"a = 1 b = 2", "more than one thing in a line"},
        {"a = 1\rb = 2", "more than one thing in a line"},
        {"[a", "the end of a table's name"},
        {"[[a]", "the end of a table's name"},
        {"[a] b = 1", "more than one thing"},
        {"a = [1 2]", "the end of a list"},
        {"a = {b = 1,}", "a key is missing"},
        {"a = {b = 1\n}", "the end of a table in braces"},
        {"a = \"x\ny\"", "a string without an end"},
        {"a = \"x", "a string without an end"},
        {"a = '''x''", "a string without an end"},
        {"a = \"\\x\"", "an invalid escape"},
        {"a = \"\\ud800\"", "no character"},
        {"a = \"\\u12\"  ", "no hexadecimal"},
        {"a = \"\x01\"", "a control character"},
        {"# \x01", "a control character in a comment"},
        {"\"\"\"a\"\"\" = 1", "a key in three quotes"},
        {"\"a\\u0000\" = 1", "a NUL in a key"},
        {"a = \"\xff\"", "not UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_refused(bad[i].toml, strlen(bad[i].toml), bad[i].words);
    assert_refused("a = \0", 5, "a value is missing");
    assert_refused("\0", 1, "a key is missing");
}

static void test_doc_toml__limits(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    buf_add_str(&text, "a = ");
    buf_add_repeat(&text, '[', DOC_DEPTH_MAX + 1);
    assert_refused(buf_str(&text), text.len, "nested too deeply");
    buf_truncate(&text, 0);
    for (size_t i = 0; i < 100; i++)
        buf_add_str(&text, "a.");
    buf_add_str(&text, "a = 1");
    assert_refused(buf_str(&text), text.len, "too many parts");
    // What is read of [a.b.…] counts as well.
    buf_truncate(&text, 0);
    buf_add_str(&text, "[a");
    for (size_t i = 0; i < 60; i++)
        buf_add_str(&text, ".a");
    buf_add_str(&text, "]\nb = ");
    buf_add_repeat(&text, '[', DOC_DEPTH_MAX - 60);
    assert_refused(buf_str(&text), text.len, "nested too deeply");
}

UNIT_MAIN(UNIT(test_doc_toml__tables), UNIT(test_doc_toml__values),
          UNIT(test_doc_toml__what_is_refused), UNIT(test_doc_toml__limits))
