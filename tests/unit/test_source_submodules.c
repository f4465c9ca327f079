// SPDX-License-Identifier: Apache-2.0
// controller/source: .gitmodules.
#include "unit.h"

#include "controller/source.h"

static const char url[] = "https://git.example.org/org/parent.git";

// "path=url path=url"
static void expect(const char *text, const char *expected)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf found CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    source_submodules list = {0};

    assert_int_equal(source_submodules_read(arena, span_str(text), url, &list, &err), 0);
    VEC_FOREACH (const struct source_submodule *, it, &list)
        buf_printf(&found, "%s%s=%s", found.len ? " " : "", it->path, it->url);
    assert_string_equal(buf_str(&found), expected);
}

static void refuse(const char *text, const char *words)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    source_submodules list = {0};

    assert_int_equal(source_submodules_read(arena, span_str(text), url, &list, &err), -1);
    assert_err(err, ERR_CONFIG, words);
}

static void test_source_submodules_read__entries(void **state)
{
    (void)state;
    expect("", "");
    expect("[submodule \"a\"]\n\tpath = libs/a\n\turl = https://h/a.git\n\tbranch = main\n"
           "[core]\n\tpath = x\n[submodule \"b\"]\npath=b/\r\nurl=https://h/b ; why\n",
           "libs/a=https://h/a.git b=https://h/b");
    expect("[SubModule \"a\"] # of a\n PATH = a # one\n  Url = \"https://h/a b\\\"c\" # two\n",
           "a=https://h/a b\"c");
    expect("[submodule \"a\"]\npath = x\npath = y\nurl = https://h/1\n[submodule \"a\"]\n"
           "url = https://h/\\\n2\n",
           "y=https://h/\n2");
    expect("[submodule \"a\\\"]\"]\npath = a\nurl = https://h/a\n", "a=https://h/a");
}

static void test_source_submodules_read__relative_urls(void **state)
{
    (void)state;
    expect("[submodule \"a\"]\npath = a\nurl = ../a.git\n", "a=https://git.example.org/org/a.git");
    expect("[submodule \"a\"]\npath = a\nurl = ../../x/a.git\n",
           "a=https://git.example.org/x/a.git");
    expect("[submodule \"a\"]\npath = a\nurl = ./a.git\n",
           "a=https://git.example.org/org/parent.git/a.git");
}

static void test_source_submodules_read__what_leads_out_does_not_count(void **state)
{
    (void)state;
    expect("[submodule \"a\"]\npath = ../a\nurl = https://h/a\n", "");
    expect("[submodule \"a\"]\npath = b/../a\nurl = https://h/a\n", "");
}

static void test_source_submodules_read__what_is_none(void **state)
{
    (void)state;
    refuse("[submodule \"a\"]\npath = a\n", "submodule a has no url");
    refuse("[submodule \"a\"]\nurl = a\n", "submodule a has no path");
    refuse("[submodule \"a\n", ".gitmodules:1: the name of a section has no end");
    refuse("\n[submodule \"a\"\n", ".gitmodules:2: a section has no ']'");
    refuse("[submodule \"a\"]\nurl = \"x\n", ".gitmodules:2: a quote is not closed");
    refuse("[submodule \"a\"]\nurl = x\\q\n", ".gitmodules:2: '\\' stands before");
    refuse("= x\n", ".gitmodules:1: neither a section nor a comment");
    refuse("[a]\n= x\n", ".gitmodules:2: neither a section nor a key");
    refuse("[a] b = c\n", ".gitmodules:1: something follows");
    refuse("[a]\nb = c\\", ".gitmodules:2: '\\' stands at the end");
    refuse("[a]\nurl x\n", ".gitmodules:2: a key without '='");
}

UNIT_MAIN(UNIT(test_source_submodules_read__entries),
          UNIT(test_source_submodules_read__relative_urls),
          UNIT(test_source_submodules_read__what_leads_out_does_not_count),
          UNIT(test_source_submodules_read__what_is_none))
