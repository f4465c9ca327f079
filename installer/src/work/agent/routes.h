// SPDX-License-Identifier: Apache-2.0
// The routes of the node's runtime: certs.d/HOST/hosts.toml for every registry host of the bundles
// that are served here, written into the folder of the node that is mounted below the root. What an
// administrator has in such a file is kept in the store's folder, and his again when ours goes.
#ifndef WORK_AGENT_ROUTES_H
#define WORK_AGENT_ROUTES_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

enum { AGENT_ROUTES_CHECK_MS = 10000 }; // how often what is on the node is looked at

struct agent_routes;

struct agent_routes_options {
    const char *root;     // where the node's folders are mounted: "/host"
    const char *home;     // SEED_HOME: what was there before is kept in its folder "routes"
    const char *layout;   // of model/runtime.h; NULL: the one whose folder is there
    const char *endpoint; // "http://127.0.0.1:4860"; "http://[::1]:4860" where there is no other
};
// Touches nothing. Texts are copied. ERR_CONFIG: a layout that there is none of.
struct agent_routes *agent_routes_new(const struct agent_routes_options *o, struct err **err)
    MUST_CHECK;
void agent_routes_free(struct agent_routes *r); // NULL-safe; leaves the node as it is
CLEANUP_DEFINE(agent_routes_cleanup, struct agent_routes, agent_routes_free);

// Puts the routes of these hosts in place, and takes away ours of others; writes only what is not
// as it should be. Called at start, when the hosts change, and every AGENT_ROUTES_CHECK_MS (a
// restarting k3s may have deleted them). What fails is in the state. Blocks for a few small files.
void agent_routes_keep(struct agent_routes *r, const struct span *hosts, size_t count);

// Takes all of ours away and gives back what was there. ERR_INTERNAL: what could not be, with the
// file; the rest is done.
int agent_routes_remove(struct agent_routes *r, struct err **err) MUST_CHECK;

// How it stands since the last of these. Borrowed until the next call.
struct agent_routes_state {
    const char *layout;      // NULL: none was found
    VEC(struct span) routed; // hosts whose routes are in place
    const char *problem;     // a line: why images would not come through them; NULL: none known
    const char *remedy;      // what to do about it; or NULL
};
const struct agent_routes_state *agent_routes_state(const struct agent_routes *r);

#endif
