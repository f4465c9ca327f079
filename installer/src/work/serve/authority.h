// SPDX-License-Identifier: Apache-2.0
// Whose certificates a server answers with: those of an authority of its own, which are issued on
// demand for the upstream hosts of the bundles and for what names this machine, or one of the
// user's.
#ifndef WORK_SERVE_AUTHORITY_H
#define WORK_SERVE_AUTHORITY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/report.h"
#include "base/span.h"

#define AUTHORITY_DAYS 3650
#define AUTHORITY_CERT_DAYS 365
#define AUTHORITY_WARN_DAYS 30 // the user is told before a certificate ends

struct authority;

// Whether a bundle has something of this host (lower case, without a port).
typedef bool authority_serves_fn(void *data, struct span host);

// The authority of the folder `dir`: ca.crt and ca.key. When there is neither, both are made (also
// when two do so at once), and the folder, for its owner only. ERR_CONFIG, by the file's name: it
// cannot be read or written, others can read the key, the two do not belong together, the
// certificate is none of an authority or not valid now. `report` is borrowed, may be NULL.
struct authority *authority_open(const char *dir, authority_serves_fn *serves, void *data,
                                 struct report *report, struct err **err) MUST_CHECK;
// A certificate of the user's, leaf first, and its key. Read again when it is asked for: one that
// was renewed is used, one that is wrong is warned of, and the one before stays. ERR_CONFIG.
struct authority *authority_of_files(const char *cert, const char *key, struct report *report,
                                     struct err **err) MUST_CHECK;
void authority_free(struct authority *a); // NULL-safe
CLEANUP_DEFINE(authority_cleanup, struct authority, authority_free);

// Another name or address of this machine, as in an address that it listens to. Copied.
void authority_add_name(struct authority *a, struct span name);

// An httpd_certificate_fn (io/httpd.h), with the authority as its data.
int authority_certificate(void *data, struct span name, struct buf *certs_pem, struct buf *key_pem,
                          struct err **err) MUST_CHECK;

#endif
