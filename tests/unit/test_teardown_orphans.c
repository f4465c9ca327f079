// SPDX-License-Identifier: Apache-2.0
// work/teardown: releases that nobody uninstalls any more.
#include "test_teardown.h"

#include "work/teardown/hard/orphans.h"

#define FLUX_LABELS "helm.toolkit.fluxcd.io/name: app, helm.toolkit.fluxcd.io/namespace: fleet"
#define RECORD(ns, name, version, status)                                                          \
    "apiVersion: v1\nkind: Secret\nmetadata: {namespace: " ns ", name: sh.helm.release.v1." name   \
    ".v" version ", labels: {owner: helm, name: " name ", status: " status ", version: '" version  \
    "'}}\n"

// What a chart has, and what of it is left in the cluster.
#define RELEASE                                                                                    \
    RECORD("store", "web", "1", "superseded")                                                      \
    "---\n" RECORD(                                                                                \
        "store", "web", "2",                                                                       \
        "deployed") "release:\n"                                                                   \
                    "  name: web\n"                                                                \
                    "  namespace: apps\n"                                                          \
                    "  manifest: |\n"                                                              \
                    "    ---\n"                                                                    \
                    "    # Source: web/templates/all.yaml\n"                                       \
                    "    {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: "           \
                    "{" FLUX_LABELS "}}}\n"                                                        \
                    "    ---\n"                                                                    \
                    "    {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}\n"         \
                    "    ---\n"                                                                    \
                    "    {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: "    \
                    "ConfigMap,"                                                                   \
                    " metadata: {name: b}}, {apiVersion: v1, kind: ConfigMap, metadata: {name: "   \
                    "gone}}]}\n"                                                                   \
                    "    ---\n"                                                                    \
                    "    {apiVersion: v1, kind: ConfigMap, metadata: {name: kept,"                 \
                    " annotations: {helm.sh/resource-policy: keep}}}\n"                            \
                    "    ---\n"                                                                    \
                    "    {apiVersion: v1, kind: Service, metadata: {name: other}}\n"               \
                    "    ---\n"                                                                    \
                    "    {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}}\n"  \
                    "    ---\n"                                                                    \
                    "    {apiVersion: v1, kind: Namespace, metadata: {name: apps}}\n"              \
                    "    ---\n"                                                                    \
                    "    {apiVersion: example.com/v1, kind: Thing, metadata: {name: own, "         \
                    "namespace: far}}\n"                                                           \
                    "    ---\n"                                                                    \
                    "    {apiVersion: unknown.example.com/v1, kind: Lost, metadata: {name: "       \
                    "own}}\n"                                                                      \
                    "  hooks:\n"                                                                   \
                    "  - {name: clean, kind: Job, events: [pre-delete, post-install], manifest: "  \
                    "'{apiVersion: "                                                               \
                    "batch/v1, kind: Job, metadata: {name: clean, annotations: {helm.sh/hook: "    \
                    "pre-delete}}}'}\n"                                                            \
                    "  - {name: seed, kind: Job, events: [post-install], manifest: '{apiVersion: " \
                    "batch/v1, kind: "                                                             \
                    "Job, metadata: {name: seed}}'}\n"

#define HELM "annotations: {meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: apps}"
#define LEFT                                                                                       \
    "---\n"                                                                                        \
    "{apiVersion: v1, kind: Namespace, metadata: {name: apps}}\n---\n"                             \
    "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: apps, name: a, labels: {" FLUX_LABELS \
    "}}}\n---\n"                                                                                   \
    "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: apps, name: b, " HELM "}}\n---\n"     \
    "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: apps, name: kept, " HELM "}}\n---\n"  \
    "{apiVersion: v1, kind: Service, metadata: {namespace: apps, name: other}}\n---\n"             \
    "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {namespace: apps, name: data, " HELM  \
    "}}\n---\n"                                                                                    \
    "{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: apps, name: web, " HELM         \
    "}}\n---\n"                                                                                    \
    "{apiVersion: example.com/v1, kind: Thing, metadata: {namespace: far, name: own, " HELM        \
    "}}\n---\n"                                                                                    \
    "{apiVersion: batch/v1, kind: Job, metadata: {namespace: apps, name: seed, annotations: "      \
    "{helm.sh/hook: post-install}}}\n---\n"                                                        \
    "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: apps, name: unrelated}}\n"

static struct orphans find(struct fixture *f, struct orphans_options *options, bool by_labels,
                           struct arena *arena)
{
    struct orphans found;

    options->kube = f->kube;
    options->report = &f->report;
    assert_int_equal(orphans_find(options, by_labels, arena, &found, &f->err), 0);
    return found;
}

static bool claims_stay(void *data, const struct identity *object)
{
    (void)data;
    return span_is(object->kind, "PersistentVolumeClaim");
}

// "0 Thing far/own\n…"
static void list_steps(const struct orphan_plan *plan, struct buf *out)
{
    VEC_FOREACH (const struct teardown_step *, step, &plan->steps) {
        assert_int_equal(step->phase, TEARDOWN_ORPHANS);
        assert_int_equal(step->verb, TEARDOWN_VERB_DELETE);
        buf_printf(out, "%zu ", step->wave);
        identity_format(&step->id, out);
        buf_printf(out, " %s\n", step->uid);
    }
}

static void test_teardown_orphans__a_release_is_planned_from_its_records(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct orphans_options options = {.stays = claims_stay};
    struct orphans found;
    struct orphan_plan plan;

    open_cluster(f, "records", RELEASE LEFT);
    found = find(f, &options, true, arena);
    assert_int_equal(found.list.len, 1);
    assert_string_equal(found.list.items[0].status, "deployed");
    assert_int_equal(found.list.items[0].version, 2);
    assert_true(span_is(found.list.items[0].release.name, "app"));
    assert_true(span_is(found.list.items[0].release.ns, "fleet"));
    assert_int_equal(orphans_plan(&options, &found.list.items[0], arena, &plan, &f->err), 0);
    list_steps(&plan, &out);
    assert_string_equal(buf_str(&out), "0 Thing far/own u-own\n"
                                       "1 Job apps/seed u-seed\n"
                                       "2 Deployment apps/web u-web\n"
                                       "3 ConfigMap apps/a u-a\n"
                                       "3 ConfigMap apps/b u-b\n"
                                       "4 Secret store/sh.helm.release.v1.web.v1 "
                                       "u-sh.helm.release.v1.web.v1\n"
                                       "4 Secret store/sh.helm.release.v1.web.v2 "
                                       "u-sh.helm.release.v1.web.v2\n");
    assert_string_equal(plan.hooks, "pre-delete Job clean");
    assert_int_equal(plan.kept.len, 2); // the claim is for whoever keeps it to tell
    assert_true(span_is(plan.kept.items[0].id.name, "other"));
    assert_true(plan.kept.items[0].left);
    assert_true(span_is(plan.kept.items[1].id.name, "kept"));
    assert_false(plan.kept.items[1].left);
}

// Its HelmRelease has it, by its history or by its name.
static void test_teardown_orphans__what_somebody_uninstalls_is_none(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct orphans_options options = {0};

    open_cluster(f, "living",
                 RELEASE LEFT "---\n{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, "
                              "metadata: {namespace: fleet, name: app}, spec: {releaseName: web, "
                              "storageNamespace: store}}\n");
    assert_int_equal(find(f, &options, true, arena).list.len, 0);
}

// Helm's own, without any mark of helm-controller.
static void test_teardown_orphans__what_others_installed_is_none(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct orphans_options options = {0};

    open_cluster(f, "others",
                 RECORD("x", "theirs", "1", "deployed") "release: {name: theirs, namespace: x, "
                                                        "manifest: '{apiVersion: v1, kind: "
                                                        "ConfigMap, metadata: {name: a}}'}\n");
    assert_int_equal(find(f, &options, true, arena).list.len, 0);
}

// Nothing in its manifest tells whose it is; who wrote its record does.
static void test_teardown_orphans__an_empty_release_is_known_by_its_writer(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct orphans_options options = {0};
    struct orphan_plan plan;
    struct orphans found;

    open_cluster(f, "empty",
                 "{apiVersion: v1, kind: Secret, metadata: {namespace: x, name: "
                 "sh.helm.release.v1.e.v1, labels: {owner: helm, name: e, status: deployed, "
                 "version: '1'}, managedFields: [{manager: helm-controller}]}, release: {name: e, "
                 "namespace: x, manifest: ''}}\n");
    found = find(f, &options, false, arena);
    assert_int_equal(found.list.len, 1);
    assert_true(span_is(found.list.items[0].release.name, "e"));
    assert_int_equal(orphans_plan(&options, &found.list.items[0], arena, &plan, &f->err), 0);
    assert_int_equal(plan.steps.len, 1);
    assert_null(plan.hooks);
}

static void test_teardown_orphans__without_records_labels_tell(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct orphans_options options = {0};
    struct orphan_plan plan;
    struct orphans found;

    open_cluster(
        f, "labels",
        "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: apps, name: a, labels: "
        "{" FLUX_LABELS "}}}\n---\n"
        "{apiVersion: v1, kind: Service, metadata: {namespace: apps, name: b, labels: "
        "{" FLUX_LABELS "}}}\n---\n"
        "{apiVersion: v1, kind: Namespace, metadata: {name: apps, labels: "
        "{" FLUX_LABELS "}}}\n---\n"
        "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: apps, name: kept, labels: "
        "{" FLUX_LABELS "}, annotations: {helm.sh/resource-policy: keep}}}\n");
    assert_int_equal(find(f, &options, false, arena).list.len, 0);
    found = find(f, &options, true, arena);
    assert_int_equal(found.list.len, 1);
    assert_null(found.list.items[0].name);
    assert_int_equal(orphans_plan(&options, &found.list.items[0], arena, &plan, &f->err), 0);
    list_steps(&plan, &out);
    assert_string_equal(buf_str(&out), "0 Service apps/b u-b\n1 ConfigMap apps/a u-a\n");
    assert_int_equal(plan.kept.len, 1);
}

static bool is_another(void *data, const struct identity *release)
{
    (void)data;
    return span_is(release->name, "another");
}

static void test_teardown_orphans__of_others_they_are_left_alone(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct orphans_options options = {.is_ours = is_another};

    open_cluster(f, "foreign", RELEASE LEFT);
    assert_int_equal(find(f, &options, true, arena).list.len, 0);
}

// Then labels tell, and the record goes last all the same.
static void test_teardown_orphans__a_record_that_is_not_understood(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct orphans_options options = {0};
    struct orphan_plan plan;
    struct orphans found;

    open_cluster(f, "broken",
                 "{apiVersion: v1, kind: Secret, metadata: {namespace: fleet, name: "
                 "sh.helm.release.v1.app.v1, labels: {owner: helm, name: app, status: deployed, "
                 "version: '1'}, managedFields: [{manager: helm-controller}]}, data: {release: "
                 "'!!'}}\n---\n"
                 "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: apps, name: a, labels: "
                 "{" FLUX_LABELS "}}}\n");
    found = find(f, &options, true, arena);
    assert_int_equal(found.list.len, 1);
    assert_true(found.list.items[0].is_unreadable);
    assert_int_equal(orphans_plan(&options, &found.list.items[0], arena, &plan, &f->err), 0);
    list_steps(&plan, &out);
    assert_string_equal(buf_str(&out),
                        "0 ConfigMap apps/a u-a\n1 Secret fleet/sh.helm.release.v1.app.v1 "
                        "u-sh.helm.release.v1.app.v1\n");
}

SERVER_MAIN("kube_objects.py",
            UNIT_FIXTURE(test_teardown_orphans__a_release_is_planned_from_its_records),
            UNIT_FIXTURE(test_teardown_orphans__what_somebody_uninstalls_is_none),
            UNIT_FIXTURE(test_teardown_orphans__what_others_installed_is_none),
            UNIT_FIXTURE(test_teardown_orphans__an_empty_release_is_known_by_its_writer),
            UNIT_FIXTURE(test_teardown_orphans__without_records_labels_tell),
            UNIT_FIXTURE(test_teardown_orphans__of_others_they_are_left_alone),
            UNIT_FIXTURE(test_teardown_orphans__a_record_that_is_not_understood))
