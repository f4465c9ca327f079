// SPDX-License-Identifier: Apache-2.0
// model/seal: what a SealedSecret is made of, and that its key opens it again.
#include "unit.h"

#include "base/mem.h"
#include "io/crypto.h"
#include "model/seal.h"
#include "support_seal.h"

enum { NOW = 1790000000 };

struct fixture {
    struct doc *doc;
    struct seal_options options;
    struct err *err;
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->doc = doc_new();
    f->options = (struct seal_options){.cert = span_str(seal_test_cert), .now = NOW};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    doc_free(f->doc);
    err_free(f->err);
    free(f);
    return 0;
}

static struct node *seal(struct fixture *f, const char *yaml)
{
    struct err *err = NULL;
    struct node *secret = doc_read_yaml_one(f->doc, span_str(yaml), "secret.yaml", &err);

    assert_non_null(secret);
    err_clear(&f->err);
    return seal_secret(f->doc, secret, &f->options, "secret.yaml", &f->err);
}

static int open_value(const struct node *sealed, const char *key, const char *label,
                      struct buf *out, struct err **err)
{
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span text = node_text(node_path(sealed, "spec", "encryptedData", key));

    assert_true(text.len > 0 && crypto_base64_decode(text, &bytes));
    return seal_open_value(span_str(seal_test_key), buf_span(&bytes), span_str(label), out, err);
}

static void assert_opens(const struct node *sealed, const char *key, const char *label,
                         const char *value)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    assert_int_equal(open_value(sealed, key, label, &out, &err), 0);
    assert_string_equal(buf_str(&out), value);
}

static void assert_json(const struct node *n, const char *json)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_non_null(n);
    doc_write_json(n, true, &out);
    assert_string_equal(buf_str(&out), json);
}

#define HEAD "apiVersion: v1\nkind: Secret\n"
#define LOGIN HEAD "metadata: {name: login, namespace: team}\n"

static void test_seal__opens_what_kubeseal_sealed(void **state)
{
    struct fixture *f = *state;
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_true(crypto_base64_decode(span_str(seal_test_value), &bytes));
    assert_int_equal(seal_open_value(span_str(seal_test_key), buf_span(&bytes), SPAN("team/login"),
                                     &out, &f->err),
                     0);
    assert_string_equal(buf_str(&out), "open sesame");
}

static void test_seal__every_changed_byte_is_seen(void **state)
{
    struct fixture *f = *state;
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_true(crypto_base64_decode(span_str(seal_test_value), &bytes));
    for (size_t i = 0; i < bytes.len; i += 7) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        bytes.data[i] ^= 1;
        err_clear(&f->err);
        assert_int_equal(seal_open_value(span_str(seal_test_key), buf_span(&bytes),
                                         SPAN("team/login"), &out, &f->err),
                         -1);
        assert_int_equal(err_kind(f->err), ERR_INTEGRITY);
        assert_int_equal(out.len, 0);
        bytes.data[i] ^= 1;
    }
    for (size_t len = 0; len < bytes.len; len += 9) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        err_clear(&f->err);
        assert_int_equal(seal_open_value(span_str(seal_test_key), span_of(bytes.data, len),
                                         SPAN("team/login"), &out, &f->err),
                         -1);
    }
}

static void test_seal__data_and_string_data(void **state)
{
    struct fixture *f = *state;
    const struct node *sealed =
        seal(f, LOGIN "type: Opaque\ndata: {user: cm9vdA==, both: b2xk, empty: ''}\n"
                      "stringData: {password: \"a b\", both: new}\n");

    assert_non_null(sealed);
    assert_opens(sealed, "user", "team/login", "root");
    assert_opens(sealed, "password", "team/login", "a b");
    assert_opens(sealed, "both", "team/login", "new");
    assert_opens(sealed, "empty", "team/login", "");
    assert_int_equal(node_len(node_path(sealed, "spec", "encryptedData")), 4);
    assert_string_equal(node_get_str(sealed, "apiVersion"), "bitnami.com/v1alpha1");
    assert_string_equal(node_get_str(sealed, "kind"), "SealedSecret");
    assert_null(node_get(sealed, "data"));
    assert_null(node_get(sealed, "stringData"));
}

static void test_seal__the_template_is_the_rest_of_the_secret(void **state)
{
    struct fixture *f = *state;
    const struct node *sealed =
        seal(f, HEAD "metadata:\n"
                     "  name: login\n  namespace: team\n  uid: u-1\n  resourceVersion: '7'\n"
                     "  creationTimestamp: '2026-01-01T00:00:00Z'\n"
                     "  labels: {app: shop}\n"
                     "  annotations:\n"
                     "    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{}}'\n"
                     "    note: x\n"
                     "  ownerReferences: [{kind: Pod}]\n"
                     "type: kubernetes.io/basic-auth\nimmutable: true\nstringData: {a: b}\n");

    assert_json(node_path(sealed, "spec", "template"),
                "{\"immutable\":true,\"metadata\":{\"annotations\":{\"note\":\"x\"},\"labels\":{"
                "\"app\":\"shop\"},\"name\":\"login\",\"namespace\":\"team\"},"
                "\"type\":\"kubernetes.io/basic-auth\"}");
    assert_json(node_get(sealed, "metadata"), "{\"name\":\"login\",\"namespace\":\"team\"}");
}

static void test_seal__scopes(void **state)
{
    static const struct {
        enum seal_scope scope;
        const char *annotation; // of the Secret, or ""
        const char *label;      // which opens it
        const char *annotations;
    } rows[] = {
        {SEAL_AS_ANNOTATED, "", "team/login", NULL},
        {SEAL_STRICT, "", "team/login", NULL},
        {SEAL_NAMESPACE_WIDE, "", "team",
         "{\"sealedsecrets.bitnami.com/namespace-wide\":\"true\"}"},
        {SEAL_CLUSTER_WIDE, "", "", "{\"sealedsecrets.bitnami.com/cluster-wide\":\"true\"}"},
        {SEAL_AS_ANNOTATED, "namespace-wide", "team",
         "{\"sealedsecrets.bitnami.com/namespace-wide\":\"true\"}"},
        {SEAL_AS_ANNOTATED, "cluster-wide", "",
         "{\"sealedsecrets.bitnami.com/cluster-wide\":\"true\"}"},
        {SEAL_STRICT, "cluster-wide", "team/login", NULL},
        {SEAL_CLUSTER_WIDE, "namespace-wide", "",
         "{\"sealedsecrets.bitnami.com/cluster-wide\":\"true\"}"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *note CLEANUP(mem_cleanup) =
            rows[i].annotation[0]
                ? mem_printf(", annotations: {sealedsecrets.bitnami.com/%s: 'true'}",
                             rows[i].annotation)
                : mem_str("");
        char *yaml CLEANUP(mem_cleanup) = mem_printf(
            HEAD "metadata: {name: login, namespace: team%s}\nstringData: {a: b}\n", note);
        const struct node *sealed, *annotations;

        f->options.scope = rows[i].scope;
        sealed = seal(f, yaml);
        assert_non_null(sealed);
        assert_opens(sealed, "a", rows[i].label, "b");
        annotations = node_path(sealed, "metadata", "annotations");
        if (rows[i].annotations)
            assert_json(annotations, rows[i].annotations);
        else
            assert_null(annotations);
        assert_true(node_len(node_path(sealed, "spec", "template", "metadata", "annotations")) ==
                    node_len(annotations));
    }
}

static void test_seal__a_value_opens_under_its_own_label_only(void **state)
{
    struct fixture *f = *state;
    const struct node *sealed = seal(f, LOGIN "stringData: {a: b}\n");
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_int_equal(open_value(sealed, "a", "team/other", &out, &f->err), -1);
    assert_err(f->err, ERR_INTEGRITY, "not encrypted for this key and label");
}

static void test_seal__the_namespace(void **state)
{
    struct fixture *f = *state;
    const struct node *sealed;

    assert_null(seal(f, HEAD "metadata: {name: login}\nstringData: {a: b}\n"));
    assert_err(f->err, ERR_CONFIG, "secret.yaml: Secret login has no metadata.namespace");
    f->options.ns = "given";
    sealed = seal(f, HEAD "metadata: {name: login}\nstringData: {a: b}\n");
    assert_opens(sealed, "a", "given/login", "b");
    assert_string_equal(node_str(node_path(sealed, "metadata", "namespace")), "given");
    assert_null(seal(f, LOGIN "stringData: {a: b}\n"));
    assert_err(f->err, ERR_CONFIG, "is of namespace team, not given");
    f->options = (struct seal_options){
        .cert = span_str(seal_test_cert), .now = NOW, .scope = SEAL_CLUSTER_WIDE};
    sealed = seal(f, HEAD "metadata: {name: login}\nstringData: {a: b}\n");
    assert_opens(sealed, "a", "", "b");
    assert_null(node_path(sealed, "metadata", "namespace"));
}

static void test_seal__refuses_what_it_does_not_understand(void **state)
{
    static const struct {
        const char *yaml, *words;
    } rows[] = {
        {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
         "secret.yaml: ConfigMap is not a Secret of apiVersion v1"},
        {"a: b\n", "this document is not a Secret"},
        {HEAD "metadata: {namespace: team}\nstringData: {a: b}\n", "has no metadata.name"},
        {HEAD "metadata: {name: Login, namespace: team}\nstringData: {a: b}\n",
         "'Login' is not a name"},
        {HEAD "metadata: {name: login, namespace: a.b}\nstringData: {a: b}\n",
         "'a.b' is not a namespace"},
        {HEAD "metadata: {name: login, namespace: team, label: {}}\nstringData: {a: b}\n",
         "secret.yaml:3: a Secret has no field metadata.label"},
        {LOGIN "stringdata: {a: b}\n", "secret.yaml:4: a Secret has no field stringdata"},
        {LOGIN "data: {a: '?'}\n", "secret.yaml:4: data.a is not base64"},
        {LOGIN "stringData: {a: 8080}\n", "stringData.a is not text but"},
        {LOGIN "stringData: {a: }\n", "stringData.a is not text but"},
        {LOGIN "stringData: {'a b': c}\n", "'a b' is not a key"},
        {LOGIN, "has nothing to seal"},
        {LOGIN "data: {}\n", "has nothing to seal"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_null(seal(f, rows[i].yaml));
        assert_err(f->err, ERR_CONFIG, rows[i].words);
    }
}

static void test_seal__names_of_kubernetes(void **state)
{
    static const char *const good[] = {"a", "a-b", "a--b", "a.b", "1", "a-b.c-d"};
    static const char *const bad[] = {"-a", "a-", "a..b", ".a", "a.", "a.-b", "a-.b", "a_b"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(good) + ARRAY_LEN(bad); i++) {
        bool is_good = i < ARRAY_LEN(good);
        char *yaml CLEANUP(mem_cleanup) =
            mem_printf(HEAD "metadata: {name: '%s', namespace: team}\nstringData: {a: b}\n",
                       is_good ? good[i] : bad[i - ARRAY_LEN(good)]);

        assert_true((seal(f, yaml) != NULL) == is_good);
    }
}

static void test_seal__an_expired_certificate_seals_nothing(void **state)
{
    struct fixture *f = *state;

    f->options.now = NOW + (int64_t)20 * 365 * 24 * 3600;
    assert_null(seal(f, LOGIN "stringData: {a: b}\n"));
    assert_err(f->err, ERR_CONFIG, "the certificate to seal with has expired");
    f->options.cert = SPAN("nothing");
    assert_null(seal(f, LOGIN "stringData: {a: b}\n"));
    assert_err(f->err, ERR_CONFIG, "not a PEM certificate");
}

UNIT_MAIN(UNIT_FIXTURE(test_seal__opens_what_kubeseal_sealed),
          UNIT_FIXTURE(test_seal__every_changed_byte_is_seen),
          UNIT_FIXTURE(test_seal__data_and_string_data),
          UNIT_FIXTURE(test_seal__the_template_is_the_rest_of_the_secret),
          UNIT_FIXTURE(test_seal__scopes),
          UNIT_FIXTURE(test_seal__a_value_opens_under_its_own_label_only),
          UNIT_FIXTURE(test_seal__the_namespace),
          UNIT_FIXTURE(test_seal__refuses_what_it_does_not_understand),
          UNIT_FIXTURE(test_seal__names_of_kubernetes),
          UNIT_FIXTURE(test_seal__an_expired_certificate_seals_nothing))
