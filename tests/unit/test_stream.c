// SPDX-License-Identifier: Apache-2.0
// base/stream, base/pool, base/cancel
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/helper.h"
#include "base/pool.h"
#include "base/stream.h"

static void test_stream__limit_lets_exactly_the_limit_pass(void **state)
{
    struct stream *s CLEANUP(stream_cleanup) =
        stream_limit(stream_from_span(SPAN("12345")), 5, ERR_SOURCE, "the answer");
    struct buf out CLEANUP(buf_free) = BUF_INIT(100);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(stream_read_all(s, &out, ERR_SOURCE, "x", &err), 0);
    assert_string_equal(buf_str(&out), "12345");
}

static void test_stream__the_first_error_stays(void **state)
{
    struct stream *s CLEANUP(stream_cleanup) =
        stream_limit(stream_from_span(SPAN("123456")), 5, ERR_SOURCE, "the answer");
    struct err *err CLEANUP(err_cleanup) = NULL;
    char piece[16];

    (void)state;
    assert_int_equal(stream_read(s, piece, sizeof(piece)), -1);
    assert_int_equal(stream_read(s, piece, sizeof(piece)), -1);
    assert_int_equal(stream_error(s, &err), -1);
    assert_string_equal(err_message(err), "the answer is larger than 5 bytes");
}

static int count_bytes(void *data, struct span piece, struct err **err)
{
    size_t *sum = data;

    *sum += piece.len;
    return *sum > 3 ? err_set(err, ERR_INTEGRITY, "too much") : 0;
}

static void test_stream__tee_sees_all_and_may_stop_it(void **state)
{
    size_t sum = 0;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct stream *s CLEANUP(stream_cleanup) =
        stream_tee(stream_from_span(SPAN("abc")), count_bytes, &sum);

    (void)state;
    assert_int_equal(stream_drain(s, &err), 0);
    assert_int_equal(sum, 3);
    stream_close(s);
    s = stream_tee(stream_from_span(SPAN("abc")), count_bytes, &sum);
    assert_int_equal(stream_drain(s, &err), -1);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
}

static int visit(void *data, size_t index, struct err **err)
{
    atomic_int *seen = data;

    atomic_fetch_add(&seen[index], 1);
    return index == 70 || index == 90 ? err_set(err, ERR_INTEGRITY, "%zu", index) : 0;
}

static void test_pool__visits_each_index_once(void **state)
{
    static atomic_int seen[100];
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(pool_run(70, visit, seen, &err), 0);
    for (size_t i = 0; i < 70; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(pool_run(100, visit, seen, &err), -1);
    assert_string_equal(err_message(err), "70");
}

static void test_pool__begins_before_it_is_waited_for(void **state)
{
    static atomic_int seen[100];
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct pool *pool = pool_begin(70, visit, seen);

    (void)state;
    assert_int_equal(pool_end(pool, &err), 0);
    for (size_t i = 0; i < 70; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(pool_end(pool_begin(100, visit, seen), &err), -1);
    assert_string_equal(err_message(err), "70");
    err_free(STEAL(err));
    assert_int_equal(pool_end(pool_begin(0, visit, seen), &err), 0);
}

static void test_cancel__a_request_sets_the_token(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct cancel *c CLEANUP(cancel_cleanup) = cancel_new(&err);
    struct pollfd p = {.fd = cancel_fd(c), .events = POLLIN};

    (void)state;
    assert_int_equal(cancel_check(c, &err), 0);
    assert_int_equal(poll(&p, 1, 0), 0);
    cancel_request(c);
    assert_int_equal(poll(&p, 1, 0), 1);
    assert_true(cancel_requested(c));
    assert_int_equal(cancel_check(c, &err), -1);
    assert_int_equal(err_kind(err), ERR_CANCELLED);
    assert_false(cancel_requested(NULL));
}

enum { ENDED = 42, FINISHED = 43 };

static void end_child(void *data)
{
    (void)data;
    _exit(ENDED);
}

// Exit status of a process that gets `signals` times SIGTERM. It looks for its token when it is to
// heed it; otherwise it never stops by itself.
static int end_of_process(int signals, bool heeds)
{
    int status = 0;
    pid_t pid;

    helpers_end(); // they do not come along
    pid = fork();
    if (pid == 0) {
        struct err *err = NULL;
        struct cancel *c = cancel_new(&err);

        if (cancel_on_signals(c, true, end_child, NULL, &err) < 0)
            _exit(1);
        for (int i = 0; i < signals; i++)
            kill(getpid(), SIGTERM);
        while (!heeds || !cancel_requested(c))
            usleep(1000);
        _exit(FINISHED);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static void test_cancel__a_signal_that_is_not_heeded_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(end_of_process(1, true), FINISHED);
    assert_int_equal(end_of_process(1, false), ENDED);
    assert_int_equal(end_of_process(2, false), ENDED);
}

UNIT_MAIN(UNIT(test_stream__limit_lets_exactly_the_limit_pass),
          UNIT(test_stream__the_first_error_stays), UNIT(test_stream__tee_sees_all_and_may_stop_it),
          UNIT(test_pool__visits_each_index_once), UNIT(test_pool__begins_before_it_is_waited_for),
          UNIT(test_cancel__a_request_sets_the_token),
          UNIT(test_cancel__a_signal_that_is_not_heeded_ends_the_process))
