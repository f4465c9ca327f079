// SPDX-License-Identifier: Apache-2.0
// cluster/handled: changes that a controller has not seen.
#include "unit.h"

#include "cluster/facts/handled.h"
#include "support_object.h"

#define WRITTEN(spec_time, status_time, more)                                                      \
    "metadata: {name: x, namespace: n, managedFields: [{manager: helm, time: '" spec_time "'}, "   \
    "{manager: helm, subresource: status, time: '" status_time "'}" more "]}"

static void test_cluster_handled__a_write_after_the_status_was_not_seen(void **state)
{
    struct handled *h CLEANUP(handled_cleanup) = handled_new(NULL);

    (void)state;
    assert_false(
        handled_is_behind(h, object(WRITTEN("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", ""))));
    assert_false(
        handled_is_behind(h, object(WRITTEN("2026-01-01T00:00:01Z", "2026-01-01T00:00:01Z", ""))));
    assert_true(
        handled_is_behind(h, object(WRITTEN("2026-01-01T00:00:02Z", "2026-01-01T00:00:01Z", ""))));
    // our own request is no change
    assert_false(handled_is_behind(
        h, object(WRITTEN("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z",
                          ", {manager: sandstrap-request, time: '2026-01-01T00:00:09Z'}"))));
    // one that never had a status is judged by its conditions
    assert_false(handled_is_behind(
        h, object("metadata: {managedFields: [{manager: m, time: '2026-01-01T00:00:00Z'}]}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cluster_handled__a_write_after_the_status_was_not_seen),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
