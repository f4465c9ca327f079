// SPDX-License-Identifier: Apache-2.0
// base/opt
#include "unit.h"

#include "base/opt.h"

struct values {
    bool flag;
    const char *text;
    const char *choice;
    const char *operand;
    int64_t time;
    struct opt_list list;
};

static const struct opt table[] = {
    {.type = OPT_FLAG,
     .name = "force",
     .letter = 'f',
     .offset = offsetof(struct values, flag),
     .help = "h"},
    {.type = OPT_TEXT,
     .name = "bundle",
     .value = "FILE",
     .offset = offsetof(struct values, text),
     .help = "h"},
    {.type = OPT_CHOICE,
     .name = "output",
     .offset = offsetof(struct values, choice),
     .help = "h",
     .choices = "text|json"},
    {.type = OPT_DURATION,
     .name = "timeout",
     .value = "TIME",
     .offset = offsetof(struct values, time),
     .help = "h"},
    {.type = OPT_LIST,
     .name = "set",
     .value = "X",
     .offset = offsetof(struct values, list),
     .help = "h"},
    {.type = OPT_OPERAND,
     .value = "FOLDER",
     .offset = offsetof(struct values, operand),
     .help = "h"},
};
static const struct opt_command command = {"render", "renders", NULL, table, ARRAY_LEN(table)};

static int parse(struct values *v, struct err **err, int argc, const char **argv)
{
    bool help;

    *v = (struct values){0};
    return opt_parse(&command, argc, (char **)argv, v, &help, err);
}

static void test_opt__reads_every_form(void **state)
{
    const char *argv[] = {"-f",    "--bundle=b", "--output", "json", "--timeout", "1h30m",
                          "--set", "1",          "--set=2",  "--",   "-dash"};
    struct err *err = NULL;
    struct values v;

    (void)state;
    assert_int_equal(parse(&v, &err, ARRAY_LEN(argv), argv), 0);
    assert_true(v.flag);
    assert_string_equal(v.text, "b");
    assert_string_equal(v.choice, "json");
    assert_int_equal(v.time, 5400000);
    assert_int_equal(v.list.len, 2);
    assert_string_equal(v.list.items[1], "2");
    assert_string_equal(v.operand, "-dash");
    opt_free_lists(&command, &v);
}

static void expect(const char *text, const char *hint, int argc, const char **argv)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct values v;

    assert_int_equal(parse(&v, &err, argc, argv), -1);
    assert_int_equal(err_kind(err), ERR_USAGE);
    assert_string_equal(err_message(err), text);
    if (hint)
        assert_string_equal(err_hint_text(err), hint);
    opt_free_lists(&command, &v);
}

static void test_opt__refuses_what_it_does_not_know(void **state)
{
    (void)state;
    expect("unknown option '--bundel'", "did you mean --bundle?", 1, (const char *[]){"--bundel"});
    expect("--output: 'xml' is not one of text|json", NULL, 1, (const char *[]){"--output=xml"});
    expect("--timeout: '5' is not a duration like 90s or 5m", NULL, 2,
           (const char *[]){"--timeout", "5"});
    expect("--bundle needs a value: FILE", NULL, 1, (const char *[]){"--bundle"});
    expect("--force takes no value", NULL, 1, (const char *[]){"--force=1"});
    expect("FOLDER is missing", NULL, 0, NULL);
    expect("unexpected operand 'b'", NULL, 2, (const char *[]){"a", "b"});
}

static void test_opt__sizes(void **state)
{
    uint64_t bytes;

    (void)state;
    assert_true(opt_size("0", &bytes) && bytes == 0);
    assert_true(opt_size("500M", &bytes) && bytes == 500000000);
    assert_true(opt_size("20Gi", &bytes) && bytes == (uint64_t)20 << 30);
    assert_true(opt_size("18446744073709551615", &bytes) && bytes == UINT64_MAX);
    assert_false(opt_size("", &bytes));
    assert_false(opt_size("G", &bytes));
    assert_false(opt_size("-1", &bytes));
    assert_false(opt_size("1.5G", &bytes));
    assert_false(opt_size("1 G", &bytes));
    assert_false(opt_size("1GB", &bytes));
    assert_false(opt_size("99999999Ti", &bytes));
}

static void test_opt__durations(void **state)
{
    int64_t ms;

    (void)state;
    assert_true(opt_duration("500ms", &ms) && ms == 500);
    assert_true(opt_duration("0", &ms) && ms == 0);
    assert_true(opt_duration("1m5s", &ms) && ms == 65000);
    assert_false(opt_duration("", &ms));
    assert_false(opt_duration("s", &ms));
    assert_false(opt_duration("-1s", &ms));
    assert_false(opt_duration("9999999999999999h", &ms));
}

static void test_opt__help_shows_every_row(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    opt_help(&command, &out);
    assert_non_null(strstr(buf_str(&out), "usage: sandstrap render [OPTION]... FOLDER"));
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].name)
            assert_non_null(strstr(buf_str(&out), table[i].name));
}

UNIT_MAIN(UNIT(test_opt__reads_every_form), UNIT(test_opt__refuses_what_it_does_not_know),
          UNIT(test_opt__durations), UNIT(test_opt__sizes), UNIT(test_opt__help_shows_every_row))
