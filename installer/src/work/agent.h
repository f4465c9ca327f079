// SPDX-License-Identifier: Apache-2.0
// The agent: what runs on each node in an air gap. It keeps the blobs that its configuration names,
// takes them from the installer or from its peers, and keeps the routes of the node's runtime in
// place. Serving them is work/serve, to which this gives its part of the requests.
#ifndef WORK_AGENT_H
#define WORK_AGENT_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"
#include "io/httpd.h"

struct agent;

struct agent_options {
    struct loop *loop;
    struct report *report;
    const char *home;    // SEED_HOME
    const char *config;  // SEED_CONFIG
    const char *token;   // SEED_TOKEN
    const char *root;    // where the node's folders are mounted; "/host"
    const char *layout;  // of the runtime (model/runtime.h); NULL: found out
    const char *node;    // its name
    const char *address; // its own
    // What is to be served changed: open the store anew, and say so with agent_serves(). Borrowed.
    void (*changed)(void *data);
    void *data;
};

// Opens the store below `home`, made at first use, and reads the configuration; one that is not
// there yet is waited for. ERR_CONFIG, ERR_USAGE when another agent runs there or for a layout that
// there is none of.
struct agent *agent_new(const struct agent_options *o, struct err **err) MUST_CHECK;
void agent_free(struct agent *a); // NULL-safe
CLEANUP_DEFINE(agent_cleanup, struct agent, agent_free);

// Of the configuration that it began with; the defaults without one.
int agent_port(const struct agent *a);
int agent_tls_port(const struct agent *a);
// Where the store is; borrowed.
const char *agent_store_path(const struct agent *a);

// The store was opened: these bundles of it are served now. `problem`: why not all, or NULL.
void agent_serves(struct agent *a, const struct digest *identities, size_t count,
                  const struct err *problem);

// Looks at each request first (struct serve_first of work/serve.h): takes those for SEED_API, and
// those of clients that may not read here.
bool agent_take(void *agent, struct httpd_request *r, void **own);
void agent_done(void *agent, struct httpd_request *r, void *own);
void agent_served(void *agent, const char *kind, struct span what, bool missing);

#endif
