// SPDX-License-Identifier: Apache-2.0
// model/seed: documents come back as they were, what is not understood is refused by name, and a
// request proves what it was made for.
#include "unit.h"

#include "io/crypto.h"
#include "model/seed.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct digest digest_of(const char *hex)
{
    struct digest d;

    assert_true(digest_parse_hex(span_str(hex), &d));
    return d;
}

// --- the configuration ---

static void fill_config(struct seed_config *c)
{
    *c = (struct seed_config){.serial = 7,
                              .budget_bytes = (uint64_t)5 << 30,
                              .port = SEED_PORT,
                              .tls_port = SEED_TLS_PORT};
    vec_push(&c->bundles, (struct seed_bundle){digest_of(A), digest_of(B)});
    vec_push(&c->peers, SPAN("10.78.0.11"));
    vec_push(&c->peers, SPAN("fd00::1"));
    vec_push(&c->networks, SPAN("10.244.0.0/16"));
    vec_push(&c->hosts, SPAN("reg.example:5000"));
}

static void test_seed__a_configuration_comes_back(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct seed_config c CLEANUP(seed_config_free), got CLEANUP(seed_config_free);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    fill_config(&c);
    seed_config_write(&c, &text);
    assert_int_equal(seed_config_read(buf_span(&text), arena, &got, &err), 0);
    assert_int_equal(got.serial, 7);
    assert_int_equal(got.budget_bytes, (uint64_t)5 << 30);
    assert_int_equal(got.port, SEED_PORT);
    assert_int_equal(got.tls_port, SEED_TLS_PORT);
    assert_int_equal(got.bundles.len, 1);
    assert_true(digest_eq(&got.bundles.items[0].identity, &c.bundles.items[0].identity));
    assert_true(digest_eq(&got.bundles.items[0].blobs, &c.bundles.items[0].blobs));
    assert_int_equal(got.peers.len, 2);
    assert_true(span_is(got.peers.items[1], "fd00::1"));
    assert_true(span_is(got.networks.items[0], "10.244.0.0/16"));
    assert_true(span_is(got.hosts.items[0], "reg.example:5000"));
}

// One member of a right configuration is replaced by each of these.
static const struct {
    const char *from, *to, *says;
} wrong_configs[] = {
    {"\"serial\":7", "\"serial\":-1", "serial is no number"},
    {"\"serial\":7", "\"serial\":7,\"mode\":1", "mode is unknown"},
    {"\"serial\":7,", "", "serial is no number"},
    {"config/1", "config/2", "its format is another one"},
    {"10.78.0.11", "node-1", "peers has what is no address"},
    {"10.244.0.0/16", "10.244.0.0/33", "networks has what is no network"},
    {"reg.example:5000", "../etc", "hosts has what is no host"},
    {"reg.example:5000", "a/b", "hosts has what is no host"},
    {"\"port\":4860", "\"port\":65536", "port is no port"},
    {"sha256:" A, "sha256:AA", "identity is no digest"},
    {"[\"10.78.0.11\",\"fd00::1\"]", "{}", "peers is no list"},
};

static void replace(struct buf *out, struct span text, const char *from, const char *to)
{
    size_t at = span_search(text, span_str(from));

    assert_true(at < text.len);
    buf_add_span(out, span_head(text, at));
    buf_add_str(out, to);
    buf_add_span(out, span_tail(text, at + strlen(from)));
}

static void test_seed__what_is_not_understood_is_refused(void **state)
{
    struct seed_config c CLEANUP(seed_config_free);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    fill_config(&c);
    seed_config_write(&c, &text);
    for (size_t i = 0; i < ARRAY_LEN(wrong_configs); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct buf wrong CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct seed_config got;

        replace(&wrong, buf_span(&text), wrong_configs[i].from, wrong_configs[i].to);
        assert_int_equal(seed_config_read(buf_span(&wrong), arena, &got, &err), -1);
        assert_err(err, ERR_INTEGRITY, wrong_configs[i].says);
    }
}

// --- lists of blobs ---

static void test_seed__lists_of_blobs(void **state)
{
    static const char *const wrong[] = {
        B " 1\n" A " 1\n", A " 1\n" A " 1\n", A "\n", A " x\n",
        A " 1 2\n",        A " 1 1 1\n",      " 1\n", "\n",
    };
    struct seed_blobs b CLEANUP(seed_blobs_free);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(seed_blobs_read(SPAN(A " 5 2\n" B " 7"), &b, &err), 0);
    assert_int_equal(b.items.len, 2);
    assert_int_equal(b.items.items[0].have, 2);
    assert_int_equal(b.items.items[1].size, 7);
    seed_blobs_write(&b, true, &text);
    assert_string_equal(buf_str(&text), A " 5 2\n" B " 7 0\n");
    buf_truncate(&text, 0);
    seed_blobs_write(&b, false, &text);
    assert_string_equal(buf_str(&text), A " 5\n" B " 7\n");
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct seed_blobs none;

        assert_int_equal(seed_blobs_read(span_str(wrong[i]), &none, &err), -1);
        assert_err(err, ERR_INTEGRITY, "is no blob");
        err_clear(&err);
    }
}

// --- the state ---

static void test_seed__a_state_comes_back(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct seed_status s CLEANUP(seed_status_free) = {.version = "0.1",
                                                      .node = "node-1",
                                                      .nonce = "00ff",
                                                      .serial = 2,
                                                      .store_bytes = 3,
                                                      .free_bytes = 4,
                                                      .received_bytes = 5,
                                                      .fetched_bytes = 6};
    struct seed_status got CLEANUP(seed_status_free);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    vec_push(&s.bundles, (struct seed_status_bundle){digest_of(A), true, 1, 2});
    vec_push(&s.routed, SPAN("docker.io"));
    seed_status_write(&s, &text);
    assert_int_equal(seed_status_read(buf_span(&text), arena, &got, &err), 0);
    assert_string_equal(got.node, "node-1");
    assert_string_equal(got.nonce, "00ff");
    assert_int_equal(got.fetched_bytes, 6);
    assert_true(got.bundles.items[0].served);
    assert_int_equal(got.bundles.items[0].lacks_bytes, 2);
    assert_true(span_is(got.routed.items[0], "docker.io"));
    assert_null(got.problem);
    assert_null(got.layout);
}

// --- who may write ---

static void test_seed__a_mac_is_for_one_request(void **state)
{
    struct digest body = crypto_sha256(SPAN("body")), other = crypto_sha256(SPAN("other"));
    char mac[SEED_MAC_BYTES];
    struct span right = span_of(mac, SEED_MAC_BYTES - 1);

    (void)state;
    seed_mac(SPAN("token"), SPAN("PUT"), SPAN("/a?b=1"), SPAN("n"), &body, mac);
    assert_true(seed_mac_is(SPAN("token"), SPAN("PUT"), SPAN("/a?b=1"), SPAN("n"), &body, right));
    assert_false(seed_mac_is(SPAN("Token"), SPAN("PUT"), SPAN("/a?b=1"), SPAN("n"), &body, right));
    assert_false(seed_mac_is(SPAN("token"), SPAN("POST"), SPAN("/a?b=1"), SPAN("n"), &body, right));
    assert_false(seed_mac_is(SPAN("token"), SPAN("PUT"), SPAN("/a?b=2"), SPAN("n"), &body, right));
    assert_false(seed_mac_is(SPAN("token"), SPAN("PUT"), SPAN("/a?b=1"), SPAN("m"), &body, right));
    assert_false(seed_mac_is(SPAN("token"), SPAN("PUT"), SPAN("/a?b=1"), SPAN("n"), &other, right));
    assert_false(seed_mac_is(SPAN("token"), SPAN("PUT"), SPAN("/a?b=1"), SPAN("n"), &body,
                             span_head(right, right.len - 1)));
    assert_false(
        seed_mac_is(SPAN("token"), SPAN("PUT"), SPAN("/a?b=1"), SPAN("n"), &body, SPAN_EMPTY));
}

// An agent that cannot read its token takes nothing.
static void test_seed__no_token_is_none(void **state)
{
    struct digest body = crypto_sha256(SPAN("body"));
    char mac[SEED_MAC_BYTES];

    (void)state;
    seed_mac(SPAN_EMPTY, SPAN("PUT"), SPAN("/a"), SPAN_EMPTY, &body, mac);
    assert_false(
        seed_mac_is(SPAN_EMPTY, SPAN("PUT"), SPAN("/a"), SPAN_EMPTY, &body, span_str(mac)));
}

UNIT_MAIN(UNIT(test_seed__a_configuration_comes_back),
          UNIT(test_seed__what_is_not_understood_is_refused), UNIT(test_seed__lists_of_blobs),
          UNIT(test_seed__a_state_comes_back), UNIT(test_seed__a_mac_is_for_one_request),
          UNIT(test_seed__no_token_is_none))
