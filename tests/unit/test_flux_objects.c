// SPDX-License-Identifier: Apache-2.0
// model/flux: what a Kustomization applies, what a HelmRelease installs, and which revision of a
// source has arrived.
#include "unit.h"

#include "model/flux.h"
#include "support_object.h"

// --- Kustomizations ---

static void expect_path(const char *path, const char *expected)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    char yaml[128];

    snprintf(yaml, sizeof(yaml), "spec: {path: '%s'}", path);
    assert_string_equal(flux_path(arena, object(yaml)), expected);
}

static void test_flux_path__stays_in_its_source(void **state)
{
    (void)state;
    expect_path("", "/");
    expect_path("./", "/");
    expect_path("./apps/prod/", "/apps/prod");
    expect_path("/apps", "/apps");
    expect_path("../../etc", "/etc");
}

// --- HelmReleases ---

static void test_flux_values_from__defaults(void **state)
{
    const struct node *release =
        object("metadata: {namespace: apps}\n"
               "spec: {valuesFrom: [{kind: ConfigMap, name: a},"
               " {kind: Secret, name: b, valuesKey: k, targetPath: x.y}]}");
    const struct node *list = node_path(release, "spec", "valuesFrom");
    struct flux_values v = flux_values_from(release, node_item(list, 0));

    (void)state;
    assert_true(span_is(v.from.group, "") && span_is(v.from.kind, "ConfigMap"));
    assert_true(span_is(v.from.ns, "apps") && span_is(v.from.name, "a"));
    assert_string_equal(v.key, "values.yaml");
    assert_false(v.is_one_value);
    v = flux_values_from(release, node_item(list, 1));
    assert_true(span_is(v.from.kind, "Secret"));
    assert_string_equal(v.key, "k");
    assert_true(v.is_one_value);
}

// --- revisions ---

#define SOURCE(kind, revision)                                                                     \
    "kind: " kind "\nstatus: {artifact: {revision: '" revision "', lastUpdateTime: then}}"

static void expect_behind(const char *what, const char *feeder, const char *why)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_int_equal(flux_is_behind(object(what), object(feeder), &text), why != NULL);
    assert_string_equal(buf_str(&text), why ? why : "");
}

static void test_flux_is_behind__a_kustomization(void **state)
{
    (void)state;
    expect_behind("kind: Kustomization\nstatus: {lastAppliedRevision: 'main@sha1:1'}",
                  SOURCE("GitRepository", "main@sha1:1"), NULL);
    expect_behind("kind: Kustomization\nstatus: {lastAppliedRevision: 'main@sha1:1'}",
                  SOURCE("GitRepository", "main@sha1:2"),
                  "waiting for revision main@sha1:2, at main@sha1:1");
    expect_behind("kind: Kustomization\nstatus: {lastAttemptedRevision: 'main@sha1:2'}",
                  SOURCE("GitRepository", "main@sha1:2"), "waiting for revision main@sha1:2");
    expect_behind("kind: Kustomization", "kind: GitRepository", NULL);
    assert_true(span_is(flux_stored_at(object(SOURCE("GitRepository", "x"))), "then"));
    assert_int_equal(flux_stored_at(object("kind: GitRepository")).len, 0);
}

static void test_flux_is_behind__a_release(void **state)
{
    (void)state;
    expect_behind("kind: HelmRelease\nstatus: {lastAttemptedRevision: 1.0.0, history: "
                  "[{chartVersion: 1.0.0}]}",
                  SOURCE("HelmChart", "1.0.0"), NULL);
    expect_behind("kind: HelmRelease\nstatus: {lastAttemptedRevision: 1.1.0, history: "
                  "[{chartVersion: 1.0.0}]}",
                  SOURCE("HelmChart", "1.1.0"), "waiting for revision 1.1.0, at 1.0.0");
    // a chart by digest
    expect_behind("kind: HelmRelease\nstatus: {lastAttemptedRevision: 1.0.0, "
                  "lastAttemptedRevisionDigest: 'sha256:aa', history: [{chartVersion: 1.0.0}]}",
                  SOURCE("OCIRepository", "1.0.0@sha256:aa"), NULL);
    expect_behind("kind: HelmRelease\nstatus: {lastAttemptedRevisionDigest: 'sha256:aa'}",
                  SOURCE("OCIRepository", "1.0.0@sha256:bb"),
                  "waiting for revision sha256:bb, at sha256:aa");
    expect_behind("kind: HelmRelease\nstatus: {history: [{chartVersion: 1.0.0+0123456789ab}]}",
                  SOURCE("OCIRepository", "1.0.0@sha256:0123456789abcdef"), NULL);
    expect_behind("kind: HelmRelease\nstatus: {history: [{chartVersion: 1.0.0+0123456789ab}]}",
                  SOURCE("OCIRepository", "1.0.0@sha256:ffff456789abcdef"),
                  "waiting for revision ffff456789ab, at 0123456789ab");
    expect_behind("kind: HelmRelease", SOURCE("OCIRepository", "1.0.0@sha256:aa"), NULL);
}

static void test_flux_is_behind__others(void **state)
{
    (void)state;
    expect_behind("kind: HelmChart\nstatus: {observedSourceArtifactRevision: a}",
                  SOURCE("GitRepository", "b"), "waiting for revision b, at a");
    expect_behind("kind: Deployment\nstatus: {lastAppliedRevision: a}",
                  SOURCE("GitRepository", "b"), NULL);
    assert_true(span_is(flux_handled(object("status: {lastHandledReconcileAt: t1}")), "t1"));
    assert_int_equal(flux_handled(object("status: {}")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flux_path__stays_in_its_source),
        cmocka_unit_test(test_flux_values_from__defaults),
        cmocka_unit_test(test_flux_is_behind__a_kustomization),
        cmocka_unit_test(test_flux_is_behind__a_release),
        cmocka_unit_test(test_flux_is_behind__others),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
