// SPDX-License-Identifier: Apache-2.0
// Trees in memory and builds of them, for the tests of model/kustomize.
#ifndef TEST_KUSTOMIZE_H
#define TEST_KUSTOMIZE_H

#include "model/kustomize.h"
#include "unit.h"

struct test_file {
    const char *path, *text;
};

// Builds `folder` of a tree of files (the last one has no path) and appends what kustomize would
// print to `out`. 0, or -1 with *err.
static inline int test_build(const struct test_file *files, const char *folder, struct buf *out,
                             struct err **err)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    struct kustomize_options options = {.tree = tree, .folder = folder};

    for (; files->path; files++)
        kustomize_tree_add(tree, files->path, span_str(files->text));
    if (kustomize_build(&options, &result, err) < 0)
        return -1;
    kustomize_write_yaml(&result, true, out);
    return 0;
}

// The same; the test fails unless exactly `expected` is printed.
static inline void test_expect(const struct test_file *files, const char *folder,
                               const char *expected)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf chain CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (test_build(files, folder, &out, &err) < 0) {
        err_format(err, &chain);
        fail_msg("%s", buf_str(&chain));
    }
    assert_string_equal(buf_str(&out), expected);
}

// The same; the test fails unless it is refused with `kind` and a chain that holds `words`.
static inline void test_refuse(const struct test_file *files, const char *folder,
                               enum err_kind kind, const char *words)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf chain CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(test_build(files, folder, &out, &err), -1);
    assert_int_equal(err_kind(err), kind);
    err_format(err, &chain);
    if (err_hint_text(err))
        buf_printf(&chain, " (%s)", err_hint_text(err));
    if (!strstr(buf_str(&chain), words))
        fail_msg("expected \"%s\" in \"%s\"", words, buf_str(&chain));
}

// An object of a few lines, for `resources`.
#define TEST_CONFIGMAP(name) "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " name "\n"

#endif
