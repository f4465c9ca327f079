// SPDX-License-Identifier: Apache-2.0
// When credentials end: what an API server refuses without a reason is said with its date.
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "model/kube/client.h"
#include "model/kube/config/config.h"

static char *time_text(time_t at)
{
    struct tm utc;
    char text[40];

    gmtime_r(&at, &utc);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc);
    return mem_str(text);
}

int expiry_check_certificate(const struct kubeconfig *config, struct span pem, struct err **err)
{
    time_t now = time(NULL), from, until;
    char *limit CLEANUP(mem_cleanup) = NULL;
    char *clock CLEANUP(mem_cleanup) = time_text(now);
    const char *words;

    if (!crypto_cert_times(pem, &from, &until) || (now >= from && now <= until))
        return 0;
    words = now > until ? "expired on" : "is not valid before";
    limit = time_text(now > until ? until : from);
    err_set(err, ERR_API, "the client certificate of user \"%s\" of %s %s %s", config->user,
            config->source, words, limit);
    return err_hint(err,
                    "this host's clock says %s; if it is right, get a new %s from whoever runs the "
                    "cluster",
                    clock, config->exec ? "login" : "kubeconfig");
}

// The claims of a JSON Web Token (RFC 7519): base64url without padding (RFC 4648, section 5).
static bool read_claims(const char *token, struct buf *claims)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span head, rest, body, signature;

    if (!span_cut(span_str(token), '.', &head, &rest) || !span_cut(rest, '.', &body, &signature))
        return false;
    for (size_t i = 0; i < body.len; i++)
        buf_add_char(&text, body.ptr[i] == '-' ? '+' : body.ptr[i] == '_' ? '/' : body.ptr[i]);
    while (text.len % 4)
        buf_add_char(&text, '=');
    return crypto_base64_decode(buf_span(&text), claims);
}

char *expiry_of_token(const char *token)
{
    struct buf claims CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    const struct node *root;
    int64_t until;

    if (!token || !read_claims(token, &claims))
        return NULL;
    root = doc_read_json(d, buf_span(&claims), "token", ERR_API, &ignored);
    until = node_get_int(root, "exp", 0);
    return until > 0 && until < time(NULL) ? time_text((time_t)until) : NULL;
}
