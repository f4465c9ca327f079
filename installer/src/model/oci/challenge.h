// SPDX-License-Identifier: Apache-2.0
// Challenges of a 401: the fields WWW-Authenticate (RFC 9110 section 11.6.1).
#ifndef MODEL_OCI_CHALLENGE_H
#define MODEL_OCI_CHALLENGE_H

#include "base/arena.h"
#include "base/span.h"

enum challenge_kind { CHALLENGE_NONE, CHALLENGE_BASIC, CHALLENGE_BEARER }; // the best one last

struct challenge {
    enum challenge_kind kind;
    struct span realm, service; // of a Bearer challenge; in the arena
};

// Reads one field, which may hold several challenges, and leaves the best one of it and of what
// *best is already in *best. Schemes that are not known, Bearer without a realm, and the rest of a
// field from where it is malformed on count for nothing.
void challenge_read(struct arena *arena, struct span field, struct challenge *best);

#endif
