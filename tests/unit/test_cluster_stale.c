// SPDX-License-Identifier: Apache-2.0
// cluster/stale: whether a controller has seen the newest change that leads to what it gave up on.
#include "unit.h"

#include "cluster/judge/stale.h"
#include "support_object.h"

#define AT(second) "2026-01-01T00:00:" second "Z"

// An object of Flux that was written and given a status at these seconds.
#define FLUX(api, kind_, wrote, looked, more)                                                      \
    "apiVersion: " api "\nkind: " kind_ "\nmetadata: {name: x, namespace: n, managedFields: "      \
    "[{manager: m, time: '" AT(wrote) "'}, {manager: m, subresource: status, time: '" AT(          \
        looked) "'}]}\n" more
#define RELEASE(wrote, looked, more)                                                               \
    FLUX("helm.toolkit.fluxcd.io/v2", "HelmRelease", wrote, looked, more)
#define KUSTOMIZATION(wrote, looked, more)                                                         \
    FLUX("kustomize.toolkit.fluxcd.io/v1", "Kustomization", wrote, looked, more)
#define JOB "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, namespace: n}\n"

#define WORKING "status: {conditions: [{type: Reconciling, status: 'True'}]}"

// Whether the last of a chain of objects, each grown out of the one before it, is stale when we
// last wrote at `last_write`.
static bool is_stale(const char *last_write, const char *const *chain, size_t count)
{
    struct graph g CLEANUP(graph_free) = {.arena = arena_new()};
    struct informers *informers CLEANUP(informers_cleanup) = informers_new(NULL, NULL, NULL);
    struct handled *handled CLEANUP(handled_cleanup) = handled_new(NULL);
    struct facts facts = {.informers = informers, .handled = handled};

    snprintf(facts.last_write, sizeof(facts.last_write), "%s", last_write);
    for (size_t i = 0; i < count; i++) {
        struct graph_item item = {
            .object = object(chain[i]), .parent = (int)i - 1, .ready = {.state = READY_TERMINAL}};

        item.id = node_identity(item.object);
        vec_push_arena(g.arena, &g.items, item);
    }
    stale_mark(&g, &facts);
    return g.items.items[count - 1].stale;
}

#define STALE(last_write, ...)                                                                     \
    is_stale(last_write, (const char *const[]){__VA_ARGS__},                                       \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void test_cluster_stale__a_status_before_our_last_write(void **state)
{
    (void)state;
    assert_false(STALE("", RELEASE("01", "02", "")));
    assert_false(STALE(AT("01"), RELEASE("01", "02", "")));
    assert_true(STALE(AT("03"), RELEASE("01", "02", "")));
    // whole seconds: which came first is unknown
    assert_true(STALE(AT("02"), RELEASE("01", "02", "")));
}

static void test_cluster_stale__a_status_before_the_write_of_others(void **state)
{
    (void)state;
    assert_true(STALE("", RELEASE("05", "02", "")));
}

static void test_cluster_stale__somebody_above_has_yet_to_look(void **state)
{
    (void)state;
    assert_true(STALE(AT("03"), KUSTOMIZATION("01", "02", ""), RELEASE("01", "04", "")));
    assert_false(STALE(AT("03"), KUSTOMIZATION("01", "04", ""), RELEASE("01", "04", "")));
    // who is at work after the change may be so without end: what came of it since holds
    assert_false(STALE(AT("03"), KUSTOMIZATION("01", "04", WORKING), RELEASE("01", "04", "")));
}

static void test_cluster_stale__only_controllers_of_flux_look_again(void **state)
{
    (void)state;
    assert_false(STALE(AT("03"), JOB));
    assert_false(STALE(AT("03"), RELEASE("01", "04", ""), JOB));
    assert_true(STALE(AT("03"), RELEASE("01", "02", ""), JOB));
}

static void test_cluster_stale__a_source_that_is_unknown_may_be_newer(void **state)
{
    (void)state;
    assert_true(STALE(
        AT("01"), KUSTOMIZATION("01", "02", "spec: {sourceRef: {kind: GitRepository, name: s}}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_cluster_stale__a_status_before_our_last_write),
        UNIT(test_cluster_stale__a_status_before_the_write_of_others),
        UNIT(test_cluster_stale__somebody_above_has_yet_to_look),
        UNIT(test_cluster_stale__only_controllers_of_flux_look_again),
        UNIT(test_cluster_stale__a_source_that_is_unknown_may_be_newer),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
