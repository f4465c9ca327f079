// SPDX-License-Identifier: Apache-2.0
// Why a TLS handshake failed: which certificate, which dates, which names. A verify callback takes
// notes while OpenSSL and libcurl decide; it never changes their decision.
#include "io/http/http_int.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

struct tls_capture {
    int refs;
    bool begun;    // there was somebody to shake hands with
    int code;      // X509_V_ERR_... of the first failure, X509_V_OK
    char *subject; // of the certificate that failed
    char *issuer;
    char *not_before;
    char *not_after;
    char *names; // of the server's own certificate
};

struct tls_capture *tls_capture_new(void)
{
    struct tls_capture *c = MEM_NEW(struct tls_capture);

    c->refs = 1;
    return c;
}

static void forget(struct tls_capture *c)
{
    free(c->subject);
    free(c->issuer);
    free(c->not_before);
    free(c->not_after);
    free(c->names);
    *c = (struct tls_capture){.refs = c->refs};
}

void tls_capture_free(struct tls_capture *c)
{
    if (!c || --c->refs > 0)
        return;
    forget(c);
    free(c);
}

// The content of a memory BIO as our own string; the BIO is freed.
static char *bio_text(BIO *bio)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    char *text = mem_strn(data, len > 0 ? (size_t)len : 0);

    BIO_free(bio);
    return text;
}

static char *name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());

    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    return bio_text(bio);
}

static char *time_text(const ASN1_TIME *at)
{
    struct tm utc;
    char text[40];

    if (ASN1_TIME_to_tm(at, &utc) != 1)
        return mem_str("an unreadable time");
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc);
    return mem_str(text);
}

static void add_name(struct buf *out, const GENERAL_NAME *name)
{
    const unsigned char *ip;

    if (name->type == GEN_DNS) {
        buf_add_str(out, out->len ? ", " : "");
        buf_add(out, ASN1_STRING_get0_data(name->d.dNSName),
                (size_t)ASN1_STRING_length(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
        char *text = NULL;

        ip = ASN1_STRING_get0_data(name->d.iPAddress);
        if (ASN1_STRING_length(name->d.iPAddress) == 4)
            text = mem_printf("%d.%d.%d.%d", ip[0], ip[1], ip[2], ip[3]);
        else
            text = i2s_ASN1_OCTET_STRING(NULL, name->d.iPAddress);
        buf_printf(out, "%s%s", out->len ? ", " : "", text ? text : "?");
        free(text);
    }
}

static char *names_text(X509 *cert)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    struct buf out = BUF_INIT(BUF_TEXT_MAX);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        add_name(&out, sk_GENERAL_NAME_value(names, i));
    GENERAL_NAMES_free(names);
    return buf_take(&out);
}

static int capture_index(void);

static int see_certificate(int ok, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_capture *c = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), capture_index());
    X509 *cert = X509_STORE_CTX_get_current_cert(store);

    if (!c || !cert)
        return ok;
    if (X509_STORE_CTX_get_error_depth(store) == 0 && !c->names)
        c->names = names_text(cert);
    if (!ok && c->code == X509_V_OK) {
        c->code = X509_STORE_CTX_get_error(store);
        c->subject = name_text(X509_get_subject_name(cert));
        c->issuer = name_text(X509_get_issuer_name(cert));
        c->not_before = time_text(X509_get0_notBefore(cert));
        c->not_after = time_text(X509_get0_notAfter(cert));
    }
    return ok;
}

static void release(void *parent UNUSED, void *ptr, CRYPTO_EX_DATA *ad UNUSED, int idx UNUSED,
                    long argl UNUSED, void *argp UNUSED)
{
    tls_capture_free(ptr);
}

static int capture_index(void)
{
    static int index = -1; // one per process, as OpenSSL hands them out; one thread only

    if (index < 0)
        index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, release);
    return index;
}

CURLcode tls_capture_install(CURL *easy UNUSED, void *ssl_ctx, void *capture)
{
    struct tls_capture *c = capture;

    forget(c);
    c->begun = true;
    c->refs++;
    SSL_CTX_set_ex_data(ssl_ctx, capture_index(), c);
    SSL_CTX_set_verify(ssl_ctx, SSL_CTX_get_verify_mode(ssl_ctx), see_certificate);
    SSL_CTX_set_options(ssl_ctx, SSL_OP_NO_RENEGOTIATION);
    return CURLE_OK;
}

bool tls_capture_begun(const struct tls_capture *c)
{
    return c->begun;
}

static int explain_dates(const struct tls_capture *c, const char *host, struct err **err)
{
    bool expired = c->code == X509_V_ERR_CERT_HAS_EXPIRED;
    time_t now = time(NULL);
    struct tm utc;
    char clock[40];

    gmtime_r(&now, &utc);
    strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M:%S UTC", &utc);
    err_set(err, ERR_SOURCE, "the certificate of %s (%s) %s %s; this host's clock says %s", host,
            c->subject, expired ? "expired at" : "is not valid before",
            expired ? c->not_after : c->not_before, clock);
    return err_hint(err, "%s",
                    expired ? "renew the certificate, or set this host's clock"
                            : "set this host's clock, or the certificate's dates");
}

static bool is_untrusted(int code)
{
    return code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
           code == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
}

// An alert of the peer: it did not like our certificate, or that there was none.
static int explain_alert(const char *curl_text, const char *host, struct err **err)
{
    err_set(err, ERR_SOURCE, "TLS with %s failed: %s", host, curl_text);
    if (strstr(curl_text, "certificate required") || strstr(curl_text, "bad certificate") ||
        strstr(curl_text, "unknown ca") || strstr(curl_text, "alert certificate"))
        return err_hint(err, "the server refused the client certificate, or wants one");
    if (strstr(curl_text, "wrong version number") || strstr(curl_text, "packet length too long"))
        return err_hint(err, "the port speaks no TLS; is it plain HTTP?");
    return -1;
}

int tls_explain(const struct tls_capture *c, const char *curl_text, const char *host,
                const char *ca_name, struct err **err)
{
    if (!c)
        return explain_alert(curl_text, host, err);
    if (c->code == X509_V_ERR_CERT_HAS_EXPIRED || c->code == X509_V_ERR_CERT_NOT_YET_VALID)
        return explain_dates(c, host, err);
    if (is_untrusted(c->code)) {
        err_set(err, ERR_SOURCE, "the certificate of %s is not trusted: %s, issued by %s", host,
                c->subject, c->issuer);
        return err_hint(err, "none of the CA certificates of %s signed it", ca_name);
    }
    if (c->code != X509_V_OK)
        return err_set(err, ERR_SOURCE, "the certificate of %s (%s) was refused: %s", host,
                       c->subject, X509_verify_cert_error_string(c->code));
    if (c->names && strstr(curl_text, "match")) {
        err_set(err, ERR_SOURCE, "the certificate of %s is for other names: %s", host,
                *c->names ? c->names : "it has no subject alternative name");
        return err_hint(err, "use one of its names, or have a certificate issued for this one");
    }
    return explain_alert(curl_text, host, err);
}
