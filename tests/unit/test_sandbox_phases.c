// SPDX-License-Identifier: Apache-2.0
// cmd/sandbox/phases: the time of a run, as a table and as JSON.
#include "unit.h"

#include "base/timer.h"
#include "cmd/sandbox/phases.h"

static struct phase layer(const char *name, const char *state)
{
    return (struct phase){.name = name,
                          .state = state,
                          .counts = true,
                          .objects = 21,
                          .changed = 4,
                          .took_ms = 72000,
                          .waited_ms = 61500};
}

static struct phase work(const char *name, int64_t took_ms)
{
    return (struct phase){.name = name, .state = "done", .took_ms = took_ms};
}

static void test_phases_print__one_journey(void **state)
{
    struct phases p CLEANUP(phases_free) = {0};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    phases_begin(&p, "up");
    phases_add(&p, work("verify", 1300));
    phases_add(&p, layer("layer flux", "timed out"));
    phases_add(&p, (struct phase){.name = "layer tenants", .state = "-", .counts = true});
    phases_print(&p, &out);
    assert_string_equal(buf_str(&out),
                        "PHASE                STATE       OBJECTS  CHANGED     TIME  WAITING\n"
                        "verify               done                               1s\n"
                        "layer flux           timed out        21        4    1m12s    1m01s\n"
                        "layer tenants        -                          0\n"
                        "all                                                  1m13s    1m01s\n");
}

static void test_phases_print__several_journeys_are_told_apart(void **state)
{
    struct phases p CLEANUP(phases_free) = {0};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    phases_begin(&p, "down");
    phases_add(&p, work("keys", 200));
    phases_begin(&p, "up");
    phases_add(&p, work("keys", 300));
    phases_print(&p, &out);
    assert_non_null(strstr(buf_str(&out), "\ndown keys "));
    assert_non_null(strstr(buf_str(&out), "\nup keys "));
}

static void test_phases_end__measures_from_one_to_the_next(void **state)
{
    struct phases p CLEANUP(phases_free) = {0};
    int64_t begun = timer_now();

    (void)state;
    phases_begin(&p, "up");
    p.since -= 5000;
    phases_end(&p, "verify");
    p.since -= 7000;
    phases_end(&p, "render");
    assert_true(p.list.items[0].took_ms >= 5000);
    assert_true(p.list.items[1].took_ms >= 7000);
    assert_true(p.list.items[0].took_ms + p.list.items[1].took_ms <= 12000 + timer_now() - begun);
}

static void test_phases_set__sums_and_fields(void **state)
{
    struct phases p CLEANUP(phases_free) = {0};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    phases_begin(&p, "up");
    phases_add(&p, work("verify", 1300));
    phases_add(&p, layer("layer flux", "ready"));
    phases_set(&p, root, d);
    doc_write_json(root, false, &out);
    assert_string_equal(
        buf_str(&out),
        "{\"phases\":["
        "{\"journey\":\"up\",\"name\":\"verify\",\"state\":\"done\",\"milliseconds\":1300,"
        "\"waitingMilliseconds\":0},"
        "{\"journey\":\"up\",\"name\":\"layer flux\",\"state\":\"ready\",\"objects\":21,"
        "\"changed\":4,\"milliseconds\":72000,\"waitingMilliseconds\":61500}],"
        "\"milliseconds\":73300,\"waitingMilliseconds\":61500}");
}

UNIT_MAIN(UNIT(test_phases_print__one_journey),
          UNIT(test_phases_print__several_journeys_are_told_apart),
          UNIT(test_phases_end__measures_from_one_to_the_next),
          UNIT(test_phases_set__sums_and_fields))
