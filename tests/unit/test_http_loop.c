// SPDX-License-Identifier: Apache-2.0
// io/http: the event loop: callbacks, timers, descriptors, cancellation.
#include "test_http.h"

#include <unistd.h>

struct ticks {
    struct fixture *f;
    struct http_transfer *transfer;
    size_t bytes;
    int nested; // blocking requests made from inside the callback
};

static int on_tick(void *data, struct span piece, struct err **err)
{
    struct ticks *t = data;

    t->bytes += piece.len;
    if (t->nested < 2) {
        t->nested++;
        if (get(t->f, "http", "/ok", 0) < 0)
            return err_set(err, ERR_INTERNAL, "nested request");
    }
    return 0;
}

static void never_done(void *data, const struct http_response *r, const struct err *error)
{
    (void)data;
    (void)r;
    (void)error;
    fail_msg("an aborted transfer was reported");
}

static bool has_ticked(void *data)
{
    const struct ticks *t = data;

    return t->nested == 2 && t->bytes > 100;
}

static void test_http_loop__callbacks_may_perform_requests(void **state)
{
    struct fixture *f = *state;
    struct ticks t = {.f = f};
    struct http_request request = {.url = url_of(f, "http", "/ticks")};
    struct http_handler handler = {.body = on_tick, .done = never_done, .data = &t};
    struct err *err CLEANUP(err_cleanup) = NULL;

    t.transfer = http_start(f->http, &request, &handler);
    assert_int_equal(loop_run_until(f->loop, has_ticked, &t, timer_now() + 20000, &err), 0);
    http_abort(t.transfer);
    assert_int_equal(loop_sleep(f->loop, 50, &err), 0);
}

static int refuse_piece(void *data, struct span piece, struct err **err)
{
    (void)data;
    (void)piece;
    return err_set(err, ERR_INTEGRITY, "bad piece");
}

static void note_end(void *data, const struct http_response *r, const struct err *error)
{
    struct err **end = data;

    assert_int_equal(r->failure, HTTP_REFUSED);
    *end = err_clone(error);
}

static bool is_set(void *data)
{
    return *(void **)data != NULL;
}

static void test_http_loop__a_failing_callback_ends_it_with_its_error(void **state)
{
    struct fixture *f = *state;
    struct err *end CLEANUP(err_cleanup) = NULL;
    struct http_request request = {.url = url_of(f, "http", "/ticks")};
    struct http_handler handler = {.body = refuse_piece, .done = note_end, .data = &end};

    http_start(f->http, &request, &handler);
    assert_int_equal(loop_run_until(f->loop, is_set, &end, timer_now() + 20000, &f->err), 0);
    assert_int_equal(err_kind(end), ERR_INTEGRITY);
}

static void cancel_now(void *data)
{
    cancel_request(data);
}

static void test_http_loop__cancel_ends_a_wait(void **state)
{
    struct fixture *f = *state;

    loop_add_timer(f->loop, timer_now() + 100, cancel_now, f->cancel);
    assert_int_equal(get(f, "http", "/stall", 0), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
}

static void set_flag(void *data)
{
    *(bool *)data = true;
}

static bool flag_of(void *data)
{
    return *(bool *)data;
}

static void test_http_loop__timers_end_a_wait(void **state)
{
    struct fixture *f = *state;
    bool flag = false;

    loop_add_timer(f->loop, timer_now() + 20, set_flag, &flag);
    assert_int_equal(loop_run_until(f->loop, flag_of, &flag, timer_now() + 30000, &f->err), 0);
    flag = false;
    assert_int_equal(loop_run_until(f->loop, flag_of, &flag, timer_now() + 20, &f->err), 1);
}

static void note_readable(void *data, unsigned ready)
{
    int *ends = data;
    char byte;

    (void)ready;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    ends[1] = -1;
}

static bool was_readable(void *data)
{
    return ((int *)data)[1] == -1;
}

static int swallow(void *data, struct span piece, struct err **err)
{
    (void)data;
    (void)piece;
    (void)err;
    return 0;
}

static void test_http_loop__descriptors_get_their_turn(void **state)
{
    struct fixture *f = *state;
    struct http_request request = {.url = url_of(f, "http", "/size/2000000000")};
    struct http_handler handler = {.body = swallow, .done = never_done};
    struct http_transfer *busy = http_start(f->http, &request, &handler);
    struct loop_fd *watch;
    int ends[2], writer;

    assert_int_equal(loop_sleep(f->loop, 200, &f->err), 0);
    assert_int_equal(pipe(ends), 0);
    writer = ends[1];
    watch = loop_add_fd(f->loop, ends[0], LOOP_READ, note_readable, ends);
    assert_int_equal(write(writer, "x", 1), 1);
    assert_int_equal(loop_run_until(f->loop, was_readable, ends, timer_now() + 10000, &f->err), 0);
    loop_remove_fd(watch);
    http_abort(busy);
    close(ends[0]);
    close(writer);
}

SERVER_MAIN("http_faults.py", UNIT_FIXTURE(test_http_loop__callbacks_may_perform_requests),
            UNIT_FIXTURE(test_http_loop__a_failing_callback_ends_it_with_its_error),
            UNIT_FIXTURE(test_http_loop__cancel_ends_a_wait),
            UNIT_FIXTURE(test_http_loop__timers_end_a_wait),
            UNIT_FIXTURE(test_http_loop__descriptors_get_their_turn))
