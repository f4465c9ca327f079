// SPDX-License-Identifier: Apache-2.0
// cluster/record: what is written down before anything else, and who may write.
#include "test_kube.h"

#include "cluster/record/pages.h"
#include "cluster/record/record.h"

#define CONFIG_MAP_ENTRY(object, its_uid, is_adopted)                                              \
    (struct journal_entry)                                                                         \
    {                                                                                              \
        .id = {SPAN(""), SPAN("ConfigMap"), SPAN("app"), SPAN(object)}, .version = "v1",           \
        .uid = (its_uid), .digest = "sha256:0", .layer = "apps", .adopted = (is_adopted)           \
    }

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

static const struct journal_entry *find(const struct record *r, const char *name)
{
    struct identity id = {SPAN(""), SPAN("ConfigMap"), SPAN("app"), span_str(name)};

    return journal_find(record_journal(r), &id);
}

static const struct node *get(struct fixture *f, const char *api_version, const char *kind,
                              const char *ns, const char *name)
{
    const struct kube_resource *resource =
        kube_find(f->kube, span_str(api_version), span_str(kind), &f->err);

    assert_non_null(resource);
    kube_answer_free(&f->answer);
    assert_true(kube_get(f->kube, resource, ns, name, &f->answer, &f->err) >= 0);
    return f->answer.reason == KUBE_OK ? f->answer.object : NULL;
}

static const struct node *lease(struct fixture *f)
{
    return get(f, "coordination.k8s.io/v1", "Lease", RECORD_NAMESPACE, "sandstrap");
}

static void patch(struct fixture *f, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = doc_read_yaml_one(d, span_str(yaml), "patch", &f->err);
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .resource = kube_find_for(f->kube, object, &f->err),
                                   .body = object,
                                   .manager = "other"};

    kube_answer_free(&f->answer);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), 0);
}

static void make(struct fixture *f, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = doc_read_yaml_one(d, span_str(yaml), "object", &f->err);

    kube_answer_free(&f->answer);
    assert_int_equal(kube_apply(f->kube, object, false, &f->answer, &f->err), 0);
}

#define HOME "apiVersion: v1\nkind: Namespace\nmetadata: {name: sandstrap-system}\n"
#define LEASE(spec)                                                                                \
    "apiVersion: coordination.k8s.io/v1\nkind: Lease\n"                                            \
    "metadata: {name: sandstrap, namespace: sandstrap-system}\nspec: {" spec "}\n"
#define HELD                                                                                       \
    LEASE("holderIdentity: 'sandstrap up of root@operator (pid 123), 5f2a61c3', "                  \
          "leaseDurationSeconds: 1, acquireTime: '2026-01-02T03:04:05.000000Z', "                  \
          "renewTime: '2026-01-02T03:04:05.000000Z', leaseTransitions: 3")

// --- what is written ---

static void test_cluster_record__is_empty_and_writes_nothing(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "empty");
    {
        struct record *r CLEANUP(record_cleanup) = open_record(f);
        static const char *const layers[] = {"base", "apps"};
        size_t count;

        assert_false(record_exists(r));
        record_layers(r, NULL, 0);
        assert_int_equal(record_flush(r, &f->err), 0);
        assert_int_equal(record_check(r, &f->err), 0);
        record_layers(r, layers, 2);
        journal_layers(record_journal(r), &count);
        assert_int_equal(count, 2);
    }
    assert_null(get(f, "v1", "Namespace", NULL, RECORD_NAMESPACE));
}

static int refuse(void *data, struct err **err)
{
    int *asked = data;

    return ++*asked == 1 ? err_set(err, ERR_PREFLIGHT, "not now") : 0;
}

// Once before each write that it was set for, and nothing is written when it refuses.
static void test_cluster_record__something_may_be_asked_first(void **state)
{
    struct fixture *f = *state;
    struct journal_entry entry = CONFIG_MAP_ENTRY("a", "", false);
    int asked = 0;

    open_scene(f, "asked");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    record_ask_first(r, refuse, &asked);
    assert_int_equal(record_flush(r, &f->err), 0);
    assert_int_equal(asked, 0);
    assert_int_equal(record_intend(r, &entry, 1, &f->err), -1);
    assert_err(f->err, ERR_PREFLIGHT, "not now");
    assert_null(get(f, "v1", "Namespace", NULL, RECORD_NAMESPACE));
    err_clear(&f->err);
    record_ask_first(r, refuse, &asked);
    assert_int_equal(record_intend(r, &entry, 1, &f->err), 0);
    assert_int_equal(record_intend(r, &entry, 1, &f->err), 0);
    assert_int_equal(asked, 2);
}

static void test_cluster_record__is_in_the_cluster_before_the_object(void **state)
{
    struct fixture *f = *state;
    struct journal_entry entries[] = {CONFIG_MAP_ENTRY("a", "", false),
                                      CONFIG_MAP_ENTRY("b", "uid-7", true)};
    static const char *const layers[] = {"base", "apps"};

    open_scene(f, "intend");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    record_layers(r, layers, 2);
    assert_int_equal(record_intend(r, entries, 2, &f->err), 0);
    {
        struct record *other CLEANUP(record_cleanup) = open_record(f);
        size_t count;

        assert_true(record_exists(other));
        assert_string_equal(find(other, "a")->uid, "");
        assert_true(find(other, "b")->adopted);
        assert_string_equal(journal_layers(record_journal(other), &count)[1], "apps");
    }
    record_note(r, &entries[0].id, "uid-1");
    record_forget(r, &entries[1].id);
    assert_int_equal(record_flush(r, &f->err), 0);
    {
        struct record *other CLEANUP(record_cleanup) = open_record(f);

        assert_string_equal(find(other, "a")->uid, "uid-1");
        assert_null(find(other, "b"));
    }
}

// An object is adopted as long as it is the same one; made anew it is ours.
static void test_cluster_record__knows_whose_an_object_is(void **state)
{
    struct fixture *f = *state;
    struct journal_entry ours = CONFIG_MAP_ENTRY("ours", "", false);
    struct journal_entry theirs = CONFIG_MAP_ENTRY("theirs", "uid-2", true);

    open_scene(f, "whose");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(record_intend(r, &ours, 1, &f->err), 0);
    assert_int_equal(record_intend(r, &theirs, 1, &f->err), 0);
    record_note(r, &ours.id, "uid-1");

    ours.uid = "uid-1";
    ours.adopted = true; // nobody can see who made it
    theirs.adopted = false;
    assert_int_equal(record_intend(r, &ours, 1, &f->err), 0);
    assert_int_equal(record_intend(r, &theirs, 1, &f->err), 0);
    assert_false(find(r, "ours")->adopted);
    assert_true(find(r, "theirs")->adopted);

    ours.uid = "uid-3"; // somebody took its place
    theirs.uid = "";    // it is to be made anew
    assert_int_equal(record_intend(r, &ours, 1, &f->err), 0);
    assert_int_equal(record_intend(r, &theirs, 1, &f->err), 0);
    assert_true(find(r, "ours")->adopted);
    assert_false(find(r, "theirs")->adopted);
    assert_string_equal(find(r, "theirs")->uid, "");
}

static void test_cluster_record__goes_with_its_namespace(void **state)
{
    struct fixture *f = *state;
    struct journal_entry entry = CONFIG_MAP_ENTRY("a", "", false);
    const struct snapshot *snapshot;

    open_scene(f, "remove");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(record_intend(r, &entry, 1, &f->err), 0);
    assert_int_equal(record_snapshot(r, &snapshot, &f->err), 0);
    assert_non_null(snapshot);
    assert_int_equal(record_remove(r, &f->err), 0);
    assert_null(get(f, "v1", "Namespace", NULL, RECORD_NAMESPACE));
    assert_false(record_exists(r));
    assert_int_equal(record_snapshot(r, &snapshot, &f->err), 0);
    assert_null(snapshot);
    assert_int_equal(record_check(r, &f->err), 0);
    // And it begins again.
    assert_int_equal(record_intend(r, &entry, 1, &f->err), 0);
    assert_true(record_exists(r));
}

static void test_cluster_record__of_something_else(void **state)
{
    struct fixture *f = *state;
    struct record_options options = {.loop = f->loop, .kube = NULL, .command = "up"};

    open_scene(f, "foreign");
    options.kube = f->kube;
    make(f, HOME);
    make(f, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: journal-1, namespace: "
            "sandstrap-system, labels: {sandstrap.dev/record: journal}}\n"
            "binaryData: {page.json.gz: bm9uc2Vuc2U=}\n");
    assert_null(record_open(&options, &f->err));
    assert_err(f->err, ERR_INTEGRITY, "ConfigMap sandstrap-system/journal-1");
}

// One whose pages are not all there was not finished, before the first write.
static void test_cluster_record__makes_an_unfinished_snapshot_anew(void **state)
{
    struct fixture *f = *state;
    struct journal_entry entry = CONFIG_MAP_ENTRY("a", "", false);
    const struct snapshot *snapshot;

    open_scene(f, "unfinished");
    make(f, HOME);
    make(f, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: snapshot-1, namespace: "
            "sandstrap-system, labels: {sandstrap.dev/record: snapshot}, "
            "annotations: {sandstrap.dev/pages: '2'}}\n"
            "binaryData: {page.json.gz: bm9uc2Vuc2U=}\n");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(record_snapshot(r, &snapshot, &f->err), 0);
    assert_null(snapshot);
    assert_int_equal(record_intend(r, &entry, 1, &f->err), 0);
    struct record *other CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(record_snapshot(other, &snapshot, &f->err), 0);
    assert_non_null(snapshot);
}

// --- pages ---

static void assert_pages(struct pages *p, const char *expected)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct pages there CLEANUP(pages_free) = {
        .kube = p->kube, .ns = p->ns, .budget = p->budget, .kind = p->kind};
    struct err *err = NULL;

    assert_int_equal(pages_load(&there, &err), 0);
    VEC_FOREACH (const struct page *, it, &there.items)
        buf_printf(&text, "%llu:%.*s ", (unsigned long long)it->number, (int)it->len, it->bytes);
    assert_string_equal(buf_str(&text), expected);
    assert_int_equal(pages_are_complete(&there), there.items.len > 0);
    assert_int_equal(there.items.len, p->items.len);
}

static void save(struct fixture *f, struct pages *p, const char *letters)
{
    struct span bytes[8];
    size_t count = strlen(letters);

    for (size_t i = 0; i < count; i++)
        bytes[i] = span_of(letters + i, 1);
    assert_int_equal(pages_save(p, bytes, count, &f->err), 0);
}

// A page alone is replaced; otherwise the new ones are there before the old ones go.
static void test_cluster_record__pages_keep_what_was_written(void **state)
{
    struct fixture *f = *state;
    struct budget budget = {.deadline = timer_now() + 20000};
    struct pages p CLEANUP(pages_free) = {
        .ns = RECORD_NAMESPACE, .budget = &budget, .kind = "journal"};

    open_scene(f, "pages");
    p.kube = f->kube;
    make(f, HOME);
    assert_int_equal(pages_load(&p, &f->err), 0);
    assert_false(pages_are_complete(&p));
    save(f, &p, "a");
    assert_pages(&p, "1:a ");
    save(f, &p, "b");
    assert_pages(&p, "1:b ");
    save(f, &p, "cd");
    assert_pages(&p, "2:c 3:d ");
    save(f, &p, "cd");
    assert_pages(&p, "2:c 3:d ");
    save(f, &p, "ce");
    assert_pages(&p, "2:c 3:e ");
    save(f, &p, "f");
    assert_pages(&p, "4:f ");
}

static void test_cluster_record__pages_of_somebody_else(void **state)
{
    struct fixture *f = *state;
    struct journal_entry entry = CONFIG_MAP_ENTRY("a", "", false);

    open_scene(f, "conflict");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(record_intend(r, &entry, 1, &f->err), 0);
    patch(f, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: journal-1, namespace: "
             "sandstrap-system}\nbinaryData: {page.json.gz: bm9uc2Vuc2U=}\n");
    record_note(r, &entry.id, "uid-1");
    assert_int_equal(record_flush(r, &f->err), -1);
    assert_err(f->err, ERR_PREFLIGHT,
               "somebody else has written ConfigMap sandstrap-system/journal-1 meanwhile");
}

// --- the Lease ---

static void test_cluster_record__the_lease_is_held_and_given_up(void **state)
{
    struct fixture *f = *state;
    struct span holder;

    open_scene(f, "held");
    {
        struct record *r CLEANUP(record_cleanup) = open_record(f);

        assert_int_equal(record_begin(r, &f->err), 0);
        assert_int_equal(record_begin(r, &f->err), 0);
        holder = node_get_text(node_get(lease(f), "spec"), "holderIdentity");
        assert_true(span_starts(holder, "sandstrap up of "));
        assert_int_equal(
            node_get_int(node_get(f->answer.object, "spec"), "leaseDurationSeconds", 0),
            RECORD_LEASE_MS / 1000);
        assert_int_equal(record_check(r, &f->err), 0);
    }
    assert_null(node_get(node_get(lease(f), "spec"), "holderIdentity"));
    assert_non_null(node_get(node_get(f->answer.object, "spec"), "renewTime"));
}

// Also when the program is called off.
static void test_cluster_record__the_lease_is_given_up_when_interrupted(void **state)
{
    struct fixture *f = *state;
    struct cancel *none CLEANUP(cancel_cleanup) = cancel_new(&f->err);
    struct record *r;

    open_scene(f, "interrupted");
    r = open_record(f);
    assert_int_equal(record_begin(r, &f->err), 0);
    cancel_request(f->cancel);
    record_free(r);
    kube_free(f->kube);
    http_free(f->http);
    loop_free(f->loop);
    cancel_free(f->cancel);
    f->cancel = STEAL(none);
    f->loop = loop_new(f->cancel, &f->err);
    f->http = http_new(f->loop, &(struct http_options){.report = &f->report}, &f->err);
    f->kube = kube_new(f->loop, f->http, f->config, &f->kube_options, &f->err);
    assert_null(node_get(node_get(lease(f), "spec"), "holderIdentity"));
}

static void renew(void *data)
{
    patch(data, LEASE("renewTime: '2026-01-02T03:04:10.000000Z'"));
}

static void test_cluster_record__a_living_holder_is_named(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "living");
    make(f, HOME);
    make(f, HELD);
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    loop_add_timer(f->loop, timer_now() + 300, renew, f);
    assert_int_equal(record_begin(r, &f->err), -1);
    assert_err(f->err, ERR_PREFLIGHT,
               "sandstrap up of root@operator (pid 123) has been writing to this cluster since ");
    assert_non_null(err_hint_text(f->err));
    assert_true(span_starts(node_get_text(node_get(lease(f), "spec"), "holderIdentity"),
                            "sandstrap up of root@operator (pid 123)"));
}

// By our own clock: what the times in it say does not count.
static void test_cluster_record__a_dead_holder_is_followed(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "dead");
    make(f, HOME);
    make(f, HELD);
    patch(f, LEASE("renewTime: '2099-01-02T03:04:10.000000Z'"));
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(record_begin(r, &f->err), 0);
    assert_non_null(strstr(buf_str(&f->said), "sandstrap up of root@operator (pid 123) gave no "
                                              "sign of life"));
    assert_int_equal(node_get_int(node_get(lease(f), "spec"), "leaseTransitions", 0), 4);
}

static void test_cluster_record__one_that_ends_meanwhile_is_followed(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "ending");
    make(f, HOME);
    struct record *first = open_record(f);
    assert_int_equal(record_begin(first, &f->err), 0);
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    loop_add_timer(f->loop, timer_now() + 300, (timer_fn *)record_free, first);
    assert_int_equal(record_begin(r, &f->err), 0);
}

static bool is_lost(void *data)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    return record_check(data, &err) < 0;
}

// Whoever lost it writes nothing any more.
static void test_cluster_record__a_lost_lease_ends_all_writing(void **state)
{
    struct fixture *f = *state;
    struct journal_entry entry = CONFIG_MAP_ENTRY("a", "", false);

    open_scene(f, "lost");
    struct record *r CLEANUP(record_cleanup) = open_record(f);
    assert_int_equal(record_begin(r, &f->err), 0);
    patch(f, HELD);
    assert_int_equal(loop_run_until(f->loop, is_lost, r, timer_now() + 20000, &f->err), 0);
    assert_int_equal(record_check(r, &f->err), -1);
    assert_err(f->err, ERR_PREFLIGHT,
               "the Lease sandstrap-system/sandstrap is lost: sandstrap up of root@operator (pid "
               "123) has been writing to this cluster since ");
    err_clear(&f->err);
    assert_int_equal(record_intend(r, &entry, 1, &f->err), -1);
    assert_err(f->err, ERR_PREFLIGHT, "is lost");
    assert_null(get(f, "v1", "ConfigMap", RECORD_NAMESPACE, "journal-1"));
}

SERVER_MAIN("kube_store.py", UNIT_FIXTURE(test_cluster_record__is_empty_and_writes_nothing),
            UNIT_FIXTURE(test_cluster_record__something_may_be_asked_first),
            UNIT_FIXTURE(test_cluster_record__is_in_the_cluster_before_the_object),
            UNIT_FIXTURE(test_cluster_record__knows_whose_an_object_is),
            UNIT_FIXTURE(test_cluster_record__goes_with_its_namespace),
            UNIT_FIXTURE(test_cluster_record__of_something_else),
            UNIT_FIXTURE(test_cluster_record__makes_an_unfinished_snapshot_anew),
            UNIT_FIXTURE(test_cluster_record__pages_keep_what_was_written),
            UNIT_FIXTURE(test_cluster_record__pages_of_somebody_else),
            UNIT_FIXTURE(test_cluster_record__the_lease_is_held_and_given_up),
            UNIT_FIXTURE(test_cluster_record__the_lease_is_given_up_when_interrupted),
            UNIT_FIXTURE(test_cluster_record__a_living_holder_is_named),
            UNIT_FIXTURE(test_cluster_record__a_dead_holder_is_followed),
            UNIT_FIXTURE(test_cluster_record__one_that_ends_meanwhile_is_followed),
            UNIT_FIXTURE(test_cluster_record__a_lost_lease_ends_all_writing))
