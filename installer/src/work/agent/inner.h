// SPDX-License-Identifier: Apache-2.0
// The agent itself, for the files of work/agent.
#ifndef WORK_AGENT_INNER_H
#define WORK_AGENT_INNER_H

#include "io/http.h"
#include "model/blobstore.h"
#include "model/seed.h"
#include "work/agent.h"
#include "work/agent/access.h"
#include "work/agent/asked.h"
#include "work/agent/routes.h"

#define AGENT_NONCE_BYTES 33

struct incoming;
struct peers;
struct wanted;
struct worker;

// What may be wrong; the first of them is told.
enum agent_problem { AGENT_CONFIG, AGENT_TOKEN, AGENT_STORE, AGENT_SERVE, AGENT_PROBLEMS };

struct agent {
    struct loop *loop;
    struct report *report;
    char *home, *store_path, *bundles_path; // the last: heads and lists of the bundles
    char *config_path, *token_path, *node, *address;
    void (*changed)(void *data);
    void *data;

    struct blobstore *store; // NULL once it was removed
    struct http *http;       // to peers
    struct arena *arena;     // of `config`
    struct seed_config config;
    bool configured;             // there was one
    struct buf file;             // the configuration's file, as it was read last
    VEC(struct wanted *) wanted; // bundles, in the configuration's order
    VEC(struct incoming *) incoming;
    struct peers *peers;
    struct access access;
    struct asked asked;
    struct agent_routes *routes;
    bool routed;   // something was served: the runtime is led here
    bool unrouted; // its routes were taken away, until PUT config
    char nonce[AGENT_NONCE_BYTES];
    int port, tls_port;
    uint64_t received_bytes, fetched_bytes;
    struct err *problems[AGENT_PROBLEMS]; // NULL: none
    int64_t collect_at; // the configuration is taken at its word from then on: see wanted.c
    uint64_t look_timer, collect_timer;
    struct worker *healer; // of the store; what it found wrong, and when it may run again
    size_t healed;
    int64_t heal_at;
};

// Says a problem once, and keeps it for GET status; NULL: there is none any more.
void agent_set_problem(struct agent *a, enum agent_problem what, const struct err *problem);
void agent_new_nonce(struct agent *a);
// The text of the file with the token; ERR_CONFIG.
int agent_token(const struct agent *a, struct buf *out, struct err **err) MUST_CHECK;
// Leads the node's runtime here, once something is served: an image that is not here yet is not
// anywhere else either, but an administrator may still bring it in another way.
void agent_keep_routes(struct agent *a);

// --- configuration (config.c) ---

// Reads the file again if it changed; what is wrong with it is a problem.
void agent_config_look(struct agent *a);
// Takes over what PUT config brought; a store and routes that were removed come again. 1: it is
// older than what is there, or the same. ERR_INTEGRITY when it is not understood; ERR_CONFIG.
int agent_config_take(struct agent *a, struct span text, struct err **err) MUST_CHECK;

// --- the state (status.c) ---

void agent_status_write(const struct agent *a, struct buf *out);

#endif
