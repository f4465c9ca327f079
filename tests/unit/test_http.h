// SPDX-License-Identifier: Apache-2.0
// A client of io/http and the server that misbehaves on demand (tests/servers/http_faults.py).
#ifndef TEST_HTTP_H
#define TEST_HTTP_H

#include "unit.h"

#include "base/cancel.h"
#include "base/mem.h"
#include "io/http.h"
#include "support_server.h"

static struct server *server;

struct fixture {
    struct cancel *cancel;
    struct loop *loop;
    struct http *http;
    struct buf ca, cert, key;
    struct http_site site; // trusts the server's CA
    struct http_response response;
    struct err *err;
    char *url;
};

static inline int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->cancel = cancel_new(&f->err);
    f->loop = loop_new(f->cancel, &f->err);
    f->http = http_new(f->loop, NULL, &f->err);
    assert_non_null(f->http);
    f->ca = f->cert = f->key = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    server_file(server, "ca.crt", &f->ca);
    f->site.ca_pem = buf_span(&f->ca);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;

    http_response_free(&f->response);
    http_free(f->http);
    loop_free(f->loop);
    cancel_free(f->cancel);
    buf_free(&f->ca);
    buf_free(&f->cert);
    buf_free(&f->key);
    err_free(f->err);
    free(f->url);
    free(f);
    return 0;
}

// "https", "/x" -> https://127.0.0.1:PORT/x
static inline const char *url_of(struct fixture *f, const char *port, const char *path)
{
    const char *scheme = strcmp(port, "http") == 0 ? "http" : "https";

    free(f->url);
    f->url = mem_printf("%s://127.0.0.1:%s%s", scheme, server_fact(server, port), path);
    return f->url;
}

static inline int get(struct fixture *f, const char *port, const char *path, unsigned retry)
{
    struct http_request request = {
        .url = url_of(f, port, path), .site = &f->site, .retry = retry, .follow = true};

    http_response_free(&f->response);
    err_clear(&f->err);
    return http_perform(f->http, &request, &f->response, &f->err);
}

static inline void assert_hint(struct fixture *f, const char *words)
{
    assert_non_null(err_hint_text(f->err));
    assert_non_null(strstr(err_hint_text(f->err), words));
}

static inline void assert_count(struct fixture *f, const char *path, const char *count)
{
    char *question CLEANUP(mem_cleanup) = mem_printf("/count%s", path);

    assert_int_equal(get(f, "http", question, HTTP_RETRY_NONE), 0);
    assert_string_equal(buf_str(&f->response.body), count);
}

#endif
