// SPDX-License-Identifier: Apache-2.0
// work/layers: waiting until definitions are served.
#include "test_kube.h"

#include "work/layers/apply/definitions.h"

// With the client that the fixture has.
static int wait_again(struct fixture *f, const char *plural, int64_t ms, int64_t fail_after_ms)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    char *yaml CLEANUP(mem_cleanup) =
        mem_printf("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                   "metadata: {name: %s.x.io}\n"
                   "spec: {group: x.io, names: {plural: %s, kind: Thing}, versions: [{name: v0, "
                   "served: false}, {name: v1, served: true}]}\n",
                   plural, plural);
    struct node_list list = {0};
    struct order_entry entry = {.stage = ORDER_DEFINITIONS};
    struct budget budget = {.deadline = timer_now() + ms};
    struct apply apply = {.loop = f->loop,
                          .budget = &budget,
                          .report = &f->report,
                          .layer = "crds",
                          .fail_after_ms = fail_after_ms};

    assert_int_equal(doc_read_yaml(d, span_str(yaml), "tree", &list, &f->err), 0);
    entry.object = list.items[0];
    apply.kube = f->kube;
    return definitions_wait(&apply, &entry, 1, &f->err);
}

static int wait_for(struct fixture *f, const char *plural, int64_t ms, int64_t fail_after_ms)
{
    open_scene(f, "defining");
    return wait_again(f, plural, ms, fail_after_ms);
}

// Without another look at discovery.
static bool is_known(const struct kube *k, const char *kind)
{
    size_t count;
    const struct kube_resource *const *all = kube_resources(k, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i]->kind, kind) == 0)
            return true;
    return false;
}

static void test_layers_definitions__its_kind_can_be_used_at_once(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(wait_for(f, "things", 20000, 20000), 0);
    assert_true(is_known(f->kube, "Thing"));
}

// Whatever the reason: it may heal, so it has to stand for a while.
static void test_layers_definitions__names_that_are_taken(void **state)
{
    struct fixture *f = *state;
    int64_t before = timer_now();

    assert_int_equal(wait_for(f, "taken", 20000, 1500), -1);
    assert_err(f->err, ERR_TERMINAL,
               "CustomResourceDefinition taken.x.io: ListKindConflict: in use");
    assert_non_null(strstr(err_hint_text(f->err), "another definition has this name"));
    assert_true(timer_now() - before >= 1500);
    assert_non_null(strstr(buf_str(&f->said), "ListKindConflict: in use"));
}

// That a kind is served does not tell by which definition.
static void test_layers_definitions__a_kind_that_another_one_has(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(wait_for(f, "things", 20000, 20000), 0);
    assert_true(is_known(f->kube, "Thing"));
    assert_int_equal(wait_again(f, "taken", 20000, 1500), -1);
    assert_err(f->err, ERR_TERMINAL,
               "CustomResourceDefinition taken.x.io: ListKindConflict: in use");
}

static void test_layers_definitions__names_that_are_given_back(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(wait_for(f, "freed", 20000, 20000), 0);
}

static void test_layers_definitions__one_that_is_never_listed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(wait_for(f, "slow", 200, 20000), -1);
    assert_err(f->err, ERR_TIMEOUT,
               "not served in time: CustomResourceDefinition slow.x.io: NotListed: ");
}

static void test_layers_definitions__one_that_comes_no_nearer(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(wait_for(f, "slow", 20000, 200), -1);
    assert_err(f->err, ERR_TERMINAL, "CustomResourceDefinition slow.x.io: NotListed: ");
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_layers_definitions__names_that_are_taken),
            UNIT_FIXTURE(test_layers_definitions__one_that_is_never_listed),
            UNIT_FIXTURE(test_layers_definitions__one_that_comes_no_nearer),
            UNIT_FIXTURE(test_layers_definitions__names_that_are_given_back),
            UNIT_FIXTURE(test_layers_definitions__its_kind_can_be_used_at_once),
            UNIT_FIXTURE(test_layers_definitions__a_kind_that_another_one_has))
