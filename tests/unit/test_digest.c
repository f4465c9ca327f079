// SPDX-License-Identifier: Apache-2.0
// base/digest: one form of text, and values that are compared.
#include "unit.h"

#include "base/digest.h"
#include "base/map.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee"

static struct digest digest_of(const char *hex)
{
    struct digest d;

    assert_true(digest_parse_hex(span_str(hex), &d));
    return d;
}

static void test_digest__text_and_back(void **state)
{
    struct digest d;

    (void)state;
    assert_true(digest_parse(SPAN("sha256:" HEX), &d));
    assert_int_equal(d.bytes[0], 0x01);
    assert_int_equal(d.bytes[31], 0xef);
    assert_string_equal(DIGEST_TEXT(&d), "sha256:" HEX);
    assert_string_equal(DIGEST_HEX(&d), HEX);
}

static void test_digest__any_other_form_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "sha256:",
        HEX,
        "sha256:" HEX "0",
        "sha256:0123",
        "sha256: " HEX,
        "SHA256:" HEX,
        "sha512:" HEX,
        "sha512:" HEX HEX,
        "sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
        "sha256:g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "sha256:sha256:" HEX,
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct digest d = digest_of(HEX);

        if (digest_parse(span_str(bad[i]), &d) || digest_is_set(&d))
            fail_msg("'%s' is taken", bad[i]);
        assert_string_equal(DIGEST_TEXT(&d), "");
    }
}

static void test_digest__digits_alone_have_no_algorithm(void **state)
{
    struct digest d = digest_of(HEX);

    (void)state;
    assert_false(digest_parse_hex(SPAN("sha256:" HEX), &d));
    assert_false(digest_is_set(&d));
    assert_string_equal(DIGEST_HEX(&d), "");
}

static void test_digest__equal_by_value(void **state)
{
    struct digest a = digest_of(HEX), same = digest_of(HEX), other = digest_of(OTHER);
    struct digest none = {0}, zero = {.algorithm = DIGEST_SHA256};

    (void)state;
    assert_true(digest_eq(&a, &same));
    assert_false(digest_eq(&a, &other));
    assert_false(digest_eq(&a, &none));
    assert_false(digest_eq(&zero, &none));
    assert_true(digest_eq(&none, &(struct digest){0}));
}

static void test_digest__is_the_key_of_a_map(void **state)
{
    struct map m CLEANUP(map_free) = MAP_INIT;
    struct digest a = digest_of(HEX), same = digest_of(HEX), other = digest_of(OTHER);

    (void)state;
    map_put(&m, digest_key(&a), &a);
    assert_ptr_equal(map_get(&m, digest_key(&same)), &a);
    assert_null(map_get(&m, digest_key(&other)));
}

UNIT_MAIN(UNIT(test_digest__text_and_back), UNIT(test_digest__any_other_form_is_none),
          UNIT(test_digest__digits_alone_have_no_algorithm), UNIT(test_digest__equal_by_value),
          UNIT(test_digest__is_the_key_of_a_map))
