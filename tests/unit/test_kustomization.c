// SPDX-License-Identifier: Apache-2.0
// controller/kustomization: how a Flux Kustomization is merged into its path's kustomization.
#include "test_kustomization.h"

#define DEPLOYMENT(image)                                                                          \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: apps}\n"                \
    "spec: {template: {spec: {containers: [{name: c, image: '" image "'}]}}}\n"
#define IMAGE "spec/template/spec/containers/0/image"
#define SET_IMAGE(image)                                                                           \
    "patch: '- {op: replace, path: /spec/template/spec/containers/0/image, value: \"" image "\"}'"

// --- patches come before the rest ---

static void test_kustomization__patch_then_images_of_the_path(void **state)
{
    const struct test_file files[] = {
        {"/a/kustomization.yaml",
         "resources: [d.yaml]\nimages: [{name: app, newName: host/app, newTag: '2'}]\n"},
        {"/a/d.yaml", DEPLOYMENT("zzz:0")},
        {NULL, NULL}};

    (void)state;
    test_flux_is("{path: ./a, patches: [{target: {kind: Deployment}, " SET_IMAGE("app:1") "}]}",
                 files, "w", IMAGE, "host/app:2");
}

static void test_kustomization__patch_does_not_see_the_namespace_of_the_path(void **state)
{
    const struct test_file files[] = {
        {"/a/kustomization.yaml", "resources: [d.yaml]\nnamespace: prod\n"},
        {"/a/d.yaml", DEPLOYMENT("app:1")},
        {NULL, NULL}};

    (void)state;
    test_flux_is("{path: ./a, patches: [{target: {kind: Deployment, namespace: prod}, " SET_IMAGE(
                     "app:2") "}]}",
                 files, "w", IMAGE, "app:1");
    // The namespace that it was given before is what it has.
    test_flux_is("{path: ./a, patches: [{target: {kind: Deployment, namespace: apps}, " SET_IMAGE(
                     "app:2") "}], targetNamespace: other}",
                 files, "w", IMAGE, "app:2");
    test_flux_is("{path: ./a, targetNamespace: other}", files, "w", "metadata/namespace", "other");
}

static void test_kustomization__replacement_of_what_a_patch_wrote(void **state)
{
    const struct test_file files[] = {
        {"/a/kustomization.yaml",
         "resources: [d.yaml, c.yaml]\n"
         "replacements:\n- source: {kind: ConfigMap, name: c, fieldPath: data.t}\n"
         "  targets: [{select: {kind: Deployment}, fieldPaths: "
         "[spec.template.spec.containers.0.image], options: {delimiter: ':', index: 1}}]\n"},
        {"/a/d.yaml", DEPLOYMENT("app:0")},
        {"/a/c.yaml", TEST_CONFIGMAP("c") "data: {t: '1'}\n"},
        {NULL, NULL}};

    (void)state;
    test_flux_is("{path: a, patches: [{target: {kind: ConfigMap}, "
                 "patch: '- {op: replace, path: /data/t, value: \"2\"}'}]}",
                 files, "w", IMAGE, "app:2");
}

static void test_kustomization__patch_does_not_see_the_prefix_of_the_path(void **state)
{
    const struct test_file files[] = {
        {"/a/kustomization.yaml", "resources: [d.yaml]\nnamePrefix: q-\n"},
        {"/a/d.yaml", DEPLOYMENT("app:1")},
        {NULL, NULL}};

    (void)state;
    test_flux_is("{path: a, patches: [{target: {kind: Deployment, name: q-w}, "
                 "patch: '{$patch: delete, apiVersion: apps/v1, kind: Deployment, metadata: {name: "
                 "x}}'}]}",
                 files, "q-w", IMAGE, "app:1");
}

// The prefix of the object takes the place of the path's own.
static void test_kustomization__names_of_the_object_count(void **state)
{
    const struct test_file files[] = {
        {"/a/kustomization.yaml", "resources: [d.yaml]\nnamePrefix: q-\nnameSuffix: -q\n"},
        {"/a/d.yaml", DEPLOYMENT("app:1")},
        {NULL, NULL}};

    (void)state;
    test_flux_is("{path: a, namePrefix: f-}", files, "f-w-q", IMAGE, "app:1");
    test_flux_is("{path: a, nameSuffix: -f}", files, "q-w-f", IMAGE, "app:1");
}

// --- the path ---

static void test_kustomization__path_at_the_root(void **state)
{
    const struct test_file files[] = {{"/kustomization.yaml", "resources: [d.yaml, sub]\n"},
                                      {"/d.yaml", DEPLOYMENT("app:1")},
                                      {"/sub/Kustomization", "resources: [c.yaml]\n"},
                                      {"/sub/c.yaml", TEST_CONFIGMAP("c")},
                                      {NULL, NULL}};
    static const char *const specs[] = {"{}", "{path: ./}", "{path: /}", "{path: ''}",
                                        "{path: ../..}"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(specs); i++)
        test_flux_is(specs[i], files, "w", IMAGE, "app:1");
}

static void test_kustomization__folder_without_manifests_is_nothing(void **state)
{
    const struct test_file files[] = {
        {"/a/README.md", "nothing yet\n"}, {"/b/.gitkeep", ""}, {NULL, NULL}};
    struct test_flux t = {.spec = "{path: ./a}"}, other = {.spec = "{path: ./b, namePrefix: x-}"},
                     missing = {.spec = "{path: ./c}"};

    (void)state;
    test_flux_expect(&t, files);
    assert_int_equal(t.result.len, 0);
    test_flux_free(&t);
    test_flux_expect(&other, files);
    assert_int_equal(other.result.len, 0);
    test_flux_free(&other);
    test_flux_refused(&missing, files, "there is no folder /c");
}

static void test_kustomization__manifests_of_a_folder_in_the_order_of_a_walk(void **state)
{
    const struct test_file files[] = {
        {"/a/b.yaml", TEST_CONFIGMAP("b-file")},
        {"/a/b/c.yml", TEST_CONFIGMAP("in-b")},
        {"/a/b-c/x.yaml", TEST_CONFIGMAP("in-b-c")},
        {"/a/.hidden/h.yaml", TEST_CONFIGMAP("hidden")},
        {"/a/k/kustomization.yml", "resources: [deep/r.yaml]\nnamePrefix: k-\n"},
        {"/a/k/deep/r.yaml", TEST_CONFIGMAP("r")},
        {"/a/k/values.yaml", "not: a manifest\n"},
        {"/a/notes.txt", "no"},
        {"/other.yaml", TEST_CONFIGMAP("other")},
        {NULL, NULL}};
    static const char *const names[] = {"hidden", "in-b", "in-b-c", "b-file", "k-r"};
    struct test_flux t = {.spec = "{path: ./a}"};

    (void)state;
    test_flux_expect(&t, files);
    assert_int_equal(t.result.len, ARRAY_LEN(names));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_true(span_is(t.result.objects[i].name, names[i]));
    test_flux_free(&t);
}

static void test_kustomization__what_is_no_manifest_is_told_with_its_place(void **state)
{
    const struct test_file files[] = {{"/a/x/values.yaml", "# of a chart\na: 1\n"}, {NULL, NULL}};
    const struct test_file two[] = {{"/a/kustomization.yaml", "resources: [x.yaml]\n"},
                                    {"/a/Kustomization", "resources: [x.yaml]\n"},
                                    {"/a/x.yaml", TEST_CONFIGMAP("x")},
                                    {NULL, NULL}};
    const struct test_file up[] = {
        {"/kustomization.yaml", "resources: [../x.yaml]\n"}, {"/x.yaml", "a: 1\n"}, {NULL, NULL}};
    struct test_flux t = {.spec = "{path: a}"}, both = {.spec = "{path: a}"}, out = {.spec = "{}"};

    (void)state;
    test_flux_refused(&t, files, "a/x/values.yaml:2: this object has no kind");
    test_flux_refused(&both, two, "holds both kustomization.yaml and Kustomization");
    test_flux_refused(&out, up, "../x.yaml leads out of the source");
}

// --- components ---

#define COMPONENT(field)                                                                           \
    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" field "\n"

static void test_kustomization__components_are_relative_to_the_path(void **state)
{
    const struct test_file files[] = {
        {"/apps/a/kustomization.yaml", "resources: [d.yaml]\n"},
        {"/apps/a/d.yaml", DEPLOYMENT("app:1")},
        {"/apps/c/kustomization.yaml", COMPONENT("images: [{name: app, newTag: '2'}]")},
        {NULL, NULL}};
    struct test_flux t = {.spec = "{path: apps/a, components: [../c, ../no, ../../../no], "
                                  "ignoreMissingComponents: true}"},
                     missing = {.spec = "{path: apps/a, components: [../no]}"},
                     remote = {.spec = "{path: apps/a, components: ['https://host/c'], "
                                       "ignoreMissingComponents: true}"};

    (void)state;
    test_flux_is("{path: apps/a, components: [../c]}", files, "w", IMAGE, "app:2");
    test_flux_expect(&t, files);
    assert_string_equal(test_flux_at(&t, "w", IMAGE), "app:2");
    assert_int_equal(t.notes.len, 2);
    assert_string_equal(t.notes.items[0].field, "spec.ignoreMissingComponents");
    assert_non_null(strstr(t.notes.items[0].text, "../no"));
    test_flux_free(&t);
    test_flux_refused(&missing, files, "there is no folder apps/no");
    test_flux_refused(&remote, files, "component path 'https://host/c' must be local and relative");
}

// --- images ---

static void test_kustomization__images_of_one_name_are_merged(void **state)
{
    const struct test_file files[] = {
        {"/a/kustomization.yaml",
         "resources: [d.yaml]\nimages: [{name: app, newName: own, digest: 'sha256:00'}]\n"},
        {"/a/d.yaml", DEPLOYMENT("app:1")},
        {NULL, NULL}};

    (void)state;
    test_flux_is("{path: a}", files, "w", IMAGE, "own@sha256:00");
    // The tag replaces the digest, the name stays.
    test_flux_is("{path: a, images: [{name: app, newTag: '2'}]}", files, "w", IMAGE, "own:2");
    test_flux_is("{path: a, images: [{name: app, newName: flux}]}", files, "w", IMAGE,
                 "flux@sha256:00");
    // Twice in the object: one entry, too.
    test_flux_is("{path: a, images: [{name: app, newTag: '2'}, {name: app, newName: last}]}", files,
                 "w", IMAGE, "last:2");
}

// --- what rewriting the file does to it ---

static void test_kustomization__the_file_is_read_as_go_reads_it(void **state)
{
    const struct test_file files[] = {{"/a/kustomization.yaml",
                                       "resources: [c.yaml]\nunknown: x\nNAMEPREFIX: 5\n"
                                       "commonAnnotations: {a: 1.50, b: yes}\n"},
                                      {"/a/c.yaml", TEST_CONFIGMAP("c")},
                                      {NULL, NULL}};
    struct test_flux t = {.spec = "{path: a}"};

    (void)state;
    test_flux_expect(&t, files);
    assert_string_equal(test_flux_at(&t, "5c", "metadata/annotations/a"), "1.5");
    assert_string_equal(test_flux_at(&t, "5c", "metadata/annotations/b"), "true");
    assert_int_equal(t.notes.len, 1);
    assert_string_equal(t.notes.items[0].field, "kustomization");
    assert_string_equal(t.notes.items[0].text, "a/kustomization.yaml:2: kustomize-controller drops "
                                               "the unknown field unknown");
    test_flux_free(&t);
}

static void test_kustomization__without_resources_objects_say_where_they_are_from(void **state)
{
    const struct test_file files[] = {{"/a/kustomization.yaml",
                                       "configMapGenerator: [{name: g, literals: [a=b], options: "
                                       "{disableNameSuffixHash: true}}]\n"},
                                      {"/b/kustomization.yaml", ""},
                                      {NULL, NULL}};
    struct test_flux t = {.spec = "{path: a}"}, empty = {.spec = "{path: b}"};

    (void)state;
    test_flux_expect(&t, files);
    assert_non_null(
        strstr(test_flux_at(&t, "g", "metadata/annotations/config.kubernetes.io"), "(none)"));
    assert_non_null(node_get(node_path(t.result.objects[0].node, "metadata", "annotations"),
                             "config.kubernetes.io/origin"));
    test_flux_free(&t);
    test_flux_expect(&empty, files);
    assert_int_equal(empty.result.len, 0);
    test_flux_free(&empty);
}

static void test_kustomization__mistakes_are_told_with_their_place(void **state)
{
    const struct test_file files[] = {
        {"/a/kustomization.yaml", "resources: [c.yaml]\n\nnamePrefix: [x]\n"},
        {"/a/c.yaml", TEST_CONFIGMAP("c")},
        {"/b/kustomization.yaml", "resources: [../a/c.yaml]\n"},
        {NULL, NULL}};
    struct test_flux own = {.spec = "{path: a}"},
                     patch = {.spec = "{path: b, patches: [{patch: '{a: b'}]}"},
                     type = {.spec = "{path: b, namePrefix: 5}"};

    (void)state;
    test_flux_refused(&own, files, "a/kustomization.yaml:3: field namePrefix");
    test_flux_refused(&patch, files, "Kustomization flux-system/apps");
    test_flux_refused(&type, files, "spec.namePrefix has to be a text");
}

// --- what is applied ---

static void test_kustomization__labels_of_the_owner_and_common_ones(void **state)
{
    const struct test_file files[] = {{"/c.yaml", TEST_CONFIGMAP("c") "  labels: {a: b, c: d}\n"},
                                      {NULL, NULL}};
    struct test_flux t = {.spec = "{commonMetadata: {labels: {a: x}, annotations: {n: y}}}"};

    (void)state;
    test_flux_expect(&t, files);
    assert_string_equal(test_flux_at(&t, "c", "metadata/labels/a"), "x");
    assert_string_equal(test_flux_at(&t, "c", "metadata/labels/c"), "d");
    assert_string_equal(test_flux_at(&t, "c", "metadata/annotations/n"), "y");
    assert_true(span_is(node_get_text(node_path(t.result.objects[0].node, "metadata", "labels"),
                                      "kustomize.toolkit.fluxcd.io/name"),
                        "apps"));
    assert_string_equal(t.result.objects[0].touched[t.result.objects[0].touched_len - 1],
                        "Kustomization flux-system/apps: spec.commonMetadata");
    test_flux_free(&t);
}

static void test_kustomization__order_of_the_apply(void **state)
{
    const struct test_file files[] = {
        {"/a.yaml", "apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: foo}\n---\n"
                    "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\n" TEST_CONFIGMAP(
                        "m") "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\n"
                             "metadata: {name: class}\n---\n"
                             "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n"},
        {NULL, NULL}};
    static const char *const names[] = {"n", "class", "m", "s", "foo"};
    struct test_flux t = {.spec = "{}"};

    (void)state;
    test_flux_expect(&t, files);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_true(span_is(t.result.objects[t.result.sorted[i]].name, names[i]));
    test_flux_free(&t);
}

static void test_kustomization__secrets_of_sops(void **state)
{
    const struct test_file files[] = {
        {"/s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nsops: {mac: x}\n"},
        {NULL, NULL}};
    struct test_flux plain = {.spec = "{}"},
                     keys = {.spec = "{decryption: {provider: sops, secretRef: {name: keys}}}"};

    (void)state;
    test_flux_refused(&plain, files, "is SOPS encrypted, configuring decryption is required");
    test_flux_expect(&keys, files);
    assert_int_equal(keys.notes.len, 1);
    assert_string_equal(keys.notes.items[0].field, "spec.decryption");
    assert_non_null(strstr(keys.notes.items[0].text, "needs a key: Secret s"));
    test_flux_free(&keys);
}

static void expect_entry(const char *group, const char *kind, const char *ns, const char *name,
                         const char *entry)
{
    const struct identity id = {span_str(group), span_str(kind), span_str(ns), span_str(name)};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    kustomization_inventory_id(&id, &out);
    assert_string_equal(buf_str(&out), entry);
}

static void test_kustomization__entries_of_the_inventory(void **state)
{
    (void)state;
    expect_entry("apps", "Deployment", "shop", "web", "shop_web_apps_Deployment");
    expect_entry("", "Namespace", "", "shop", "_shop__Namespace");
    expect_entry("rbac.authorization.k8s.io", "ClusterRole", "", "a:b:c",
                 "_a__b__c_rbac.authorization.k8s.io_ClusterRole");
    expect_entry("example.com", "Foo", "n", "a:b", "n_a:b_example.com_Foo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_kustomization__patch_then_images_of_the_path),
        UNIT(test_kustomization__patch_does_not_see_the_namespace_of_the_path),
        UNIT(test_kustomization__replacement_of_what_a_patch_wrote),
        UNIT(test_kustomization__patch_does_not_see_the_prefix_of_the_path),
        UNIT(test_kustomization__names_of_the_object_count),
        UNIT(test_kustomization__path_at_the_root),
        UNIT(test_kustomization__folder_without_manifests_is_nothing),
        UNIT(test_kustomization__manifests_of_a_folder_in_the_order_of_a_walk),
        UNIT(test_kustomization__what_is_no_manifest_is_told_with_its_place),
        UNIT(test_kustomization__components_are_relative_to_the_path),
        UNIT(test_kustomization__images_of_one_name_are_merged),
        UNIT(test_kustomization__the_file_is_read_as_go_reads_it),
        UNIT(test_kustomization__without_resources_objects_say_where_they_are_from),
        UNIT(test_kustomization__mistakes_are_told_with_their_place),
        UNIT(test_kustomization__labels_of_the_owner_and_common_ones),
        UNIT(test_kustomization__order_of_the_apply),
        UNIT(test_kustomization__secrets_of_sops),
        UNIT(test_kustomization__entries_of_the_inventory),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
