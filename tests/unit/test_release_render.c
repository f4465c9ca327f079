// SPDX-License-Identifier: Apache-2.0
// controller/release: what a release installs. Manifests are held against helm-controller's own
// code by tests/differential/flux/release; here is what comes beside them.
#include "unit.h"

#include "controller/release.h"

static const char chart_yaml[] = "apiVersion: v2\nname: c\nversion: 1.0.0\n";
static const char templates[] =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n"
    "data:\n  api: '{{ .Capabilities.APIVersions.Has \"x.io/v1\" }}'\n"
    "  minor: '{{ .Capabilities.KubeVersion.Minor }}'\n---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n    spec:\n"
    "      containers:\n      - {name: c, image: 'app:{{ .Values.image.tag }}'}\n---\n"
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: cr}\n---\n"
    "apiVersion: x.io/v1\nkind: Wide\nmetadata: {name: w}\n---\n"
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n"
    "spec: {}\n---\n"
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: i\n"
    "  annotations: {helm.sh/hook: pre-install}\nspec: {}\n";
static const char crd[] = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                          "metadata: {name: wides.x.io}\n---\napiVersion: v1\nkind: Secret\n"
                          "metadata: {name: stray}\n";

// A release with this spec, rendered.
struct rendered {
    struct doc *doc;
    struct chart *chart;
    struct release_values values;
    struct release_result result;
    struct err *err;
    int status;
};

static bool is_wide(void *data, struct span group, struct span kind)
{
    (void)data;
    return span_is(group, "x.io") && span_is(kind, "Wide");
}

static void rendered_close(struct rendered *r)
{
    release_result_free(&r->result);
    release_values_free(&r->values);
    chart_free(r->chart);
    doc_free(r->doc);
    err_free(r->err);
}

static void rendered_open(struct rendered *r, const char *spec)
{
    static const struct span api = {"x.io/v1", 7};
    chart_files files CLEANUP(chart_files_free) = {0};
    char *text = NULL;
    struct release_options options = {.kube_version = SPAN("1.33.1"),
                                      .api_versions = &api,
                                      .api_version_count = 1,
                                      .is_cluster_scoped = is_wide};

    *r = (struct rendered){.doc = doc_new()};
    text = arena_printf(doc_arena(r->doc),
                        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
                        "metadata: {name: r, namespace: ns}\nspec:\n%s",
                        spec);
    vec_push(&files, (struct chart_file){.path = "Chart.yaml", .content = span_str(chart_yaml)});
    vec_push(&files,
             (struct chart_file){.path = "values.yaml", .content = SPAN("image: {tag: 1}\n")});
    vec_push(&files, (struct chart_file){.path = "crds/x.yaml", .content = span_str(crd)});
    vec_push(&files,
             (struct chart_file){.path = "templates/a.yaml", .content = span_str(templates)});
    r->chart = chart_load_files(&files, "chart", &r->err);
    options.release = doc_read_yaml_one(r->doc, span_str(text), "tree.yaml", &r->err);
    options.release_doc = r->doc;
    options.chart = r->chart;
    options.values = &r->values;
    assert_non_null(r->chart);
    assert_non_null(options.release);
    assert_int_equal(release_compose(options.release, r->doc, NULL, NULL, &r->values, &r->err), 0);
    r->status = release_render(&options, &r->result, &r->err);
}

static const struct release_object *object(const struct rendered *r, const char *label)
{
    VEC_FOREACH (const struct release_object *, it, &r->result.objects) {
        char *has = identity_label(&it->id);
        bool same = strcmp(has, label) == 0;

        free(has);
        if (same)
            return it;
    }
    fail_msg("there is no %s", label);
    return NULL;
}

static const char *image_of(const struct rendered *r, const char *label)
{
    const struct node *pod = node_path(object(r, label)->node, "spec", "template", "spec");

    return node_get_str(node_item(node_get(pod, "containers"), 0), "image");
}

static bool has_note(const struct rendered *r, const char *field)
{
    VEC_FOREACH (const struct release_note *, it, &r->result.notes)
        if (it->field && strcmp(it->field, field) == 0)
            return true;
    return false;
}

static void test_release_render__objects_as_in_the_cluster(void **state)
{
    struct rendered r CLEANUP(rendered_close);
    const struct node *meta;

    (void)state;
    rendered_open(&r, "  targetNamespace: t\n  install: {createNamespace: true}\n");
    assert_int_equal(r.status, 0);
    meta = node_get(object(&r, "ConfigMap t/m")->node, "metadata");
    assert_string_equal(node_get_str(node_get(meta, "labels"), "app.kubernetes.io/managed-by"),
                        "Helm");
    assert_string_equal(node_get_str(node_get(meta, "annotations"), "meta.helm.sh/release-name"),
                        "t-r");
    assert_string_equal(node_get_str(node_get(meta, "labels"), "helm.toolkit.fluxcd.io/name"), "r");
    // The record has what the post-renderer put there, and nothing of Helm's own.
    assert_non_null(strstr(buf_str(&r.result.manifest), "helm.toolkit.fluxcd.io/namespace: ns"));
    assert_null(strstr(buf_str(&r.result.manifest), "managed-by"));
    assert_non_null(strstr(buf_str(&r.result.manifest), "api: \"true\"\n  minor: \"33\""));
    (void)object(&r, "ClusterRole cr");
    (void)object(&r, "Wide w");
    (void)object(&r, "Namespace t");
    assert_string_equal(object(&r, "Deployment t/d")->path, "c/templates/a.yaml");
}

static void test_release_render__definitions_by_policy(void **state)
{
    struct rendered r CLEANUP(rendered_close), skipped CLEANUP(rendered_close),
        wrong CLEANUP(rendered_close);
    const struct release_object *definition;

    (void)state;
    rendered_open(&r, "  interval: 1m\n");
    definition = object(&r, "CustomResourceDefinition wides.x.io");
    assert_true(definition->is_crd);
    assert_string_equal(node_get_str(node_path(definition->node, "metadata", "labels"),
                                     "helm.toolkit.fluxcd.io/name"),
                        "r");
    assert_true(has_note(&r, "c/crds/x.yaml")); // the Secret in it
    rendered_open(&skipped, "  install: {crds: Skip, skipCRDs: true}\n");
    assert_false(skipped.result.objects.items[0].is_crd);
    assert_true(has_note(&skipped, "spec.install.crds"));
    assert_true(has_note(&skipped, "spec.install.skipCRDs"));
    rendered_open(&wrong, "  install: {crds: Always}\n");
    assert_int_equal(wrong.status, -1);
    assert_err(wrong.err, ERR_CONFIG, "HelmRelease ns/r: spec.install.crds: 'Always' is none of");
}

static void test_release_render__which_hooks_run(void **state)
{
    struct rendered plain CLEANUP(rendered_close), other CLEANUP(rendered_close);

    (void)state;
    rendered_open(&plain, "  interval: 1m\n");
    assert_int_equal(object(&plain, "Job ns/t")->hooks, CHART_HOOK_TEST);
    assert_false(object(&plain, "Job ns/t")->runs);
    assert_true(object(&plain, "Job ns/i")->runs);
    assert_null(node_path(object(&plain, "Job ns/i")->node, "metadata", "annotations",
                          "meta.helm.sh/release-name"));
    rendered_open(&other, "  install: {disableHooks: true}\n  test: {enable: true}\n"
                          "  postRenderStrategy: nohooks\n");
    assert_true(object(&other, "Job ns/t")->runs);
    assert_false(object(&other, "Job ns/i")->runs);
    assert_null(node_path(object(&other, "Job ns/i")->node, "metadata", "labels"));
}

static void test_release_render__what_changes_images(void **state)
{
    static const char *const specs[][2] = {
        {"  interval: 1m\n", "app:1"},
        {"  values: {image: {tag: 2}}\n", "app:2"},
        {"  postRenderers: [{kustomize: {images: [{name: app, newTag: '3'}]}}]\n", "app:3"},
        {"  postRenderers:\n  - kustomize:\n      images: [{name: app, newName: other}]\n"
         "  - kustomize:\n      images: [{name: other, newTag: '4'}]\n",
         "other:4"},
        {"  postRenderers:\n  - kustomize:\n      patches:\n      - target: {kind: Deployment}\n"
         "        patch: '[{\"op\": \"replace\", \"path\": "
         "\"/spec/template/spec/containers/0/image\", \"value\": \"app:5\"}]'\n",
         "app:5"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
        struct rendered r CLEANUP(rendered_close);

        rendered_open(&r, specs[i][0]);
        assert_int_equal(r.status, 0);
        assert_string_equal(image_of(&r, "Deployment ns/d"), specs[i][1]);
    }
}

static void test_release_render__refusals_and_notes(void **state)
{
    struct rendered r CLEANUP(rendered_close), old CLEANUP(rendered_close);

    (void)state;
    rendered_open(&r, "  postRenderers: [{kustomize: {patches: [{patch: '[]', target: {kind: X}},"
                      "{patch: 'a: ['}]}}]\n");
    assert_int_equal(r.status, -1);
    assert_err(r.err, ERR_CONFIG, "HelmRelease ns/r: spec.postRenderers[0]: ");
    rendered_open(&old, "  postRenderers: [{kustomize: {patchesStrategicMerge: []}}]\n");
    assert_int_equal(old.status, 0);
    assert_true(has_note(&old, "spec.postRenderers[0].kustomize.patchesStrategicMerge"));
}

static void test_release_builtin_apis__of_a_version(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    release_api_versions old = {0}, now = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    bool gone = false, there = false;

    (void)state;
    assert_int_equal(release_builtin_apis(arena, SPAN("v1.24.0"), &old, &err), 0);
    assert_int_equal(release_builtin_apis(arena, SPAN("1.34.4+k3s1"), &now, &err), 0);
    VEC_FOREACH (const struct span *, it, &old)
        there = there || span_is(*it, "policy/v1beta1/PodSecurityPolicy");
    VEC_FOREACH (const struct span *, it, &now)
        gone = gone || span_is(*it, "policy/v1beta1");
    assert_true(there);
    assert_false(gone);
    assert_int_equal(release_builtin_apis(arena, SPAN("latest"), &now, &err), -1);
    assert_err(err, ERR_CONFIG, "'latest' is no version of Kubernetes 1");
    vec_free(&old);
    vec_free(&now);
}

UNIT_MAIN(UNIT(test_release_render__objects_as_in_the_cluster),
          UNIT(test_release_render__definitions_by_policy),
          UNIT(test_release_render__which_hooks_run),
          UNIT(test_release_render__what_changes_images),
          UNIT(test_release_render__refusals_and_notes),
          UNIT(test_release_builtin_apis__of_a_version))
