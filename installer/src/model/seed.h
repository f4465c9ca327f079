// SPDX-License-Identifier: Apache-2.0
// What the installer, the loader (installer/seed) and the agents on the nodes say to each other
// (docs/internals/seed.md): names, paths, the agent's configuration and state as documents, and how
// a request proves that it is the installer's. Pure.
#ifndef MODEL_SEED_H
#define MODEL_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

#define SEED_NAMESPACE "kube-system" // policy engines and Pod Security leave it alone
#define SEED_NAME "sandstrap-node"   // DaemonSets SEED_NAME-<class>, Service, ConfigMaps, Secrets
#define SEED_LABEL "app.kubernetes.io/name" // of the agents' pods: SEED_NAME
#define SEED_SELECTOR SEED_LABEL "=" SEED_NAME
#define SEED_LAYER "node-agents" // of the record: of no tree
#define SEED_PORT 4860           // loader, agent: for the node itself, its peers, the API server
#define SEED_TLS_PORT 4861       // agent: under upstream names
#define SEED_HOME "/var/lib/sandstrap" // on every node, and in the pod
#define SEED_STORE SEED_HOME "/store"
#define SEED_BINARY SEED_HOME "/bin/sandstrap"
#define SEED_CONFIG "/etc/sandstrap/config/agent.json" // of ConfigMap SEED_NAME
#define SEED_TOKEN "/etc/sandstrap/token/token"        // of Secret SEED_NAME-token
#define SEED_TLS "/etc/sandstrap/tls"                  // of Secret SEED_NAME-tls: tls.crt, tls.key
#define SEED_API "/sandstrap/v1"

// --- the agent's configuration: ConfigMap SEED_NAME, and PUT SEED_API/config for at once ---

struct seed_bundle {
    struct digest identity;
    struct digest blobs; // of the list of blobs that a node needs (seed_blobs_write())
};

struct seed_config {
    uint64_t serial;                 // grows with each change; an older one is not taken
    VEC(struct seed_bundle) bundles; // newest first; others are collected
    VEC(struct span) peers;          // addresses of nodes
    VEC(struct span)
    networks;               // "10.244.0.0/16": who may read, beside the node and its own networks
    VEC(struct span) hosts; // registries that the node's runtime is led to the agent for
    uint64_t budget_bytes;  // of the store; 0: none
    int port, tls_port;
};
void seed_config_free(struct seed_config *c);

// JSON, canonical. What is not understood is an error: ERR_INTEGRITY.
void seed_config_write(const struct seed_config *c, struct buf *out);
int seed_config_read(struct span text, struct arena *arena, struct seed_config *c, struct err **err)
    MUST_CHECK;

// --- lists of blobs: "<sha256> <size>" or "<sha256> <size> <have>" a line, sorted by digest ---

struct seed_blob {
    struct digest digest;
    uint64_t size;
    uint64_t have; // bytes that are there already, of one that is lacking
};
struct seed_blobs {
    VEC(struct seed_blob) items;
};
void seed_blobs_free(struct seed_blobs *b);
int seed_blob_compare(const void *a, const void *b); // by digest, for qsort() and bsearch()
void seed_blobs_write(const struct seed_blobs *b, bool with_have, struct buf *out);
// ERR_INTEGRITY for what is no such list.
int seed_blobs_read(struct span text, struct seed_blobs *b, struct err **err) MUST_CHECK;

// --- what an agent says of itself: GET SEED_API/status ---

struct seed_status_bundle {
    struct digest identity;
    bool served;
    uint64_t lacks_blobs, lacks_bytes;
};
struct seed_status {
    const char *version, *node; // of sandstrap; NODE_NAME
    const char *nonce;          // for the next command
    uint64_t serial;            // of the configuration it works by
    VEC(struct seed_status_bundle) bundles;
    uint64_t store_bytes, free_bytes; // taken; left on its disk
    uint64_t received_bytes;          // by PUT, since it runs
    uint64_t fetched_bytes;           // from peers
    const char *layout;               // of the runtime, as found
    VEC(struct span) routed;          // hosts whose routes are in place
    const char *problem;              // of routes, certificates, the store; NULL: none
    const char *remedy;               // what to do about it; or NULL
};
void seed_status_free(struct seed_status *s);
void seed_status_write(const struct seed_status *s, struct buf *out);
// Texts are in the arena. ERR_INTEGRITY for what is not understood.
int seed_status_read(struct span text, struct arena *arena, struct seed_status *s, struct err **err)
    MUST_CHECK;

// --- who may write ---

// Requests that change something carry SEED_MAC_HEADER: the HMAC-SHA256 (RFC 2104), as hex, by the
// token of the method, the path with its query, the nonce and the SHA-256 of the body, a line each.
// What is addressed by its content (blobs, heads, lists) has no nonce and the digest in the path
// instead of the body's: sent again it changes nothing. The token never travels.
// PUT SEED_API/config names its body's digest (hex) in SEED_DIGEST_HEADER, so that the MAC is
// judged before a byte of it is read. A GET may carry a MAC, too: then it is answered wherever it
// comes from.
#define SEED_DIGEST_HEADER "Sandstrap-Digest"
#define SEED_MAC_HEADER "Sandstrap-MAC"
#define SEED_NONCE_HEADER "Sandstrap-Nonce"
#define SEED_DIGEST_HEADER "Sandstrap-Digest"
#define SEED_MAC_BYTES 65
#define SEED_TOKEN_BYTES 65 // 256 random bits as hex
void seed_mac(struct span token, struct span method, struct span path, struct span nonce,
              const struct digest *body, char out[SEED_MAC_BYTES]);
// In constant time.
bool seed_mac_is(struct span token, struct span method, struct span path, struct span nonce,
                 const struct digest *body, struct span mac) MUST_CHECK;

#endif
