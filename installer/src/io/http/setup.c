// SPDX-License-Identifier: Apache-2.0
// A request in libcurl's terms.
#include "io/http/http_int.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

enum {
    PEER_DEAD_MS = 30000, // neither data nor probes acknowledged for so long: the peer is gone
    KEEPALIVE_IDLE_S = 15,
    KEEPALIVE_INTERVAL_S = 5,
    READ_BYTES = 64 << 10,
    BULK_READ_BYTES = 256 << 10,
};

// curl_easy_setopt fails only for options that this libcurl was built without.
#define SET(t, option, value)                                                                      \
    do {                                                                                           \
        CURLcode code_ = curl_easy_setopt((t)->easy, (option), (value));                           \
        if (code_ != CURLE_OK)                                                                     \
            return err_set(err, ERR_INTERNAL, "libcurl refuses %s: %s", #option,                   \
                           curl_easy_strerror(code_));                                             \
    } while (0)

static int set_socket(void *data UNUSED, curl_socket_t fd, curlsocktype purpose UNUSED)
{
    int limit = PEER_DEAD_MS;

    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof(limit));
    return CURL_SOCKOPT_OK;
}

static int set_protocols(struct http_transfer *t, struct err **err)
{
    bool https = url_is(&t->url, "https"), alone = t->bulk || t->request.http1;

    SET(t, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(t, CURLOPT_REDIR_PROTOCOLS_STR, https ? "https" : "http,https");
    SET(t, CURLOPT_FOLLOWLOCATION, t->request.follow ? 1L : 0L);
    SET(t, CURLOPT_MAXREDIRS, (long)HTTP_REDIRECTS_MAX);
    // One connection carries many small requests; a bulk body wants its own flow control, because a
    // paused HTTP/2 stream is buffered up to the connection's window.
    SET(t, CURLOPT_HTTP_VERSION,
        alone ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
    SET(t, CURLOPT_PIPEWAIT, alone || t->request.fresh ? 0L : 1L);
    SET(t, CURLOPT_FRESH_CONNECT, t->request.fresh ? 1L : 0L);
    SET(t, CURLOPT_BUFFERSIZE, t->bulk ? (long)BULK_READ_BYTES : (long)READ_BYTES);
    return 0;
}

static int set_method(struct http_transfer *t, struct err **err)
{
    const struct http_request *r = &t->request;
    const char *method = r->method ? r->method : "GET";

    if (r->file)
        return send_set_file(t, method, err);
    if (strcmp(method, "HEAD") == 0) {
        SET(t, CURLOPT_NOBODY, 1L);
    } else if (strcmp(method, "GET") == 0) {
        SET(t, CURLOPT_HTTPGET, 1L);
    } else if (r->body.len == 0 && strcmp(method, "DELETE") == 0) {
        SET(t, CURLOPT_CUSTOMREQUEST, method);
    } else {
        SET(t, CURLOPT_POST, 1L);
        SET(t, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        SET(t, CURLOPT_POSTFIELDS, r->body.ptr);
        if (strcmp(method, "POST") != 0)
            SET(t, CURLOPT_CUSTOMREQUEST, method);
    }
    return 0;
}

static void add_header(struct http_transfer *t, const char *line)
{
    t->headers = curl_slist_append(t->headers, line);
}

static int set_headers(struct http_transfer *t, struct err **err)
{
    const char *const *line = t->request.headers;

    add_header(t, "Expect:"); // no 100-continue round trip
    if (t->request.body.ptr)
        add_header(t, "Content-Type:"); // the caller's, not curl's guess
    for (; line && *line; line++)
        add_header(t, *line);
    if (t->request.text)
        add_header(t, "Accept-Encoding: gzip");
    SET(t, CURLOPT_HTTPHEADER, t->headers);
    SET(t, CURLOPT_USERAGENT, t->http->user_agent);
    return 0;
}

static int set_credentials(struct http_transfer *t, struct err **err)
{
    struct http_request *r = &t->request;
    bool https = url_is(&t->url, "https");
    bool any = r->bearer || r->user || t->url.userinfo.len;

    if (!any && r->netrc && https && !t->http->connect_to &&
        netrc_find(t->arena, t->url.host, r, err) < 0)
        return -1;
    if (any && !https && !r->allow_plain_auth)
        return err_set(err, ERR_SOURCE, "%s: credentials are only sent over https", t->request.url);
    if (r->bearer) {
        SET(t, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        SET(t, CURLOPT_XOAUTH2_BEARER, r->bearer);
    } else if (r->user) {
        SET(t, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(t, CURLOPT_USERNAME, r->user);
        SET(t, CURLOPT_PASSWORD, r->password ? r->password : "");
    }
    return 0;
}

static int set_blob(struct http_transfer *t, CURLoption option, struct span pem, struct err **err)
{
    struct curl_blob blob = {(void *)pem.ptr, pem.len, CURL_BLOB_NOCOPY};

    SET(t, option, &blob);
    return 0;
}

static int set_ca(struct http_transfer *t, const struct http_site *site, struct err **err)
{
    const char *file = site->ca_file ? site->ca_file : t->http->ca_file;

    // libcurl's built-in folder would add the system's CAs to those that we were given.
    SET(t, CURLOPT_CAPATH, NULL);
    if (site->insecure) {
        SET(t, CURLOPT_SSL_VERIFYPEER, 0L);
        SET(t, CURLOPT_SSL_VERIFYHOST, 0L);
        return 0;
    }
    if (site->ca_pem.len) {
        SET(t, CURLOPT_CAINFO, NULL);
        return set_blob(t, CURLOPT_CAINFO_BLOB, site->ca_pem, err);
    }
    if (!file && url_is(&t->url, "https")) {
        err_set(err, ERR_CONFIG, "%s: this host has no CA certificates", t->request.url);
        return err_hint(err, "name a file of them: --ca-file FILE, or SSL_CERT_FILE");
    }
    SET(t, CURLOPT_CAINFO, file);
    return 0;
}

static int set_tls(struct http_transfer *t, const struct http_site *site, struct err **err)
{
    SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (set_ca(t, site, err) < 0)
        return -1;
    if (site->client_cert_pem.len) {
        if (set_blob(t, CURLOPT_SSLCERT_BLOB, site->client_cert_pem, err) < 0 ||
            set_blob(t, CURLOPT_SSLKEY_BLOB, site->client_key_pem, err) < 0)
            return -1;
        SET(t, CURLOPT_SSLCERTTYPE, "PEM");
        SET(t, CURLOPT_SSLKEYTYPE, "PEM");
    }
    t->tls = tls_capture_new();
    SET(t, CURLOPT_SSL_CTX_FUNCTION, tls_capture_install);
    SET(t, CURLOPT_SSL_CTX_DATA, t->tls);
    return 0;
}

// libcurl verifies the URL's host: so the URL carries the TLS server name, the connection goes to
// the real host, and the Host header says what it would have said.
static int set_server_name(struct http_transfer *t, const char *name, struct err **err)
{
    struct span host = t->url.host;
    bool six = span_find(host, ':') < host.len;
    char *place CLEANUP(mem_cleanup) =
        mem_printf("%s%.*s%s:%d", six ? "[" : "", SPAN_ARG(host), six ? "]" : "", t->url.port);
    char *to CLEANUP(mem_cleanup) = mem_printf("::%s", place);
    char *header CLEANUP(mem_cleanup) = mem_printf("Host: %s", place);
    CURLU *u = curl_url();
    CURLUcode code = curl_url_set(u, CURLUPART_URL, t->request.url, 0);

    if (code == CURLUE_OK)
        code = curl_url_set(u, CURLUPART_HOST, name, 0);
    if (code == CURLUE_OK) {
        t->connect_to = curl_slist_append(NULL, to);
        add_header(t, header);
        // CURLOPT_CURLU borrows the handle; the text is copied.
        char *url = NULL;
        code = curl_url_get(u, CURLUPART_URL, &url, 0);
        if (code == CURLUE_OK)
            curl_easy_setopt(t->easy, CURLOPT_URL, url);
        curl_free(url);
    }
    curl_url_cleanup(u);
    if (code != CURLUE_OK)
        return err_set(err, ERR_CONFIG, "'%s' is not a TLS server name", name);
    SET(t, CURLOPT_CONNECT_TO, t->connect_to);
    return 0;
}

static int set_proxy(struct http_transfer *t, const struct http_site *site, struct err **err)
{
    if (!t->http->connect_to)
        t->proxy = proxy_for(site, &t->url);
    // Both set, so that libcurl does not look at the environment by itself.
    SET(t, CURLOPT_PROXY, t->proxy.url ? t->proxy.url : "");
    SET(t, CURLOPT_NOPROXY, "");
    SET(t, CURLOPT_PROXYPORT, (long)proxy_port(&t->proxy));
    SET(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (t->http->ca_file)
        SET(t, CURLOPT_PROXY_CAINFO, t->http->ca_file);
    return 0;
}

// Where the connection goes when that is not what the URL says; it is still the URL's host, or the
// TLS server name, that is asked for and verified.
static int set_place(struct http_transfer *t, const struct http_site *site, struct err **err)
{
    char *to CLEANUP(mem_cleanup) = NULL;

    if (!t->http->connect_to)
        return site->tls_server_name && *site->tls_server_name
                   ? set_server_name(t, site->tls_server_name, err)
                   : 0;
    to = mem_printf("::%s", t->http->connect_to);
    t->connect_to = curl_slist_append(NULL, to);
    SET(t, CURLOPT_CONNECT_TO, t->connect_to);
    return 0;
}

static int set_limits(struct http_transfer *t, struct err **err)
{
    const struct http_request *r = &t->request;
    int connect = r->connect_timeout_ms ? r->connect_timeout_ms : HTTP_CONNECT_TIMEOUT_MS;
    int stall = r->stall_timeout_ms ? r->stall_timeout_ms : HTTP_STALL_TIMEOUT_MS;

    SET(t, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
    if (stall > 0) {
        SET(t, CURLOPT_LOW_SPEED_LIMIT, 1L);
        SET(t, CURLOPT_LOW_SPEED_TIME, (long)((stall + 999) / 1000));
    }
    SET(t, CURLOPT_TCP_KEEPALIVE, 1L);
    SET(t, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
    SET(t, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_INTERVAL_S);
    SET(t, CURLOPT_SOCKOPTFUNCTION, set_socket);
    SET(t, CURLOPT_NOSIGNAL, 1L);
    SET(t, CURLOPT_ERRORBUFFER, t->curl_text);
    return 0;
}

int setup_easy(struct http_transfer *t, struct err **err)
{
    static const struct http_site defaults = {0};
    const struct http_site *site = t->request.site ? t->request.site : &defaults;

    if (http_url_parse(t->request.url, &t->url, err) < 0)
        return -1;
    SET(t, CURLOPT_URL, t->request.url);
    if (set_protocols(t, err) < 0 || set_method(t, err) < 0 || set_credentials(t, err) < 0 ||
        set_tls(t, site, err) < 0 || set_proxy(t, site, err) < 0 || set_limits(t, err) < 0 ||
        set_place(t, site, err) < 0)
        return -1;
    return set_headers(t, err);
}
