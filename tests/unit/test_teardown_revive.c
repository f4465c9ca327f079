// SPDX-License-Identifier: Apache-2.0
// work/teardown: controllers that are needed for a clean end.
#include "test_teardown.h"

#include "work/teardown/hard/finalizers.h"
#include "work/teardown/hard/revive.h"

#define RELEASE                                                                                    \
    "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {namespace: n, name: "   \
    "app, finalizers: [finalizers.fluxcd.io]}}\n---\n"
#define LABELS(name)                                                                               \
    "labels: {app.kubernetes.io/part-of: flux, app.kubernetes.io/component: " name "}"
#define DEPLOYMENT(name, more, spec)                                                               \
    "{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: flux-system, name: " name       \
    ", " LABELS(name) more "}, spec: {" spec "}}\n---\n"
#define ACCOUNT(name)                                                                              \
    "{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: flux-system, name: " name        \
    ", " LABELS(name) "}}\n---\n"
#define AT_WORK "replicas: 1"
#define STOPPED "replicas: 0"
#define PAGE "/apis/apps/v1/namespaces/flux-system/deployments"

struct tree {
    struct fixture *f;
    struct layer layer;
    struct layers layers;
    size_t restored;
    bool refuses;
};

// As `up` would, without its records.
static int restore(void *data, const struct node *const *objects, size_t count, struct err **err)
{
    struct tree *t = data;

    if (t->refuses)
        return err_set(err, ERR_API, "namespace flux-system is being terminated");
    for (size_t i = 0; i < count; i++) {
        struct kube_answer answer CLEANUP(kube_answer_free) = {0};

        if (kube_apply(t->f->kube, objects[i], false, &answer, err) < 0)
            return -1;
        t->restored++;
    }
    return 0;
}

static void read_tree(struct fixture *f, struct doc *d, const char *yaml, struct tree *t)
{
    struct node_list list = {0};

    assert_int_equal(doc_read_yaml(d, span_str(yaml), "tree", &list, &f->err), 0);
    t->f = f;
    t->layer = (struct layer){"flux", (const struct node **)list.items, list.len};
    t->layers = (struct layers){&t->layer, 1};
}

static int64_t fail_after_ms = 1500;

static struct controllers revive(struct fixture *f, struct tree *t, struct arena *arena)
{
    struct revive_options options = {.loop = f->loop,
                                     .kube = f->kube,
                                     .report = &f->report,
                                     .fail_after_ms = fail_after_ms,
                                     .layers = t ? &t->layers : NULL,
                                     .restore = t ? restore : NULL,
                                     .restore_data = t};
    struct controllers found;

    assert_int_equal(revive_controllers(&options, arena, &found, &f->err), 0);
    return found;
}

static void test_teardown_revive__who_is_at_work_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    char *log CLEANUP(mem_cleanup) = NULL;
    struct controllers found;

    open_cluster(f, "alive",
                 RELEASE RELEASE DEPLOYMENT("source-controller", "", STOPPED)
                     DEPLOYMENT("helm-controller", "", AT_WORK));
    found = revive(f, NULL, arena);
    assert_int_equal(found.list.len, 1);
    assert_string_equal(found.list.items[0].name, "helm-controller");
    assert_int_equal(found.list.items[0].state, REVIVE_ALIVE);
    log = written("alive");
    assert_string_equal(log, "");
}

static void test_teardown_revive__nobody_is_needed(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();

    open_cluster(f, "nobody",
                 "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {namespace: "
                 "n, name: app}}\n---\n" DEPLOYMENT("helm-controller", "", STOPPED));
    assert_int_equal(revive(f, NULL, arena).list.len, 0);
}

static void test_teardown_revive__who_was_stopped_is_started(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    char *log CLEANUP(mem_cleanup) = NULL;
    struct controllers found;

    open_cluster(f, "stopped", RELEASE DEPLOYMENT("helm-controller", "", STOPPED));
    found = revive(f, NULL, arena);
    assert_int_equal(found.list.items[0].state, REVIVE_SCALED);
    assert_int_equal(found.list.items[0].objects, 1);
    log = written("stopped");
    assert_string_equal(log, "PATCH " PAGE "/helm-controller\n");
    assert_said(f, "it stands at 0 replicas, and 1 object waits for it: scaled to 1\n");
}

static void test_teardown_revive__who_does_not_get_ready_is_dead(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct controllers found;

    open_cluster(
        f, "broken",
        RELEASE DEPLOYMENT("helm-controller", ", annotations: {test/broken: 'yes'}", STOPPED));
    found = revive(f, NULL, arena);
    assert_int_equal(found.list.items[0].state, REVIVE_DEAD);
    assert_non_null(found.list.items[0].why);
    assert_true(*found.list.items[0].why);
    assert_non_null(found.list.items[0].next);
}

static void test_teardown_revive__what_was_deleted_comes_from_the_tree(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct tree tree = {0};
    struct controllers found;

    read_tree(
        f, d,
        ACCOUNT("helm-controller") ACCOUNT("source-controller") DEPLOYMENT(
            "helm-controller", "",
            AT_WORK) "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: n, name: other}}\n",
        &tree);
    open_cluster(f, "deleted", RELEASE ACCOUNT("source-controller"));
    found = revive(f, &tree, arena);
    assert_int_equal(found.list.items[0].state, REVIVE_RESTORED);
    assert_int_equal(tree.restored, 2);
    assert_true(is_there(f, "v1", "ServiceAccount", "flux-system", "helm-controller"));
    assert_true(is_there(f, "apps/v1", "Deployment", "flux-system", "helm-controller"));
    assert_false(is_there(f, "v1", "ConfigMap", "n", "other"));
    assert_said(f, "it was deleted, and Flux needs it to let go of what it has made");
}

#define NAMESPACE(more)                                                                            \
    "{apiVersion: v1, kind: Namespace, metadata: {name: flux-system, labels: "                     \
    "{app.kubernetes.io/part-of: flux}" more "}}\n---\n"

// As soon as it is waited for.
static void leave(void *data)
{
    struct fixture *f = data;
    struct err *err = NULL;
    size_t stripped;
    const struct identity ns = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, SPAN("flux-system")};

    if (!strstr(buf_str(&f->said), "it is being deleted")) {
        loop_add_timer(f->loop, timer_now() + 20, leave, f);
        return;
    }
    assert_int_equal(finalizers_strip(f->kube, &ns, "u-flux-system", &f->report, &stripped, &err),
                     0);
}

// What is being deleted goes first.
static void test_teardown_revive__its_namespace_is_on_its_way_out(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct tree tree = {0};
    struct controllers found;

    read_tree(f, d, NAMESPACE("") DEPLOYMENT("helm-controller", "", AT_WORK), &tree);
    open_cluster(f, "leaving",
                 RELEASE NAMESPACE(", finalizers: [example.com/x], deletionTimestamp: "
                                   "'2026-01-01T00:00:00Z'"));
    loop_add_timer(f->loop, timer_now() + 20, leave, f);
    fail_after_ms = 20000;
    found = revive(f, &tree, arena);
    fail_after_ms = 1500;
    assert_int_equal(found.list.items[0].state, REVIVE_RESTORED);
    assert_int_equal(tree.restored, 2);
    assert_said(f, "it is being deleted; Flux is applied again when it is gone");
}

static void test_teardown_revive__without_a_tree_it_stays_dead(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct controllers found;

    open_cluster(f, "treeless", RELEASE);
    found = revive(f, NULL, arena);
    assert_int_equal(found.list.items[0].state, REVIVE_DEAD);
    assert_string_equal(found.list.items[0].why,
                        "it was deleted, and there is no tree at hand to apply it from");
}

static void test_teardown_revive__what_cannot_be_applied_is_told(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct tree tree = {.refuses = true};
    struct controllers found;

    read_tree(f, d, DEPLOYMENT("helm-controller", "", AT_WORK), &tree);
    open_cluster(f, "refused", RELEASE);
    found = revive(f, &tree, arena);
    assert_int_equal(found.list.items[0].state, REVIVE_DEAD);
    assert_string_equal(found.list.items[0].why, "namespace flux-system is being terminated");
}

#define ELECTING                                                                                   \
    "replicas: 0, template: {spec: {containers: [{name: manager, args: "                           \
    "[--enable-leader-election]}]}}"
#define LEASE(holder)                                                                              \
    "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {namespace: flux-system, name: "  \
    "helm-controller-leader-election}, spec: {holderIdentity: " holder "}}\n---\n"

// One that has no lease does nothing.
static void test_teardown_revive__it_has_to_hold_its_lease(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct controllers found;

    open_cluster(f, "former",
                 RELEASE LEASE("hc-gone_1") DEPLOYMENT("helm-controller", "", ELECTING));
    found = revive(f, NULL, arena);
    assert_int_equal(found.list.items[0].state, REVIVE_DEAD);
    assert_string_equal(found.list.items[0].why,
                        "its pods run, and none of them gets the lease that lets it act");
}

static void test_teardown_revive__and_then_it_acts(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct controllers found;

    open_cluster(f, "leading",
                 RELEASE LEASE("hc-1_1") "{apiVersion: v1, kind: Pod, metadata: {namespace: "
                                         "flux-system, name: hc-1}}\n---\n" DEPLOYMENT(
                                             "helm-controller", "", ELECTING));
    found = revive(f, NULL, arena);
    assert_int_equal(found.list.items[0].state, REVIVE_SCALED);
}

SERVER_MAIN("kube_objects.py", UNIT_FIXTURE(test_teardown_revive__who_is_at_work_is_left_alone),
            UNIT_FIXTURE(test_teardown_revive__nobody_is_needed),
            UNIT_FIXTURE(test_teardown_revive__who_was_stopped_is_started),
            UNIT_FIXTURE(test_teardown_revive__who_does_not_get_ready_is_dead),
            UNIT_FIXTURE(test_teardown_revive__what_was_deleted_comes_from_the_tree),
            UNIT_FIXTURE(test_teardown_revive__its_namespace_is_on_its_way_out),
            UNIT_FIXTURE(test_teardown_revive__without_a_tree_it_stays_dead),
            UNIT_FIXTURE(test_teardown_revive__what_cannot_be_applied_is_told),
            UNIT_FIXTURE(test_teardown_revive__it_has_to_hold_its_lease),
            UNIT_FIXTURE(test_teardown_revive__and_then_it_acts))
