// SPDX-License-Identifier: Apache-2.0
// work/layers: Jobs that go away as soon as they have ended, while a layer is waited for.
#include "test_kube.h"

#include "work/layers.h"

static void add_job(struct doc *d, const char *name, struct layer *layer)
{
    char *yaml CLEANUP(mem_cleanup) =
        mem_printf("apiVersion: batch/v1\nkind: Job\nmetadata: {name: %s, namespace: n}\n"
                   "spec: {ttlSecondsAfterFinished: 0}\n",
                   name);
    struct node_list list = {0};
    struct err *err = NULL;

    assert_int_equal(doc_read_yaml(d, span_str(yaml), "tree", &list, &err), 0);
    *layer = (struct layer){.name = name, .objects = (const struct node **)list.items, .count = 1};
}

// The watch of Jobs runs since the first layer, and has not heard of the second one's when it is
// written; when it has, that has failed.
static void test_layers_jobs__one_that_was_just_written_has_not_passed(void **state)
{
    struct fixture *f = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct layer items[2];
    struct layers layers = {items, 2};
    struct layers_options options = {.last = 1,
                                     .budget = {.deadline = timer_now() + 20000},
                                     .fail_after_ms = 1000,
                                     .manager = "sandstrap"};
    struct layers_result results[2];
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct layers_causes causes = {.arena = arena};

    add_job(d, "first", &items[0]);
    add_job(d, "second", &items[1]);
    open_scene(f, "passing");
    assert_int_equal(
        layers_up(f->loop, f->kube, &layers, &options, &f->report, results, &causes, &f->err), -1);
    assert_err(f->err, ERR_TERMINAL,
               "layer second: Job n/second: BackoffLimitExceeded: it has ended");
    assert_true(results[0].ready);
    // what the table of up is made of
    assert_true(results[1].reached);
    assert_false(results[1].ready);
    assert_true(results[1].took_ms > 0);
    assert_int_equal(causes.count, 1);
    assert_string_equal(causes.findings[0].object, "Job n/second");
    assert_string_equal(causes.findings[0].layer, "second");
}

// What a verdict rests on is listed once more before: the time is over, and the Job is complete.
static void test_layers_jobs__one_that_ended_unheard_is_found_before_the_verdict(void **state)
{
    struct fixture *f = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct layer layer;
    struct layers layers = {&layer, 1};
    struct layers_options options = {
        .budget = {.deadline = timer_now() + 1500}, .fail_after_ms = 20000, .manager = "sandstrap"};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct layers_causes causes = {.arena = arena};
    struct layers_result result;

    add_job(d, "first", &layer);
    open_scene(f, "missed");
    assert_int_equal(
        layers_up(f->loop, f->kube, &layers, &options, &f->report, &result, &causes, &f->err), 0);
    assert_true(result.ready);
}

SERVER_MAIN("kube_api.py",
            UNIT_FIXTURE(test_layers_jobs__one_that_ended_unheard_is_found_before_the_verdict),
            UNIT_FIXTURE(test_layers_jobs__one_that_was_just_written_has_not_passed))
