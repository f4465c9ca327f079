// SPDX-License-Identifier: Apache-2.0
// work/agent: who may read and how much at a time; what was asked for by name.
#include "unit.h"

#include "work/agent/access.h"
#include "work/agent/asked.h"

static struct address of(const char *text)
{
    struct address a = address_of(span_str(text));

    assert_true(a.bits > 0);
    return a;
}

static bool may_read(const struct access *a, const char *client)
{
    struct address address = of(client);

    return access_may_read(a, &address);
}

static void test_agent__who_may_read(void **state)
{
    struct access a CLEANUP(access_free) = {0};
    struct seed_config c CLEANUP(seed_config_free) = {0};
    struct address none = address_of(SPAN("nobody"));

    (void)state;
    assert_true(may_read(&a, "127.0.0.1"));
    assert_true(may_read(&a, "::1"));
    assert_false(may_read(&a, "192.0.2.1"));
    assert_false(access_may_read(&a, &none));
    vec_push(&c.networks, SPAN("192.0.2.0/25"));
    vec_push(&c.networks, SPAN("2001:db8::/32"));
    access_configure(&a, &c);
    assert_true(may_read(&a, "192.0.2.127"));
    assert_false(may_read(&a, "192.0.2.128"));
    assert_true(may_read(&a, "2001:db8:1::1"));
    c.networks.len = 0;
    access_configure(&a, &c);
    assert_false(may_read(&a, "192.0.2.127"));
}

static void test_agent__a_client_has_its_share(void **state)
{
    struct access a CLEANUP(access_free) = {0};
    struct address one = of("192.0.2.1"), other = of("192.0.2.2"), node = of("127.0.0.1");

    (void)state;
    for (int i = 0; i < ACCESS_REQUESTS_MAX; i++) {
        assert_true(access_enter(&a, &one));
        assert_true(access_enter(&a, &node));
    }
    assert_false(access_enter(&a, &one));
    assert_true(access_enter(&a, &node));
    assert_true(access_enter(&a, &other));
    access_leave(&a, &one);
    assert_true(access_enter(&a, &one));
    for (int i = 0; i < ACCESS_REQUESTS_MAX; i++)
        access_leave(&a, &one);
    access_leave(&a, &other);
    assert_int_equal(a.clients.len, 1); // the node's own
}

static void assert_told(const struct asked *a, const char *name, const char *counts)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(asked_tell(a, span_str(name), &text, &err), 0);
    assert_string_equal(buf_str(&text), counts);
}

#define DIGEST "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_agent__what_was_asked_for(void **state)
{
    struct asked a CLEANUP(asked_free) = {0};
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    asked_count(&a, SPAN("docker.io/library/busybox:1"), false);
    asked_count(&a, SPAN("docker.io/library/busybox:1"), false);
    asked_count(&a, SPAN("ghcr.io/x/y@" DIGEST), false);
    asked_count(&a, SPAN("ghcr.io/x/z:1"), true);
    assert_told(&a, "busybox:1", "2 0\n");
    assert_told(&a, "ghcr.io/x/y:v1@" DIGEST, "1 0\n");
    assert_told(&a, "ghcr.io/x/z:1", "0 1\n");
    assert_told(&a, "ghcr.io/x/w:1", "0 0\n");
    asked_list(&a, &text);
    assert_string_equal(buf_str(&text), "2 0 docker.io/library/busybox:1\n1 0 ghcr.io/x/y@" DIGEST
                                        "\n0 1 ghcr.io/x/z:1\n");
    assert_int_equal(asked_tell(&a, SPAN("ghcr.io/x/y"), &text, &err), -1);
    assert_err(err, ERR_USAGE, "ghcr.io/x/y");
}

// Anybody can ask for what is not there: the last of it is known, and all that is there.
static void test_agent__missing_names_are_bounded(void **state)
{
    struct asked a CLEANUP(asked_free) = {0};
    char name[64];

    (void)state;
    asked_count(&a, SPAN("ghcr.io/x/y:1"), false);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "ghcr.io/x/missing:%d", i);
        asked_count(&a, span_str(name), true);
    }
    assert_true(map_len(&a.missing) <= ASKED_MISSING_MAX);
    assert_told(&a, "ghcr.io/x/missing:4999", "0 1\n");
    assert_told(&a, "ghcr.io/x/missing:1", "0 0\n");
    assert_told(&a, "ghcr.io/x/y:1", "1 0\n");
}

UNIT_MAIN(UNIT(test_agent__who_may_read), UNIT(test_agent__a_client_has_its_share),
          UNIT(test_agent__what_was_asked_for), UNIT(test_agent__missing_names_are_bounded))
