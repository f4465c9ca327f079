// SPDX-License-Identifier: Apache-2.0
// The record of what a build read of its tree: exactly that goes into a bundle.
#include "unit.h"

#include "base/mem.h"
#include "work/artifacts/tree/reads.h"

static struct kustomize_tree *tree;
static struct reads reads;

static int set_up(void **state)
{
    (void)state;
    tree = kustomize_tree_memory();
    kustomize_tree_add(tree, "/a/b/two.yaml", SPAN("two"));
    kustomize_tree_add(tree, "/a/b/one.yaml", SPAN("one"));
    kustomize_tree_add(tree, "/a/c/three.yaml", SPAN("three"));
    kustomize_tree_add(tree, "/a/unread.yaml", SPAN("unread"));
    kustomize_tree_link(tree, "/a/link", "c");
    kustomize_tree_link(tree, "/a/there", "link");
    reads_init(&reads, tree);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    reads_free(&reads);
    kustomize_tree_close(tree);
    return 0;
}

// Looks a path up and reads what is there, as a build does.
static void read_file(const char *path)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;

    assert_int_equal(reads.base.ops->lookup(&reads.base, path, &entry, &real, &err), 0);
    assert_int_equal(entry, KUSTOMIZE_FILE);
    assert_int_equal(reads.base.ops->read(&reads.base, real, &out, &err), 0);
}

static void test_record__has_each_file_that_was_read_once(void **state)
{
    (void)state;
    read_file("/a/b/two.yaml");
    read_file("/a/b/one.yaml");
    read_file("/a/b/two.yaml");
    assert_string_equal(reads_root(&reads), "/a/b");
    assert_int_equal(reads.files.len, 2);
    assert_string_equal(reads.files.items[0].path, "/a/b/one.yaml");
    assert_string_equal(reads.files.items[1].path, "/a/b/two.yaml");
    assert_true(span_is(reads.files.items[1].content, "two"));
    assert_int_equal(reads.links.len, 0);
}

static void test_record__has_the_links_on_the_way(void **state)
{
    (void)state;
    read_file("/a/there/three.yaml");
    read_file("/a/b/one.yaml");
    assert_string_equal(reads_root(&reads), "/a");
    assert_int_equal(reads.files.len, 2);
    assert_string_equal(reads.files.items[1].path, "/a/c/three.yaml");
    assert_int_equal(reads.links.len, 1);
    assert_string_equal(reads.links.items[0].path, "/a/there");
    assert_string_equal(reads.links.items[0].target, "/a/c");
}

static void test_record__of_nothing_is_of_the_whole_tree(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;

    (void)state;
    assert_int_equal(reads.base.ops->lookup(&reads.base, "/a/none", &entry, &real, &err), 0);
    assert_int_equal(entry, KUSTOMIZE_NONE);
    assert_string_equal(reads_root(&reads), "/");
    assert_int_equal(reads.files.len, 0);
}

UNIT_MAIN(UNIT_FIXTURE(test_record__has_each_file_that_was_read_once),
          UNIT_FIXTURE(test_record__has_the_links_on_the_way),
          UNIT_FIXTURE(test_record__of_nothing_is_of_the_whole_tree))
