// SPDX-License-Identifier: Apache-2.0
// model/seal: keys as the controller reads them, and files of keys.
#include "unit.h"

#include "base/mem.h"
#include "io/crypto.h"
#include "model/seal.h"
#include "support_seal.h"

enum { NOW = 1790000000, HEADER_BYTES = 80 };

// The Secret of a key, as an API server has it.
static void add_key(struct seal_keys *keys, const char *name, const char *state, const char *cert,
                    const char *key)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf cert64 CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf key64 CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf yaml CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;
    struct node *n;

    crypto_base64_encode(span_str(cert), &cert64);
    crypto_base64_encode(span_str(key), &key64);
    buf_printf(&yaml,
               "{apiVersion: v1, kind: Secret, metadata: {name: %s, namespace: kube-system, uid: u,"
               " creationTimestamp: '2026-01-01T00:00:00Z', labels: {" SEAL_KEY_LABEL ": %s}},"
               " type: kubernetes.io/tls, data: {tls.crt: %s, tls.key: %s}}",
               name, state, buf_str(&cert64), buf_str(&key64));
    n = doc_read_yaml_one(d, buf_span(&yaml), "x", &err);
    assert_non_null(n);
    seal_keys_add(keys, n);
}

static void add_fresh(struct seal_keys *keys, const char *name, const char *state, int64_t from)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    crypto_make_rsa(2048, from, from + 3600, &key, &cert);
    add_key(keys, name, state, buf_str(&cert), buf_str(&key));
}

static void test_seal_keys__a_key_is_read(void **state)
{
    struct seal_keys keys CLEANUP(seal_keys_free);
    const struct seal_key *key;

    (void)state;
    seal_keys_init(&keys);
    add_key(&keys, "one", "active", seal_test_cert, seal_test_key);
    key = &keys.items.items[0];
    assert_null(key->problem);
    assert_string_equal(key->name, "one");
    assert_string_equal(key->ns, "kube-system");
    assert_string_equal(key->created, "2026-01-01T00:00:00Z");
    assert_true(seal_key_is_active(key));
    assert_true(span_is(key->cert, seal_test_cert));
    assert_true(key->until - key->from == (int64_t)3650 * 24 * 3600);
    assert_null(node_path(key->secret, "metadata", "uid"));
    assert_null(node_path(key->secret, "metadata", "creationTimestamp"));
}

static void test_seal_keys__problems(void **state)
{
    struct buf other_key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf other_cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *rows[][3] = {
        {"", seal_test_key, "it has no certificate in data.tls.crt"},
        {seal_test_cert, "", "it has no private key in data.tls.key"},
        {"x", seal_test_key, "its certificate cannot be read"},
        {seal_test_cert, "x", "its private key cannot be read"},
        {seal_test_cert, NULL, "its private key does not belong to its certificate"},
    };

    (void)state;
    crypto_make_rsa(2048, NOW, NOW + 3600, &other_key, &other_cert);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct seal_keys keys CLEANUP(seal_keys_free);

        seal_keys_init(&keys);
        add_key(&keys, "one", "active", rows[i][0], rows[i][1] ? rows[i][1] : buf_str(&other_key));
        assert_string_equal(keys.items.items[0].problem, rows[i][2]);
        assert_null(seal_keys_current(&keys));
    }
}

static void test_seal_keys__the_newest_active_one_seals(void **state)
{
    struct seal_keys keys CLEANUP(seal_keys_free);

    (void)state;
    seal_keys_init(&keys);
    add_fresh(&keys, "newest", "compromised", NOW + 30);
    add_fresh(&keys, "newer", "active", NOW + 20);
    add_fresh(&keys, "oldest", "active", NOW + 10);
    assert_string_equal(seal_keys_current(&keys)->name, "newer");
    assert_string_equal(keys.items.items[0].name, "oldest");
    assert_string_equal(keys.items.items[2].name, "newest");
    assert_ptr_equal(seal_keys_find(&keys, &keys.items.items[1].id), &keys.items.items[1]);
}

static void test_seal_keys__a_new_one_seals_instead(void **state)
{
    struct seal_keys keys CLEANUP(seal_keys_free);
    const struct seal_key *made;

    (void)state;
    seal_keys_init(&keys);
    add_fresh(&keys, "ahead", "active", NOW + 60); // its clock was fast
    made = seal_keys_make(&keys, "sealed-secrets", NOW);
    assert_null(made->problem);
    assert_ptr_equal(seal_keys_current(&keys), made);
    assert_true(made->from == NOW + 61);
    assert_true(made->until - made->from == (int64_t)3650 * 24 * 3600);
    assert_string_equal(made->ns, "sealed-secrets");
    assert_true(strlen(made->name) == strlen(SEAL_KEY_PREFIX) + 5);
    assert_true(span_starts(span_str(made->name), SEAL_KEY_PREFIX));
    assert_string_equal(node_get_str(made->secret, "type"), "kubernetes.io/tls");
}

// --- files ---

static void fill(struct seal_keys *keys)
{
    seal_keys_init(keys);
    add_key(keys, "one", "active", seal_test_cert, seal_test_key);
    add_fresh(keys, "two", "compromised", NOW);
}

static void assert_same(const struct seal_keys *a, const struct seal_keys *b)
{
    assert_int_equal(a->items.len, b->items.len);
    for (size_t i = 0; i < a->items.len; i++) {
        assert_true(digest_eq(&a->items.items[i].id, &b->items.items[i].id));
        assert_true(node_equal(a->items.items[i].secret, b->items.items[i].secret));
    }
}

static void test_seal_keys__a_file_has_all_of_them(void **state)
{
    struct seal_keys keys CLEANUP(seal_keys_free), back CLEANUP(seal_keys_free);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf file CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf opened CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    fill(&keys);
    seal_keys_init(&back);
    seal_keys_write(&keys, &text);
    assert_false(seal_is_locked(buf_span(&text)));
    seal_lock(buf_span(&text), SPAN("open"), &file);
    assert_true(seal_is_locked(buf_span(&file)));
    assert_int_equal(file.len, HEADER_BYTES + text.len + CRYPTO_TAG_BYTES);
    assert_int_equal(seal_unlock(buf_span(&file), SPAN("open"), "f", &opened, &err), 0);
    assert_true(span_eq(buf_span(&opened), buf_span(&text)));
    assert_int_equal(seal_keys_read(&back, buf_span(&opened), "f", &err), 0);
    assert_same(&keys, &back);
}

static void refuse(const struct buf *file, const char *passphrase, enum err_kind kind,
                   const char *words)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(seal_unlock(buf_span(file), span_str(passphrase), "keys.file", &out, &err),
                     -1);
    assert_err(err, kind, words);
    assert_int_equal(out.len, 0);
}

static void test_seal_keys__a_wrong_passphrase_and_a_changed_file_are_told_apart(void **state)
{
    struct buf file CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    seal_lock(SPAN("text"), SPAN("open"), &file);
    refuse(&file, "Open", ERR_INTEGRITY, "keys.file: this is not the passphrase");
    file.data[HEADER_BYTES] ^= 1;
    refuse(&file, "open", ERR_INTEGRITY, "the file was changed");
    file.data[HEADER_BYTES] ^= 1;
    buf_truncate(&file, file.len - 1);
    refuse(&file, "open", ERR_INTEGRITY, "the file was changed");
}

// A byte of each field: of the salt, the nonce and the check.
static void test_seal_keys__every_field_of_the_header_counts(void **state)
{
    static const size_t places[] = {20, 52, 64};
    struct buf file CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    seal_lock(SPAN("text"), SPAN("open"), &file);
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        file.data[places[i]] ^= 1;
        refuse(&file, "open", ERR_INTEGRITY, "keys.file: this is not the passphrase");
        file.data[places[i]] ^= 1;
    }
}

static void test_seal_keys__bad_headers_cost_nothing(void **state)
{
    static const unsigned char costs[][4] = {{9, 8, 1, 0},  {21, 8, 1, 0}, {64, 8, 1, 0},
                                             {10, 0, 1, 0}, {10, 8, 0, 0}, {10, 17, 1, 0},
                                             {10, 8, 5, 0}, {20, 9, 1, 0}, {10, 8, 1, 1}};
    struct buf file CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    buf_add_str(&file, "sandstrap keys\n\x01");
    buf_add_repeat(&file, 'x', HEADER_BYTES + CRYPTO_TAG_BYTES - 16);
    for (size_t i = 0; i < ARRAY_LEN(costs); i++) {
        memcpy(file.data + 16, costs[i], 4);
        refuse(&file, "open", ERR_INTEGRITY, "its header was changed");
    }
    file.data[15] = 2;
    refuse(&file, "open", ERR_UNSUPPORTED, "made by a newer sandstrap (version 2 of keys)");
    file.data[15] = 1;
    buf_truncate(&file, HEADER_BYTES + CRYPTO_TAG_BYTES - 1);
    refuse(&file, "open", ERR_INTEGRITY, "the file is cut short");
    buf_truncate(&file, 15);
    refuse(&file, "open", ERR_INTEGRITY, "the file is cut short");
    buf_truncate(&file, 14);
    refuse(&file, "open", ERR_CONFIG, "not an encrypted file of keys");
}

static void test_seal_keys__what_is_no_file_of_keys(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "f: no sealing key is in it"},
        {"{apiVersion: v1, kind: List, items: []}", "f: no sealing key is in it"},
        {"{apiVersion: v1, kind: Secret, metadata: {name: a}}", "f:1: not the Secret of a sealing"},
        {"{kind: Secret, metadata: {labels: {" SEAL_KEY_LABEL ": active}}}",
         "has no metadata.name"},
        {"{kind: List, items: [1]}", "not the Secret of a sealing"},
        {"{", "f:2"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct seal_keys keys CLEANUP(seal_keys_free);
        struct err *err CLEANUP(err_cleanup) = NULL;

        seal_keys_init(&keys);
        assert_int_equal(seal_keys_read(&keys, span_str(rows[i].text), "f", &err), -1);
        assert_err(err, ERR_CONFIG, rows[i].words);
    }
}

UNIT_MAIN(UNIT(test_seal_keys__a_key_is_read), UNIT(test_seal_keys__problems),
          UNIT(test_seal_keys__the_newest_active_one_seals),
          UNIT(test_seal_keys__a_new_one_seals_instead),
          UNIT(test_seal_keys__a_file_has_all_of_them),
          UNIT(test_seal_keys__a_wrong_passphrase_and_a_changed_file_are_told_apart),
          UNIT(test_seal_keys__every_field_of_the_header_counts),
          UNIT(test_seal_keys__bad_headers_cost_nothing),
          UNIT(test_seal_keys__what_is_no_file_of_keys))
