// SPDX-License-Identifier: Apache-2.0
// work/layers: what is to be written is put down in the record before.
#include "test_kube.h"

#include "work/layers/apply/apply.h"

#define NAMESPACE(name) "apiVersion: v1\nkind: Namespace\nmetadata: {name: " name "}\n---\n"
#define CONFIG_MAP(ns, name, value)                                                                \
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: " ns ", name: " name                   \
    "}\ndata: {a: '" value "'}\n---\n"
#define SECRET(ns, name)                                                                           \
    "apiVersion: v1\nkind: Secret\nmetadata: {namespace: " ns ", name: " name "}\n---\n"

static struct record *open_record(struct fixture *f)
{
    struct record_options options = {.loop = f->loop,
                                     .kube = f->kube,
                                     .command = "up",
                                     .budget = {.deadline = timer_now() + 20000},
                                     .report = &f->report};
    struct record *r = record_open(&options, &f->err);

    assert_non_null(r);
    return r;
}

static int apply(struct fixture *f, struct record *record, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    struct budget budget = {.deadline = timer_now() + 20000};
    struct apply a = {.loop = f->loop,
                      .kube = f->kube,
                      .manager = "sandstrap",
                      .budget = &budget,
                      .report = &f->report,
                      .record = record,
                      .layer = "app",
                      .fail_after_ms = 20000};

    assert_int_equal(doc_read_yaml(d, span_str(yaml), "tree", &list, &f->err), 0);
    if (apply_objects(&a, (const struct node **)list.items, list.len, &f->err) < 0)
        return -1;
    return (int)a.written;
}

// By somebody else.
static void make(struct fixture *f, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = doc_read_yaml_one(d, span_str(yaml), "object", &f->err);
    struct kube_request request = {.verb = KUBE_CREATE,
                                   .resource = kube_find_for(f->kube, object, &f->err),
                                   .body = object,
                                   .manager = "kubectl-create"};

    kube_answer_free(&f->answer);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), 0);
}

static const struct journal_entry *find(const struct record *r, const char *kind, const char *ns,
                                        const char *name)
{
    struct identity id = {SPAN(""), span_str(kind), span_str(ns), span_str(name)};

    return journal_find(record_journal(r), &id);
}

// What was written so far; objects that are applied at the same time in any order, without name.
static void assert_writes(struct fixture *f, const char *expected)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *root;

    assert_int_equal(kube_get_raw(f->kube, "/requests", &json, &f->err), 0);
    root = doc_read_json(d, buf_span(&json), "requests", ERR_API, &f->err);
    NODE_FOREACH_ITEM (item, node_get(root, "requests")) {
        struct span what = node_text(item);

        if (span_starts(what, "PATCH "))
            what = span_head(what, span_rfind(what, '/'));
        if (!span_starts(what, "GET "))
            buf_printf(&text, "%.*s\n", SPAN_ARG(what));
    }
    assert_string_equal(buf_str(&text), expected);
}

#define BEGIN "POST namespaces\nPOST leases/sandstrap-system\nPOST configmaps/sandstrap-system\n"
#define PAGE "POST configmaps/sandstrap-system\n"
#define PAGE_AGAIN "PUT configmaps/sandstrap-system/journal-1\n"

// A whole namespace at once, for nothing can be in it.
static void test_layers_record__is_written_before_the_objects(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "fresh");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(apply(f, r, NAMESPACE("app") CONFIG_MAP("app", "a", "1") SECRET("app", "s")),
                     3);
    assert_writes(f, BEGIN PAGE "PATCH namespaces\nPATCH configmaps/app\n"
                                "PATCH secrets/app\n");
    assert_true(*find(r, "ConfigMap", "app", "a")->uid);
    assert_string_equal(find(r, "ConfigMap", "app", "a")->layer, "app");
    assert_string_equal(find(r, "Secret", "app", "s")->version, "v1");
    assert_false(find(r, "Namespace", "", "app")->adopted);

    assert_int_equal(record_flush(r, &f->err), 0);
    assert_int_equal(record_flush(r, &f->err), 0);
    assert_writes(f, BEGIN PAGE "PATCH namespaces\nPATCH configmaps/app\n"
                                "PATCH secrets/app\n" PAGE_AGAIN);
}

// All of one rank are looked at before the first of them is written.
static void test_layers_record__is_written_once_for_each_rank(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "ranks");
    make(f, NAMESPACE("app"));
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(
        apply(f, r, CONFIG_MAP("app", "a", "1") CONFIG_MAP("app", "b", "1") SECRET("app", "s")), 3);
    assert_writes(f,
                  "POST namespaces\n" BEGIN PAGE
                  "PATCH configmaps/app\nPATCH configmaps/app\n" PAGE_AGAIN "PATCH secrets/app\n");
}

static void test_layers_record__nothing_to_write_is_nothing_written(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "nothing");
    {
        struct record *r CLEANUP(record_cleanup) = open_record(f);

        assert_int_equal(apply(f, r, NAMESPACE("app")), 1);
    }
    // As a run that was ended before it could note the UID leaves it.
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_string_equal(find(r, "Namespace", "", "app")->uid, "");
    assert_int_equal(apply(f, r, NAMESPACE("app")), 0);
    assert_true(*find(r, "Namespace", "", "app")->uid);
    assert_false(find(r, "Namespace", "", "app")->adopted);
    assert_int_equal(record_flush(r, &f->err), 0);

    struct record *again CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(apply(f, again, NAMESPACE("app")), 0);
    assert_int_equal(record_flush(again, &f->err), 0);
    assert_writes(f, BEGIN PAGE "PATCH namespaces\nPUT leases/sandstrap-system/sandstrap\n"
                                "PUT leases/sandstrap-system/sandstrap\n" PAGE_AGAIN);
}

static void test_layers_record__what_was_there_is_adopted(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "adopted");
    make(f, NAMESPACE("app"));
    make(f, CONFIG_MAP("app", "theirs", "0"));
    // What is there is older than what is written to it.
    assert_int_equal(loop_sleep(f->loop, 2100, &f->err), 0);
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(apply(f, r, CONFIG_MAP("app", "theirs", "1") CONFIG_MAP("app", "ours", "1")),
                     2);
    assert_true(find(r, "ConfigMap", "app", "theirs")->adopted);
    assert_false(find(r, "ConfigMap", "app", "ours")->adopted);
    // Also later, when it bears our mark.
    assert_int_equal(apply(f, r, CONFIG_MAP("app", "theirs", "2") CONFIG_MAP("app", "ours", "2")),
                     2);
    assert_true(find(r, "ConfigMap", "app", "theirs")->adopted);
    assert_false(find(r, "ConfigMap", "app", "ours")->adopted);
}

// Of a record that was lost, what our last write left as it was made can still be told.
static void test_layers_record__what_was_made_is_known_without_a_record(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "lost");
    make(f, NAMESPACE("app"));
    assert_int_equal(apply(f, NULL, CONFIG_MAP("app", "ours", "1")), 1);
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(apply(f, r, CONFIG_MAP("app", "ours", "2")), 1);
    assert_false(find(r, "ConfigMap", "app", "ours")->adopted);
}

static void renew(void *data)
{
    struct fixture *f = data;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *patch = doc_read_yaml_one(
        d,
        SPAN("apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: sandstrap, "
             "namespace: sandstrap-system}\nspec: {renewTime: '2026-01-02T03:04:10.000000Z'}\n"),
        "patch", &f->err);
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .resource = kube_find_for(f->kube, patch, &f->err),
                                   .body = patch};

    kube_answer_free(&f->answer);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), 0);
}

static void test_layers_record__nothing_is_written_beside_somebody_else(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "two");
    make(f, NAMESPACE("sandstrap-system"));
    make(f, NAMESPACE("app"));
    make(f, "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: sandstrap, "
            "namespace: sandstrap-system}\nspec: {holderIdentity: 'sandstrap down of root@other "
            "(pid 7), 01234567', leaseDurationSeconds: 15, acquireTime: "
            "'2026-01-02T03:04:05.000000Z', renewTime: '2026-01-02T03:04:05.000000Z'}\n");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    loop_add_timer(f->loop, timer_now() + 300, renew, f);
    assert_int_equal(apply(f, r, CONFIG_MAP("app", "a", "1")), -1);
    assert_err(f->err, ERR_PREFLIGHT,
               "sandstrap down of root@other (pid 7) has been writing to this cluster since");
    assert_writes(f, "POST namespaces\nPOST namespaces\nPOST leases/sandstrap-system\n"
                     "PATCH leases/sandstrap-system\n");
}

SERVER_MAIN("kube_store.py", UNIT_FIXTURE(test_layers_record__is_written_before_the_objects),
            UNIT_FIXTURE(test_layers_record__is_written_once_for_each_rank),
            UNIT_FIXTURE(test_layers_record__nothing_to_write_is_nothing_written),
            UNIT_FIXTURE(test_layers_record__what_was_there_is_adopted),
            UNIT_FIXTURE(test_layers_record__what_was_made_is_known_without_a_record),
            UNIT_FIXTURE(test_layers_record__nothing_is_written_beside_somebody_else))
