// SPDX-License-Identifier: Apache-2.0
// The proof: what was planted is found, by its cause, with the next step; what is nobody's business
// is not.
#include "test_teardown.h"

#include "work/teardown.h"

#define MADE_BY(manager) "managedFields: [{manager: " manager ", operation: Update}]"

struct proof {
    struct arena *arena;
    struct teardown_plan plan;
    struct teardown_result result;
    struct snapshot *before;
    struct buf text;
};

static void proof_free(struct proof *p)
{
    teardown_plan_free(&p->plan);
    snapshot_free(p->before);
    arena_free(p->arena);
    buf_free(&p->text);
}

// `before` as the kinds of a snapshot's page, or NULL: nothing is known of before.
static void prove(struct fixture *f, struct proof *p, const char *scene, const char *yaml,
                  const char *before)
{
    struct buf page CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    p->arena = p->result.arena = arena_new();
    p->text = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    open_cluster(f, scene, yaml);
    if (before) {
        p->before = snapshot_new();
        buf_printf(&page, "{\"format\":\"sandstrap-snapshot/1\",\"kinds\":[%s],\"unknown\":[]}",
                   before);
        assert_int_equal(snapshot_read(p->before, buf_span(&page), "page", &f->err), 0);
    }
    if (leftovers_find(f->loop, f->kube, p->before, &p->plan, &p->result, &f->err) < 0)
        fail_msg("%s", err_message(f->err));
    leftovers_print(&p->result, &p->text);
}

static void expect_proof(void **state, const char *scene, const char *yaml, const char *before,
                         const char *want)
{
    struct proof p CLEANUP(proof_free) = {0};

    prove(*state, &p, scene, yaml, before);
    assert_string_equal(buf_str(&p.text), want);
}

static void test_teardown_leftovers__a_clean_cluster_has_none(void **state)
{
    expect_proof(
        state, "clean",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\n"
        "---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"
        "metadata: {name: new, namespace: default}\n"
        "---\napiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: kube-root-ca.crt, namespace: default}\n"
        "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: sandstrap-system}\n"
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: x, namespace: "
        "sandstrap-system}\n",
        "{\"group\":\"\",\"kind\":\"Namespace\",\"objects\":[[\"\",\"default\",\"u-default\"]]},"
        "{\"group\":\"\",\"kind\":\"Service\",\"objects\":[[\"default\",\"a\",\"u-a\"]]}",
        "");
}

static void test_teardown_leftovers__each_cause_is_told(void **state)
{
    expect_proof(
        state, "causes",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: stuck, deletionTimestamp: "
        "'2026-01-01T00:00:00Z'}\nstatus: {conditions: [{type: NamespaceFinalizersRemaining, "
        "status: "
        "'True', message: 'Some content remains: x.io/never in 1 resource instances'}]}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: in-it, namespace: stuck}\n"
        "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
        "metadata: {name: hook}\nwebhooks: [{name: check.x.io, clientConfig: {service: {namespace: "
        "gone, name: check}}}]\n"
        "---\napiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.x.io}\n"
        "spec: {service: {namespace: gone, name: api}}\n"
        "status: {conditions: [{type: Available, status: 'False', message: 'service gone/api is "
        "not "
        "present'}]}\n"
        "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: things.example.com, deletionTimestamp: '2026-01-01T00:00:00Z', "
        "finalizers: [customresourcecleanup.apiextensions.k8s.io]}\n"
        "spec: {group: example.com, names: {kind: Thing}}\n"
        "status: {conditions: [{type: Terminating, status: 'True', reason: "
        "InstanceDeletionInProgress, message: CustomResource deletion is in progress}]}\n"
        "---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one, namespace: default, "
        "deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [x.io/never]}\n"
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: role, "
        "annotations: {meta.helm.sh/release-name: r, meta.helm.sh/release-namespace: n}}\n"
        "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\n"
        "spec: {claimRef: {namespace: n, name: c}, persistentVolumeReclaimPolicy: Retain}\n"
        "status: {phase: Released}\n"
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: sh.helm.release.v1.r.v1, namespace: "
        "default, labels: {owner: helm, name: r, status: deployed}}\n"
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: default, labels: "
        "{sealedsecrets.bitnami.com/sealed-secrets-key: active}}\n"
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: "
        "default, " MADE_BY("some-operator") "}\n",
        "{\"group\":\"\",\"kind\":\"Namespace\",\"objects\":[[\"\",\"default\",\"u-default\"]]}",
        "  webhook\n"
        "    ValidatingWebhookConfiguration hook: check.x.io calls Service gone/check, which does "
        "not "
        "exist\n"
        "      next: kubectl delete validatingwebhookconfigurations.admissionregistration.k8s.io "
        "hook\n"
        "  API service\n"
        "    APIService v1.x.io: not available: service gone/api is not present; it calls Service "
        "gone/api, which does not exist\n"
        "      next: kubectl delete apiservices.apiregistration.k8s.io v1.x.io\n"
        "  namespace\n"
        "    Namespace stuck: NamespaceFinalizersRemaining: Some content remains: x.io/never in 1 "
        "resource instances; it has 1 object: ConfigMap in-it; being deleted since "
        "2026-01-01T00:00:00Z\n"
        "      next: let who handles the finalizers run, then run 'sandstrap down' again; if it "
        "cannot come back: sandstrap down --force-finalizers\n"
        "  definition\n"
        "    CustomResourceDefinition things.example.com: InstanceDeletionInProgress: "
        "CustomResource "
        "deletion is in progress; it has 1 instance: Thing default/one; being deleted since "
        "2026-01-01T00:00:00Z; held by finalizer customresourcecleanup.apiextensions.k8s.io "
        "(the API server)\n"
        "      next: delete its instances, which hold it, then run 'sandstrap down' again\n"
        "  Helm release\n"
        "    Secret default/sh.helm.release.v1.r.v1: Helm's record of the release default/r, "
        "deployed\n"
        "      next: run 'sandstrap down' again, which uninstalls a release without its "
        "HelmRelease; "
        "or: helm uninstall r -n default\n"
        "  sealing key\n"
        "    Secret default/key: a key that SealedSecrets are opened with\n"
        "      next: export it first ('sandstrap keys export'), then 'sandstrap down --data'\n"
        "  volume\n"
        "    PersistentVolume disk: Released, of PersistentVolumeClaim n/c, reclaim policy Retain\n"
        "      next: kubectl delete persistentvolumes disk\n"
        "  cluster role\n"
        "    ClusterRole role: of the Helm release n/r\n"
        "      next: kubectl delete clusterroles.rbac.authorization.k8s.io role\n"
        "  finalizer\n"
        "    Thing default/one: being deleted since 2026-01-01T00:00:00Z; held by finalizer "
        "x.io/never (x.io)\n"
        "      next: let who handles the finalizer run, then run 'sandstrap down' again; if it "
        "cannot "
        "come back: sandstrap down --force-finalizers\n"
        "  object\n"
        "    Deployment default/web: it was not there before\n"
        "      next: kubectl delete deployments.apps web -n default\n"
        "  note: there before the first up, and gone: Namespace default\n");
}

// A pod of a workload of before is no leftover, one whose ReplicaSet is gone is: but it ends.
static void test_teardown_leftovers__controllers_tell_of_what_they_make(void **state)
{
    expect_proof(
        state, "controlled",
        "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: old, namespace: default}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: old-2, namespace: default, "
        "ownerReferences: [{kind: ReplicaSet, name: old, uid: u-old, controller: true}]}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: ending, namespace: default, "
        "deletionTimestamp: '2026-01-01T00:00:00Z', annotations: {test/reads: '2'}}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: lost, namespace: default, "
        "finalizers: [x.io/y], ownerReferences: [{kind: ReplicaSet, name: gone, uid: u-gone, "
        "controller: true}]}\n",
        "{\"group\":\"apps\",\"kind\":\"ReplicaSet\",\"objects\":[[\"default\",\"old\",\"u-old\"]]}"
        ","
        "{\"group\":\"\",\"kind\":\"Pod\",\"objects\":[[\"default\",\"old-1\",\"u-old-1\",\"u-"
        "old\"]]}",
        "  object\n"
        "    Pod default/lost: with finalizer x.io/y (x.io)\n"
        "      next: kubectl delete pods lost -n default\n");
}

// What others made since then stays, is noted, and is no leftover; theirs is what belongs to it.
static void test_teardown_leftovers__others_are_noted(void **state)
{
    expect_proof(
        state, "others",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: team, " MADE_BY(
            "kubectl-create") "}\n"
                              "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, "
                              "namespace: team, " MADE_BY(
                                  "operator") "}\n"
                                              "---\napiVersion: "
                                              "rbac.authorization.k8s.io/v1\nkind: "
                                              "ClusterRole\nmetadata: {name: team-app, "
                                              "annotations: {meta.helm.sh/release-namespace: "
                                              "team}}\n"
                                              "---\napiVersion: v1\nkind: ConfigMap\nmetadata: "
                                              "{name: notes, namespace: default, " MADE_BY(
                                                  "kubectl-client-side-apply") "}\n"
                                                                               "---\napiVersion: "
                                                                               "v1\nkind: "
                                                                               "ConfigMap\nmetadata"
                                                                               ": {name: anew, "
                                                                               "namespace: "
                                                                               "default, uid: "
                                                                               "new}\n"
                                                                               "---\napiVersion: "
                                                                               "v1\nkind: "
                                                                               "ConfigMap\nmetadata"
                                                                               ": {name: ours, "
                                                                               "namespace: "
                                                                               "default, uid: "
                                                                               "new2, " MADE_BY(
                                                                                   "helm-"
                                                                                   "controller") "}"
                                                                                                 "\n"
                                                                                                 "-"
                                                                                                 "-"
                                                                                                 "-"
                                                                                                 "\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: planted, " MADE_BY(
                                                                                                     "kubectl-create") "}\n",
        "{\"group\":\"\",\"kind\":\"ConfigMap\",\"objects\":[[\"default\",\"anew\",\"old\"],"
        "[\"default\",\"ours\",\"old2\"]]},"
        "{\"group\":\"\",\"kind\":\"Secret\",\"objects\":[[\"default\",\"taken\",\"u\"]]}",
        "  cluster role\n"
        "    ClusterRole planted: it was not there before\n"
        "      next: kubectl delete clusterroles.rbac.authorization.k8s.io planted\n"
        "  object\n"
        "    ConfigMap default/ours: there was another one of this name before, with another UID\n"
        "      next: kubectl delete configmaps ours -n default\n"
        "  note: somebody else has made since the first up, and it stays: ConfigMap "
        "default/notes, Namespace team, ClusterRole team-app\n"
        "  note: somebody else has made anew since the first up: ConfigMap default/anew\n"
        "  note: there before the first up, and gone: Secret default/taken\n");
}

static void test_teardown_leftovers__without_a_snapshot_marks_tell(void **state)
{
    expect_proof(
        state, "marks",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: somebodys, namespace: "
        "default, " MADE_BY(
            "operator") "}\n"
                        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied, "
                        "namespace: default, " MADE_BY(
                            "sandstrap") "}\n"
                                         "---\napiVersion: v1\nkind: Secret\nmetadata: {name: "
                                         "labelled, namespace: default, labels: "
                                         "{helm.toolkit.fluxcd.io/name: r}}\n"
                                         "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: "
                                         "HelmRelease\nmetadata: {name: r, namespace: "
                                         "default, finalizers: [finalizers.fluxcd.io], "
                                         "deletionTimestamp: '2026-01-01T00:00:00Z'}\n",
        NULL,
        "  finalizer\n"
        "    HelmRelease default/r: being deleted since 2026-01-01T00:00:00Z; held by finalizer "
        "finalizers.fluxcd.io (helm-controller)\n"
        "      next: let who handles the finalizer run, then run 'sandstrap down' again; if it "
        "cannot "
        "come back: sandstrap down --force-finalizers\n"
        "  object\n"
        "    ConfigMap default/applied: it bears the marks of sandstrap or Flux\n"
        "      next: kubectl delete configmaps applied -n default\n"
        "    Secret default/labelled: it bears the marks of sandstrap or Flux\n"
        "      next: kubectl delete secrets labelled -n default\n");
}

#define VOLUME(name, meta, phase)                                                                  \
    "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: " name ", " meta "}\n"          \
    "spec: {claimRef: {namespace: n, name: c, uid: u-gone}, persistentVolumeReclaimPolicy: "       \
    "Delete}\nstatus: {phase: " phase "}\n"

// The claim has gone before the plan was made: nobody of ours deletes the volume.
static void test_teardown_leftovers__volumes_are_given_the_time_to_go(void **state)
{
    expect_proof(
        state, "volumes",
        VOLUME("going",
               "deletionTimestamp: 2026-01-01T00:00:00Z, finalizers: "
               "[kubernetes.io/pv-controller], annotations: {test/reads: '2'}",
               "Released") VOLUME("bound", "annotations: {test/reads: '1'}", "Bound")
            VOLUME("failed", "uid: u-f", "Failed"),
        "",
        "  volume\n"
        "    PersistentVolume failed: Failed, of PersistentVolumeClaim n/c, reclaim policy "
        "Delete\n"
        "      next: kubectl delete persistentvolumes failed\n");
}

static void test_teardown_leftovers__agents_go_when_the_rest_has(void **state)
{
    expect_proof(
        state, "agents",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: default, labels: "
        "{app.kubernetes.io/name: sandstrap-node}, " MADE_BY("sandstrap") "}\n",
        NULL,
        "  node agent\n"
        "    Secret default/a: serves the nodes as long as anything else is left\n"
        "      next: 'sandstrap down' removes it when the rest of this list is seen to\n");
}

// What stays by plan is no leftover, unless the plan says so.
static void test_teardown_leftovers__what_is_kept_is_none(void **state)
{
    struct proof p CLEANUP(proof_free) = {0};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct teardown_kept data = {
        .id = {SPAN(""), SPAN("Namespace"), SPAN(""), SPAN("data")}, .why = "data", .data = true};
    struct teardown_kept foreign = {.id = {SPAN(""), SPAN("Pod"), SPAN("data"), SPAN("theirs")},
                                    .why = "somebody else's",
                                    .next = "move it",
                                    .left = true};
    struct fixture *f = *state;

    p.plan.arena = arena_new();
    vec_push_arena(p.plan.arena, &p.plan.kept, data);
    vec_push_arena(p.plan.arena, &p.plan.kept, foreign);
    prove(f, &p, "kept",
          "apiVersion: v1\nkind: Namespace\nmetadata: {name: data}\n"
          "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: data}\n"
          "---\napiVersion: v1\nkind: Pod\nmetadata: {name: theirs, namespace: data}\n",
          "");
    assert_string_equal(buf_str(&p.text), "  somebody else's\n"
                                          "    Pod data/theirs: somebody else's\n"
                                          "      next: move it\n");
    doc_write_json(leftovers_node(&p.result, d), false, &json);
    assert_string_equal(buf_str(&json),
                        "[{\"cause\":\"somebody else's\",\"kind\":\"Pod\",\"namespace\":\"data\","
                        "\"name\":\"theirs\",\"why\":\"somebody else's\",\"next\":\"move it\"}]");
}

SERVER_MAIN("kube_objects.py", UNIT_FIXTURE(test_teardown_leftovers__a_clean_cluster_has_none),
            UNIT_FIXTURE(test_teardown_leftovers__each_cause_is_told),
            UNIT_FIXTURE(test_teardown_leftovers__controllers_tell_of_what_they_make),
            UNIT_FIXTURE(test_teardown_leftovers__others_are_noted),
            UNIT_FIXTURE(test_teardown_leftovers__without_a_snapshot_marks_tell),
            UNIT_FIXTURE(test_teardown_leftovers__volumes_are_given_the_time_to_go),
            UNIT_FIXTURE(test_teardown_leftovers__agents_go_when_the_rest_has),
            UNIT_FIXTURE(test_teardown_leftovers__what_is_kept_is_none))
