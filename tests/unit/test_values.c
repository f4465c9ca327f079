// SPDX-License-Identifier: Apache-2.0
// controller/values: paths, differences, and where an umbrella has what a package is given. Traces
// and checks are in tests/golden/values.
#include "unit.h"

#include "controller/values.h"

static const char *reread(struct arena *a, const char *text)
{
    struct values_path path = {0};
    struct err *err = NULL;

    if (values_path_parse(a, span_str(text), &path, &err) < 0) {
        const char *message = arena_str(a, err_message(err));

        err_free(err);
        return message;
    }
    return values_path_text(a, path.items, path.len);
}

static void test_values__paths(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();

    (void)state;
    assert_string_equal(reread(a, "a.b[0].c"), "a.b.0.c");
    assert_string_equal(reread(a, "a\\.b.c\\[0]"), "a\\.b.c\\[0]");
    assert_string_equal(reread(a, "a..b"), "'a..b' is not the path of a value: a key is empty");
    assert_string_equal(reread(a, "a."), "'a.' is not the path of a value: it ends with a dot");
    assert_string_equal(reread(a, "a[x]"),
                        "'a[x]' is not the path of a value: an index is not a number");
    assert_string_equal(reread(a, ""), "'' is not the path of a value: it is empty");
}

static const struct node *yaml(struct doc *d, const char *text)
{
    struct err *err = NULL;
    struct node *n = doc_read_yaml_one(d, span_str(text), "x", &err);

    assert_non_null(n);
    return n;
}

static void test_values__differences_leaf_by_leaf(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    values_changes changes = {0};

    (void)state;
    values_diff(doc_arena(d), yaml(d, "{a: {b: 1, c: 2}, l: [1], gone: {x: 1}, same: {y: 1}}"),
                yaml(d, "{a: {b: 1, c: 3}, l: [1, 2], same: {y: 1}, new: {z: {}}}"), &changes);
    VEC_FOREACH (const struct values_change *, change, &changes)
        buf_printf(&out, "%s%s%s ", change->before ? "" : "+", change->after ? "" : "-",
                   change->path);
    vec_free(&changes);
    assert_string_equal(buf_str(&out), "a.c -gone.x l +new.z ");
}

static const char *holder(struct doc *d, const struct node *umbrella, const char *name,
                          const char *path, const char *value)
{
    struct values_path keys = {0}, found = {0};
    struct err *err = NULL;

    assert_int_equal(values_path_parse(doc_arena(d), span_str(path), &keys, &err), 0);
    if (!values_find_holder(doc_arena(d), umbrella, span_str(name), &keys, yaml(d, value), &found))
        return NULL;
    return values_path_text(doc_arena(d), found.items, found.len);
}

static void test_values__what_an_umbrella_hands_on(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *umbrella =
        yaml(d, "{image: {tag: x}, istioCRDs: {values: {image: {tag: x}}},\n"
                " addons: {gitlab: {values: {image: {tag: y}, deep: {image: {tag: y}}}}}}");

    (void)state;
    assert_string_equal(holder(d, umbrella, "istio-crds", "image.tag", "x"),
                        "istioCRDs.values.image.tag");
    assert_string_equal(holder(d, umbrella, "gitlab", "image.tag", "y"),
                        "addons.gitlab.values.image.tag");
    assert_null(holder(d, umbrella, "gitlab", "image.tag", "x")); // another value
    assert_null(holder(d, umbrella, "loki", "image.tag", "x"));   // of no key of that name
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values__paths),
        cmocka_unit_test(test_values__differences_leaf_by_leaf),
        cmocka_unit_test(test_values__what_an_umbrella_hands_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
