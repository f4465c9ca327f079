// SPDX-License-Identifier: Apache-2.0
// work/teardown: whose an object is, and what stays.
#include "test_teardown_plan.h"

static void test_teardown_stays__what_a_person_made_holds_its_namespace(void **state)
{
    (void)state;
    expect_all(OURS MAP("n", "ours", "") APPLIED("platform")
                   MAP("n", "theirs", BY("kubectl-create")) SPACE(RECORD, ""),
               "objects 0 delete ConfigMap n/ours\n",
               "left ConfigMap n/theirs: somebody else's (made with kubectl-create)\n"
               "left Namespace n: holds what is somebody else's: ConfigMap n/theirs\n"
               "kept Namespace sandstrap-system: the record, for the next down\n");
}

static void test_teardown_stays__what_the_cluster_and_programs_made_goes_along(void **state)
{
    (void)state;
    expect_all(OURS MAP("n", "kube-root-ca.crt", BY("kube-controller-manager"))
                   OBJECT("v1", "Secret", "n", "made", BY("some-operator"))
                       OBJECT("v1", "Secret", "n", "touched",
                              ", managedFields: [{manager: some-operator, operation: Update, time: "
                              "'2026-11-27T09:00:00Z'}, {manager: kubectl-annotate, operation: "
                              "Update, time: '2026-11-27T10:00:00Z'}]"),
               GONE_N, "");
}

static void test_teardown_stays__a_workload_of_unknown_origin_is_somebodys(void **state)
{
    (void)state;
    expect_all(OURS OBJECT("apps/v1", "Deployment", "n", "d", BY("some-operator"))
                   OBJECT("v1", "Pod", "n", "p", ", ownerReferences: [{uid: u-d}]"),
               "",
               "left Deployment n/d: somebody else's (made with some-operator)\n"
               "left Namespace n: holds what is somebody else's: Deployment n/d and 1 more\n");
}

static void test_teardown_stays__a_workload_that_a_program_of_ours_made_goes(void **state)
{
    (void)state;
    expect_all(OURS OBJECT("apps/v1", "Deployment", "n", "some-operator", "") APPLIED("platform")
                   OBJECT("apps/v1", "StatefulSet", "n", "made", BY("some-operator")),
               "objects 0 delete Deployment n/some-operator\n" GONE_N, "");
}

#define OPERATOR(was)                                                                              \
    OBJECT("apps/v1", "Deployment", "n", "stack-operator", "")                                     \
    was "spec: {template: {spec: {containers: [{name: stack, image: "                              \
        "'r.example/p/prometheus-operator:v0.90.0'}]}}}\n"

// prometheus-operator makes a Service for the kubelets in kube-system, under its own spelling of
// its name; a real Big Bang left it with every down.
static void test_teardown_stays__what_a_program_made_in_the_clusters_namespaces_goes(void **state)
{
    (void)state;
    expect_all(SPACE("kube-system", "") "was: {there: 1}\n" OURS OPERATOR(APPLIED("platform"))
                   OBJECT("v1", "Service", "kube-system", "kubelet", BY("PrometheusOperator"))
                       OBJECT("v1", "Service", "kube-system", "other", BY("some-operator")),
               "objects 0 delete Deployment n/stack-operator\n"
               "objects 1 delete Service kube-system/kubelet\n" GONE_N,
               "");
}

// In a namespace of somebody it may be for them; and not every operator is ours.
static void test_teardown_stays__what_a_program_made_elsewhere_stays(void **state)
{
    (void)state;
    expect_all(SPACE("shop", BY("kubectl")) "was: {there: 1}\n" OURS OPERATOR(APPLIED("platform"))
                   OBJECT("v1", "Secret", "shop", "made", BY("PrometheusOperator")),
               "objects 0 delete Deployment n/stack-operator\n" GONE_N, "");
    expect_all(SPACE("kube-system", "") "was: {there: 1}\n" OURS OPERATOR("was: {there: 1}\n")
                   OBJECT("v1", "Service", "kube-system", "kubelet", BY("PrometheusOperator")),
               "",
               "left Deployment n/stack-operator: somebody else's (there before the first up)\n"
               "left Namespace n: holds what is somebody else's: Deployment n/stack-operator\n");
}

static void test_teardown_stays__what_was_there_and_what_was_adopted_stays(void **state)
{
    (void)state;
    expect_all(SPACE("old", BY("kubectl-create")) "was: {there: 1, adopted: platform}\n" MAP(
                   "old", "ours", "") APPLIED("platform")
                   MAP("old", "theirs", BY("kubectl")) "was: {there: 1}\n",
               "objects 0 delete ConfigMap old/ours\n",
               "kept Namespace old: there before the first up\n");
}

static void test_teardown_stays__another_one_of_its_name_is_not_ours(void **state)
{
    (void)state;
    expect_all(SPACE("n", BY("kubectl-create")) "was: {applied: platform, uid: other}\n", "", "");
}

static void test_teardown_stays__what_was_about_to_be_made_is_ours_by_its_manager(void **state)
{
    (void)state;
    expect_all(SPACE("a", BY("sandstrap")) "was: {applied: platform, uid: ''}\n" SPACE(
                   "b", BY("kubectl-create")) "was: {applied: platform, uid: ''}\n",
               "namespaces 0 delete Namespace a\n", "");
}

static void test_teardown_stays__without_a_record_managers_and_labels_tell(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s,
               SPACE("b", BY("sandstrap")) SPACE("shared", BY("sandstrap"))
                   OBJECT("v1", "ConfigMap", RECORD, "snapshot-1", BY("sandstrap")) RELEASE(
                       "b", "umbrella", BY("sandstrap")) RELEASE("b", "x", FROM_HELM("umbrella"))
                       RELEASE("b", "theirs", BY("kubectl-create"))
                           WIDE("v1", "Namespace", "old",
                                ", managedFields: [{manager: kubectl-create, operation: Update}, "
                                "{manager: sandstrap, operation: Apply}]"));
    s.has_no_record = true;
    decide_scene(&s, NULL, false);
    expect_steps(&s, "suspend 0 suspend HelmRelease b/umbrella\n"
                     "releases 0 delete HelmRelease b/x\n"
                     "parents 0 delete HelmRelease b/umbrella\n"
                     "namespaces 0 delete Namespace shared\n");
    expect_kept(&s, "kept Namespace old: made with kubectl-create as well\n"
                    "left HelmRelease b/theirs: somebody else's (made with kubectl-create)\n"
                    "left Namespace b: holds what is somebody else's: HelmRelease b/theirs\n");
}

// --- data ---

#define CLAIM(ns, name, more) OBJECT("v1", "PersistentVolumeClaim", ns, name, more)
#define VOLUME(name, ns, claim)                                                                    \
    WIDE("v1", "PersistentVolume", name, BY("provisioner"))                                        \
    "spec: {claimRef: {namespace: " ns ", name: " claim "}}\n"
#define STORED                                                                                     \
    OURS OBJECT("apps/v1", "StatefulSet", "n", "loki", "") APPLIED("platform")                     \
        CLAIM("n", "data-loki-0", BY("kube-controller-manager")) VOLUME("pv", "n", "data-loki-0")  \
            OBJECT("v1", "Secret", "kube-system", "key",                                           \
                   ", labels: {sealedsecrets.bitnami.com/sealed-secrets-key: active}" BY(          \
                       "controller")) SPACE(RECORD, "")

static void test_teardown_stays__data_stays_and_the_record_with_it(void **state)
{
    (void)state;
    expect_all(STORED, "objects 0 delete StatefulSet n/loki\n",
               "data PersistentVolumeClaim n/data-loki-0: data\n"
               "data Secret kube-system/key: data: opens what was sealed for this cluster\n"
               "data PersistentVolume pv: data of PersistentVolumeClaim n/data-loki-0\n"
               "data Namespace n: holds data: PersistentVolumeClaim n/data-loki-0\n"
               "kept Namespace sandstrap-system: the record, for the next down\n");
}

// "data-my-web-0" may be the claim "data" of the set my-web, or "data-my" of web.
static void test_teardown_stays__a_claim_that_may_be_somebody_elses_does_not_go(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, OURS OBJECT("apps/v1", "StatefulSet", "n", "web", "") APPLIED("platform")
                       OBJECT("apps/v1", "StatefulSet", "n", "my-web", BY("kubectl-create"))
                           CLAIM("n", "data-my-web-0", BY("kube-controller-manager"))
                               SPACE(RECORD, ""));
    decide_scene(&s, NULL, true);
    expect_kept(&s,
                "left StatefulSet n/my-web: somebody else's (made with kubectl-create)\n"
                "left PersistentVolumeClaim n/data-my-web-0: somebody else's (belongs to "
                "StatefulSet n/my-web)\n"
                "left Namespace n: holds what is somebody else's: StatefulSet n/my-web and 1 more\n"
                "kept Namespace sandstrap-system: the record, for the next down\n");
}

static void test_teardown_stays__data_goes_when_asked_for(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, STORED);
    decide_scene(&s, NULL, true);
    expect_steps(&s, "objects 0 delete StatefulSet n/loki\n"
                     "data 0 delete PersistentVolumeClaim n/data-loki-0\n"
                     "data 0 delete Secret kube-system/key\n"
                     "data 1 delete PersistentVolume pv\n" GONE_N
                     "record 0 delete Namespace sandstrap-system\n");
    expect_kept(&s, "");
}

#define KEY(ns)                                                                                    \
    OBJECT("v1", "Secret", ns, "key",                                                              \
           ", labels: {sealedsecrets.bitnami.com/sealed-secrets-key: active}" BY("controller"))
#define CONTROLLER(ns, name)                                                                       \
    OBJECT("apps/v1", "Deployment", ns, name, BY("helm"))                                          \
    "spec: {template: {spec: {containers: [{name: controller}]}}}\n"

// ... which many programs are called.
static void test_teardown_stays__a_key_is_not_made_by_a_controller_elsewhere(void **state)
{
    (void)state;
    expect_all(OURS SPACE(RECORD, "") KEY("n") CONTROLLER("ingress", "nginx") "was: {there: 1}\n",
               "",
               "data Secret n/key: data: opens what was sealed for this cluster\n"
               "data Namespace n: holds data: Secret n/key\n"
               "kept Namespace sandstrap-system: the record, for the next down\n");
}

static void test_teardown_stays__a_key_of_somebody_else_does_not_go(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, OURS SPACE("b", BY("helm")) CONTROLLER("b", "sealed-secrets") KEY("b"));
    decide_scene(&s, NULL, true);
    expect_steps(&s, GONE_N);
    expect_kept(&s, "");
}

static void test_teardown_stays__keys_for_a_rebuild_keep_the_record(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, OURS SPACE(RECORD, "") OBJECT("v1", "Secret", RECORD, "sealing-keys", ""));
    decide_scene(&s, NULL, true);
    expect_steps(&s, GONE_N);
    expect_kept(&s, "kept Namespace sandstrap-system: has the sealing keys for the next up\n");
}

// Helm would delete the namespace that holds the data: it is not asked.
static void test_teardown_stays__a_release_is_let_go_when_it_would_delete_data(void **state)
{
    (void)state;
    expect_all(SPACE("b", "") APPLIED("bigbang") RELEASE("b", "umbrella", "") APPLIED("bigbang")
                   SPACE("loki", FROM_HELM("umbrella")) RELEASE("b", "loki", FROM_HELM("umbrella"))
                       OBJECT("apps/v1", "StatefulSet", "loki", "loki", FROM_HELM("loki"))
                           CLAIM("loki", "data-loki-0", BY("kube-controller-manager"))
                               OBJECT("notification.toolkit.fluxcd.io/v1", "Provider", "loki", "p",
                                      FROM_HELM("umbrella")),
               "suspend 0 suspend HelmRelease b/umbrella\n"
               "releases 0 delete HelmRelease b/loki\n"
               "parents 0 let go HelmRelease b/umbrella\n"
               "orphans 1 uninstall HelmRelease b/umbrella\n"
               "objects 0 delete Provider loki/p\n"
               "namespaces 0 delete Namespace b\n",
               "data PersistentVolumeClaim loki/data-loki-0: data\n"
               "data Namespace loki: holds data: PersistentVolumeClaim loki/data-loki-0\n");
}

static void test_teardown_stays__pruning_spares_what_stays(void **state)
{
    (void)state;
    expect_all(UMBRELLA MAP("b", "theirs", BY("kubectl-create"))
                   SPACE("c", FROM_KUSTOMIZATION("base")) MAP("c", "theirs", BY("kubectl-create")),
               "suspend 0 suspend GitRepository f/git\n"
               "suspend 0 suspend Kustomization f/base\n"
               "suspend 0 mark Namespace c\n"
               "releases 0 delete HelmRelease b/umbrella\n"
               "parents 0 delete Kustomization f/base\n"
               "sources 0 delete GitRepository f/git\n"
               "namespaces 0 delete Namespace f\n",
               "left ConfigMap b/theirs: somebody else's (made with kubectl-create)\n"
               "left ConfigMap c/theirs: somebody else's (made with kubectl-create)\n"
               "left Namespace b: holds what is somebody else's: ConfigMap b/theirs\n"
               "left Namespace c: holds what is somebody else's: ConfigMap c/theirs\n");
}

// --- definitions ---

#define THING DEFINITION("things", "x.io", "Thing", "") APPLIED("platform")

static void test_teardown_stays__a_definition_that_others_use_stays(void **state)
{
    (void)state;
    expect_all(THING OBJECT("x.io/v1", "Thing", "theirs", "t", BY("kubectl")), "",
               "left CustomResourceDefinition things.x.io: used by somebody else: Thing theirs/t\n"
               "left Thing theirs/t: somebody else's (made with kubectl)\n");
    expect_all(THING OURS OBJECT("x.io/v1", "Thing", "n", "t", BY("some-operator")),
               "definitions 0 delete CustomResourceDefinition things.x.io\n" GONE_N, "");
}

// What a program of ours reports about somebody's objects is no use of theirs.
static void test_teardown_stays__reports_about_others_do_not_hold_a_definition(void **state)
{
    (void)state;
    expect_all(
        THING OURS OBJECT("apps/v1", "Deployment", "n", "r", "") APPLIED(
            "platform") "spec: {template: {spec: {containers: "
                        "[{name: c, image: "
                        "'x.io:5000/a/reports-controller:v1'}]}}}\n" OBJECT("v1", "Pod", "theirs",
                                                                            "p", BY("kubectl-run"))
                            OBJECT("x.io/v1", "Thing", "theirs", "t",
                                   ", ownerReferences: [{uid: u-p}]" BY("reports-controller")),
        "objects 0 delete Deployment n/r\n"
        "definitions 0 delete CustomResourceDefinition things.x.io\n" GONE_N,
        "");
}

static void test_teardown_stays__flux_stays_for_the_objects_of_others(void **state)
{
    (void)state;
    expect_all(FLUX RELEASE("theirs", "r", BY("kubectl")) SPACE(RECORD, ""), "",
               "left CustomResourceDefinition helmreleases.helm.toolkit.fluxcd.io: used by "
               "somebody else: HelmRelease theirs/r\n"
               "left HelmRelease theirs/r: somebody else's (made with kubectl)\n"
               "left Namespace f: needed as long as there is CustomResourceDefinition "
               "helmreleases.helm.toolkit.fluxcd.io\n"
               "left ServiceAccount f/helm: needed as long as there is CustomResourceDefinition "
               "helmreleases.helm.toolkit.fluxcd.io\n"
               "left ClusterRoleBinding crb: needed as long as there is CustomResourceDefinition "
               "helmreleases.helm.toolkit.fluxcd.io\n"
               "left Deployment f/helm-controller: needed as long as there is "
               "CustomResourceDefinition helmreleases.helm.toolkit.fluxcd.io\n"
               "kept Namespace sandstrap-system: the record, for the next down\n");
}

// Charts bring definitions that Helm leaves, and objects that it is told to keep.
static void test_teardown_stays__what_helm_leaves_has_steps_of_its_own(void **state)
{
    (void)state;
    expect_all(SPACE("b", "") APPLIED("bigbang") RELEASE("b", "r", "")
                   APPLIED("bigbang") "spec: {targetNamespace: t}\n" DEFINITION(
                       "things", "x.io", "Thing", FROM_RELEASE("r"))
                       MAP("b", "kept",
                           FROM_RELEASE("r") ", annotations: {meta.helm.sh/release-name: r, "
                                             "helm.sh/resource-policy: keep}")
                           MAP("b", "gone", FROM_HELM("r")) SPACE("t", BY("helm-controller")),
               "releases 0 delete HelmRelease b/r\n"
               "objects 0 delete ConfigMap b/kept\n"
               "definitions 0 delete CustomResourceDefinition things.x.io\n"
               "namespaces 0 delete Namespace b\n"
               "namespaces 0 delete Namespace t\n",
               "");
}

// Its finalizer is handled by what the release runs.
static void test_teardown_stays__a_custom_object_goes_before_its_operator(void **state)
{
    (void)state;
    expect_all(SPACE("b", "") APPLIED("bigbang") RELEASE("b", "operator", "") APPLIED("bigbang")
                   DEFINITION("things", "x.io", "Thing", FROM_HELM("operator"))
                       OBJECT("x.io/v1", "Thing", "b", "t", "") APPLIED("bigbang"),
               "releases 0 delete Thing b/t\n"
               "releases 1 delete HelmRelease b/operator\n"
               "definitions 0 delete CustomResourceDefinition things.x.io\n"
               "namespaces 0 delete Namespace b\n",
               "");
}

#define AGENT_LABEL ", labels: {app.kubernetes.io/name: sandstrap-node}"
#define AGENTS                                                                                     \
    OURS SPACE("kube-system", BY("kube-apiserver"))                                                \
        OBJECT("v1", "Secret", "kube-system", "sandstrap-node-token", AGENT_LABEL)                 \
            APPLIED("node-agents")                                                                 \
                OBJECT("apps/v1", "DaemonSet", "kube-system", "sandstrap-node-k3s", AGENT_LABEL)   \
                    APPLIED("node-agents")                                                         \
                        OBJECT("v1", "Pod", "kube-system", "sandstrap-node-k3s-x",                 \
                               AGENT_LABEL ", ownerReferences: [{uid: u-sandstrap-node-k3s}]")     \
                            OBJECT("v1", "Secret", "kube-system", "alike", AGENT_LABEL BY("helm"))

static void test_teardown_stays__agents_go_last(void **state)
{
    (void)state;
    expect_all(AGENTS,
               GONE_N "nodes 0 delete DaemonSet kube-system/sandstrap-node-k3s\n"
                      "nodes 1 delete Secret kube-system/sandstrap-node-token\n",
               "");
}

static void test_teardown_stays__agents_stay_for_what_stays_and_for_a_rebuild(void **state)
{
    struct scene layer CLEANUP(close_scene), rebuild CLEANUP(close_scene);

    (void)state;
    open_scene(&layer, AGENTS);
    decide_scene(&layer, "flux", false);
    expect_steps(&layer, GONE_N);
    expect_kept(&layer,
                "kept Secret kube-system/sandstrap-node-token: serves the nodes in the air gap\n"
                "kept DaemonSet kube-system/sandstrap-node-k3s: serves the nodes in the air gap\n");
    open_scene(&rebuild, AGENTS);
    rebuild.keeps_nodes = true;
    decide_scene(&rebuild, NULL, false);
    expect_steps(&rebuild, GONE_N);
    expect_kept(&rebuild,
                "kept Secret kube-system/sandstrap-node-token: serves the nodes in the air gap\n"
                "kept DaemonSet kube-system/sandstrap-node-k3s: serves the nodes in the air gap\n");
}

UNIT_MAIN(UNIT(test_teardown_stays__what_a_person_made_holds_its_namespace),
          UNIT(test_teardown_stays__what_the_cluster_and_programs_made_goes_along),
          UNIT(test_teardown_stays__a_workload_of_unknown_origin_is_somebodys),
          UNIT(test_teardown_stays__a_workload_that_a_program_of_ours_made_goes),
          UNIT(test_teardown_stays__what_a_program_made_in_the_clusters_namespaces_goes),
          UNIT(test_teardown_stays__what_a_program_made_elsewhere_stays),
          UNIT(test_teardown_stays__what_was_there_and_what_was_adopted_stays),
          UNIT(test_teardown_stays__another_one_of_its_name_is_not_ours),
          UNIT(test_teardown_stays__what_was_about_to_be_made_is_ours_by_its_manager),
          UNIT(test_teardown_stays__without_a_record_managers_and_labels_tell),
          UNIT(test_teardown_stays__data_stays_and_the_record_with_it),
          UNIT(test_teardown_stays__a_claim_that_may_be_somebody_elses_does_not_go),
          UNIT(test_teardown_stays__data_goes_when_asked_for),
          UNIT(test_teardown_stays__a_key_is_not_made_by_a_controller_elsewhere),
          UNIT(test_teardown_stays__a_key_of_somebody_else_does_not_go),
          UNIT(test_teardown_stays__keys_for_a_rebuild_keep_the_record),
          UNIT(test_teardown_stays__a_release_is_let_go_when_it_would_delete_data),
          UNIT(test_teardown_stays__pruning_spares_what_stays),
          UNIT(test_teardown_stays__a_definition_that_others_use_stays),
          UNIT(test_teardown_stays__reports_about_others_do_not_hold_a_definition),
          UNIT(test_teardown_stays__flux_stays_for_the_objects_of_others),
          UNIT(test_teardown_stays__what_helm_leaves_has_steps_of_its_own),
          UNIT(test_teardown_stays__a_custom_object_goes_before_its_operator),
          UNIT(test_teardown_stays__agents_go_last),
          UNIT(test_teardown_stays__agents_stay_for_what_stays_and_for_a_rebuild))
