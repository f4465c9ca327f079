// SPDX-License-Identifier: Apache-2.0
// Certificates by name. Names are the client's choice: how many are kept, and told of, is bounded.
#include "io/httpd/certificates.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/timer.h"

enum {
    KEPT_MAX = 256, // names
    TOLD_MAX = 32,  // texts, until the certificates are asked for anew
    PEM_MAX_BYTES = 1 << 20,
};

struct kept {
    X509 *cert; // NULL: refused
    STACK_OF(X509) * chain;
    EVP_PKEY *key;
    int64_t asked_at;
    char name[]; // the key in the map
};

static void kept_free(struct kept *k)
{
    X509_free(k->cert);
    sk_X509_pop_free(k->chain, X509_free);
    EVP_PKEY_free(k->key);
    free(k);
}

static void forget_kept(struct certificates *c)
{
    MAP_FOREACH (e, &c->kept)
        kept_free(e->value);
    map_free(&c->kept);
}

static void forget_told(struct certificates *c)
{
    MAP_FOREACH (e, &c->told)
        free(e->value);
    map_free(&c->told);
}

void certificates_forget(struct certificates *c)
{
    forget_kept(c);
    forget_told(c);
}

void certificates_tell(struct certificates *c, struct report *report, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    if (map_len(&c->told) > TOLD_MAX || map_get(&c->told, span_str(text))) {
        free(text);
        return;
    }
    map_put(&c->told, span_str(text), text);
    if (map_len(&c->told) > TOLD_MAX)
        report_warn(report, "httpd", "there are more such TLS clients, which are not told of");
    else
        report_warn(report, "httpd", "%s", text);
}

// --- PEM ---

static void bio_cleanup(BIO **bio)
{
    BIO_free(*bio);
}

static void read_certs(struct kept *k, struct span pem)
{
    BIO *in CLEANUP(bio_cleanup) = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    X509 *next;

    k->cert = PEM_read_bio_X509(in, NULL, NULL, NULL);
    k->chain = sk_X509_new_null();
    while (k->cert && (next = PEM_read_bio_X509(in, NULL, NULL, NULL)))
        sk_X509_push(k->chain, next);
}

static int no_password(char *out UNUSED, int size UNUSED, int writing UNUSED, void *data UNUSED)
{
    return -1;
}

static int read_pair(struct kept *k, struct span certs, struct span key, struct err **err)
{
    BIO *in CLEANUP(bio_cleanup) = BIO_new_mem_buf(key.ptr, (int)key.len);
    bool ok;

    read_certs(k, certs);
    k->key = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);
    ok = k->cert && k->key && X509_check_private_key(k->cert, k->key) == 1;
    ERR_clear_error();
    if (ok)
        return 0;
    X509_free(k->cert);
    k->cert = NULL;
    return err_set(err, ERR_CONFIG, "what it has is no certificate with its key");
}

// --- by name ---

static int ask(struct certificates *c, struct kept *k, struct err **err)
{
    struct buf certs CLEANUP(buf_free) = BUF_INIT(PEM_MAX_BYTES);
    struct buf key = BUF_INIT(PEM_MAX_BYTES);
    int result = c->certificate(c->data, span_str(k->name), &certs, &key, err);

    if (result == 0)
        result = read_pair(k, buf_span(&certs), buf_span(&key), err);
    if (key.data)
        OPENSSL_cleanse(key.data, key.cap);
    buf_free(&key);
    return result;
}

static struct kept *ask_for(struct certificates *c, struct span name, struct report *report)
{
    struct kept *k = mem_zalloc(1, sizeof(*k) + name.len + 1);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    memcpy(k->name, name.ptr, name.len);
    k->asked_at = timer_now();
    if (ask(c, k, &err) < 0) {
        char *plain CLEANUP(mem_cleanup) = text_plain(name, false);

        err_format(err, &text);
        certificates_tell(c, report, "TLS clients that ask for '%s' are refused: %s", plain,
                          buf_str(&text));
    }
    if (map_len(&c->kept) == KEPT_MAX)
        forget_kept(c);
    map_put(&c->kept, span_str(k->name), k);
    return k;
}

static struct kept *find(struct certificates *c, struct span name, struct report *report)
{
    struct kept *k = map_get(&c->kept, name);

    if (k && timer_now() - k->asked_at < HTTPD_CERTIFICATE_MS)
        return k;
    if (k) // the map's key is in it: it cannot go alone
        forget_kept(c);
    return ask_for(c, name, report);
}

bool certificates_use(struct certificates *c, SSL *ssl, struct span name, struct report *report)
{
    char folded[TLSEXT_MAXLEN_host_name];
    struct kept *k;

    if (name.len > sizeof(folded))
        return false;
    for (size_t i = 0; i < name.len; i++)
        folded[i] = (char)tolower((unsigned char)name.ptr[i]);
    k = find(c, span_of(folded, name.len), report);
    return k->cert && SSL_use_cert_and_key(ssl, k->cert, k->key, k->chain, 1) == 1;
}
