// SPDX-License-Identifier: Apache-2.0
// What this machine is reached by: "localhost", its host name (alone, and in the domains that its
// resolver searches), the addresses of its interfaces, and what the user calls it. No name server
// is asked: in an air gap there may be none.
#ifndef WORK_SERVE_OWN_NAMES_H
#define WORK_SERVE_OWN_NAMES_H

#include <stdbool.h>

#include "base/span.h"
#include "base/vec.h"

struct own_names {
    VEC(const char *) list; // each owned; lower case
};

// Adds a name or numeric address, unless it is there or is not one.
void own_names_add(struct own_names *n, struct span name);
// Adds what the machine has now.
void own_names_find(struct own_names *n);
bool own_names_has(const struct own_names *n, struct span name);
void own_names_free(struct own_names *n);

#endif
