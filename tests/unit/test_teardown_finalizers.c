// SPDX-License-Identifier: Apache-2.0
// work/teardown: taking finalizers off, and what is said of them.
#include "test_teardown.h"

#include "work/teardown/hard/finalizers.h"

#define GOING "deletionTimestamp: '2026-01-01T00:00:00Z'"

static const struct identity thing = {{"example.com", 11}, {"Thing", 5}, {"n", 1}, {"x", 1}};

static size_t strip(struct fixture *f, const struct identity *id, const char *uid)
{
    size_t stripped = 0;

    assert_int_equal(finalizers_strip(f->kube, id, uid, &f->report, &stripped, &f->err), 0);
    return stripped;
}

static bool has_thing(struct fixture *f)
{
    return is_there(f, "example.com/v1", "Thing", "n", "x");
}

static void test_teardown_finalizers__each_is_told_with_what_it_may_orphan(void **state)
{
    struct fixture *f = *state;

    open_cluster(
        f, "each",
        "{apiVersion: example.com/v1, kind: Thing, metadata: {namespace: n, name: x, " GOING
        ", finalizers: [example.com/never, foregroundDeletion]}}");
    assert_int_equal(strip(f, &thing, "u-x"), 2);
    assert_false(has_thing(f));
    assert_said(f, "its finalizer example.com/never is taken off, which example.com has not "
                   "handled; what may stay behind: what its owner would have cleaned up\n");
    assert_said(f, "its finalizer foregroundDeletion is taken off, which the garbage collector has "
                   "not handled; what may stay behind: objects that it owns\n");
}

static void test_teardown_finalizers__of_what_is_not_being_deleted_they_stay(void **state)
{
    struct fixture *f = *state;
    char *log CLEANUP(mem_cleanup) = NULL;

    open_cluster(f, "alive",
                 "{apiVersion: example.com/v1, kind: Thing, metadata: {namespace: n, name: x, "
                 "finalizers: [example.com/never]}}");
    assert_int_equal(strip(f, &thing, "u-x"), 0);
    log = written("alive");
    assert_string_equal(log, "");
}

static void test_teardown_finalizers__of_another_one_of_that_name_they_stay(void **state)
{
    struct fixture *f = *state;

    open_cluster(
        f, "other",
        "{apiVersion: example.com/v1, kind: Thing, metadata: {namespace: n, name: x, " GOING
        ", finalizers: [example.com/never]}}");
    assert_int_equal(strip(f, &thing, "u-former"), 0);
    assert_true(has_thing(f));
}

static void test_teardown_finalizers__of_what_is_gone(void **state)
{
    struct fixture *f = *state;
    const struct identity unknown = {SPAN("gone.example.com"), SPAN("Gone"), SPAN("n"), SPAN("x")};

    open_cluster(f, "gone", "{apiVersion: v1, kind: Namespace, metadata: {name: n}}");
    assert_int_equal(strip(f, &thing, "u-x"), 0);
    assert_int_equal(strip(f, &unknown, "u-x"), 0);
}

static void test_teardown_finalizers__somebody_writes_in_between(void **state)
{
    struct fixture *f = *state;

    open_cluster(
        f, "between",
        "{apiVersion: example.com/v1, kind: Thing, metadata: {namespace: n, name: x, " GOING
        ", annotations: {test/conflicts: '3'}, finalizers: [example.com/never]}}");
    assert_int_equal(strip(f, &thing, "u-x"), 1);
    assert_false(has_thing(f));
}

static void test_teardown_finalizers__somebody_never_stops(void **state)
{
    struct fixture *f = *state;
    size_t stripped;

    open_cluster(
        f, "endless",
        "{apiVersion: example.com/v1, kind: Thing, metadata: {namespace: n, name: x, " GOING
        ", annotations: {test/conflicts: '1000'}, finalizers: [example.com/never]}}");
    assert_int_equal(finalizers_strip(f->kube, &thing, "u-x", &f->report, &stripped, &f->err), -1);
    assert_err(f->err, ERR_API, "taking the finalizers off Thing n/x: it was changed 8 times");
}

// Its preferred version needs a conversion webhook that is gone.
static void test_teardown_finalizers__in_another_version(void **state)
{
    struct fixture *f = *state;
    char *log CLEANUP(mem_cleanup) = NULL;

    open_cluster(
        f, "versions",
        "{apiVersion: example.com/v1beta1, kind: Thing, metadata: {namespace: n, name: x, " GOING
        ", annotations: {test/unreadable: example.com/v1}, finalizers: "
        "[example.com/never]}}");
    assert_int_equal(strip(f, &thing, "u-x"), 1);
    log = written("versions");
    assert_string_equal(log, "PATCH /apis/example.com/v1beta1/namespaces/n/things/x\n");
}

// What the API server deletes itself would come back with the definition.
static void test_teardown_finalizers__a_definition_keeps_its_own(void **state)
{
    struct fixture *f = *state;
    const struct identity definition = {SPAN("apiextensions.k8s.io"),
                                        SPAN("CustomResourceDefinition"), SPAN_EMPTY,
                                        SPAN("things.example.com")};

    open_cluster(f, "definition",
                 "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: "
                 "{name: things.example.com, " GOING ", finalizers: [example.com/x, "
                 "customresourcecleanup.apiextensions.k8s.io]}}");
    assert_int_equal(strip(f, &definition, "u-things.example.com"), 1);
    assert_true(is_there(f, "apiextensions.k8s.io/v1", "CustomResourceDefinition", NULL,
                         "things.example.com"));
    assert_null(strstr(buf_str(&f->said), "customresourcecleanup"));
}

static void assert_meaning(const char *finalizer, const char *group, const char *who,
                           const char *orphans)
{
    struct identity id = {.group = span_str(group), .kind = SPAN("X"), .name = SPAN("x")};
    struct finalizer_meaning m = finalizer_meaning(span_str(finalizer), &id);

    assert_true(span_is(m.who, who));
    assert_string_equal(m.orphans, orphans);
}

static void test_teardown_finalizers__who_should_have_handled_them(void **state)
{
    (void)state;
    assert_meaning("finalizers.fluxcd.io", "helm.toolkit.fluxcd.io", "helm-controller",
                   "the Helm release and all that it installed");
    assert_meaning("finalizers.fluxcd.io", "kustomize.toolkit.fluxcd.io", "kustomize-controller",
                   "all objects of its inventory");
    assert_meaning("finalizers.fluxcd.io", "notification.toolkit.fluxcd.io",
                   "notification-controller", "what its controller keeps of it");
    assert_meaning("kubernetes.io/pvc-protection", "", "kube-controller-manager",
                   "a pod that still uses the claim");
    assert_meaning("operator.example.com/cleanup", "x.io", "operator.example.com",
                   "what its owner would have cleaned up");
    assert_meaning("odd", "x.io", "odd", "what its owner would have cleaned up");
}

SERVER_MAIN("kube_objects.py",
            UNIT_FIXTURE(test_teardown_finalizers__each_is_told_with_what_it_may_orphan),
            UNIT_FIXTURE(test_teardown_finalizers__of_what_is_not_being_deleted_they_stay),
            UNIT_FIXTURE(test_teardown_finalizers__of_another_one_of_that_name_they_stay),
            UNIT_FIXTURE(test_teardown_finalizers__of_what_is_gone),
            UNIT_FIXTURE(test_teardown_finalizers__somebody_writes_in_between),
            UNIT_FIXTURE(test_teardown_finalizers__somebody_never_stops),
            UNIT_FIXTURE(test_teardown_finalizers__in_another_version),
            UNIT_FIXTURE(test_teardown_finalizers__a_definition_keeps_its_own),
            UNIT(test_teardown_finalizers__who_should_have_handled_them))
