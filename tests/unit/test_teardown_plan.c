// SPDX-License-Identifier: Apache-2.0
// work/teardown: what a plan makes of a cluster, from documents. An object's `was` says what is
// known of it: applied (its layer), adopted (its layer), there (before the first up).
#include "unit.h"

#include "base/mem.h"
#include "cluster/record/snapshot_rows.h"
#include "work/teardown/plan/decision.h"

#define RECORD "sandstrap-system"

struct scene {
    struct arena *arena;
    struct doc *doc;
    struct census census;
    struct whose_table whose;
    struct journal *journal;
    struct snapshot *before;
    struct report report;
    struct buf said;
    struct teardown_plan plan;
    bool has_no_record;
    struct orphans orphans;
    struct dead_hooks hooks;
};

static void note_event(struct report *r, const struct report_event *event)
{
    struct scene *s = (struct scene *)(void *)((char *)r - offsetof(struct scene, report));

    buf_printf(&s->said, "%s\n", event->text);
}

static void note_journal(struct scene *s, const struct node *object, const struct node *was)
{
    const char *adopted = node_get_str(was, "adopted");
    const char *layer = adopted[0] ? adopted : node_get_str(was, "applied");
    const struct journal_entry entry = {
        .id = node_identity(object),
        .version = "v1",
        .uid = node_get(was, "uid") ? node_get_str(was, "uid")
                                    : node_get_str(node_get(object, "metadata"), "uid"),
        .digest = "sha256:0",
        .layer = layer,
        .adopted = adopted[0] != 0,
    };

    if (layer[0])
        journal_put(s->journal, &entry);
}

static void note_before(struct scene *s, const struct node *object, const struct node *was)
{
    struct identity id = node_identity(object);
    const struct snapshot_object o = {id, node_get_str(node_get(object, "metadata"), "uid"), ""};

    if (node_get(was, "there"))
        snapshot_add(s->before, snapshot_kind(s->before, id.group, id.kind), &o);
}

static void note_kind(struct scene *s, const struct node *definition)
{
    const struct node *names = node_path(definition, "spec", "names");

    if (names)
        census_add_kind(&s->census, node_get_text(node_get(definition, "spec"), "group"),
                        node_get_text(names, "kind"), node_get_text(names, "plural"));
}

static void open_scene(struct scene *s, const char *cluster)
{
    static const char *layers[] = {"flux", "platform", "bigbang", "tenants"};
    struct node_list list = {0};
    struct err *err = NULL;

    *s = (struct scene){.arena = arena_new(),
                        .doc = doc_new(),
                        .journal = journal_new(),
                        .before = snapshot_new(),
                        .report = {.emit = note_event},
                        .said = BUF_INIT(BUF_TEXT_MAX),
                        .plan = {.arena = arena_new()}};
    census_open(&s->census);
    journal_set_layers(s->journal, layers, ARRAY_LEN(layers));
    assert_int_equal(doc_read_yaml(s->doc, span_str(cluster), "cluster", &list, &err), 0);
    for (size_t i = 0; i < list.len; i++) {
        const struct node *was = node_get(list.items[i], "was");

        note_journal(s, list.items[i], was);
        note_before(s, list.items[i], was);
        note_kind(s, list.items[i]);
        if (!node_get(was, "gone"))
            census_add(&s->census, list.items[i]);
    }
    snapshot_sort(s->before);
}

static void close_scene(struct scene *s)
{
    whose_close(&s->whose);
    census_close(&s->census);
    teardown_plan_free(&s->plan);
    journal_free(s->journal);
    snapshot_free(s->before);
    buf_free(&s->said);
    doc_free(s->doc);
    arena_free(s->arena);
}

static void decide_scene(struct scene *s, const char *to, bool data)
{
    struct decision d = {.census = &s->census,
                         .whose = &s->whose,
                         .orphans = &s->orphans,
                         .hooks = &s->hooks,
                         .record_ns = RECORD,
                         .keys_copy = "sealing-keys",
                         .data = data,
                         .report = &s->report,
                         .plan = &s->plan};

    whose_open(&s->whose, &s->census, s->has_no_record ? NULL : s->journal,
               s->has_no_record ? NULL : s->before, NULL);
    d.to = whose_layer(&s->whose, to);
    decide(&d);
}

static void expect_printed(struct scene *s, const char *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    teardown_plan_print(&s->plan, &text);
    assert_string_equal(buf_str(&text), want);
}

// The plan of a whole teardown, as text.
static void expect(const char *cluster, const char *want)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, cluster);
    decide_scene(&s, NULL, false);
    expect_printed(&s, want);
}

#define BY(manager)                                                                                \
    ", managedFields: [{manager: " manager ", operation: Update, "                                 \
    "time: '2026-11-27T09:00:00Z'}]"
#define META(ns, name, more) "metadata: {name: " name ", namespace: " ns ", uid: u-" name more "}\n"
#define OBJECT(version, kind, ns, name, more)                                                      \
    "---\napiVersion: " version "\nkind: " kind "\n" META(ns, name, more)
#define WIDE(version, kind, name, more)                                                            \
    "---\napiVersion: " version "\nkind: " kind "\nmetadata: {name: " name ", uid: u-" name more   \
    "}\n"
#define APPLIED(layer) "was: {applied: " layer "}\n"
#define SPACE(name, more) WIDE("v1", "Namespace", name, more)
#define MAP(ns, name, more) OBJECT("v1", "ConfigMap", ns, name, more)
#define RELEASE(ns, name, more) OBJECT("helm.toolkit.fluxcd.io/v2", "HelmRelease", ns, name, more)
#define KUSTOMIZATION(ns, name, more)                                                              \
    OBJECT("kustomize.toolkit.fluxcd.io/v1", "Kustomization", ns, name, more)
#define FROM_RELEASE(name)                                                                         \
    ", labels: {helm.toolkit.fluxcd.io/name: " name ", helm.toolkit.fluxcd.io/namespace: b}"
#define FROM_HELM(name) FROM_RELEASE(name) ", annotations: {meta.helm.sh/release-name: " name "}"
#define FROM_KUSTOMIZATION(name)                                                                   \
    ", labels: {kustomize.toolkit.fluxcd.io/name: " name                                           \
    ", kustomize.toolkit.fluxcd.io/namespace: f}"
#define AFTER(name) "spec: {dependsOn: [{name: " name "}]}\n"
#define DEFINITION(plural, group, kind, more)                                                      \
    WIDE("apiextensions.k8s.io/v1", "CustomResourceDefinition", plural "." group, more)            \
    "spec: {group: " group ", names: {kind: " kind ", plural: " plural "}}\n"

static void test_teardown_plan__nothing_of_ours_is_an_empty_plan(void **state)
{
    (void)state;
    expect(SPACE("theirs", BY("kubectl-create")) MAP("theirs", "m", BY("kubectl-create")),
           "0 steps, 0 objects stay\n");
}

// The shape of Big Bang: a Kustomization makes the umbrella, which makes the packages.
#define UMBRELLA                                                                                   \
    SPACE("f", "")                                                                                 \
    APPLIED("flux")                                                                                \
    SPACE("b", "")                                                                                 \
    APPLIED("bigbang")                                                                             \
    OBJECT("source.toolkit.fluxcd.io/v1", "GitRepository", "f", "git", "")                         \
    APPLIED("bigbang")                                                                             \
    KUSTOMIZATION("f", "base", "")                                                                 \
    APPLIED("bigbang")                                                                             \
    "spec: {prune: true}\nstatus: {inventory: {entries: "                                          \
    "[{id: b_umbrella_helm.toolkit.fluxcd.io_HelmRelease, v: v2}]}}\n" RELEASE(                    \
        "b", "umbrella", FROM_KUSTOMIZATION("base"))
#define PACKAGE(name) RELEASE("b", name, FROM_HELM("umbrella"))

static void test_teardown_plan__releases_go_before_their_parents(void **state)
{
    (void)state;
    expect(UMBRELLA PACKAGE("istiod") PACKAGE("loki") AFTER("istiod") PACKAGE("grafana")
               AFTER("loki"),
           "suspend: suspend what would make the others anew (3)\n"
           "  suspend   GitRepository f/git [bigbang] (a source)\n"
           "  suspend   Kustomization f/base [bigbang] (made other objects of Flux)\n"
           "  suspend   HelmRelease b/umbrella [bigbang] (made other objects of Flux)\n"
           "releases: uninstall Helm releases, dependents first (3)\n"
           "  delete    HelmRelease b/grafana [bigbang] (made by HelmRelease b/umbrella)\n"
           "  then\n"
           "  delete    HelmRelease b/loki [bigbang] (made by HelmRelease b/umbrella)\n"
           "  then\n"
           "  delete    HelmRelease b/istiod [bigbang] (made by HelmRelease b/umbrella)\n"
           "parents: remove what made them (2)\n"
           "  delete    HelmRelease b/umbrella [bigbang] (made by Kustomization f/base)\n"
           "  then\n"
           "  delete    Kustomization f/base [bigbang] (applied by up)\n"
           "sources: remove the sources of Flux (1)\n"
           "  delete    GitRepository f/git [bigbang] (applied by up)\n"
           "namespaces: remove namespaces with all that is left in them (2)\n"
           "  delete    Namespace f [flux] (applied by up)\n"
           "  delete    Namespace b [bigbang] (applied by up)\n"
           "11 steps, 0 objects stay\n");
}

static void test_teardown_plan__a_circle_of_releases_is_said_and_goes(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, SPACE("b", "") APPLIED("bigbang") RELEASE("b", "x", "") APPLIED("bigbang")
                       AFTER("y") RELEASE("b", "y", "") APPLIED("bigbang") AFTER("x"));
    decide_scene(&s, NULL, false);
    assert_int_equal(s.plan.steps.len, 3);
    assert_non_null(strstr(buf_str(&s.said), "depend on each other: they go in any order"));
}

static void test_teardown_plan__policy_engines_go_after_the_others(void **state)
{
    (void)state;
    expect(SPACE("b", "") APPLIED("bigbang") RELEASE("b", "engine", "") APPLIED("bigbang")
               RELEASE("b", "other", "") APPLIED("bigbang")
                   OBJECT("v1", "Service", "e", "svc", FROM_HELM("engine"))
                       WIDE("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration",
                            "hook", BY("kyverno")) "webhooks: [{name: a.b.c, clientConfig: "
                                                   "{service: {namespace: e, name: svc}}}]\n",
           "releases: uninstall Helm releases, dependents first (2)\n"
           "  delete    HelmRelease b/other [bigbang] (applied by up)\n"
           "  then\n"
           "  delete    HelmRelease b/engine [bigbang] (applied by up)\n"
           "webhooks: remove webhooks and API services with nothing behind them (1)\n"
           "  delete    ValidatingWebhookConfiguration hook (calls Service e/svc, which goes)\n"
           "namespaces: remove namespaces with all that is left in them (1)\n"
           "  delete    Namespace b [bigbang] (applied by up)\n"
           "4 steps, 0 objects stay\n");
}

static void test_teardown_plan__objects_go_last_layer_first_and_by_rank(void **state)
{
    (void)state;
    expect(SPACE("n", "") APPLIED("platform") MAP("n", "low", "") APPLIED("platform")
               OBJECT("apps/v1", "Deployment", "n", "app", "") APPLIED("platform")
                   MAP("n", "high", "") APPLIED("tenants"),
           "objects: remove the other objects, last layer first (3)\n"
           "  delete    ConfigMap n/high [tenants] (applied by up)\n"
           "  then\n"
           "  delete    Deployment n/app [platform] (applied by up)\n"
           "  then\n"
           "  delete    ConfigMap n/low [platform] (applied by up)\n"
           "namespaces: remove namespaces with all that is left in them (1)\n"
           "  delete    Namespace n [platform] (applied by up)\n"
           "4 steps, 0 objects stay\n");
}

#define PART ", labels: {app.kubernetes.io/part-of: flux}"
#define FLUX                                                                                       \
    SPACE("f", PART)                                                                               \
    APPLIED("flux")                                                                                \
    OBJECT("v1", "ServiceAccount", "f", "helm", PART)                                              \
    APPLIED("flux")                                                                                \
    WIDE("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "crb", PART)                        \
    APPLIED("flux")                                                                                \
    OBJECT("apps/v1", "Deployment", "f", "helm-controller", PART)                                  \
    APPLIED("flux")                                                                                \
    DEFINITION("helmreleases", "helm.toolkit.fluxcd.io", "HelmRelease", PART) APPLIED("flux")

static void test_teardown_plan__controllers_lose_their_rights_first(void **state)
{
    (void)state;
    expect(FLUX SPACE(RECORD, ""),
           "controllers: remove the controllers of Flux (3)\n"
           "  delete    ClusterRoleBinding crb [flux] (applied by up)\n"
           "  then\n"
           "  delete    Deployment f/helm-controller [flux] (applied by up)\n"
           "  then\n"
           "  delete    ServiceAccount f/helm [flux] (applied by up)\n"
           "definitions: remove custom resource definitions (1)\n"
           "  delete    CustomResourceDefinition helmreleases.helm.toolkit.fluxcd.io [flux] "
           "(applied by up)\n"
           "namespaces: remove namespaces with all that is left in them (1)\n"
           "  delete    Namespace f [flux] (applied by up)\n"
           "record: remove the record of what sandstrap did (1)\n"
           "  delete    Namespace sandstrap-system (the record of what up did)\n"
           "6 steps, 0 objects stay\n");
}

// --- what stays ---

// What stays of a plan, one line each: "left Namespace n", "data …", "kept …".
static void expect_kept(struct scene *s, const char *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct teardown_kept *, k, &s->plan.kept) {
        buf_add_str(&text, k->left ? "left " : k->data ? "data " : "kept ");
        identity_format(&k->id, &text);
        buf_printf(&text, ": %s\n", k->why);
    }
    assert_string_equal(buf_str(&text), want);
}

// The steps, one line each: "releases 0 delete HelmRelease b/x".
static void expect_steps(struct scene *s, const char *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct teardown_step *, it, &s->plan.steps) {
        buf_printf(&text, "%s %zu %s ", teardown_phase_name(it->phase), it->wave,
                   teardown_verb_name(it->verb));
        identity_format(&it->id, &text);
        buf_add_char(&text, '\n');
    }
    assert_string_equal(buf_str(&text), want);
}

static void expect_all(const char *cluster, const char *steps, const char *kept)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, cluster);
    decide_scene(&s, NULL, false);
    expect_steps(&s, steps);
    expect_kept(&s, kept);
}

#define OURS SPACE("n", "") APPLIED("platform")
#define GONE_N "namespaces 0 delete Namespace n\n"

static void test_teardown_plan__what_a_person_made_holds_its_namespace(void **state)
{
    (void)state;
    expect_all(OURS MAP("n", "ours", "") APPLIED("platform")
                   MAP("n", "theirs", BY("kubectl-create")) SPACE(RECORD, ""),
               "objects 0 delete ConfigMap n/ours\n",
               "left ConfigMap n/theirs: somebody else's (made with kubectl-create)\n"
               "left Namespace n: holds what is somebody else's: ConfigMap n/theirs\n"
               "kept Namespace sandstrap-system: the record, for the next down\n");
}

static void test_teardown_plan__what_the_cluster_and_programs_made_goes_along(void **state)
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

static void test_teardown_plan__a_workload_of_unknown_origin_is_somebodys(void **state)
{
    (void)state;
    expect_all(OURS OBJECT("apps/v1", "Deployment", "n", "d", BY("some-operator"))
                   OBJECT("v1", "Pod", "n", "p", ", ownerReferences: [{uid: u-d}]"),
               "",
               "left Deployment n/d: somebody else's (made with some-operator)\n"
               "left Namespace n: holds what is somebody else's: Deployment n/d and 1 more\n");
}

static void test_teardown_plan__a_workload_that_a_program_of_ours_made_goes(void **state)
{
    (void)state;
    expect_all(OURS OBJECT("apps/v1", "Deployment", "n", "some-operator", "") APPLIED("platform")
                   OBJECT("apps/v1", "StatefulSet", "n", "made", BY("some-operator")),
               "objects 0 delete Deployment n/some-operator\n" GONE_N, "");
}

static void test_teardown_plan__what_was_there_and_what_was_adopted_stays(void **state)
{
    (void)state;
    expect_all(SPACE("old", BY("kubectl-create")) "was: {there: 1, adopted: platform}\n" MAP(
                   "old", "ours", "") APPLIED("platform")
                   MAP("old", "theirs", BY("kubectl")) "was: {there: 1}\n",
               "objects 0 delete ConfigMap old/ours\n",
               "kept Namespace old: there before the first up\n");
}

static void test_teardown_plan__another_one_of_its_name_is_not_ours(void **state)
{
    (void)state;
    expect_all(SPACE("n", BY("kubectl-create")) "was: {applied: platform, uid: other}\n", "", "");
}

static void test_teardown_plan__what_was_about_to_be_made_is_ours_by_its_manager(void **state)
{
    (void)state;
    expect_all(SPACE("a", BY("sandstrap")) "was: {applied: platform, uid: ''}\n" SPACE(
                   "b", BY("kubectl-create")) "was: {applied: platform, uid: ''}\n",
               "namespaces 0 delete Namespace a\n", "");
}

static void test_teardown_plan__without_a_record_managers_and_labels_tell(void **state)
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

static void test_teardown_plan__data_stays_and_the_record_with_it(void **state)
{
    (void)state;
    expect_all(STORED, "objects 0 delete StatefulSet n/loki\n",
               "data PersistentVolumeClaim n/data-loki-0: data\n"
               "data Secret kube-system/key: data: opens what was sealed for this cluster\n"
               "data PersistentVolume pv: data of PersistentVolumeClaim n/data-loki-0\n"
               "data Namespace n: holds data: PersistentVolumeClaim n/data-loki-0\n"
               "kept Namespace sandstrap-system: the record, for the next down\n");
}

static void test_teardown_plan__data_goes_when_asked_for(void **state)
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
static void test_teardown_plan__a_key_is_not_made_by_a_controller_elsewhere(void **state)
{
    (void)state;
    expect_all(OURS SPACE(RECORD, "") KEY("n") CONTROLLER("ingress", "nginx") "was: {there: 1}\n",
               "",
               "data Secret n/key: data: opens what was sealed for this cluster\n"
               "data Namespace n: holds data: Secret n/key\n"
               "kept Namespace sandstrap-system: the record, for the next down\n");
}

static void test_teardown_plan__a_key_of_somebody_else_does_not_go(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, OURS SPACE("b", BY("helm")) CONTROLLER("b", "sealed-secrets") KEY("b"));
    decide_scene(&s, NULL, true);
    expect_steps(&s, GONE_N);
    expect_kept(&s, "");
}

static void test_teardown_plan__keys_for_a_rebuild_keep_the_record(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, OURS SPACE(RECORD, "") OBJECT("v1", "Secret", RECORD, "sealing-keys", ""));
    decide_scene(&s, NULL, true);
    expect_steps(&s, GONE_N);
    expect_kept(&s, "kept Namespace sandstrap-system: has the sealing keys for the next up\n");
}

// Helm would delete the namespace that holds the data: it is not asked.
static void test_teardown_plan__a_release_is_let_go_when_it_would_delete_data(void **state)
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

static void test_teardown_plan__pruning_spares_what_stays(void **state)
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

static void test_teardown_plan__a_definition_that_others_use_stays(void **state)
{
    (void)state;
    expect_all(THING OBJECT("x.io/v1", "Thing", "theirs", "t", BY("kubectl")), "",
               "left CustomResourceDefinition things.x.io: used by somebody else: Thing theirs/t\n"
               "left Thing theirs/t: somebody else's (made with kubectl)\n");
    expect_all(THING OURS OBJECT("x.io/v1", "Thing", "n", "t", BY("some-operator")),
               "definitions 0 delete CustomResourceDefinition things.x.io\n" GONE_N, "");
}

// What a program of ours reports about somebody's objects is no use of theirs.
static void test_teardown_plan__reports_about_others_do_not_hold_a_definition(void **state)
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

static void test_teardown_plan__flux_stays_for_the_objects_of_others(void **state)
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
static void test_teardown_plan__what_helm_leaves_has_steps_of_its_own(void **state)
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
static void test_teardown_plan__a_custom_object_goes_before_its_operator(void **state)
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

// --- what was damaged ---

static void test_teardown_plan__what_a_lost_kustomization_made_goes_step_by_step(void **state)
{
    (void)state;
    expect_all(SPACE("f", "") APPLIED("flux")
                   KUSTOMIZATION("f", "base", "") "was: {applied: flux, gone: 1}\n" RELEASE(
                       "b", "r", FROM_KUSTOMIZATION("base"))
                       MAP("b", "m", FROM_KUSTOMIZATION("base")),
               "releases 0 delete HelmRelease b/r\n"
               "objects 0 delete ConfigMap b/m\n"
               "namespaces 0 delete Namespace f\n",
               "");
}

// The namespace of the releases was deleted by hand, and helm-controller had no say.
static void test_teardown_plan__a_release_without_its_helmrelease_is_uninstalled(void **state)
{
    struct scene s CLEANUP(close_scene);
    struct orphan orphan = {
        .release = {SPAN("helm.toolkit.fluxcd.io"), SPAN("HelmRelease"), SPAN("b"), SPAN("r")}};

    (void)state;
    open_scene(&s, SPACE("b", "") "was: {applied: bigbang, gone: 1}\n" SPACE("r", FROM_HELM("r"))
                       OBJECT("apps/v1", "Deployment", "r", "d", FROM_HELM("r")));
    s.orphans.list.items = &orphan;
    s.orphans.list.len = 1;
    decide_scene(&s, NULL, false);
    expect_steps(&s, "orphans 0 uninstall HelmRelease b/r\nnamespaces 0 delete Namespace r\n");
    assert_string_equal(s.plan.steps.items[0].layer, "bigbang");
}

static void test_teardown_plan__a_dead_webhook_of_ours_goes(void **state)
{
    struct scene s CLEANUP(close_scene);
    struct dead_hook hook = {
        .id = {SPAN("apiregistration.k8s.io"), SPAN("APIService"), SPAN_EMPTY, SPAN("v1.x.io")},
        .why = "calls Service x/y, which does not exist"};

    (void)state;
    open_scene(&s, OURS WIDE("apiregistration.k8s.io/v1", "APIService", "v1.x.io", ""));
    s.hooks.list.items = &hook;
    s.hooks.list.len = 1;
    decide_scene(&s, NULL, false);
    expect_steps(&s, "webhooks 0 delete APIService v1.x.io\n" GONE_N);
}

// Flux that manages itself would end in the middle of the work.
static void test_teardown_plan__flux_does_not_prune_itself(void **state)
{
    (void)state;
    expect_all(SPACE("f", "") APPLIED("flux") KUSTOMIZATION("f", "self", "")
                   APPLIED("flux") "spec: {prune: true}\nstatus: {inventory: {entries: "
                                   "[{id: f_c_apps_Deployment, v: v1}]}}\n" OBJECT(
                                       "apps/v1", "Deployment", "f", "c",
                                       ", labels: {app.kubernetes.io/part-of: flux, "
                                       "kustomize.toolkit.fluxcd.io/name: self, "
                                       "kustomize.toolkit.fluxcd.io/namespace: f}"),
               "suspend 0 suspend Kustomization f/self\n"
               "releases 0 let go Kustomization f/self\n"
               "controllers 0 delete Deployment f/c\n"
               "namespaces 0 delete Namespace f\n",
               "");
}

// --- some layers only ---

static void test_teardown_plan__lower_layers_stay_whole(void **state)
{
    struct scene s CLEANUP(close_scene);

    (void)state;
    open_scene(&s, UMBRELLA OBJECT("source.toolkit.fluxcd.io/v1", "OCIRepository", "f", "oci", "")
                       APPLIED("tenants") RELEASE("f", "podinfo", "") APPLIED("tenants")
                           SPACE("t", "") APPLIED("tenants") SPACE(RECORD, "") MAP("t", "low", "")
                               APPLIED("platform"));
    decide_scene(&s, "bigbang", false);
    expect_steps(&s, "suspend 0 suspend OCIRepository f/oci\n"
                     "releases 0 delete HelmRelease f/podinfo\n"
                     "sources 0 delete OCIRepository f/oci\n");
    expect_kept(&s, "kept Namespace t: holds what stays: ConfigMap t/low\n"
                    "kept Namespace sandstrap-system: the record of what stays\n");
}

static void test_teardown_plan__programs_read_the_same(void **state)
{
    struct scene s CLEANUP(close_scene);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    open_scene(&s, OURS MAP("n", "ours", "") APPLIED("platform")
                       SPACE("old", "") "was: {there: 1, adopted: platform}\n");
    decide_scene(&s, NULL, false);
    doc_write_json(teardown_plan_node(&s.plan, d), false, &text);
    assert_string_equal(
        buf_str(&text),
        "{\"steps\":[{\"phase\":\"objects\",\"wave\":0,\"verb\":\"delete\",\"group\":\"\",\"kind\":"
        "\"ConfigMap\",\"namespace\":\"n\",\"name\":\"ours\",\"version\":\"v1\",\"uid\":\"u-ours\","
        "\"layer\":\"platform\",\"why\":\"applied by up\"},{\"phase\":\"namespaces\",\"wave\":0,"
        "\"verb\":\"delete\",\"group\":\"\",\"kind\":\"Namespace\",\"namespace\":\"\",\"name\":"
        "\"n\""
        ",\"version\":\"v1\",\"uid\":\"u-n\",\"layer\":\"platform\",\"why\":\"applied by up\"}],"
        "\"kept\":[{\"group\":\"\",\"kind\":\"Namespace\",\"namespace\":\"\",\"name\":\"old\","
        "\"why\":\"there before the first up\",\"next\":null,\"data\":false,\"leftover\":false}]}");
}

static void test_teardown_plan__covers_what_is_in_a_namespace_that_stays(void **state)
{
    struct scene s CLEANUP(close_scene);
    struct identity in = {SPAN_EMPTY, SPAN("Secret"), SPAN("old"), SPAN("any")};
    struct identity out = {SPAN_EMPTY, SPAN("Secret"), SPAN("n"), SPAN("any")};

    (void)state;
    open_scene(&s, OURS SPACE("old", "") "was: {there: 1, adopted: platform}\n");
    decide_scene(&s, NULL, false);
    assert_true(teardown_plan_covers(&s.plan, &in));
    assert_false(teardown_plan_keeps(&s.plan, &in));
    assert_false(teardown_plan_covers(&s.plan, &out));
}

UNIT_MAIN(UNIT(test_teardown_plan__nothing_of_ours_is_an_empty_plan),
          UNIT(test_teardown_plan__releases_go_before_their_parents),
          UNIT(test_teardown_plan__a_circle_of_releases_is_said_and_goes),
          UNIT(test_teardown_plan__policy_engines_go_after_the_others),
          UNIT(test_teardown_plan__objects_go_last_layer_first_and_by_rank),
          UNIT(test_teardown_plan__controllers_lose_their_rights_first),
          UNIT(test_teardown_plan__what_a_person_made_holds_its_namespace),
          UNIT(test_teardown_plan__what_the_cluster_and_programs_made_goes_along),
          UNIT(test_teardown_plan__a_workload_of_unknown_origin_is_somebodys),
          UNIT(test_teardown_plan__a_workload_that_a_program_of_ours_made_goes),
          UNIT(test_teardown_plan__what_was_there_and_what_was_adopted_stays),
          UNIT(test_teardown_plan__another_one_of_its_name_is_not_ours),
          UNIT(test_teardown_plan__what_was_about_to_be_made_is_ours_by_its_manager),
          UNIT(test_teardown_plan__without_a_record_managers_and_labels_tell),
          UNIT(test_teardown_plan__data_stays_and_the_record_with_it),
          UNIT(test_teardown_plan__data_goes_when_asked_for),
          UNIT(test_teardown_plan__a_key_is_not_made_by_a_controller_elsewhere),
          UNIT(test_teardown_plan__a_key_of_somebody_else_does_not_go),
          UNIT(test_teardown_plan__keys_for_a_rebuild_keep_the_record),
          UNIT(test_teardown_plan__a_release_is_let_go_when_it_would_delete_data),
          UNIT(test_teardown_plan__pruning_spares_what_stays),
          UNIT(test_teardown_plan__a_definition_that_others_use_stays),
          UNIT(test_teardown_plan__reports_about_others_do_not_hold_a_definition),
          UNIT(test_teardown_plan__flux_stays_for_the_objects_of_others),
          UNIT(test_teardown_plan__what_helm_leaves_has_steps_of_its_own),
          UNIT(test_teardown_plan__a_custom_object_goes_before_its_operator),
          UNIT(test_teardown_plan__what_a_lost_kustomization_made_goes_step_by_step),
          UNIT(test_teardown_plan__a_release_without_its_helmrelease_is_uninstalled),
          UNIT(test_teardown_plan__a_dead_webhook_of_ours_goes),
          UNIT(test_teardown_plan__flux_does_not_prune_itself),
          UNIT(test_teardown_plan__lower_layers_stay_whole),
          UNIT(test_teardown_plan__programs_read_the_same),
          UNIT(test_teardown_plan__covers_what_is_in_a_namespace_that_stays))
