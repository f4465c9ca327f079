// SPDX-License-Identifier: Apache-2.0
// cluster/repair and cluster/wake: what controllers are asked for while something is waited for.
#include "test_cluster.h"

#include <fcntl.h>

// What the API server was sent when controllers were asked to, after looks for so long.
static char *looks(struct fixture *f, const char *tree, const char *cluster, int64_t ms)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct facts facts CLEANUP(facts_close) = {0};
    struct buf sent CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *patch CLEANUP(mem_cleanup) = in_folder("patch");
    struct node_list list = {0};
    struct layer layer = {.name = "one"};
    struct layers layers = {&layer, 1};
    int64_t end = timer_now() + ms;
    bool learned;

    put("patch", "nothing");
    fill_cluster(cluster);
    open_scene(f, "cluster");
    assert_int_equal(doc_read_yaml(d, span_str(tree), "tree", &list, &f->err), 0);
    layer.objects = (const struct node **)list.items;
    layer.count = list.len;
    facts_open(&facts, f->loop, f->kube, &f->report, true);
    informers_watch_names(facts.informers);
    while (timer_now() < end) {
        struct look look CLEANUP(look_free) = {0};

        look_take(&look, &facts, &layers, 0);
        assert_int_equal(facts_learn(&facts, &learned, &f->err), 0);
        assert_int_equal(loop_sleep(f->loop, 50, &f->err), 0);
    }
    assert_int_equal(file_read(AT_FDCWD, patch, &sent, &f->err), 0);
    return mem_str(buf_str(&sent));
}

#define RELEASE(more)                                                                              \
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n" NAMED("rel", "") more
#define KUSTOMIZATION(name, more)                                                                  \
    "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n" NAMED(name, "") more
#define IS(status, reason)                                                                         \
    "conditions: [{type: Ready, status: '" status "', reason: " reason ", message: m, "            \
    "lastTransitionTime: '2026-01-01T00:00:00Z'}]"
#define INVENTORY ", inventory: {entries: [{id: n_d_apps_Deployment, v: v1}]}"

static void test_cluster_asks__what_a_release_lost_is_installed_again(void **state)
{
    struct fixture *f = *state;
    char *sent CLEANUP(mem_cleanup) =
        looks(f, RELEASE(""), RELEASE("status: {" IS("True", "R") INVENTORY "}\n"), 4000);

    assert_non_null(strstr(sent, "/helmreleases/rel {"));
    assert_non_null(strstr(sent, "reconcile.fluxcd.io/requestedAt"));
    assert_non_null(strstr(sent, "reconcile.fluxcd.io/forceAt"));
    assert_non_null(strstr(buf_str(&f->said), "it was deleted; helm-controller is asked"));
}

static void test_cluster_asks__a_release_at_work_is_left_alone(void **state)
{
    char *sent CLEANUP(mem_cleanup) =
        looks(*state, RELEASE(""),
              RELEASE("status: {" IS("Unknown", "Progressing") INVENTORY "}\n"), 4000);

    assert_string_equal(sent, "nothing");
}

static void test_cluster_asks__a_kustomization_is_not_forced(void **state)
{
    char *sent CLEANUP(mem_cleanup) =
        looks(*state, KUSTOMIZATION("k", ""),
              KUSTOMIZATION("k", "status: {" IS("True", "R") INVENTORY "}\n"), 4000);

    assert_non_null(strstr(sent, "/kustomizations/k {"));
    assert_null(strstr(sent, "forceAt"));
}

#define SUSPENDED(note)                                                                            \
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n" NAMED(                            \
        "rel", note) "spec: {suspend: true}\n"

static void test_cluster_asks__what_an_interrupted_down_has_suspended_is_resumed(void **state)
{
    struct fixture *f = *state;
    char *sent CLEANUP(mem_cleanup) =
        looks(f, RELEASE(""),
              SUSPENDED(", annotations: {sandstrap/suspended-at: '2026-01-01T00:00:00Z'}"), 1000);

    assert_non_null(strstr(sent, "/helmreleases/rel {"));
    assert_non_null(strstr(sent, "\"spec\":{\"suspend\":null}"));
    assert_non_null(strstr(sent, "\"sandstrap/suspended-at\":null"));
    assert_non_null(strstr(buf_str(&f->said), "has suspended it: resumed"));
}

static void test_cluster_asks__what_somebody_else_has_suspended_stays_so(void **state)
{
    char *sent CLEANUP(mem_cleanup) = looks(*state, RELEASE(""), SUSPENDED(""), 1000);

    assert_string_equal(sent, "nothing");
}

#define SOURCE "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n" NAMED("repo", "")

static void test_cluster_asks__a_source_that_failed_before_is_looked_at_at_once(void **state)
{
    struct fixture *f = *state;
    char *sent CLEANUP(mem_cleanup) =
        looks(f, SOURCE, SOURCE "status: {" IS("False", "GitOperationFailed") "}\n", 3000);

    assert_non_null(strstr(sent, "/gitrepositories/repo {"));
    assert_non_null(strstr(buf_str(&f->said), "asked source-controller to look again"));
}

static void test_cluster_asks__a_met_dependency_is_told(void **state)
{
    char *sent CLEANUP(mem_cleanup) =
        looks(*state, KUSTOMIZATION("k", "") KUSTOMIZATION("w", ""),
              KUSTOMIZATION("k", "status: {" IS("True", "R") "}\n")
                  KUSTOMIZATION("w", "spec: {dependsOn: [{name: k}]}\n"
                                     "status: {" IS("False", "DependencyNotReady") "}\n"),
              3000);

    assert_non_null(strstr(sent, "/kustomizations/w {"));
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_cluster_asks__what_a_release_lost_is_installed_again),
            UNIT_FIXTURE(test_cluster_asks__a_release_at_work_is_left_alone),
            UNIT_FIXTURE(test_cluster_asks__a_kustomization_is_not_forced),
            UNIT_FIXTURE(test_cluster_asks__what_an_interrupted_down_has_suspended_is_resumed),
            UNIT_FIXTURE(test_cluster_asks__what_somebody_else_has_suspended_stays_so),
            UNIT_FIXTURE(test_cluster_asks__a_source_that_failed_before_is_looked_at_at_once),
            UNIT_FIXTURE(test_cluster_asks__a_met_dependency_is_told))
