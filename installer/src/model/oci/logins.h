// SPDX-License-Identifier: Apache-2.0
// Logins of registries: Docker's configuration file, with keys for a part of a registry as in
// containers-auth.json(5).
#ifndef MODEL_OCI_LOGINS_H
#define MODEL_OCI_LOGINS_H

#include "base/arena.h"
#include "base/map.h"
#include "model/oci.h"

// What an entry gives; NULL: not there.
struct login {
    const char *key; // as the file has it
    const char *user, *password;
    const char *identity; // identitytoken: an OAuth 2 refresh token, for the token server
    const char *bearer;   // registrytoken: for the registry itself
};

struct logins {
    struct arena *arena;
    char *path;         // of the file
    struct map entries; // "host" or "host/path" to struct login
    struct map helpers; // host to the name of its credential helper (credHelpers)
    const char *store;  // the helper of all others (credsStore), or NULL
};

// Reads $DOCKER_CONFIG/config.json or ~/.docker/config.json, if there is one. ERR_CONFIG.
int logins_load(struct logins *l, struct err **err) MUST_CHECK;
void logins_free(struct logins *l);

// The login whose key is the longest part of "host/repository", by whole segments; NULL: none.
const struct login *logins_find(const struct logins *l, const struct oci_ref *ref);
// The helper that has the host's login, or NULL. Helpers are programs, and are not run.
const char *logins_helper(const struct logins *l, const struct oci_ref *ref);

#endif
