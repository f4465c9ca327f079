// SPDX-License-Identifier: Apache-2.0
// libcurl's results as errors: what failed, where, why, and what to do.
#include "io/http/http_int.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

static const char *curl_words(const struct http_transfer *t, CURLcode code)
{
    return *t->curl_text ? t->curl_text : curl_easy_strerror(code);
}

static bool was_connected(const struct http_transfer *t)
{
    curl_off_t us = 0;

    curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
    return us > 0;
}

static enum http_failure resolve_failed(struct http_transfer *t, CURLcode code)
{
    char *proxy CLEANUP(mem_cleanup) = NULL;

    if (code == CURLE_COULDNT_RESOLVE_PROXY) {
        proxy = proxy_name(&t->proxy);
        err_set(&t->error, ERR_SOURCE, "the name of the proxy %s cannot be resolved: %s", proxy,
                curl_words(t, code));
    } else {
        err_set(&t->error, ERR_SOURCE, "the name of the host cannot be resolved: %s",
                curl_words(t, code));
    }
    err_hint(&t->error, "check the name and this host's DNS");
    return HTTP_UNREACHED;
}

// Whom the connection is made to: the proxy, where there is one.
static char *peer_name(const struct http_transfer *t)
{
    char *proxy CLEANUP(mem_cleanup) = t->proxy.url ? proxy_name(&t->proxy) : NULL;

    if (proxy)
        return mem_printf("the proxy %s", proxy);
    if (t->http->connect_to)
        return mem_str(t->http->connect_to);
    return mem_printf("%.*s:%d", SPAN_ARG(t->url.host), t->url.port);
}

static enum http_failure connect_failed(struct http_transfer *t, CURLcode code)
{
    char *peer CLEANUP(mem_cleanup) = peer_name(t);
    long os_errno = 0;

    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_errno);
    if (os_errno)
        err_set_errno(&t->error, ERR_SOURCE, (int)os_errno, "cannot connect to %s", peer);
    else
        err_set(&t->error, ERR_SOURCE, "cannot connect to %s: %s", peer, curl_words(t, code));
    if (t->proxy.url)
        err_hint(&t->error, "is the proxy right? NO_PROXY lists the hosts that need none");
    return os_errno == ECONNRESET && !t->proxy.url ? HTTP_HUNG_UP : HTTP_UNREACHED;
}

// No connection with TLS, where there is to be one.
static enum http_failure connect_timed_out(struct http_transfer *t)
{
    char *peer CLEANUP(mem_cleanup) = peer_name(t);
    int seconds =
        (t->request.connect_timeout_ms ? t->request.connect_timeout_ms : HTTP_CONNECT_TIMEOUT_MS) /
        1000;

    if (tls_capture_begun(t->tls) && !t->proxy.url) {
        err_set(&t->error, ERR_SOURCE, "%s accepts the connection and says nothing for %d s", peer,
                seconds);
        return HTTP_HUNG_UP;
    }
    err_set(&t->error, ERR_SOURCE, "no connection to %s within %d s", peer, seconds);
    err_hint(&t->error, "a firewall or a missing route drops the packets; is a proxy needed?");
    return HTTP_UNREACHED;
}

static enum http_failure timed_out(struct http_transfer *t)
{
    if (budget_is_over(&t->request.budget)) {
        err_set(&t->error, ERR_TIMEOUT, "no complete answer within the time limit");
        return HTTP_TIMED_OUT;
    }
    if (!was_connected(t))
        return connect_timed_out(t);
    err_set(&t->error, ERR_SOURCE, "the transfer stalled");
    return HTTP_BROKEN;
}

static enum http_failure hung_up(struct http_transfer *t, CURLcode code)
{
    connect_failed(t, code);
    return t->proxy.url ? HTTP_UNREACHED : HTTP_HUNG_UP;
}

// A peer that went away in the middle of the handshake says nothing about TLS.
static bool is_cut_off(const struct http_transfer *t)
{
    return strstr(t->curl_text, "SSL_ERROR_SYSCALL") || strstr(t->curl_text, "unexpected eof") ||
           strstr(t->curl_text, "Connection reset");
}

static enum http_failure tls_failed(struct http_transfer *t, CURLcode code)
{
    const struct http_site *site = t->request.site;
    char *own CLEANUP(mem_cleanup) = mem_strn(t->url.host.ptr, t->url.host.len);
    const char *host = own, *ca = t->http->ca_file;

    if (site && site->tls_server_name && *site->tls_server_name)
        host = site->tls_server_name;
    if (site && site->ca_pem.len)
        ca = "the configuration";
    else if (site && site->ca_file)
        ca = site->ca_file;
    tls_explain(t->tls, curl_words(t, code), host, ca ? ca : "this host", &t->error);
    return HTTP_TLS;
}

static enum http_failure proxy_failed(struct http_transfer *t, CURLcode code, long status)
{
    char *proxy CLEANUP(mem_cleanup) = proxy_name(&t->proxy);

    if (status)
        err_set(&t->error, ERR_SOURCE, "the proxy %s answers %ld to CONNECT", proxy, status);
    else
        err_set(&t->error, ERR_SOURCE, "the proxy %s failed: %s", proxy, curl_words(t, code));
    if (status == 407)
        err_hint(&t->error, "the proxy wants credentials: http://USER:PASSWORD@PROXY:PORT");
    return HTTP_UNREACHED;
}

// A TLS 1.3 server complains about the client certificate only after its handshake is done.
static bool is_late_alert(const struct http_transfer *t)
{
    return strstr(t->curl_text, "alert") && strstr(t->curl_text, "SSL");
}

static enum http_failure broken(struct http_transfer *t, CURLcode code)
{
    long connect_status = 0;

    curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (connect_status && connect_status / 100 != 2)
        return proxy_failed(t, code, connect_status);
    if (is_late_alert(t))
        return tls_failed(t, code);
    err_set(&t->error, ERR_SOURCE, "the connection broke: %s", curl_words(t, code));
    return HTTP_BROKEN;
}

static enum http_failure refused(struct http_transfer *t, CURLcode code)
{
    if (code == CURLE_TOO_MANY_REDIRECTS)
        err_set(&t->error, ERR_SOURCE, "more than %d redirects", HTTP_REDIRECTS_MAX);
    else if (code == CURLE_UNSUPPORTED_PROTOCOL)
        err_set(&t->error, ERR_SOURCE, "redirects from https to anything else are refused");
    else
        err_set(&t->error, ERR_SOURCE, "%s", curl_words(t, code));
    return HTTP_REFUSED;
}

static enum http_failure explain(struct http_transfer *t, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return resolve_failed(t, code);
    case CURLE_COULDNT_CONNECT: return connect_failed(t, code);
    case CURLE_PROXY: return proxy_failed(t, code, 0);
    case CURLE_OPERATION_TIMEDOUT: return timed_out(t);
    case CURLE_SSL_CONNECT_ERROR: return is_cut_off(t) ? hung_up(t, code) : tls_failed(t, code);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR: return tls_failed(t, code);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_AGAIN: return broken(t, code);
    default: return refused(t, code);
    }
}

enum http_failure explain_failure(struct http_transfer *t, CURLcode code)
{
    enum http_failure failure;

    if (t->error) // set by our own callbacks, which made curl stop
        return HTTP_REFUSED;
    failure = explain(t, code);
    err_wrap(&t->error, "%s %s", t->request.method ? t->request.method : "GET", t->request.url);
    return failure;
}
