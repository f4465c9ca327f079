// SPDX-License-Identifier: Apache-2.0
// Snapshots: what is taken of a cluster, how it is looked up, and pages.
#include "support_pages.h"
#include "test_kube.h"

#include "base/vec.h"
#include "cluster/record/snapshot.h"
#include "io/archive.h"

#define FORMAT "\"format\":\"sandstrap-snapshot/1\""

static enum snapshot_answer find(const struct snapshot *s, const char *group, const char *kind,
                                 const char *name, const char *uid)
{
    struct identity id = {span_str(group), span_str(kind), SPAN("default"), span_str(name)};

    return snapshot_find(s, &id, uid);
}

static void test_cluster_snapshot__takes_all_pages_of_all_kinds(void **state)
{
    struct snapshot *s CLEANUP(snapshot_cleanup) = snapshot_new();
    struct fixture *f = *state;

    open_scene(f, "pages");
    assert_int_equal(snapshot_take(f->kube, s, &f->err), 0);
    assert_int_equal(snapshot_count(s), 5 * 4);
    assert_int_equal(find(s, "", "ConfigMap", "d", "u-d"), SNAPSHOT_SAME);
    assert_int_equal(find(s, "apps", "Deployment", "a", NULL), SNAPSHOT_SAME);
    assert_int_equal(find(s, "apps", "Deployment", "a", "u-b"), SNAPSHOT_ANOTHER);
    assert_int_equal(find(s, "apps", "Deployment", "e", NULL), SNAPSHOT_ABSENT);
    assert_int_equal(find(s, "x.io", "Thing", "a", NULL), SNAPSHOT_ABSENT);
    assert_int_equal(find(s, "metrics.k8s.io", "PodMetrics", "a", NULL), SNAPSHOT_UNKNOWN);
    assert_int_equal(find(s, "coordination.k8s.io", "Lease", "a", NULL), SNAPSHOT_UNKNOWN);
}

static void test_cluster_snapshot__what_may_not_be_listed_is_unknown(void **state)
{
    struct snapshot *s CLEANUP(snapshot_cleanup) = snapshot_new();
    struct fixture *f = *state;

    open_scene(f, "refused");
    assert_int_equal(snapshot_take(f->kube, s, &f->err), 0);
    assert_int_equal(snapshot_count(s), 0);
    assert_int_equal(find(s, "", "ConfigMap", "a", NULL), SNAPSHOT_UNKNOWN);
}

static void test_cluster_snapshot__is_called_off(void **state)
{
    struct snapshot *s CLEANUP(snapshot_cleanup) = snapshot_new();
    struct fixture *f = *state;

    open_scene(f, "frozen");
    interrupt_soon(f);
    assert_int_equal(snapshot_take(f->kube, s, &f->err), -1);
    assert_int_equal(err_kind(f->err), ERR_CANCELLED);
}

// --- pages ---

static int read_json(struct snapshot *s, const char *json, struct err **err)
{
    return snapshot_read(s, span_str(json), "ConfigMap a/b", err);
}

static void test_cluster_snapshot__pages_hold_by_themselves(void **state)
{
    struct snapshot *s CLEANUP(snapshot_cleanup) = snapshot_new();
    struct snapshot *again CLEANUP(snapshot_cleanup) = snapshot_new();
    struct pages pages CLEANUP(pages_free) = {0};
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct fixture *f = *state;

    buf_add_str(&json, "{" FORMAT ",\"kinds\":[{\"group\":\"apps\",\"kind\":\"Deployment\","
                       "\"objects\":[[\"default\",\"last\",\"u-last\"]");
    for (int i = 0; i < 2000; i++)
        buf_printf(&json, ",[\"default\",\"n%d\",\"u-%d\",\"u-last\"]", i, i);
    buf_add_str(&json, "]}],\"unknown\":[[\"x.io\",\"*\"]]}");
    assert_int_equal(read_json(s, buf_str(&json), &f->err), 0);
    assert_int_equal(snapshot_write(s, 3000, keep, &pages, &f->err), 0);
    assert_true(pages.items.len > 2);
    for (size_t i = pages.items.len; i > 0; i--) {
        assert_true(pages.items.items[i - 1].len <= 3000);
        assert_int_equal(snapshot_read(again, pages.items.items[i - 1], "a page", &f->err), 0);
    }
    assert_int_equal(snapshot_count(again), 2001);
    assert_int_equal(find(again, "apps", "Deployment", "n1999", "u-1999"), SNAPSHOT_SAME);
    assert_int_equal(find(again, "apps", "Deployment", "n2000", NULL), SNAPSHOT_ABSENT);
    assert_int_equal(find(again, "x.io", "Thing", "n", NULL), SNAPSHOT_UNKNOWN);
}

static void count_controlled(void *data, const struct snapshot_object *object)
{
    size_t *count = data;

    *count += strcmp(object->controller, "c") == 0;
}

static void test_cluster_snapshot__an_empty_one_has_a_page(void **state)
{
    struct snapshot *s CLEANUP(snapshot_cleanup) = snapshot_new();
    struct pages pages CLEANUP(pages_free) = {0};
    struct fixture *f = *state;
    size_t controlled = 0;

    assert_int_equal(snapshot_write(s, 1000, keep, &pages, &f->err), 0);
    assert_int_equal(pages.items.len, 1);
    assert_int_equal(read_json(s,
                               "{" FORMAT
                               ",\"kinds\":[{\"group\":\"\",\"kind\":\"Pod\",\"objects\":"
                               "[[\"a\",\"b\",\"u\",\"c\"],[\"a\",\"c\",\"v\"]]}],\"unknown\":[]}",
                               &f->err),
                     0);
    snapshot_each(s, count_controlled, &controlled);
    assert_int_equal(controlled, 1);
}

static void test_cluster_snapshot__what_is_not_understood_is_refused(void **state)
{
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"{\"format\":\"sandstrap-snapshot/2\",\"kinds\":[],\"unknown\":[]}", "its format is not"},
        {"{" FORMAT ",\"kinds\":[]}", "its fields are not"},
        {"{" FORMAT ",\"kinds\":[],\"unknown\":[],\"more\":1}", "its fields are not"},
        {"{" FORMAT ",\"kinds\":[],\"unknown\":[[\"x.io\"]]}", "an unknown kind"},
        {"{" FORMAT ",\"kinds\":[{\"group\":\"\",\"kind\":\"\",\"objects\":[]}],\"unknown\":[]}",
         "a kind with its objects"},
        {"{" FORMAT ",\"kinds\":[{\"group\":\"\",\"kind\":\"A\",\"objects\":[[\"\",\"a\"]]}],"
         "\"unknown\":[]}",
         "a kind with its objects"},
        {"{" FORMAT ",\"kinds\":[{\"group\":\"\",\"kind\":\"A\",\"objects\":[[\"\",\"a\",1]]}],"
         "\"unknown\":[]}",
         "a kind with its objects"},
        {"\x1f\x8b\x08", "bad compressed data"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct snapshot *s CLEANUP(snapshot_cleanup) = snapshot_new();

        err_clear(&f->err);
        assert_int_equal(read_json(s, cases[i].json, &f->err), -1);
        assert_err(f->err, ERR_INTEGRITY, cases[i].message);
        assert_int_equal(snapshot_count(s), 0);
    }
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_cluster_snapshot__takes_all_pages_of_all_kinds),
            UNIT_FIXTURE(test_cluster_snapshot__what_may_not_be_listed_is_unknown),
            UNIT_FIXTURE(test_cluster_snapshot__is_called_off),
            UNIT_FIXTURE(test_cluster_snapshot__pages_hold_by_themselves),
            UNIT_FIXTURE(test_cluster_snapshot__an_empty_one_has_a_page),
            UNIT_FIXTURE(test_cluster_snapshot__what_is_not_understood_is_refused))
