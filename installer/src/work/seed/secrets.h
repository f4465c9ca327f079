// SPDX-License-Identifier: Apache-2.0
// What the agents prove themselves with, and who may write to them: the authority, which stays in a
// Secret that no pod mounts, the certificate that it issued for the bundle's hosts, and the token.
#ifndef WORK_SEED_SECRETS_H
#define WORK_SEED_SECRETS_H

#include "base/arena.h"
#include "work/seed.h"

#define SECRETS_AUTHORITY "sandstrap-authority"
#define SECRETS_TOKEN SEED_NAME "-token"
#define SECRETS_TLS SEED_NAME "-tls"
#define SECRETS_HOSTS "sandstrap/hosts" // annotation: the names that the certificate is for

struct secrets {
    struct arena *arena; // the caller's, who wipes it
    struct span token;
    struct span ca_cert, ca_key; // PEM
    struct span cert, key, hosts;
};

// As they are in the cluster; made anew where they are missing, or not good any more: a certificate
// for other hosts, or one that ends soon. Writes nothing. Blocks. ERR_API, ERR_CANCELLED.
int secrets_find(const struct seed_options *o, struct secrets *s, struct err **err) MUST_CHECK;

// Only the token, in `arena`; empty when there is none.
int secrets_token(const struct seed_options *o, struct arena *arena, struct span *token,
                  struct err **err) MUST_CHECK;

#endif
