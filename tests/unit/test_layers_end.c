// SPDX-License-Identifier: Apache-2.0
// work/layers/end: what the error of a layer says.
#include "unit.h"

#include "work/layers/wait/end.h"

#define LINE "Deployment s/web: pod s/web-1: container app: ErrImagePull: not found (3 restarts)"

static struct finding pull(void)
{
    return (struct finding){
        .layer = "app",
        .state = READY_FAILING,
        .object = "Deployment s/web",
        .pod = "s/web-1",
        .container = "app",
        .reason = "ErrImagePull",
        .message = "not found",
        .attempts = 3,
        .next = "put it right",
    };
}

static void test_layers_end__the_error_names_cause_and_next_step(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct finding f = pull();

    (void)state;
    assert_int_equal(end_failed(&f, &err), -1);
    assert_err(err, ERR_TERMINAL, "layer app: " LINE);
    assert_string_equal(err_hint_text(err), "put it right; then run 'sandstrap up' again");
}

static void test_layers_end__one_that_needs_time_only(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct finding f = pull();

    (void)state;
    f.next = NULL;
    assert_int_equal(end_timed_out(&f, 1, &err), -1);
    assert_err(err, ERR_TIMEOUT, "still waiting for " LINE);
    assert_string_equal(err_hint_text(err),
                        "--timeout gives more time, and 'sandstrap up' goes on where it stopped");
}

UNIT_MAIN(UNIT(test_layers_end__the_error_names_cause_and_next_step),
          UNIT(test_layers_end__one_that_needs_time_only))
