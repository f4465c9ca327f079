// SPDX-License-Identifier: Apache-2.0
// controller/release: the values of a release. What is expected here is what helm-controller's own
// code makes of the same objects (tests/differential/flux/release).
#include "unit.h"

#include "controller/release.h"

// The objects of a test, read from one text: the release first.
struct world {
    struct doc *doc;
    struct node_list objects;
};

static void world_open(struct world *w, const char *text)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    *w = (struct world){.doc = doc_new()};
    assert_int_equal(doc_read_yaml(w->doc, span_str(text), "tree.yaml", &w->objects, &err), 0);
}

static const struct node *find(void *data, const struct identity *id, const struct doc **doc)
{
    const struct world *w = data;

    *doc = w->doc;
    for (size_t i = 1; i < w->objects.len; i++) {
        struct identity has = node_identity(w->objects.items[i]);

        if (identity_eq(&has, id))
            return w->objects.items[i];
    }
    return NULL;
}

static int compose(struct world *w, struct release_values *values, struct err **err)
{
    return release_compose(w->objects.items[0], w->doc, find, w, values, err);
}

#define RELEASE(spec)                                                                              \
    "kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2\n"                                   \
    "metadata: {name: r, namespace: ns}\nspec:\n" spec
#define HOLDER(kind, name, rest)                                                                   \
    "---\nkind: " kind "\napiVersion: v1\nmetadata: {name: " name ", namespace: ns}\n" rest
#define FROM(list, values) RELEASE("  valuesFrom: [" list "]\n  values: " values "\n")

static void check(const char *text, const char *expected)
{
    struct world w;
    struct release_values values CLEANUP(release_values_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    world_open(&w, text);
    if (compose(&w, &values, &err) == 0)
        doc_write_json(values.values, true, &out);
    else
        err_format(err, &out);
    if (expected[0] == '{')
        assert_string_equal(buf_str(&out), expected);
    else
        assert_err(err, ERR_CONFIG, expected);
    doc_free(w.doc);
}

static void test_release_compose__layers_over_each_other(void **state)
{
    (void)state;
    check(RELEASE("  interval: 1m\n"), "{}");
    check(RELEASE("  values: {a: 1}\n"), "{\"a\":1}");
    check(FROM("{kind: ConfigMap, name: a}, {kind: Secret, name: b, valuesKey: k}",
               "{m: {own: 1}, list: [3]}")
              HOLDER("ConfigMap", "a", "data: {values.yaml: \"m: {a: 1, c: 1}\\nlist: [1, 2]\"}\n")
                  HOLDER("Secret", "b",
                         "data: {k: bTogeyBhOiAyIH0K}\nstringData: {k: 'm: {a: null}'}\n"),
          "{\"list\":[3],\"m\":{\"a\":null,\"c\":1,\"own\":1}}");
    check(FROM("{kind: Secret, name: b, valuesKey: k}", "{}")
              HOLDER("Secret", "b", "data: {k: \"bTogeyBhOiAy\\nIH0K\"}\n"),
          "{\"m\":{\"a\":2}}");
    // An empty text and the first of several documents.
    check(FROM("{kind: ConfigMap, name: a}", "{}")
              HOLDER("ConfigMap", "a", "data: {values.yaml: ''}\n"),
          "{}");
    check(FROM("{kind: ConfigMap, name: a}", "{}")
              HOLDER("ConfigMap", "a", "data: {values.yaml: \"a: 1\\n---\\nb: 2\\n\"}\n"),
          "{\"a\":1}");
}

static void test_release_compose__single_values(void **state)
{
#define ONE(path, value, own)                                                                      \
    FROM("{kind: ConfigMap, name: a, valuesKey: k, targetPath: '" path "'}", own)                  \
    HOLDER("ConfigMap", "a", "data: {k: " value "}\n")
    (void)state;
    check(ONE("a.b", "'1'", "{}"), "{\"a\":{\"b\":1}}");
    check(ONE("a.b", "\"'1'\"", "{}"), "{\"a\":{\"b\":\"1\"}}");
    check(ONE("a.b", "'true'", "{a: {b: 0, c: 1}}"), "{\"a\":{\"b\":true,\"c\":1}}");
    check(ONE("a", "'1'", "{a: 2}"), "{\"a\":2}"); // at the top the object's own value comes again
    check(ONE("l[0]", "x", "{l: [a, b]}"), "{\"l\":[\"x\",\"b\"]}");
    check(ONE("l[2]", "x", "{l: [a, b]}"), "{\"l\":[\"a\",\"b\"]}"); // a longer list is another one
    check(ONE("m.l[2]", "x", "{m: {l: [a, b]}}"), "{\"m\":{\"l\":[\"a\",\"b\",\"x\"]}}");
    check(ONE("a", "'x,b=1'", "{}"), "{\"a\":\"x\",\"b\":1}");
    check(ONE("a", "'{x,1}'", "{}"), "{\"a\":[\"x\",1]}");
    check(ONE("a", "'x,b'", "{}"),
          "tree.yaml:11: ConfigMap ns/a, k cannot be put at targetPath 'a'");
    check(FROM("{kind: ConfigMap, name: a, valuesKey: k, targetPath: x, literal: true}", "{}")
              HOLDER("ConfigMap", "a", "data: {k: 'a,b=[1]{\\\\}'}\n"),
          "{\"x\":\"a,b=[1]{\\\\\\\\}\"}");
    // Below a map that two have, the object's own value comes again.
    check(FROM("{kind: ConfigMap, name: a}, {kind: ConfigMap, name: a, valuesKey: k, "
               "targetPath: m.v}",
               "{m: {v: own}}")
              HOLDER("ConfigMap", "a", "data: {values.yaml: 'm: {w: 1}', k: set}\n"),
          "{\"m\":{\"v\":\"own\",\"w\":1}}");
}

static void test_release_compose__what_the_controller_refuses(void **state)
{
    (void)state;
    check(FROM("{kind: ConfigMap, name: a}", "{}"),
          "tree.yaml:5: HelmRelease ns/r: spec.valuesFrom[0]: nothing makes the ConfigMap ns/a");
    check(FROM("{kind: ConfigMap, name: a, valuesKey: k}", "{}")
              HOLDER("ConfigMap", "a", "data: {values.yaml: ''}\n"),
          "spec.valuesFrom[0]: the ConfigMap ns/a has no key 'k'");
    check(FROM("{kind: ConfigMap, name: a, valuesKey: k, optional: true}, "
               "{kind: Secret, name: a, optional: true}",
               "{v: 1}") HOLDER("ConfigMap", "a", "data: {values.yaml: ''}\n"),
          "{\"v\":1}");
    check(FROM("{kind: ConfigMap, name: a}", "{}")
              HOLDER("ConfigMap", "a", "data:\n  values.yaml: |\n    a: 1\n    - b\n"),
          "HelmRelease ns/r: spec.valuesFrom[0]: tree.yaml:14: ");
    check(FROM("{kind: ConfigMap, name: a}", "{}")
              HOLDER("ConfigMap", "a", "data: {values.yaml: '[1]'}\n"),
          "ConfigMap ns/a, values.yaml: is a list instead of a map");
    check(FROM("{kind: OCIRepository, name: a}", "{}"), "the kind 'OCIRepository' is neither");
    check(FROM("{kind: ConfigMap, name: a}", "{}")
              HOLDER("ConfigMap", "a", "data: {values.yaml: 1}\n"),
          "tree.yaml:11: ConfigMap ns/a: the value of the key 'values.yaml' is not a string");
    check(FROM("{kind: Secret, name: a}", "{}") HOLDER("Secret", "a", "data: {values.yaml: '!'}\n"),
          "is not base64");
}

static const char *place_of(const struct release_values *values, const struct node *n)
{
    return arena_printf(doc_arena(values->doc), "%s:%u", doc_file_name(values->doc, n->file),
                        n->line);
}

static void test_release_compose__nodes_know_their_lines(void **state)
{
    static const char text[] =
        RELEASE("  valuesFrom:\n  - {kind: ConfigMap, name: a}\n"
                "  - {kind: Secret, name: s}\n"
                "  - {kind: ConfigMap, name: a, valuesKey: one, targetPath: m.set}\n"
                "  values:\n    m:\n      own: 1\n")
            HOLDER("ConfigMap", "a",
                   "data:\n  values.yaml: |\n    m:\n      a: 1\n      own: 2\n  one: x\n")
                HOLDER("Secret", "s", "data: {values.yaml: bToKICBzOiAyCg==}\n");
    struct world w;
    struct release_values values CLEANUP(release_values_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    const struct node *m;

    (void)state;
    world_open(&w, text);
    assert_int_equal(compose(&w, &values, &err), 0);
    doc_free(w.doc); // nothing of it is needed any more
    m = node_get(values.values, "m");
    assert_string_equal(place_of(&values, node_get(m, "own")), "tree.yaml:11");
    assert_string_equal(place_of(&values, node_get(m, "a")), "tree.yaml:19");
    assert_string_equal(place_of(&values, node_get(m, "set")), "tree.yaml:21");
    assert_string_equal(place_of(&values, node_get(m, "s")), "Secret ns/s, values.yaml:2");
    assert_int_equal(values.layers.len, 4);
    assert_string_equal(values.layers.items[2].label, "ConfigMap ns/a, one");
    assert_string_equal(values.layers.items[2].target_path, "m.set");
    assert_string_equal(values.layers.items[3].label, "spec.values");
    assert_null(node_path(values.layers.items[3].values, "m", "set"));
}

// ConfigMaps and Secrets that generators make of whole files, of lines and of literals.
static void test_release_compose__generated_values_know_their_files(void **state)
{
    static const char kustomization[] =
        "generatorOptions: {disableNameSuffixHash: true}\nnamespace: ns\n"
        "configMapGenerator:\n- name: c\n  files: [values.yaml]\n  envs: [e.env]\n"
        "  literals:\n  - lit=3\n"
        "secretGenerator:\n- name: s\n  files: [values.yaml=s.yaml]\n"
        "resources: [release.yaml]\n";
    static const char release[] =
        RELEASE("  valuesFrom:\n  - {kind: ConfigMap, name: c}\n  - {kind: Secret, name: s}\n"
                "  - {kind: ConfigMap, name: c, valuesKey: lit, targetPath: lit}\n"
                "  - {kind: ConfigMap, name: c, valuesKey: env, targetPath: env}\n");
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct kustomize_options options = {.tree = tree, .folder = "/t", .relative_to = "/"};
    struct kustomize_result built CLEANUP(kustomize_result_free) = {0};
    struct release_values values CLEANUP(release_values_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct world w = {0};

    (void)state;
    kustomize_tree_add(tree, "/t/kustomization.yaml", span_str(kustomization));
    kustomize_tree_add(tree, "/t/release.yaml", span_str(release));
    kustomize_tree_add(tree, "/t/values.yaml", SPAN("# first\na: 1\nl:\n- x\n"));
    kustomize_tree_add(tree, "/t/s.yaml", SPAN("s:\n  t: 2\n"));
    kustomize_tree_add(tree, "/t/e.env", SPAN("# first\nenv=v\n"));
    assert_int_equal(kustomize_build(&options, &built, &err), 0);
    w.doc = built.doc;
    for (size_t pass = 0; pass < 2; pass++) // the release first
        for (size_t i = 0; i < built.len; i++)
            if (span_is(built.objects[i].kind, "HelmRelease") == (pass == 0))
                vec_push_arena(doc_arena(w.doc), &w.objects, built.objects[i].node);
    assert_int_equal(compose(&w, &values, &err), 0);
    assert_string_equal(place_of(&values, node_get(values.values, "a")), "t/values.yaml:2");
    assert_string_equal(place_of(&values, node_item(node_get(values.values, "l"), 0)),
                        "t/values.yaml:4");
    assert_string_equal(place_of(&values, node_path(values.values, "s", "t")), "t/s.yaml:2");
    assert_string_equal(place_of(&values, node_get(values.values, "lit")),
                        "t/kustomization.yaml:8");
    assert_string_equal(place_of(&values, node_get(values.values, "env")), "t/e.env:2");
}

static void test_release_name__is_shortened(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct world w;

    (void)state;
    world_open(&w,
               RELEASE("  targetNamespace: t\n  storageNamespace: st\n") "---\n" RELEASE(
                   "  releaseName: a-name-that-is-longer-than-the-fifty-three-of-helm-by-far\n"));
    assert_true(span_is(release_name(arena, w.objects.items[0]), "t-r"));
    assert_true(span_is(release_namespace(w.objects.items[0]), "t"));
    assert_true(span_is(release_storage_namespace(w.objects.items[0]), "st"));
    assert_true(span_is(release_name(arena, w.objects.items[1]),
                        "a-name-that-is-longer-than-the-fifty-thr-ca0d49501a27"));
    assert_true(span_is(release_storage_namespace(w.objects.items[1]), "ns"));
    doc_free(w.doc);
}

UNIT_MAIN(UNIT(test_release_compose__layers_over_each_other),
          UNIT(test_release_compose__single_values),
          UNIT(test_release_compose__what_the_controller_refuses),
          UNIT(test_release_compose__nodes_know_their_lines),
          UNIT(test_release_compose__generated_values_know_their_files),
          UNIT(test_release_name__is_shortened))
