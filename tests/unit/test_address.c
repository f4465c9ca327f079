// SPDX-License-Identifier: Apache-2.0
// base/address: what is an address, and which network has it.
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/address.h"

static bool has(const char *network, const char *address)
{
    struct address a = address_of(span_str(address));
    struct network n;

    assert_true(network_of(span_str(network), &n));
    return network_has(&n, &a);
}

static void test_networks(void **state)
{
    static const char *const wrong[] = {"10.0.0.0", "10.0.0.0/33", "fd00::/129", "/8",
                                        "a/8",      "10.0.0.0/-1", "10.0.0.0/"};
    struct network n;

    (void)state;
    assert_true(has("10.244.0.0/16", "10.244.255.1"));
    assert_false(has("10.244.0.0/16", "10.245.0.1"));
    assert_true(has("10.78.0.12/30", "10.78.0.15"));
    assert_false(has("10.78.0.12/30", "10.78.0.16"));
    assert_true(has("0.0.0.0/0", "192.0.2.1"));
    assert_false(has("0.0.0.0/0", "fd00::1"));
    assert_true(has("fd00:1::/32", "fd00:1:2::3"));
    assert_false(has("fd00:1::/32", "fd00:2::3"));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(network_of(span_str(wrong[i]), &n));
}

static void test_loopback(void **state)
{
    static const char *const loopback[] = {"127.0.0.1", "127.8.9.10", "::1", "[::1]"};
    static const char *const others[] = {"128.0.0.1", "::2", "localhost", ""};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(loopback); i++) {
        struct address a = address_of(span_str(loopback[i]));

        assert_true(address_is_loopback(&a));
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct address a = address_of(span_str(others[i]));

        assert_false(address_is_loopback(&a));
    }
}

static void test_an_address_mapped_into_ipv6_is_itself(void **state)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct address a;

    (void)state;
    assert_int_equal(inet_pton(AF_INET6, "::ffff:10.0.0.7", &six.sin6_addr), 1);
    a = address_of_socket((const struct sockaddr *)&six);
    assert_int_equal(a.bits, 32);
    assert_int_equal(a.bytes[3], 7);
    assert_int_equal(address_of(SPAN("::ffff:10.0.0.7")).bits, 128);
}

UNIT_MAIN(UNIT(test_networks), UNIT(test_loopback),
          UNIT(test_an_address_mapped_into_ipv6_is_itself))
