// SPDX-License-Identifier: Apache-2.0
// base/err
#include "unit.h"

#include <errno.h>

#include "base/buf.h"
#include "base/err.h"

static void test_err__formats_the_chain_outermost_first(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    assert_int_equal(err_set_errno(&err, ERR_SOURCE, ENOENT, "open %s", "x"), -1);
    assert_int_equal(err_hint(&err, "inner"), -1);
    assert_int_equal(err_wrap(&err, "artifact %d", 1), -1);
    err_format(err, &out);
    assert_string_equal(buf_str(&out), "artifact 1: open x: No such file or directory");
    assert_int_equal(err_kind(err), ERR_SOURCE);
    assert_int_equal(err_errno(err), ENOENT);
    assert_string_equal(err_hint_text(err), "inner");
    err_hint(&err, "outer");
    assert_string_equal(err_hint_text(err), "outer");
}

static void test_err__wrap_as_changes_the_kind(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct err *copy CLEANUP(err_cleanup) = NULL;
    struct err *moved CLEANUP(err_cleanup) = NULL;

    (void)state;
    err_set(&err, ERR_CONFIG, "a");
    err_wrap_as(&err, ERR_INTEGRITY, "b");
    copy = err_clone(err);
    assert_int_equal(err_kind(copy), ERR_INTEGRITY);
    assert_string_equal(err_message(err_cause(copy)), "a");
    assert_int_equal(err_move(&moved, &err), -1);
    assert_null(err);
    assert_string_equal(err_message(moved), "b");
}

static void test_err__every_kind_has_a_name(void **state)
{
    static const enum err_kind kinds[] = {
        ERR_INTERNAL, ERR_USAGE,       ERR_CONFIG,   ERR_PREFLIGHT, ERR_INTEGRITY,
        ERR_SOURCE,   ERR_API,         ERR_TIMEOUT,  ERR_TERMINAL,  ERR_LEFTOVERS,
        ERR_CHANGES,  ERR_UNSUPPORTED, ERR_CANCELLED};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(err_kind_name(kinds[i]), err_kind_name(kinds[j]));
}

static void test_err__what_a_message_quotes_stays_in_one_line(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    err_set(&err, ERR_CONFIG, "there is no %s", "a\nb");
    err_hint(&err, "or %s", "\033[1m");
    err_wrap(&err, "%s", "\x7f\tc\xc3\xa9");
    err_format(err, &out);
    assert_string_equal(buf_str(&out), "\\x7f\\tc\xc3\xa9: there is no a\\nb");
    assert_string_equal(err_hint_text(err), "or \\x1b[1m");
}

UNIT_MAIN(UNIT(test_err__formats_the_chain_outermost_first),
          UNIT(test_err__wrap_as_changes_the_kind), UNIT(test_err__every_kind_has_a_name),
          UNIT(test_err__what_a_message_quotes_stays_in_one_line))
