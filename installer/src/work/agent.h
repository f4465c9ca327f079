// SPDX-License-Identifier: Apache-2.0
// The agent: what runs on each node in an air gap. It keeps the blobs that its configuration names,
// takes them from the installer or from its peers, and keeps the routes of the node's runtime in
// place. Serving them is work/serve, to which this gives its part of the requests.
#ifndef WORK_AGENT_H
#define WORK_AGENT_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "io/httpd.h"
#include "model/blobstore.h"
#include "model/seed.h"

struct agent;

struct agent_options {
    struct loop *loop;
    struct report *report;
    const char *home;    // SEED_HOME
    const char *config;  // SEED_CONFIG
    const char *token;   // SEED_TOKEN
    const char *root;    // where the node's folders are mounted; "/host"
    const char *node;    // its name
    const char *address; // its own
    // What is to be served changed: open the store anew. Borrowed.
    void (*changed)(void *data);
    void *data;
};

struct agent *agent_new(const struct agent_options *o, struct err **err) MUST_CHECK;
void agent_free(struct agent *a); // NULL-safe
CLEANUP_DEFINE(agent_cleanup, struct agent, agent_free);

// A request for SEED_API: taken and answered, true; false when it is none.
bool agent_request(struct agent *a, struct httpd_request *r);
// Whether this client may read at all.
bool agent_lets_read(const struct agent *a, const char *client);

#endif
