// SPDX-License-Identifier: Apache-2.0
// Between the files of model/oci: what to answer a registry with.
#ifndef MODEL_OCI_AUTH_H
#define MODEL_OCI_AUTH_H

#include "base/arena.h"
#include "base/map.h"
#include "model/oci.h"
#include "model/oci/logins.h"

struct auth {
    struct arena *arena;
    struct logins logins;
    struct map tokens; // "host/repository" to a bearer token and its end
    struct map open;   // "host/repository" that answered without credentials
    struct map basic;  // hosts that asked for basic authentication
};

// Reads the logins. ERR_CONFIG.
int auth_load(struct auth *a, struct err **err) MUST_CHECK;
void auth_free(struct auth *a);

// Sets what is known so far for that repository in the request.
void auth_apply(struct auth *a, const struct oci_ref *ref, struct http_request *request);

// Notes that the repository answered with what auth_apply() set; auth_is_settled() then says that
// no challenge is to be expected.
void auth_note_answer(struct auth *a, const struct oci_ref *ref);
bool auth_is_settled(struct auth *a, const struct oci_ref *ref);

// Answers the challenges of a 401 of the registry itself (not of where it redirects to): Bearer
// rather than Basic. ERR_SOURCE when there is nothing (new) to answer with. Blocking.
int auth_answer(struct auth *a, struct http *h, const struct oci_ref *ref,
                const struct http_response *response, struct err **err) MUST_CHECK;

#endif
