// SPDX-License-Identifier: Apache-2.0
// Challenges of registries, as fields WWW-Authenticate.
#include "unit.h"

#include "model/oci/challenge.h"

// Reads the fields, of which the second may be NULL.
static struct challenge best_of(struct arena *arena, const char *first, const char *second)
{
    struct challenge best = {.kind = CHALLENGE_NONE};

    challenge_read(arena, span_str(first), &best);
    if (second)
        challenge_read(arena, span_str(second), &best);
    return best;
}

static void test_oci_challenge__bearer_in_any_form(void **state)
{
    static const char *const forms[] = {
        "Bearer realm=\"r\",service=\"s\"",
        "BEARER Service = s ,\tREALM\t=\tr",
        "bearer service=s, realm=r, scope=\"repository:a,b:pull\"",
        "Basic realm=\"x\", Bearer realm=\"r\", service=\"s\"",
        "Bearer realm=\"r\", service=\"s\", Basic realm=\"x\"",
        "Negotiate, Bearer realm=\"r\", service=\"s\"",
        "Negotiate abc/+==, Bearer realm=\"r\", service=\"s\"",
        "NTLM TlRM=\t, , ,Bearer realm=\"r\" ,service=\"s\"",
        "Basic realm=\"say \\\"Bearer realm=x\\\"\", Bearer realm=\"\\r\", service=\"s\"",
        ", Bearer realm=r,realm=other,service=s,",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct challenge best = best_of(arena, forms[i], NULL);

        if (best.kind != CHALLENGE_BEARER || !span_is(best.realm, "r") ||
            !span_is(best.service, "s"))
            fail_msg("%s: kind %d, realm '%.*s', service '%.*s'", forms[i], best.kind,
                     SPAN_ARG(best.realm), SPAN_ARG(best.service));
    }
}

static void test_oci_challenge__the_best_of_several_fields(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();

    (void)state;
    assert_int_equal(best_of(arena, "Basic", "Bearer realm=r").kind, CHALLENGE_BEARER);
    assert_int_equal(best_of(arena, "Bearer realm=r", "Basic").kind, CHALLENGE_BEARER);
    assert_int_equal(best_of(arena, "Negotiate", "Basic realm=x").kind, CHALLENGE_BASIC);
    assert_true(span_is(best_of(arena, "Bearer realm=a", "Bearer realm=b").realm, "a"));
}

static void test_oci_challenge__what_is_none(void **state)
{
    static const char *const fields[] = {
        "",
        "Bearer",
        "Bearer service=s",
        "Bearer realm=\"\"",
        "Bearer realm=\"r",
        "Digest realm=\"Basic\"",
        "Basicx realm=r",
        "=,=",
        "\"Basic\"",
        "Digest nonce=\"Bearer realm=r",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();

        if (best_of(arena, fields[i], NULL).kind != CHALLENGE_NONE)
            fail_msg("'%s' is taken for a challenge", fields[i]);
    }
}

UNIT_MAIN(UNIT(test_oci_challenge__bearer_in_any_form),
          UNIT(test_oci_challenge__the_best_of_several_fields),
          UNIT(test_oci_challenge__what_is_none))
