// SPDX-License-Identifier: Apache-2.0
// TLS: not there yet, every handshake is refused.
#include <stdlib.h>

#include "base/mem.h"
#include "io/httpd/conn.h"

struct httpd_tls {
    httpd_certificate_fn *certificate;
    void *data;
};

const struct transport transport_tls;

struct httpd_tls *httpd_tls_new(httpd_certificate_fn *certificate, void *data)
{
    struct httpd_tls *t = MEM_NEW(struct httpd_tls);

    *t = (struct httpd_tls){certificate, data};
    return t;
}

void httpd_tls_forget(struct httpd_tls *t UNUSED)
{
}

void httpd_tls_free(struct httpd_tls *t)
{
    free(t);
}

bool tls_begin(struct conn *c UNUSED, struct httpd_tls *tls UNUSED)
{
    return false;
}

struct span tls_name(const struct conn *c UNUSED)
{
    return SPAN_EMPTY;
}
