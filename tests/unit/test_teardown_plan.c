// SPDX-License-Identifier: Apache-2.0
// work/teardown: what a plan makes of a cluster, from documents. An object's `was` says what is
// known of it: applied (its layer), adopted (its layer), there (before the first up).
#include "unit.h"

#include "base/mem.h"
#include "cluster/record/snapshot_rows.h"
#include "work/teardown/decision.h"

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
    APPLIED("bigbang") OBJECT("source.toolkit.fluxcd.io/v1", "GitRepository", "f", "git", "")      \
        APPLIED("bigbang") KUSTOMIZATION("f", "base", "") APPLIED(                                 \
            "bigbang") "spec: {prune: true}\nstatus: {inventory: {entries: "                       \
                       "[{id: b_umbrella_helm.toolkit.fluxcd.io_HelmRelease, v: v2}]}}\n" RELEASE( \
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
    APPLIED("flux") WIDE("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "crb", PART)        \
        APPLIED("flux") OBJECT("apps/v1", "Deployment", "f", "helm-controller", PART)              \
            APPLIED("flux")                                                                        \
                DEFINITION("helmreleases", "helm.toolkit.fluxcd.io", "HelmRelease", PART)          \
                    APPLIED("flux")

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

UNIT_MAIN(UNIT(test_teardown_plan__nothing_of_ours_is_an_empty_plan),
          UNIT(test_teardown_plan__releases_go_before_their_parents),
          UNIT(test_teardown_plan__a_circle_of_releases_is_said_and_goes),
          UNIT(test_teardown_plan__policy_engines_go_after_the_others),
          UNIT(test_teardown_plan__objects_go_last_layer_first_and_by_rank),
          UNIT(test_teardown_plan__controllers_lose_their_rights_first))
