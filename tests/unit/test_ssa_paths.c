// SPDX-License-Identifier: Apache-2.0
// model/ssa: where two states differ.
#include "unit.h"

#include "model/ssa.h"
#include "support_object.h"

static void expect(const char *before, const char *after, size_t count, const char *paths)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_int_equal(ssa_paths(object(before), object(after), &out), count);
    assert_string_equal(buf_str(&out), paths);
}

static void test_ssa_paths__fields_items_and_keys_with_dots(void **state)
{
    (void)state;
    expect("spec: {replicas: 1}", "spec: {replicas: 2}", 1, ".spec.replicas");
    expect("spec: {c: [{image: a}, {image: b}]}", "spec: {c: [{image: a}, {image: c}, {image: d}]}",
           2, ".spec.c[1].image, .spec.c[2]");
    expect("metadata: {annotations: {x.io/a: b}}", "metadata: {annotations: {}}", 1,
           ".metadata.annotations[x.io/a]");
    expect("a: 1\nb: 1\nc: 1\nd: 1\ne: 1\n", "{}", 5, ".a, .b, .c and 2 more");
}

static void test_ssa_paths__bookkeeping_is_no_difference(void **state)
{
    (void)state;
    expect("metadata: {generation: 1, managedFields: []}\nstatus: {a: b}\ndata: {uid: x}\n",
           "metadata: {generation: 2, resourceVersion: '1'}\ndata: {uid: y}\n", 1, ".data.uid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ssa_paths__fields_items_and_keys_with_dots),
        cmocka_unit_test(test_ssa_paths__bookkeeping_is_no_difference),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
