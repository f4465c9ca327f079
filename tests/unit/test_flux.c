// SPDX-License-Identifier: Apache-2.0
// model/flux: kinds, references, inventories, and what sources offer.
#include "unit.h"

#include "model/flux.h"
#include "support_object.h"

static void expect_ref(const struct identity *ref, const char *group, const char *kind,
                       const char *ns, const char *name)
{
    assert_true(span_is(ref->group, group));
    assert_true(span_is(ref->kind, kind));
    assert_true(span_is(ref->ns, ns));
    assert_true(span_is(ref->name, name));
}

static enum flux_kind kind_of(const char *group, const char *kind)
{
    return flux_kind(&(struct identity){.group = span_str(group), .kind = span_str(kind)});
}

static void test_flux_kind__by_group_and_kind(void **state)
{
    (void)state;
    assert_int_equal(kind_of("source.toolkit.fluxcd.io", "GitRepository"), FLUX_GIT_REPOSITORY);
    assert_int_equal(kind_of("kustomize.toolkit.fluxcd.io", "Kustomization"), FLUX_KUSTOMIZATION);
    assert_int_equal(kind_of("helm.toolkit.fluxcd.io", "HelmRelease"), FLUX_HELM_RELEASE);
    // kustomize's own files, and a kind of somebody else
    assert_int_equal(kind_of("kustomize.config.k8s.io", "Kustomization"), FLUX_OTHER);
    assert_int_equal(kind_of("source.toolkit.fluxcd.io", "HelmRelease"), FLUX_OTHER);
    assert_int_equal(kind_of("", ""), FLUX_OTHER);
}

#define IN_APPS "metadata: {name: x, namespace: apps}\n"

static void test_flux_source__which_one_an_object_names(void **state)
{
    struct identity ref;

    (void)state;
    assert_true(
        flux_source(object("kind: Kustomization\n" IN_APPS
                           "spec: {sourceRef: {kind: GitRepository, name: s, namespace: other}}"),
                    &ref));
    expect_ref(&ref, FLUX_SOURCE_GROUP, "GitRepository", "other", "s");
    assert_true(flux_source(
        object("kind: HelmRelease\n" IN_APPS "spec: {chartRef: {kind: OCIRepository, name: o}}"),
        &ref));
    expect_ref(&ref, FLUX_SOURCE_GROUP, "OCIRepository", "apps", "o");
    assert_true(flux_source(
        object("kind: HelmRelease\n" IN_APPS
               "spec: {chart: {spec: {chart: c, sourceRef: {kind: HelmRepository, name: h}}}}"),
        &ref));
    expect_ref(&ref, FLUX_SOURCE_GROUP, "HelmRepository", "apps", "h");
    assert_true(flux_source(object("kind: HelmChart\n" IN_APPS
                                   "spec: {chart: ./c, sourceRef: {kind: GitRepository, name: g}}"),
                            &ref));
    expect_ref(&ref, FLUX_SOURCE_GROUP, "GitRepository", "apps", "g");
    assert_false(flux_source(object("kind: GitRepository\n" IN_APPS "spec: {url: u}"), &ref));
}

static void test_flux_feeder__the_chart_stands_between(void **state)
{
    struct identity ref;

    (void)state;
    assert_true(flux_feeder(object("kind: HelmRelease\n" IN_APPS
                                   "spec: {chart: {spec: {sourceRef: {name: h}}}}\n"
                                   "status: {helmChart: flux-system/apps-x}"),
                            &ref));
    expect_ref(&ref, FLUX_SOURCE_GROUP, "HelmChart", "flux-system", "apps-x");
    assert_false(flux_feeder(
        object("kind: HelmRelease\n" IN_APPS "spec: {chart: {spec: {sourceRef: {name: h}}}}"),
        &ref));
    assert_true(flux_feeder(
        object("kind: HelmRelease\n" IN_APPS "spec: {chartRef: {kind: OCIRepository, name: o}}"),
        &ref));
    expect_ref(&ref, FLUX_SOURCE_GROUP, "OCIRepository", "apps", "o");
}

#define HELM_RELEASE "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n" IN_APPS

static void test_flux_depends_on__others_of_its_kind(void **state)
{
    const struct node *release =
        object(HELM_RELEASE "spec: {dependsOn: [{name: a}, {name: b, namespace: other, "
                            "readyExpr: 'dep.status.x == 1'}]}");
    struct flux_dependency d;

    (void)state;
    assert_true(flux_depends_on(release, 0, &d));
    expect_ref(&d.on, FLUX_HELM_GROUP, "HelmRelease", "apps", "a");
    assert_false(d.has_expression);
    assert_true(flux_depends_on(release, 1, &d));
    expect_ref(&d.on, FLUX_HELM_GROUP, "HelmRelease", "other", "b");
    assert_true(d.has_expression);
    assert_false(flux_depends_on(release, 2, &d));
    assert_true(flux_depends_on(object("apiVersion: kustomize.toolkit.fluxcd.io/v1\n"
                                       "kind: Kustomization\n" IN_APPS
                                       "spec: {dependsOn: [{name: infra}]}"),
                                0, &d));
    expect_ref(&d.on, FLUX_KUSTOMIZE_GROUP, "Kustomization", "apps", "infra");
    // none, odd, and a field of the same name elsewhere
    assert_false(flux_depends_on(object(HELM_RELEASE "spec: {}"), 0, &d));
    assert_false(flux_depends_on(object(HELM_RELEASE "spec: {dependsOn: x}"), 0, &d));
    assert_false(flux_depends_on(
        object("apiVersion: v1\nkind: ConfigMap\n" IN_APPS "spec: {dependsOn: [{name: a}]}"), 0,
        &d));
}

static void test_flux_inventory_entry__parts_of_an_id(void **state)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_new();
    struct identity ref;

    (void)state;
    assert_true(flux_inventory_entry(object("{id: apps_web_apps_Deployment, v: v1}"), arena, &ref));
    expect_ref(&ref, "apps", "Deployment", "apps", "web");
    assert_true(flux_inventory_entry(object("{id: _web__Namespace, v: v1}"), arena, &ref));
    expect_ref(&ref, "", "Namespace", "", "web");
    assert_true(flux_inventory_entry(
        object("{id: _system__admin_rbac.authorization.k8s.io_ClusterRole}"), arena, &ref));
    expect_ref(&ref, "rbac.authorization.k8s.io", "ClusterRole", "", "system:admin");
    assert_true(flux_inventory_entry(
        object("{id: apps_web__admin__core_rbac.authorization.k8s.io_Role}"), arena, &ref));
    expect_ref(&ref, "rbac.authorization.k8s.io", "Role", "apps", "web:admin:core");
    assert_false(flux_inventory_entry(object("{id: apps_web}"), arena, &ref));
    assert_false(flux_inventory_entry(object("{id: web}"), arena, &ref));
    assert_false(flux_inventory_entry(object("{}"), arena, &ref));
}

static void test_flux_release_of__labels(void **state)
{
    struct identity ref;

    (void)state;
    assert_true(flux_release_of(object("metadata: {labels: {helm.toolkit.fluxcd.io/name: r, "
                                       "helm.toolkit.fluxcd.io/namespace: apps}}"),
                                &ref));
    expect_ref(&ref, FLUX_HELM_GROUP, "HelmRelease", "apps", "r");
    assert_false(flux_release_of(object("metadata: {labels: {app: x}}"), &ref));
    assert_false(flux_release_of(object("metadata: {}"), &ref));
}

static void expect_git_ref(const char *ref, const char *expected)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err = NULL;
    char yaml[256];

    snprintf(yaml, sizeof(yaml), "spec: {url: u, ref: %s}", ref);
    assert_string_equal(flux_git_ref(arena, object(yaml), &err), expected);
}

static void refuse_git_ref(const char *ref, enum err_kind kind, const char *words)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    char yaml[256];

    snprintf(yaml, sizeof(yaml), "spec: {url: u, ref: %s}", ref);
    assert_null(flux_git_ref(arena, object(yaml), &err));
    assert_err(err, kind, words);
}

static void test_flux_git_ref__the_first_field_counts(void **state)
{
    (void)state;
    expect_git_ref("null", "branch/master");
    expect_git_ref("{branch: main}", "branch/main");
    expect_git_ref("{branch: main, tag: v1}", "tag/v1");
    expect_git_ref("{tag: v1, name: refs/heads/x/y}", "branch/x/y");
    expect_git_ref("{name: refs/tags/v2, semver: '>=1'}", "tag/v2");
    expect_git_ref("{name: refs/pull/7/head}", "refs/pull/7/head");
    expect_git_ref("{name: main, commit: 0123abcd}", "commit/0123abcd");
    refuse_git_ref("{name: main}", ERR_CONFIG, "'main' does not start with refs/");
    expect_git_ref("{semver: '>=1 <2', tag: v1}", "semver/>=1 <2");
}

static void test_flux_oci_range__before_the_tag(void **state)
{
    struct flux_oci_range range =
        flux_oci_range(object("spec: {ref: {semver: '1.x', semverFilter: '^v', tag: v1}}"));

    (void)state;
    assert_true(range.is_set && span_is(range.semver, "1.x") && span_is(range.filter, "^v"));
    range = flux_oci_range(object("spec: {ref: {semver: '1.x', digest: 'sha256:00'}}"));
    assert_false(range.is_set);
    assert_false(flux_oci_range(object("spec: {ref: {tag: '1'}}")).is_set);
}

static void test_flux_oci_layer__by_its_selector(void **state)
{
    struct flux_oci_layer layer =
        flux_oci_layer(object("spec: {layerSelector: {mediaType: a/b, operation: copy}}"));

    (void)state;
    assert_true(span_is(layer.media_type, "a/b") && layer.is_copied);
    layer = flux_oci_layer(object("spec: {layerSelector: {mediaType: a/b}}"));
    assert_false(layer.is_copied);
    assert_int_equal(flux_oci_layer(object("spec: {url: u}")).media_type.len, 0);
}

static void test_flux_oci_reference__tag_and_digest(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();

    (void)state;
    assert_string_equal(
        flux_oci_reference(arena, object("spec: {url: 'oci://r/x', ref: {tag: 1.5}}")),
        "oci://r/x:1.5");
    assert_string_equal(
        flux_oci_reference(arena,
                           object("spec: {url: 'oci://r/x', ref: {tag: v1, digest: 'sha256:00'}}")),
        "oci://r/x:v1@sha256:00");
    assert_string_equal(flux_oci_reference(arena, object("spec: {url: 'oci://r/x'}")), "oci://r/x");
}

static void test_flux_is_registry__by_type(void **state)
{
    (void)state;
    assert_true(flux_is_registry(object("spec: {type: oci, url: 'oci://r'}")));
    assert_false(flux_is_registry(object("spec: {url: 'https://charts.example.org'}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flux_kind__by_group_and_kind),
        cmocka_unit_test(test_flux_source__which_one_an_object_names),
        cmocka_unit_test(test_flux_feeder__the_chart_stands_between),
        cmocka_unit_test(test_flux_depends_on__others_of_its_kind),
        cmocka_unit_test(test_flux_inventory_entry__parts_of_an_id),
        cmocka_unit_test(test_flux_release_of__labels),
        cmocka_unit_test(test_flux_git_ref__the_first_field_counts),
        cmocka_unit_test(test_flux_oci_reference__tag_and_digest),
        cmocka_unit_test(test_flux_oci_range__before_the_tag),
        cmocka_unit_test(test_flux_oci_layer__by_its_selector),
        cmocka_unit_test(test_flux_is_registry__by_type),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
