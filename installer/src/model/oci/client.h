// SPDX-License-Identifier: Apache-2.0
// What all requests to a registry share.
#ifndef MODEL_OCI_CLIENT_H
#define MODEL_OCI_CLIENT_H

#include "model/oci/auth.h"

enum { STATUS_UNAUTHORIZED = 401 };

struct oci {
    struct http *http;
    struct auth auth;
};

// Performs with the credentials known so far, and again with those that a 401 asks for. ERR_SOURCE.
int client_perform(struct oci *o, const struct oci_ref *ref, const struct http_request *wanted,
                   struct http_response *response, struct err **err) MUST_CHECK;

// A GET of a manifest by the digest of the reference, or by its tag when it has none; without
// credentials. The URL is in the arena.
void client_manifest_request(struct arena *arena, const struct oci_ref *ref,
                             struct http_request *request);

#endif
