// SPDX-License-Identifier: Apache-2.0
// model/kube: requests to a pod's port through the API server.
#include "test_kube.h"

#include <fcntl.h>
#include <unistd.h>

enum { CALLS = 5 * KUBE_IN_FLIGHT_MAX };

static struct kube_proxy_request request_to(const char *pod, const char *path)
{
    return (struct kube_proxy_request){
        .ns = "n", .pod = pod, .port = 1, .path = path, .budget = {.deadline = timer_now() + 5000}};
}

// The answer's status, its body in f->said.
static int perform_proxy(struct fixture *f, const struct kube_proxy_request *request)
{
    int status = 0;

    buf_truncate(&f->said, 0);
    err_clear(&f->err);
    return kube_proxy_perform(f->kube, request, &status, &f->said, &f->err) < 0 ? -1 : status;
}

static void test_kube_proxy__a_request_is_passed_on(void **state)
{
    struct fixture *f = *state;
    static const char *const headers[] = {"Sandstrap-MAC: abc", NULL};
    struct kube_proxy_request request = request_to("x", "/sandstrap/v1/asked?name=a%2Fb");

    open_scene(f, "proxy");
    request.headers = headers;
    request.tls = true;
    assert_int_equal(perform_proxy(f, &request), 200);
    assert_string_equal(buf_str(&f->said),
                        "{\"method\": \"GET\", \"path\": "
                        "\"/api/v1/namespaces/n/pods/https:x:1/proxy/sandstrap/v1/asked\", "
                        "\"query\": {\"name\": \"a/b\"}, \"length\": 0, \"mac\": \"abc\", "
                        "\"body\": \"\"}");
    request.tls = false;
    request.method = "POST";
    request.body = SPAN("content");
    assert_int_equal(perform_proxy(f, &request), 200);
    assert_non_null(strstr(buf_str(&f->said), "pods/x:1/proxy/"));
    assert_non_null(strstr(buf_str(&f->said), "\"body\": \"content\""));
}

static void test_kube_proxy__any_status_of_the_pod_is_an_answer(void **state)
{
    struct fixture *f = *state;
    static const int statuses[] = {202, 400, 401, 404, 409, 416, 429, 500, 503, 507};

    open_scene(f, "proxy");
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        char *path CLEANUP(mem_cleanup) = mem_printf("/status/%d", statuses[i]);
        struct kube_proxy_request request = request_to("x", path);

        assert_int_equal(perform_proxy(f, &request), statuses[i]);
        assert_null(f->err);
    }
}

static void test_kube_proxy__the_api_servers_refusal_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct kube_proxy_request request = request_to("absent", "/x?y");

    open_scene(f, "proxy");
    assert_int_equal(perform_proxy(f, &request), -1);
    assert_err(f->err, ERR_API, "GET pod n/absent:1/x: pods \"absent\" not found");
    request = request_to("gone", "/x");
    request.budget.deadline = timer_now() + 600;
    assert_int_equal(perform_proxy(f, &request), -1);
    assert_err(f->err, ERR_API, "connection refused");
    request = request_to("late", "/x"); // it may be about to listen
    assert_int_equal(perform_proxy(f, &request), 200);
}

// A file is sent beside a full queue of calls, and once.
static void test_kube_proxy__a_file_is_sent_once(void **state)
{
    struct fixture *f = *state;
    char path[] = "/tmp/test_kube_proxy.XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC);
    struct http_file file = {.fd = fd, .offset = 3, .size = 100000};
    struct kube_proxy_request request = request_to("x", "/blob");

    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(write(fd, "###content", 10), 10);
    assert_int_equal(ftruncate(fd, 100003), 0);
    open_scene(f, "proxy");
    request.method = "PUT";
    request.file = &file;
    assert_int_equal(perform_proxy(f, &request), 200);
    assert_non_null(strstr(buf_str(&f->said), "\"length\": 100000"));
    assert_non_null(strstr(buf_str(&f->said), "\"body\": \"content"));
    request.pod = "late";
    assert_int_equal(perform_proxy(f, &request), -1);
    assert_err(f->err, ERR_API, "PUT pod n/late:1/blob: error trying to reach service: EOF");
    close(fd);
}

struct watched {
    struct kube_proxy *proxy;
    bool done;
};

static void on_watched(void *data, const struct kube_proxy_answer *answer, const struct err *error)
{
    struct watched *w = data;

    assert_null(error);
    assert_int_equal(answer->status, 200);
    w->done = true;
}

static void on_call(void *data, struct kube_answer *answer UNUSED, const struct err *error)
{
    assert_null(error);
    ++*(int *)data;
}

static void test_kube_proxy__calls_do_not_hold_it_up(void **state)
{
    struct fixture *f = *state;
    struct kube_request call = {.verb = KUBE_GET, .ns = "default", .name = "x"};
    struct kube_proxy_request request = request_to("x", "/blob");
    struct watched w = {0};
    int answered = 0;

    open_scene(f, "proxy");
    call.resource = config_maps(f);
    for (int i = 0; i < CALLS; i++)
        kube_start(f->kube, &call, on_call, &answered);
    w.proxy = kube_proxy_start(f->kube, &request, on_watched, &w);
    assert_int_equal(loop_run_until_set(f->loop, &w.done, &f->err), 0);
    assert_true(answered < CALLS);
}

static void test_kube_proxy__one_that_is_ended_says_nothing(void **state)
{
    struct fixture *f = *state;
    struct kube_proxy_request request = request_to("x", "/slow");
    struct watched w = {0};

    open_scene(f, "proxy");
    w.proxy = kube_proxy_start(f->kube, &request, on_watched, &w);
    kube_proxy_abort(w.proxy);
    kube_proxy_abort(NULL);
    request.ns = "m";
    interrupt_soon(f);
    assert_int_equal(perform_proxy(f, &request), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
    assert_false(w.done);
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_kube_proxy__a_request_is_passed_on),
            UNIT_FIXTURE(test_kube_proxy__any_status_of_the_pod_is_an_answer),
            UNIT_FIXTURE(test_kube_proxy__the_api_servers_refusal_is_an_error),
            UNIT_FIXTURE(test_kube_proxy__a_file_is_sent_once),
            UNIT_FIXTURE(test_kube_proxy__calls_do_not_hold_it_up),
            UNIT_FIXTURE(test_kube_proxy__one_that_is_ended_says_nothing))
