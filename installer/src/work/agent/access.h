// SPDX-License-Identifier: Apache-2.0
// Who may read: the node itself, its own networks and those of the configuration; and how much of
// the server one client gets, so that others are served, too.
#ifndef WORK_AGENT_ACCESS_H
#define WORK_AGENT_ACCESS_H

#include "base/address.h"
#include "base/vec.h"
#include "model/seed.h"

// Requests of one address at a time; the node itself has no limit.
#define ACCESS_REQUESTS_MAX 64

struct access_client {
    struct address address;
    unsigned requests;
};

struct access {
    VEC(struct network) own;       // of the interfaces
    VEC(struct address) addresses; // likewise
    VEC(struct network) configured;
    VEC(struct access_client) clients; // that have a request
};

void access_free(struct access *a);
// Looks at the interfaces again.
void access_look(struct access *a);
void access_configure(struct access *a, const struct seed_config *c);

bool access_may_read(const struct access *a, const struct address *client);

// One more request of that client; false when it has too many. Else access_leave() ends it.
bool access_enter(struct access *a, const struct address *client);
void access_leave(struct access *a, const struct address *client);

#endif
