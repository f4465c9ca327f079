// SPDX-License-Identifier: Apache-2.0
// io/http: bodies that are read from a file while they are sent.
#include "test_http.h"

#include <fcntl.h>
#include <unistd.h>

enum { FILE_BYTES = 3 << 20 };

// A file with bytes that do not repeat soon; the caller closes it.
static int make_file(struct buf *content)
{
    char path[] = "/tmp/test_http_upload.XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    for (uint32_t i = 0; content->len < FILE_BYTES; i++) {
        uint32_t word = i * 2654435761U;

        buf_add(content, &word, sizeof(word));
    }
    assert_int_equal(write(fd, content->data, content->len), FILE_BYTES);
    return fd;
}

static void test_http_upload__part_of_a_file(void **state)
{
    struct fixture *f = *state;
    struct buf content CLEANUP(buf_free) = BUF_INIT(2 * (size_t)FILE_BYTES);
    static const char *const methods[] = {"PUT", "POST"};
    static const struct http_file parts[] = {{.size = FILE_BYTES},
                                             {.offset = 12345, .size = 700001}};
    int fd = make_file(&content);

    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        struct http_file file = parts[i];
        struct http_request request = {
            .method = methods[i], .site = &f->site, .file = &file, .http1 = true};

        file.fd = fd;
        request.url = url_of(f, "https", "/take");
        http_response_free(&f->response);
        assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
        assert_int_equal(f->response.http_version, 11);
        assert_string_equal(http_header(&f->response, "method"), methods[i]);
        assert_int_equal(f->response.body.len, file.size);
        assert_memory_equal(f->response.body.data, content.data + file.offset, file.size);
    }
    close(fd);
}

// The server hangs up without an answer: all of it goes again, from the start.
static void test_http_upload__a_repeated_one_starts_anew(void **state)
{
    struct fixture *f = *state;
    struct buf content CLEANUP(buf_free) = BUF_INIT(2 * (size_t)FILE_BYTES);
    int fd = make_file(&content);
    struct http_file file = {.fd = fd, .size = FILE_BYTES};
    struct http_request request = {.method = "PUT", .file = &file, .retry = HTTP_RETRY_ALL};

    request.url = url_of(f, "http", "/status/503?times=2&upload");
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), 0);
    assert_int_equal(f->response.status, 200);
    assert_count(f, "/status/503%3Ftimes=2&upload", "3");
    close(fd);
}

struct watched {
    struct http_transfer *transfer;
    uint64_t sent;
    int status;
    bool done;
};

static void on_done(void *data, const struct http_response *r, const struct err *error)
{
    struct watched *w = data;

    assert_null(error);
    w->sent = http_sent(w->transfer);
    w->status = r->status;
    w->done = true;
}

// The rest is not sent, and it is told how much was.
static void test_http_upload__an_early_refusal_ends_it(void **state)
{
    struct fixture *f = *state;
    struct buf content CLEANUP(buf_free) = BUF_INIT(2 * (size_t)FILE_BYTES);
    const uint64_t huge = (uint64_t)64 << 30; // nobody could send that much meanwhile
    int fd = make_file(&content);
    struct http_file file = {.fd = fd, .size = huge};
    struct http_request request = {.method = "PUT", .file = &file, .http1 = true};
    struct watched w = {0};
    struct http_handler handler = {.done = on_done, .data = &w};

    assert_int_equal(ftruncate(fd, (off_t)huge), 0); // a hole
    request.url = url_of(f, "http", "/refuse/413");
    w.transfer = http_start(f->http, &request, &handler);
    assert_int_equal(loop_run_until_set(f->loop, &w.done, &f->err), 0);
    assert_int_equal(w.status, 413);
    assert_true(w.sent > 0 && w.sent < huge / 2);
    close(fd);
}

static void test_http_upload__a_file_that_shrank_ends_it(void **state)
{
    struct fixture *f = *state;
    struct buf content CLEANUP(buf_free) = BUF_INIT(2 * (size_t)FILE_BYTES);
    int fd = make_file(&content);
    struct http_file file = {.fd = fd, .size = FILE_BYTES + 1};
    struct http_request request = {.method = "PUT", .file = &file, .retry = HTTP_RETRY_ALL};

    request.url = url_of(f, "http", "/take");
    assert_int_equal(http_perform(f->http, &request, &f->response, &f->err), -1);
    assert_int_equal(f->response.failure, HTTP_REFUSED);
    assert_err(f->err, ERR_SOURCE, "the file that is sent ends 1 bytes before the size");
    close(fd);
}

static void test_http_upload__several_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct buf content CLEANUP(buf_free) = BUF_INIT(2 * (size_t)FILE_BYTES);
    int fd = make_file(&content);
    struct http_file file = {.fd = fd, .size = FILE_BYTES};
    struct http_request request = {.method = "PUT", .file = &file, .http1 = true};
    struct watched w[3] = {0};

    request.url = url_of(f, "http", "/take");
    for (size_t i = 0; i < ARRAY_LEN(w); i++) {
        struct http_handler handler = {.done = on_done, .data = &w[i]};

        w[i].transfer = http_start(f->http, &request, &handler);
    }
    for (size_t i = 0; i < ARRAY_LEN(w); i++) {
        assert_int_equal(loop_run_until_set(f->loop, &w[i].done, &f->err), 0);
        assert_int_equal(w[i].status, 200);
        assert_int_equal(w[i].sent, FILE_BYTES);
    }
    close(fd);
}

SERVER_MAIN("http_faults.py", UNIT_FIXTURE(test_http_upload__part_of_a_file),
            UNIT_FIXTURE(test_http_upload__a_repeated_one_starts_anew),
            UNIT_FIXTURE(test_http_upload__an_early_refusal_ends_it),
            UNIT_FIXTURE(test_http_upload__a_file_that_shrank_ends_it),
            UNIT_FIXTURE(test_http_upload__several_at_a_time))
