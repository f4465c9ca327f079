// SPDX-License-Identifier: Apache-2.0
// Connections with TLS, by OpenSSL: 1.2 and newer, HTTP/1.1 by ALPN, resumed by tickets only, so
// that nothing is kept here for clients that are away. A connection that waits holds no buffer.
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/httpd/certificates.h"
#include "io/httpd/conn.h"

enum { FILE_PIECE_BYTES = 64 << 10 }; // that are read and encrypted at a time

struct httpd_tls {
    SSL_CTX *ctx;
    struct certificates certificates;
    char *piece; // of a file, on its way
};

// --- what is agreed on in the handshake ---

static int choose_certificate(SSL *ssl, int *alert, void *data)
{
    struct httpd_tls *t = data;
    const struct conn *c = SSL_get_app_data(ssl);

    if (certificates_use(&t->certificates, ssl, tls_name(c), c->httpd->report))
        return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A client that offers protocols, and not this one, would not understand the answers (RFC 7301,
// section 3.2).
static int choose_protocol(SSL *ssl UNUSED, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *offered, unsigned offered_len, void *data UNUSED)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;

    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, offered, offered_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *new_ctx(struct httpd_tls *t)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    // Only the ciphers of 1.2 that also keep what was said before a key got lost.
    if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        mem_die("OpenSSL cannot serve TLS");
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 1);
    SSL_CTX_set_tlsext_servername_callback(ctx, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(ctx, t);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    return ctx;
}

struct httpd_tls *httpd_tls_new(httpd_certificate_fn *certificate, void *data)
{
    struct httpd_tls *t = MEM_NEW(struct httpd_tls);

    t->certificates = (struct certificates){.certificate = certificate, .data = data};
    t->ctx = new_ctx(t);
    t->piece = mem_alloc(FILE_PIECE_BYTES);
    return t;
}

void httpd_tls_forget(struct httpd_tls *t)
{
    certificates_forget(&t->certificates);
}

void httpd_tls_free(struct httpd_tls *t)
{
    if (!t)
        return;
    certificates_forget(&t->certificates);
    SSL_CTX_free(t->ctx);
    free(t->piece);
    free(t);
}

// --- a connection ---

bool tls_begin(struct conn *c, struct httpd_tls *tls)
{
    SSL *ssl = SSL_new(tls->ctx);

    c->session = ssl;
    if (!ssl || SSL_set_fd(ssl, c->fd) != 1) {
        ERR_clear_error();
        return false;
    }
    SSL_set_app_data(ssl, c);
    SSL_set_accept_state(ssl);
    return true;
}

struct span tls_name(const struct conn *c)
{
    return span_str(SSL_get_servername(c->session, TLSEXT_NAMETYPE_host_name));
}

// What a call of OpenSSL that moved nothing came to.
static int moved_nothing(SSL *ssl, int result)
{
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ: return MOVE_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return MOVE_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return MOVE_END;
    default: return MOVE_BROKEN;
    }
}

// --- its handshake ---

static bool is_distrust(int reason)
{
    return reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
           reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN;
}

// What people get wrong is told; what else comes to an open port is not.
static void explain(struct conn *c)
{
    static const char no_tls[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
                                 "Content-Length: 33\r\nConnection: close\r\n\r\n"
                                 "this port speaks TLS: use https:\n";
    struct httpd_tls *t = c->listener->tls;
    int reason = ERR_GET_REASON(ERR_peek_last_error());
    const char *text = ERR_reason_error_string(ERR_peek_last_error());

    if (reason == SSL_R_HTTP_REQUEST)
        (void)!send(c->fd, no_tls, sizeof(no_tls) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (is_distrust(reason))
        certificates_tell(&t->certificates, c->httpd->report,
                          "%s does not trust the certificate of '%.*s' (%s): it has to know the "
                          "authority",
                          c->client, SPAN_ARG(tls_name(c)), text);
    else
        report_trace(c->httpd->report, "httpd", "TLS with %s failed: %s", c->client,
                     text ? text : "the connection ended");
}

static int tls_handshake(struct conn *c)
{
    SSL *ssl = c->session;
    int result, moved;

    ERR_clear_error();
    result = SSL_accept(ssl);
    if (result == 1)
        return 1;
    moved = moved_nothing(ssl, result);
    if (moved != MOVE_WANTS_READ && moved != MOVE_WANTS_WRITE)
        explain(c);
    return moved;
}

// --- its bytes ---

static ssize_t tls_read(struct conn *c, void *data, size_t len)
{
    SSL *ssl = c->session;
    size_t got = 0;
    int result;

    ERR_clear_error();
    result = SSL_read_ex(ssl, data, len, &got);
    return result == 1 ? (ssize_t)got : moved_nothing(ssl, result);
}

// Record by record, until all is written or the socket takes no more.
static ssize_t write_records(SSL *ssl, const char *data, size_t len)
{
    size_t done = 0, sent = 0;
    int result = 1, moved;

    while (done < len) {
        ERR_clear_error();
        result = SSL_write_ex(ssl, data + done, len - done, &sent);
        if (result != 1)
            break;
        done += sent;
    }
    if (done > 0)
        return (ssize_t)done;
    moved = moved_nothing(ssl, result);
    return moved == MOVE_END ? MOVE_BROKEN : moved;
}

static ssize_t tls_write(struct conn *c, struct span data, bool more UNUSED)
{
    return write_records(c->session, data.ptr, data.len);
}

static ssize_t tls_send_file(struct conn *c, int fd, uint64_t offset, uint64_t len)
{
    char *piece = c->listener->tls->piece;
    ssize_t got = pread(fd, piece, len < FILE_PIECE_BYTES ? len : FILE_PIECE_BYTES, (off_t)offset);

    // A record that waits for the socket is written again from what is read again: files do not
    // change while they are served.
    return got > 0 ? write_records(c->session, piece, (size_t)got) : MOVE_BROKEN;
}

static bool tls_has_read_ahead(const struct conn *c)
{
    return SSL_pending(c->session) > 0;
}

// --- its end ---

static void send_close_notify(SSL *ssl)
{
    if (SSL_is_init_finished(ssl) && !(SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN))
        SSL_shutdown(ssl);
    ERR_clear_error();
}

static void tls_end(struct conn *c)
{
    send_close_notify(c->session);
    shutdown(c->fd, SHUT_WR);
}

// Without close_notify in the middle of an answer: what the client has is not all of it.
static void tls_free(struct conn *c)
{
    if (c->session && c->state == CONN_IDLE)
        send_close_notify(c->session);
    SSL_free(c->session);
}

const struct transport transport_tls = {
    .handshake = tls_handshake,
    .read = tls_read,
    .write = tls_write,
    .send_file = tls_send_file,
    .has_read_ahead = tls_has_read_ahead,
    .end = tls_end,
    .free = tls_free,
};
