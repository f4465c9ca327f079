// SPDX-License-Identifier: Apache-2.0
// Builds of small trees: the order of things, names that follow, generators, what is refused and in
// which words.
#include "test_kustomize.h"

#include "base/mem.h"

#define PATCH(fields)                                                                              \
    "patches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: a}\n   "  \
    " " fields "\n"

#define POD(name, settings)                                                                        \
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " name "\nspec:\n  containers:\n"               \
    "  - envFrom:\n    - configMapRef:\n        name: " settings                                   \
    "\n    image: nginx\n    name: c\n"

static void test_kustomize__hashes_follow_into_references(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/kustomization.yaml", "resources: [pod.yaml]\nnamePrefix: p-\n"
                                "configMapGenerator: [{name: settings, literals: [a=b]}]\n"},
        {"/pod.yaml", POD("web", "settings")},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n"
                "  name: p-settings-4h2mbtbbt6\n---\n" POD("p-web", "p-settings-4h2mbtbbt6"));
}

static void test_kustomize__merges_and_replaces_generated_data(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/base/kustomization.yaml",
         "configMapGenerator:\n- {name: m, literals: [a=1, b=2], options: {labels: {x: z}}}\n"
         "- {name: r, literals: [a=1]}\n"},
        {"/kustomization.yaml",
         "resources: [base]\ngeneratorOptions: {disableNameSuffixHash: true}\n"
         "configMapGenerator:\n- {name: m, behavior: merge, literals: [b=3]}\n"
         "- {name: r, behavior: replace, literals: [c=4]}\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\ndata:\n  a: \"1\"\n  b: \"3\"\nkind: ConfigMap\nmetadata:\n"
                "  labels:\n    x: z\n  name: m\n---\n"
                "apiVersion: v1\ndata:\n  c: \"4\"\nkind: ConfigMap\nmetadata:\n  name: r\n");
}

static void test_kustomize__labels_share_their_node(void **state)
{
    (void)state;
    // The second entry only names metadata/labels; kustomize changes the template's label too.
    const struct test_file files[] = {
        {"/kustomization.yaml", "resources: [d.yaml]\nlabels:\n"
                                "- {pairs: {a: one}, includeTemplates: true}\n"
                                "- {pairs: {a: two}}\n"},
        {"/d.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  labels:\n    a: two\n"
                "  name: d\nspec:\n  template:\n    metadata:\n      labels:\n        a: two\n");
}

static void test_kustomize__managed_by_needs_a_map_of_labels(void **state)
{
    (void)state;
    static const char kustomization[] = "resources: [c.yaml]\nbuildMetadata: [managedByLabel]\n";
    const struct test_file files[] = {
        {"/kustomization.yaml", kustomization},
        {"/c.yaml", TEST_CONFIGMAP("c")},
        {NULL, NULL},
    };
    const struct test_file scalar[] = {
        {"/kustomization.yaml", kustomization},
        {"/c.yaml", TEST_CONFIGMAP("c") "  labels: 1.5\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n"
                "    app.kubernetes.io/managed-by: kustomize-v5.8.1\n  name: c\n");
    test_refuse(scalar, "/", ERR_CONFIG,
                "c.yaml:5: ConfigMap c (v1): cannot set "
                "app.kubernetes.io/managed-by: expected a map, found float");
}

static void test_kustomize__null_in_a_targeted_patch_is_text(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/kustomization.yaml",
         "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |\n"
         "    {apiVersion: v1, kind: ConfigMap, metadata: {name: x, annotations: {a: null}}}\n"},
        {"/c.yaml", TEST_CONFIGMAP("c") "  annotations: {a: b}\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    a: \"null\"\n"
                "  name: c\n");
}

// A field that a patch replaces keeps the quotes of its old value; kustomize gives quotes to texts
// that YAML 1.1 reads as something else whenever it sets them, also where nothing shows yet.
static void test_kustomize__quotes_stay_for_later_patches(void **state)
{
    (void)state;
    static const char patch[] = "apiVersion: v1\nkind: Foo\nmetadata: {name: f}\n"
                                "spec: {a: 1, b: 2, c: 3, d: 4}\n";
    const struct test_file files[] = {
        {"/base/kustomization.yaml",
         "resources: [f.yaml, g.yaml]\npatches:\n- patch: |\n"
         "    {apiVersion: v1, kind: Foo, metadata: {name: f}, spec: {e: x}}\n"
         "- target: {name: g}\n  patch: '- {op: add, path: /spec/e, value: x}'\n"},
        {"/base/f.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: f}\n"
                         "spec: {a: yes, b: text, c: 12:30:45, d: 'q'}\n"},
        {"/base/g.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: g}\n"
                         "spec: {a: yes, b: text, c: '&c', d: 'q'}\n"},
        {"/kustomization.yaml",
         "resources: [base]\npatches: [{path: p.yaml, target: {kind: Foo}}]\n"},
        {"/p.yaml", patch},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\nkind: Foo\nmetadata:\n  name: f\nspec:\n"
                "  a: \"1\"\n  b: 2\n  c: 3\n  d: \"4\"\n  e: x\n---\n"
                "apiVersion: v1\nkind: Foo\nmetadata:\n  name: g\nspec:\n"
                "  a: \"1\"\n  b: 2\n  c: \"3\"\n  d: 4\n  e: x\n");
}

// Names that kustomize has set itself are plain text without a type: what replaces them is typed.
static void test_kustomize__name_set_before_takes_any_type(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/base/kustomization.yaml",
         "resources: [n.yaml]\npatches:\n- patch: |\n"
         "    {apiVersion: v1, kind: Namespace, metadata: {name: job}}\n"},
        {"/base/n.yaml",
         "apiVersion: v1\nkind: Namespace\nmetadata: {name: job, labels: {a: 'true'}}\n---\n"
         "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: x}\n"},
        {"/mid/kustomization.yaml",
         "resources: [../base]\nreplacements:\n"
         "- source: {kind: Namespace, fieldPath: metadata.labels.a}\n"
         "  targets: [{select: {kind: Namespace}, fieldPaths: [metadata.name]}]\n"
         "- sourceValue: '80'\n"
         "  targets: [{select: {kind: Secret}, fieldPaths: [metadata.name]}]\n"},
        {"/kustomization.yaml", "resources: [mid]\nnamePrefix: '1'\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  labels:\n    a: \"true\"\n"
                "  name: true\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: 180\n"
                "  namespace: x\n");
}

// A number goes through JSON and becomes the text that YAML prints for it.
static void test_kustomize__json_patch_makes_annotations_texts(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/kustomization.yaml", "resources: [p.yaml]\npatches:\n- target: {kind: Pod}\n"
                                "  patch: '- {op: add, path: /spec, value: {a: 1200000}}'\n"},
        {"/p.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n"
                    "    big: 6.758680120491478e+18\n    small: 12e03\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n"
                "    big: \"6.758680120491478e+18\"\n    small: \"12000\"\n  name: p\n"
                "spec:\n  a: 1200000\n");
}

static void test_kustomize__shared_labels_keep_their_quotes(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/base/kustomization.yaml", "resources: [d.yaml]\ncommonAnnotations: {note: 'true'}\n"},
        {"/base/d.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"},
        {"/kustomization.yaml", "resources: [base]\npatches:\n- patch: |\n"
                                "    {apiVersion: apps/v1, kind: Deployment, metadata: {name: d, "
                                "annotations: {note: 5}}}\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n"
                "    note: \"5\"\n  name: d\nspec:\n  template:\n    metadata:\n"
                "      annotations:\n        note: \"5\"\n");
}

static void test_kustomize__sorts_as_the_command_does(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/kustomization.yaml", "resources: [all.yaml]\n"},
        {"/all.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\n"
                      "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n---\n"
                      "apiVersion: x/v1\nkind: A\nmetadata: {name: a}\n---\n" TEST_CONFIGMAP("c")},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns\n---\n"
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n---\n"
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n---\n"
                "apiVersion: x/v1\nkind: A\nmetadata:\n  name: a\n");
}

static void test_kustomize__suggests_fields_and_targets(void **state)
{
    (void)state;
    const struct test_file field[] = {
        {"/kustomization.yaml", "resources: []\nnamePrefx: a-\n"},
        {NULL, NULL},
    };
    const struct test_file target[] = {
        {"/kustomization.yaml", "resources: [c.yaml]\npatches:\n- path: p.yaml\n"},
        {"/c.yaml", TEST_CONFIGMAP("settings")},
        {"/p.yaml", TEST_CONFIGMAP("setting")},
        {NULL, NULL},
    };
    test_refuse(field, "/", ERR_CONFIG, "kustomization.yaml:2: unknown field 'namePrefx'");
    test_refuse(field, "/", ERR_CONFIG, "did you mean 'namePrefix'?");
    test_refuse(target, "/", ERR_CONFIG, "p.yaml:1: the patch fits no resource");
    test_refuse(target, "/", ERR_CONFIG, "did you mean ConfigMap settings?");
}

static void test_kustomize__refuses_what_leaves_the_root(void **state)
{
    (void)state;
    const struct test_file cycle[] = {
        {"/a/kustomization.yaml", "resources: [../b]\n"},
        {"/b/kustomization.yaml", "resources: [../a]\n"},
        {NULL, NULL},
    };
    const struct test_file outside[] = {
        {"/a/kustomization.yaml", "resources: [../c.yaml]\n"},
        {"/c.yaml", TEST_CONFIGMAP("c")},
        {NULL, NULL},
    };
    const struct test_file helm[] = {
        {"/kustomization.yaml", "helmCharts: [{name: x}]\n"},
        {NULL, NULL},
    };
    const struct test_file remote[] = {
        {"/kustomization.yaml", "resources: ['https://example.com/x.yaml']\n"},
        {NULL, NULL},
    };
    test_refuse(cycle, "/a", ERR_CONFIG, "/a -> /b");
    test_refuse(outside, "/a", ERR_CONFIG, "/c.yaml lies outside of /a");
    test_refuse(helm, "/", ERR_UNSUPPORTED, "kustomization.yaml:1: helmCharts");
    test_refuse(remote, "/", ERR_SOURCE, "https://example.com/x.yaml");
}

static void test_kustomize__names_both_places_of_a_duplicate(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/kustomization.yaml", "resources: [a.yaml, b.yaml]\n"},
        {"/a.yaml", TEST_CONFIGMAP("c")},
        {"/b.yaml", TEST_CONFIGMAP("c")},
        {NULL, NULL},
    };
    test_refuse(files, "/", ERR_CONFIG,
                "/b.yaml:1: ConfigMap c (v1) is defined twice, first at "
                "/a.yaml:1");
}

// To patches and transformers a value that was left out is null wherever it stands; only what is
// left of it at the end is the empty string in brackets, where go-yaml has no other way to write
// it.
static void test_kustomize__left_out_values_in_brackets(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *object, *expected;
    } cases[] = {
        {"", "data: {a: , b, l: [x, ]}\n", "data:\n  a: \"\"\n  b: \"\"\n  l:\n  - x\n"},
        {"", "data:\n  a:\n  b: {c: [{d: }]}\n", "data:\n  a: null\n  b:\n    c:\n    - d: \"\"\n"},
        {PATCH("data: {z: '2'}"), "data: {k: , z: \"1\"}\n", "data:\n  z: \"2\"\n"},
        {PATCH("data: {z: }"), "data: {k: x, z: \"1\"}\n", "data:\n  k: x\n"},
        {PATCH("spec: {list: [1]}"), "spec: {list: , a: {b: }}\n",
         "spec:\n  a: {}\n  list:\n  - 1\n"},
        {"patches:\n- target: {kind: ConfigMap}\n  patch: |\n    - {op: test, path: /data/k, "
         "value: ''}\n",
         "data: {k: }\n", "data:\n  k: \"\"\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *fields CLEANUP(mem_cleanup) = mem_printf("resources: [r.yaml]\n%s", cases[i].fields);
        char *object CLEANUP(mem_cleanup) =
            mem_printf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n%s", cases[i].object);
        const struct test_file files[] = {
            {"/kustomization.yaml", fields}, {"/r.yaml", object}, {NULL, NULL}};
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct err *err CLEANUP(err_cleanup) = NULL;
        assert_int_equal(test_build(files, "/", &out, &err), 0);
        if (!strstr(buf_str(&out), cases[i].expected))
            fail_msg("case %zu: %s", i, buf_str(&out));
    }
}

static void test_kustomize__replicas_keep_quotes(void **state)
{
    (void)state;
    const struct test_file files[] = {
        {"/kustomization.yaml", "resources: [r.yaml]\nreplicas: [{name: a, count: 3}]\n"},
        {"/r.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
                    "spec: {replicas: '1'}\n"},
        {NULL, NULL},
    };
    test_expect(files, "/",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n"
                "spec:\n  replicas: \"3\"\n");
}

// With buildMetadata kustomize notes in annotations, while it builds, where an object is from: they
// are there for a patch to add to.
static void test_kustomize__patches_add_to_the_notes_of_a_build(void **state)
{
    static const struct test_file files[] = {
        {"/a/kustomization.yaml", "resources: [../b]\nbuildMetadata: [managedByLabel]\n"},
        {"/b/kustomization.yaml",
         "resources: [c.yaml]\npatchesJson6902:\n- target: {kind: ConfigMap, version: v1, name: "
         "c}\n"
         "  patch: '- {op: add, path: /metadata/annotations/x, value: text}'\n"},
        {"/b/c.yaml", TEST_CONFIGMAP("c")},
        {NULL, NULL}};

    (void)state;
    test_refuse(files, "/b", ERR_CONFIG, "/metadata/annotations is missing");
    test_expect(files, "/a",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    x: text\n"
                "  labels:\n    app.kubernetes.io/managed-by: kustomize-v5.8.1\n  name: c\n");
}

static void test_kustomize__git_sources(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *url, *path, *ref;
    } cases[] = {
        {"https://github.com/org/repo//deep/path?ref=v1", "https://github.com/org/repo",
         "deep/path", "v1"},
        {"github.com/org/repo/sub?version=main", "https://github.com/org/repo", "sub", "main"},
        {"git@github.com:org/repo.git/sub", "git@github.com:org/repo.git", "sub", ""},
        {"ssh://git@host.example/a/b.git?ref=x%2Fy", "ssh://git@host.example/a/b.git", "", "x/y"},
        {"https://dev.azure.com/o/p/_git/r/path", "https://dev.azure.com/o/p/_git/r", "path", ""},
        {"https://github.com/org/repo/deploy?timeout=60s", "https://github.com/org/repo", "deploy",
         ""},
        {"https://h/o/r?ref=refs/heads/x", "https://h/o/r", "", "refs/heads/x"},
    };
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct kustomize_git git;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(kustomize_git_parse(arena, cases[i].entry, &git));
        assert_string_equal(git.url, cases[i].url);
        assert_string_equal(git.path, cases[i].path);
        assert_string_equal(git.ref, cases[i].ref);
    }
    assert_true(kustomize_git_parse(arena, "https://h/o/r?timeout=2m&submodules=false", &git));
    assert_int_equal(git.timeout_ms, 120000);
    assert_false(git.submodules);
    assert_true(
        kustomize_git_parse(arena, "https://h/o/r?ref=a&ref=b&version=c&submodules=no", &git));
    assert_string_equal(git.ref, "a");
    assert_true(git.submodules);
    assert_true(kustomize_git_parse(arena, "https://h/o/r?ref=&version=c&timeout=x", &git));
    assert_string_equal(git.ref, "c");
    assert_int_equal(git.timeout_ms, 27000);
    assert_true(kustomize_git_parse(arena, "https://h/o/r?ref=a&x=%zz", &git));
    assert_string_equal(git.ref, "");
    assert_true(kustomize_git_parse(arena, "https://h/o/r?ref=a;b", &git));
    assert_string_equal(git.ref, "");
    assert_false(kustomize_git_parse(arena, "../base", &git));
    assert_false(kustomize_git_parse(arena, "/abs", &git));
    assert_false(kustomize_git_parse(arena, "https://github.com/org/repo//../x", &git));
}

UNIT_MAIN(UNIT(test_kustomize__hashes_follow_into_references),
          UNIT(test_kustomize__merges_and_replaces_generated_data),
          UNIT(test_kustomize__labels_share_their_node),
          UNIT(test_kustomize__managed_by_needs_a_map_of_labels),
          UNIT(test_kustomize__null_in_a_targeted_patch_is_text),
          UNIT(test_kustomize__quotes_stay_for_later_patches),
          UNIT(test_kustomize__name_set_before_takes_any_type),
          UNIT(test_kustomize__json_patch_makes_annotations_texts),
          UNIT(test_kustomize__shared_labels_keep_their_quotes),
          UNIT(test_kustomize__sorts_as_the_command_does),
          UNIT(test_kustomize__suggests_fields_and_targets),
          UNIT(test_kustomize__refuses_what_leaves_the_root),
          UNIT(test_kustomize__names_both_places_of_a_duplicate), UNIT(test_kustomize__git_sources),
          UNIT(test_kustomize__left_out_values_in_brackets),
          UNIT(test_kustomize__replicas_keep_quotes),
          UNIT(test_kustomize__patches_add_to_the_notes_of_a_build))
