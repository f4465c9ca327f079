// SPDX-License-Identifier: Apache-2.0
// work/keys: which keys get into a cluster, and that none is lost over a rebuild.
#include "test_kube.h"

#include "io/crypto.h"
#include "support_seal.h"
#include "work/keys.h"

enum { NOW = 1790000000 };

static struct record *open_record(struct fixture *f)
{
    struct record_options options = {.loop = f->loop,
                                     .kube = f->kube,
                                     .command = "keys",
                                     .budget = {.deadline = timer_now() + 20000},
                                     .report = &f->report};
    struct record *r = record_open(&options, &f->err);

    assert_non_null(r);
    return r;
}

static struct keys_cluster cluster_of(struct fixture *f, struct record *r)
{
    return (struct keys_cluster){.loop = f->loop,
                                 .kube = f->kube,
                                 .record = r,
                                 .budget = {.deadline = timer_now() + 20000},
                                 .report = &f->report};
}

static const struct kube_resource *resource(struct fixture *f, const char *kind)
{
    const struct kube_resource *found = kube_find(f->kube, SPAN("v1"), span_str(kind), &f->err);

    assert_non_null(found);
    return found;
}

static const struct node *get(struct fixture *f, const char *kind, const char *ns, const char *name)
{
    kube_answer_free(&f->answer);
    assert_true(kube_get(f->kube, resource(f, kind), ns, name, &f->answer, &f->err) >= 0);
    return f->answer.reason == KUBE_OK ? f->answer.object : NULL;
}

static void delete_one(struct fixture *f, const char *kind, const char *ns, const char *name)
{
    assert_int_equal(kube_delete(f->kube, resource(f, kind), ns, name, NULL, &f->err), 0);
}

static void make(struct fixture *f, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = doc_read_yaml_one(d, span_str(yaml), "object", &f->err);

    kube_answer_free(&f->answer);
    assert_int_equal(kube_apply(f->kube, object, false, &f->answer, &f->err), 0);
}

#define NAMESPACE(name) "{apiVersion: v1, kind: Namespace, metadata: {name: " name "}}"

static void add_key(struct seal_keys *keys, const char *ns, const char *name, const char *state,
                    struct span cert, struct span key)
{
    struct buf cert64 CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf key64 CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf yaml CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    crypto_base64_encode(cert, &cert64);
    crypto_base64_encode(key, &key64);
    buf_printf(&yaml,
               "{apiVersion: v1, kind: Secret, metadata: {name: %s, namespace: '%s', labels: "
               "{" SEAL_KEY_LABEL
               ": %s}}, type: kubernetes.io/tls, data: {tls.crt: %s, tls.key: %s}}",
               name, ns, state, buf_str(&cert64), buf_str(&key64));
    assert_int_equal(seal_keys_read(keys, buf_span(&yaml), "x", &err), 0);
}

static void add_known(struct seal_keys *keys, const char *ns, const char *name, const char *state)
{
    add_key(keys, ns, name, state, span_str(seal_test_cert), span_str(seal_test_key));
}

static void add_fresh(struct seal_keys *keys, const char *ns, const char *name)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    crypto_make_rsa(2048, NOW, NOW + 3600, &key, &cert);
    add_key(keys, ns, name, "active", buf_span(&cert), buf_span(&key));
}

// Those of a file, in one call.
static int import(struct fixture *f, const struct seal_keys *keys, const char *ns,
                  struct keys_done *done)
{
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    struct keys_cluster c = cluster_of(f, r);

    *done = (struct keys_done){0};
    c.ns = ns;
    err_clear(&f->err);
    return keys_import(&c, keys, done, &f->err);
}

static void list(struct fixture *f, struct seal_keys *keys)
{
    struct keys_cluster c = cluster_of(f, NULL);

    seal_keys_init(keys);
    assert_int_equal(keys_list(&c, keys, &f->err), 0);
}

static size_t secure(struct fixture *f)
{
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    struct keys_cluster c = cluster_of(f, r);
    size_t count = 99;

    assert_int_equal(keys_secure(&c, &count, &f->err), 0);
    return count;
}

static struct keys_done restore(struct fixture *f)
{
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    struct keys_cluster c = cluster_of(f, r);
    struct keys_done done = {0};

    assert_int_equal(keys_restore(&c, &done, &f->err), 0);
    return done;
}

// --- import ---

static void test_keys__import_adds_what_is_missing(void **state)
{
    struct fixture *f = *state;
    struct seal_keys keys CLEANUP(seal_keys_free), there CLEANUP(seal_keys_free);
    struct keys_done done;

    open_scene(f, "import");
    make(f, NAMESPACE("kube-system"));
    seal_keys_init(&keys);
    add_known(&keys, "kube-system", "one", "compromised");
    add_fresh(&keys, "kube-system", "two");
    assert_int_equal(import(f, &keys, NULL, &done), 0);
    assert_int_equal(done.added, 2);
    list(f, &there);
    assert_int_equal(there.items.len, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(node_equal(keys.items.items[i].secret, there.items.items[i].secret));
    assert_non_null(strstr(buf_str(&f->said), "no controller of sealed-secrets runs"));
    // No record was there, and none is needed.
    assert_null(get(f, "Namespace", "", RECORD_NAMESPACE));
    assert_int_equal(import(f, &keys, NULL, &done), 0);
    assert_true(done.added == 0 && done.there == 2);
}

static void test_keys__import_replaces_nothing(void **state)
{
    struct fixture *f = *state;
    struct seal_keys first CLEANUP(seal_keys_free), second CLEANUP(seal_keys_free),
        there CLEANUP(seal_keys_free);
    struct keys_done done;

    open_scene(f, "taken");
    make(f, NAMESPACE("kube-system"));
    seal_keys_init(&first);
    seal_keys_init(&second);
    add_known(&first, "kube-system", "one", "compromised");
    assert_int_equal(import(f, &first, NULL, &done), 0);
    add_known(&second, "kube-system", "other-name", "active"); // the same key
    add_fresh(&second, "kube-system", "one");                  // another one
    assert_int_equal(import(f, &second, NULL, &done), 0);
    assert_true(done.added == 1 && done.there == 1);
    assert_non_null(strstr(buf_str(&f->said),
                           "one is in namespace kube-system already, and stays compromised there, "
                           "not active"));
    assert_non_null(strstr(buf_str(&f->said), "another Secret has its name"));
    list(f, &there);
    assert_int_equal(there.items.len, 2);
    assert_string_equal(there.items.items[1].state, "compromised");
    assert_true(span_starts(span_str(there.items.items[0].name), "one-"));
}

static void test_keys__import_into_another_namespace(void **state)
{
    struct fixture *f = *state;
    struct seal_keys keys CLEANUP(seal_keys_free), there CLEANUP(seal_keys_free);
    struct record *r CLEANUP(record_cleanup) = NULL;
    struct identity id = {SPAN(""), SPAN("Namespace"), SPAN(""), SPAN("vault")};
    const struct journal_entry *entry;
    struct keys_done done;

    open_scene(f, "elsewhere");
    seal_keys_init(&keys);
    add_known(&keys, "", "one", "active");
    assert_int_equal(import(f, &keys, "vault", &done), 0);
    list(f, &there);
    assert_string_equal(there.items.items[0].ns, "vault");
    r = open_record(f);
    entry = journal_find(record_journal(r), &id);
    assert_non_null(entry);
    assert_false(entry->adopted);
    assert_true(entry->uid[0] != '\0');
}

static void test_keys__import_refuses_all_with_a_bad_one(void **state)
{
    struct fixture *f = *state;
    struct seal_keys keys CLEANUP(seal_keys_free), there CLEANUP(seal_keys_free);
    struct keys_done done;

    open_scene(f, "bad");
    make(f, NAMESPACE("kube-system"));
    seal_keys_init(&keys);
    add_known(&keys, "kube-system", "good", "active");
    add_key(&keys, "kube-system", "bad", "active", SPAN("x"), span_str(seal_test_key));
    assert_int_equal(import(f, &keys, NULL, &done), -1);
    assert_err(f->err, ERR_CONFIG, "key bad cannot be used: its certificate cannot be read");
    list(f, &there);
    assert_int_equal(there.items.len, 0);
}

// --- rotate ---

static int rotate(struct fixture *f)
{
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    struct keys_cluster c = cluster_of(f, r);

    return keys_rotate(&c, &f->err);
}

static void test_keys__rotate_makes_the_one_that_seals(void **state)
{
    struct fixture *f = *state;
    struct seal_keys keys CLEANUP(seal_keys_free), there CLEANUP(seal_keys_free);
    struct keys_done done;

    open_scene(f, "rotate");
    make(f, NAMESPACE("vault"));
    seal_keys_init(&keys);
    add_known(&keys, "vault", "one", "active");
    assert_int_equal(import(f, &keys, NULL, &done), 0);
    assert_int_equal(rotate(f), 0);
    list(f, &there);
    assert_int_equal(there.items.len, 2);
    assert_string_equal(there.items.items[0].name, "one");
    assert_ptr_equal(seal_keys_current(&there), &there.items.items[1]);
    assert_string_equal(there.items.items[1].ns, "vault");
}

static void test_keys__rotate_wants_to_know_which_controller(void **state)
{
    struct fixture *f = *state;
    struct seal_keys keys CLEANUP(seal_keys_free);
    struct keys_done done;

    open_scene(f, "which");
    make(f, NAMESPACE("a"));
    make(f, NAMESPACE("b"));
    seal_keys_init(&keys);
    add_known(&keys, "a", "one", "active");
    add_fresh(&keys, "b", "two");
    assert_int_equal(import(f, &keys, NULL, &done), 0);
    assert_int_equal(rotate(f), -1);
    assert_err(f->err, ERR_USAGE, "there are sealing keys in namespaces b and a");
}

// --- a rebuild ---

static void test_keys__without_keys_nothing_is_written(void **state)
{
    struct fixture *f = *state;
    struct keys_done done;

    open_scene(f, "none");
    assert_int_equal(secure(f), 0);
    done = restore(f);
    assert_true(done.added == 0 && done.there == 0);
    assert_null(get(f, "Namespace", "", RECORD_NAMESPACE));
}

static void test_keys__what_is_secured_comes_back(void **state)
{
    struct fixture *f = *state;
    struct seal_keys keys CLEANUP(seal_keys_free), there CLEANUP(seal_keys_free);
    struct keys_done done;

    open_scene(f, "rebuild");
    make(f, NAMESPACE("vault"));
    seal_keys_init(&keys);
    add_known(&keys, "vault", "one", "active");
    add_key(&keys, "vault", "broken", "active", SPAN("x"), SPAN("y"));
    for (size_t i = 0; i < keys.items.len; i++) {
        struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        doc_write_json(keys.items.items[i].secret, false, &json);
        make(f, buf_str(&json));
    }
    assert_int_equal(secure(f), 2);
    assert_null(node_path(get(f, "Secret", RECORD_NAMESPACE, KEYS_COPY), "metadata", "labels"));
    delete_one(f, "Namespace", "", "vault");
    // Killed here, and begun anew: the copy is all that there is.
    assert_int_equal(secure(f), 2);
    done = restore(f);
    assert_int_equal(done.added, 2);
    list(f, &there);
    assert_int_equal(there.items.len, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(node_equal(keys.items.items[i].secret, there.items.items[i].secret));
    assert_null(get(f, "Secret", RECORD_NAMESPACE, KEYS_COPY));
    done = restore(f);
    assert_true(done.added == 0 && done.there == 0);
}

static void test_keys__keys_that_came_later_are_secured_too(void **state)
{
    struct fixture *f = *state;
    struct seal_keys one CLEANUP(seal_keys_free), two CLEANUP(seal_keys_free);
    struct keys_done done;

    open_scene(f, "later");
    make(f, NAMESPACE("kube-system"));
    seal_keys_init(&one);
    seal_keys_init(&two);
    add_known(&one, "kube-system", "one", "active");
    add_fresh(&two, "kube-system", "two");
    assert_int_equal(import(f, &one, NULL, &done), 0);
    assert_int_equal(secure(f), 1);
    delete_one(f, "Secret", "kube-system", "one");
    assert_int_equal(import(f, &two, NULL, &done), 0);
    assert_int_equal(secure(f), 2);
    done = restore(f);
    assert_true(done.added == 1 && done.there == 1);
}

static void test_keys__a_broken_copy_is_not_removed(void **state)
{
    struct fixture *f = *state;
    struct record *r CLEANUP(record_cleanup) = NULL;
    struct keys_cluster c;
    struct keys_done done = {0};

    open_scene(f, "broken");
    make(f, NAMESPACE("sandstrap-system"));
    make(f, "{apiVersion: v1, kind: Secret, metadata: {name: sealing-keys, namespace: "
            "sandstrap-system}, data: {keys.json: '?'}}");
    r = open_record(f);
    c = cluster_of(f, r);
    assert_int_equal(keys_restore(&c, &done, &f->err), -1);
    assert_err(f->err, ERR_INTEGRITY, "Secret sealing-keys: its keys.json is not base64");
    assert_non_null(get(f, "Secret", RECORD_NAMESPACE, KEYS_COPY));
}

SERVER_MAIN("kube_store.py", UNIT_FIXTURE(test_keys__import_adds_what_is_missing),
            UNIT_FIXTURE(test_keys__import_replaces_nothing),
            UNIT_FIXTURE(test_keys__import_into_another_namespace),
            UNIT_FIXTURE(test_keys__import_refuses_all_with_a_bad_one),
            UNIT_FIXTURE(test_keys__rotate_makes_the_one_that_seals),
            UNIT_FIXTURE(test_keys__rotate_wants_to_know_which_controller),
            UNIT_FIXTURE(test_keys__without_keys_nothing_is_written),
            UNIT_FIXTURE(test_keys__what_is_secured_comes_back),
            UNIT_FIXTURE(test_keys__keys_that_came_later_are_secured_too),
            UNIT_FIXTURE(test_keys__a_broken_copy_is_not_removed))
