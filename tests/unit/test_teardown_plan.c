// SPDX-License-Identifier: Apache-2.0
// work/teardown: what goes, and in which order; of a damaged sandbox, and of some layers only.
#include "test_teardown_plan.h"

static void test_teardown_plan__nothing_of_ours_is_an_empty_plan(void **state)
{
    (void)state;
    expect(SPACE("theirs", BY("kubectl-create")) MAP("theirs", "m", BY("kubectl-create")),
           "0 steps, 0 objects stay\n");
}

// The shape of Big Bang: a Kustomization makes the umbrella, which makes the packages.

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
          UNIT(test_teardown_plan__what_a_lost_kustomization_made_goes_step_by_step),
          UNIT(test_teardown_plan__a_release_without_its_helmrelease_is_uninstalled),
          UNIT(test_teardown_plan__a_dead_webhook_of_ours_goes),
          UNIT(test_teardown_plan__flux_does_not_prune_itself),
          UNIT(test_teardown_plan__lower_layers_stay_whole),
          UNIT(test_teardown_plan__programs_read_the_same),
          UNIT(test_teardown_plan__covers_what_is_in_a_namespace_that_stays))
