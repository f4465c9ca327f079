// SPDX-License-Identifier: Apache-2.0
// The certificates that TLS connections are answered with, by the name that the client asks for:
// asked of the program once, and kept for a while.
#ifndef IO_HTTPD_CERTIFICATES_H
#define IO_HTTPD_CERTIFICATES_H

#include <openssl/ssl.h>

#include "base/map.h"
#include "base/report.h"
#include "io/httpd.h"

struct certificates {
    httpd_certificate_fn *certificate;
    void *data;
    struct map kept; // struct kept by the name in lower case
    struct map told; // texts that were reported
};

// Gives the certificate of `name` to a connection. False when there is none; why was reported.
bool certificates_use(struct certificates *c, SSL *ssl, struct span name, struct report *report)
    MUST_CHECK;
// Reports a text once, and of all texts together not more than a log can bear.
void certificates_tell(struct certificates *c, struct report *report, const char *fmt, ...)
    PRINTF(3, 4);
void certificates_forget(struct certificates *c);

#endif
