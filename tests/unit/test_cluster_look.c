// SPDX-License-Identifier: Apache-2.0
// cluster/look: one look at a cluster that has these objects, and what is said about it.
#include "test_cluster.h"

#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\n"
#define SET(name, owner)                                                                           \
    "---\napiVersion: apps/v1\nkind: ReplicaSet\n" OWNED(name, "ReplicaSet", owner)
#define NOT_READY "status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1}\n"

static void test_cluster_look__owners_in_a_circle(void **state)
{
    expect(state, "apiVersion: apps/v1\nkind: ReplicaSet\n" NAMED("self", ""),
           SET("self", "self") NOT_READY,
           "progressing ReplicaSet n/self: PodsNotReady: 0 of 1 pods are ready\n");
}

static void test_cluster_look__owners_in_a_longer_circle(void **state)
{
    expect(state, DEPLOYMENT NAMED("d", ""),
           DEPLOYMENT OWNED("d", "ReplicaSet", "c") NOT_READY SET("a", "d") SET("b", "a")
               SET("c", "b"),
           "progressing Deployment n/d: PodsNotReady: 0 of 1 pods are ready\n");
}

#define JOB "apiVersion: batch/v1\nkind: Job\n" NAMED("migrate", "")

static void test_cluster_look__a_job_with_a_ttl_that_is_gone_has_finished(void **state)
{
    expect(state, JOB "spec: {ttlSecondsAfterFinished: 0}\n", "", "");
}

static void test_cluster_look__a_job_without_one_is_missing(void **state)
{
    expect(state, JOB "spec: {}\n", "", "progressing Job n/migrate: NotFound: not there (yet)\n");
}

static void test_cluster_look__a_job_with_a_ttl_that_runs_is_waited_for(void **state)
{
    expect(state, JOB "spec: {ttlSecondsAfterFinished: 0}\n",
           JOB "spec: {ttlSecondsAfterFinished: 0}\nstatus: {active: 1}\n",
           "progressing Job n/migrate: Running: 0 succeeded, 1 active, 0 failed\n");
}

#define RELEASE "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n" NAMED("rel", "")
#define READY(is) "conditions: [{type: Ready, status: '" is "', reason: R, message: m}]"
#define INVENTORY "inventory: {entries: [{id: n_migrate_batch_Job, v: v1}]}"

static void test_cluster_look__a_job_of_a_ready_release_has_finished(void **state)
{
    expect(state, RELEASE, RELEASE "status: {" READY("True") ", " INVENTORY "}\n", "");
}

#define FAILED_JOB                                                                                 \
    "---\n" JOB                                                                                    \
    "status: {failed: 1, conditions: [{type: Failed, status: 'True', reason: R, message: m}]}\n"

static void test_cluster_look__a_failed_job_of_a_release_that_tries_again_is_no_end(void **state)
{
    expect(state, RELEASE, RELEASE "status: {" READY("Unknown") ", " INVENTORY "}\n" FAILED_JOB,
           "failing HelmRelease n/rel: Job n/migrate: R: m\n");
}

static void test_cluster_look__a_failed_job_of_a_ready_release_is_one(void **state)
{
    expect(state, RELEASE, RELEASE "status: {" READY("True") ", " INVENTORY "}\n" FAILED_JOB,
           "terminal HelmRelease n/rel: Job n/migrate: R: m\n");
}

static void test_cluster_look__what_else_a_release_lost_is_missing(void **state)
{
    expect(state, RELEASE,
           RELEASE "status: {" READY(
               "True") ", inventory: {entries: [{id: n_d_apps_Deployment, v: v1}]}}\n",
           "progressing HelmRelease n/rel: Deployment n/d: NotFound: not there (yet)\n");
    // nor has helm-controller waited for the job while the release is not ready
    kube_free(((struct fixture *)*state)->kube);
    kubeconfig_free(((struct fixture *)*state)->config);
    expect(state, RELEASE, RELEASE "status: {" READY("Unknown") ", " INVENTORY "}\n",
           "progressing HelmRelease n/rel: Job n/migrate: NotFound: not there (yet)\n");
}

// Of somebody else it is named in a warning; of the tree it is not ready.
static void test_cluster_look__what_cannot_be_read_hides_no_other(void **state)
{
    struct fixture *f = *state;

    expect(state, RELEASE,
           RELEASE "status: {" READY("True") "}\n---\napiVersion: helm.toolkit.fluxcd.io/v2\n"
                                             "kind: HelmRelease\n" NAMED(
                                                 "deep", "") "spec: {values: DEEP}\n",
           "");
    assert_non_null(strstr(buf_str(&f->said), "HelmRelease n/deep cannot be read"));
}

static void test_cluster_look__what_cannot_be_read_is_not_ready(void **state)
{
    expect(
        state, RELEASE, RELEASE "spec: {values: DEEP}\nstatus: {" READY("True") "}\n",
        "progressing HelmRelease n/rel: NotLookedAt: its JSON: nested more than 128 levels deep\n");
}

#define SOURCE(kind, name, revision)                                                               \
    "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: " kind                                    \
    "\n" NAMED(name, "") "status: {" READY("True") ", artifact: {revision: '" revision "'}"

#define KUSTOMIZATION(at)                                                                          \
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n" NAMED(                     \
        "k",                                                                                       \
        "") "spec: {sourceRef: {kind: GitRepository, name: s}}\nstatus: {" READY("True") ", "      \
                                                                                         "lastApp" \
                                                                                         "liedRev" \
                                                                                         "ision: " \
                                                                                         "'" at    \
                                                                                         "', "     \
                                                                                         "lastAtt" \
                                                                                         "emptedR" \
                                                                                         "evision" \
                                                                                         ": '" at  \
                                                                                         "'}\n"

static void test_cluster_look__a_kustomization_at_an_old_revision(void **state)
{
    expect(state, KUSTOMIZATION(""),
           KUSTOMIZATION("main@sha1:a") SOURCE("GitRepository", "s", "main@sha1:b") "}\n",
           "progressing Kustomization n/k: RevisionNotApplied: GitRepository n/s: waiting for "
           "revision main@sha1:b, at main@sha1:a\n");
}

static void test_cluster_look__a_kustomization_at_its_revision(void **state)
{
    expect(state, KUSTOMIZATION(""),
           KUSTOMIZATION("main@sha1:b") SOURCE("GitRepository", "s", "main@sha1:b") "}\n", "");
}

static void test_cluster_look__a_source_that_is_gone_holds_nobody(void **state)
{
    expect(state, KUSTOMIZATION(""), KUSTOMIZATION("main@sha1:b"), "");
}

// A release by a chart of a repository, at a version of the chart.
#define CHARTED(at)                                                                                \
    RELEASE "spec: {chart: {spec: {chart: c, version: 1.x, sourceRef: {kind: GitRepository, "      \
            "name: s}}}}\nstatus: {helmChart: n/n-rel, " READY(                                    \
                "True") ", lastAttemptedRevision: " at ", history: [{chartVersion: " at "}]}\n"
#define CHART(version, observed)                                                                   \
    SOURCE("HelmChart", "n-rel", version)                                                          \
    ", observedSourceArtifactRevision: '" observed                                                 \
    "'}\nspec: {chart: c, sourceRef: {kind: GitRepository, name: s}}\n"

static void test_cluster_look__a_release_behind_its_chart(void **state)
{
    expect(state, RELEASE,
           CHARTED("1.0.0") CHART("1.1.0", "r2") SOURCE("GitRepository", "s", "r2") "}\n",
           "progressing HelmRelease n/rel: RevisionNotApplied: HelmChart n/n-rel: waiting for "
           "revision 1.1.0, at 1.0.0\n");
}

static void test_cluster_look__a_chart_behind_its_source(void **state)
{
    expect(state, RELEASE,
           CHARTED("1.1.0") CHART("1.1.0", "r1") SOURCE("GitRepository", "s", "r2") "}\n",
           "progressing HelmRelease n/rel: RevisionNotApplied: its chart is behind GitRepository "
           "n/s: waiting for revision r2, at r1\n");
}

static void test_cluster_look__a_release_at_its_chart(void **state)
{
    expect(state, RELEASE,
           CHARTED("1.1.0") CHART("1.1.0", "r2") SOURCE("GitRepository", "s", "r2") "}\n", "");
}

// A release by a chart in a registry; `more` is of its status.
#define PULLED(more)                                                                               \
    RELEASE "spec: {chartRef: {kind: OCIRepository, name: s}}\nstatus: {" READY("True") more "}\n"
#define TRIED(version, digest)                                                                     \
    ", lastAttemptedRevision: " version ", lastAttemptedRevisionDigest: '" digest "'"
#define AT(version, digest) ", history: [{chartVersion: " version ", ociDigest: '" digest "'}]"
#define PUSHED SOURCE("OCIRepository", "s", "1.0.0@sha256:bbbbbbbbbbbbbb") "}\n"
#define BEHIND                                                                                     \
    "progressing HelmRelease n/rel: RevisionNotApplied: OCIRepository n/s: waiting for revision "

static void test_cluster_look__a_release_behind_a_moved_tag(void **state)
{
    expect(state, RELEASE,
           PULLED(TRIED("1.0.0+aaaaaaaaaaaa", "sha256:aaaaaaaaaaaaaa")
                      AT("1.0.0+aaaaaaaaaaaa", "sha256:aaaaaaaaaaaaaa")) PUSHED,
           BEHIND "sha256:bbbbbbbbbbbbbb, at sha256:aaaaaaaaaaaaaa\n");
}

static void test_cluster_look__a_release_that_says_its_digest_only_when_deployed(void **state)
{
    expect(state, RELEASE, PULLED(AT("1.0.0+aaaaaaaaaaaa", "sha256:aaaaaaaaaaaaaa")) PUSHED,
           BEHIND "sha256:bbbbbbbbbbbbbb, at sha256:aaaaaaaaaaaaaa\n");
}

static void test_cluster_look__a_release_that_shows_its_digest_in_the_version(void **state)
{
    expect(state, RELEASE, PULLED(", history: [{chartVersion: 1.0.0+aaaaaaaaaaaa}]") PUSHED,
           BEHIND "bbbbbbbbbbbb, at aaaaaaaaaaaa\n");
}

static void test_cluster_look__a_release_at_its_digest(void **state)
{
    expect(state, RELEASE,
           PULLED(TRIED("1.0.0+bbbbbbbbbbbb", "sha256:bbbbbbbbbbbbbb")
                      AT("1.0.0+bbbbbbbbbbbb", "sha256:bbbbbbbbbbbbbb")) PUSHED,
           "");
}

// Without the digest in the version (--feature-gates=DisableChartDigestTracking) nothing is
// deployed anew.
static void test_cluster_look__a_release_whose_version_says_no_digest(void **state)
{
    expect(state, RELEASE,
           PULLED(TRIED("1.0.0", "sha256:bbbbbbbbbbbbbb") AT("1.0.0", "sha256:aaaaaaaaaaaaaa"))
               PUSHED,
           "");
}

// The later layer's release is the more telling cause, and what it stands for is one object more.
static void test_cluster_look__an_earlier_layer_comes_first(void **state)
{
    struct fixture *f = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct facts facts CLEANUP(facts_close) = {0};
    struct look look CLEANUP(look_free) = {0};
    struct node_list list = {0};
    struct layer items[] = {{.name = "one", .count = 1}, {.name = "two", .count = 1}};
    struct layers layers = {items, 2};
    struct budget budget = {.deadline = timer_now() + 20000};

    fill_cluster(RELEASE "spec: {suspend: true}\nstatus: {" READY(
        "True") ", inventory: {entries: [{id: n_d_apps_Deployment, v: v1}]}}\n");
    open_scene(f, "cluster");
    assert_int_equal(doc_read_yaml(d, SPAN(JOB "spec: {}\n---\n" RELEASE), "tree", &list, &f->err),
                     0);
    items[0].objects = (const struct node **)&list.items[0];
    items[1].objects = (const struct node **)&list.items[1];
    facts_open(&facts, f->loop, f->kube, &f->report, false);
    assert_int_equal(look_settled(&look, &facts, &layers, &budget, &f->err), 0);
    assert_int_equal(look.count, 3);
    assert_string_equal(look.findings[0].layer, "one");
    assert_string_equal(look.findings[0].object, "Job n/migrate");
    assert_string_equal(look.findings[1].object, "HelmRelease n/rel");
    assert_int_equal(look.findings[1].state, READY_TERMINAL);
    assert_string_equal(look.findings[2].layer, "two");
    assert_string_equal(look.findings[2].object, "Deployment n/d");
    assert_int_equal(look_count(&look, 0).objects, 1);
    assert_int_equal(look_count(&look, 1).objects, 2);
    assert_int_equal(look_count(&look, 1).unready, 2);
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_cluster_look__an_earlier_layer_comes_first),
            UNIT_FIXTURE(test_cluster_look__owners_in_a_circle),
            UNIT_FIXTURE(test_cluster_look__owners_in_a_longer_circle),
            UNIT_FIXTURE(test_cluster_look__a_job_with_a_ttl_that_is_gone_has_finished),
            UNIT_FIXTURE(test_cluster_look__a_job_without_one_is_missing),
            UNIT_FIXTURE(test_cluster_look__a_job_with_a_ttl_that_runs_is_waited_for),
            UNIT_FIXTURE(test_cluster_look__a_job_of_a_ready_release_has_finished),
            UNIT_FIXTURE(test_cluster_look__a_failed_job_of_a_release_that_tries_again_is_no_end),
            UNIT_FIXTURE(test_cluster_look__a_failed_job_of_a_ready_release_is_one),
            UNIT_FIXTURE(test_cluster_look__what_else_a_release_lost_is_missing),
            UNIT_FIXTURE(test_cluster_look__what_cannot_be_read_hides_no_other),
            UNIT_FIXTURE(test_cluster_look__what_cannot_be_read_is_not_ready),
            UNIT_FIXTURE(test_cluster_look__a_kustomization_at_an_old_revision),
            UNIT_FIXTURE(test_cluster_look__a_kustomization_at_its_revision),
            UNIT_FIXTURE(test_cluster_look__a_source_that_is_gone_holds_nobody),
            UNIT_FIXTURE(test_cluster_look__a_release_behind_its_chart),
            UNIT_FIXTURE(test_cluster_look__a_chart_behind_its_source),
            UNIT_FIXTURE(test_cluster_look__a_release_at_its_chart),
            UNIT_FIXTURE(test_cluster_look__a_release_behind_a_moved_tag),
            UNIT_FIXTURE(test_cluster_look__a_release_that_says_its_digest_only_when_deployed),
            UNIT_FIXTURE(test_cluster_look__a_release_that_shows_its_digest_in_the_version),
            UNIT_FIXTURE(test_cluster_look__a_release_at_its_digest),
            UNIT_FIXTURE(test_cluster_look__a_release_whose_version_says_no_digest))
