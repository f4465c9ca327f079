// SPDX-License-Identifier: Apache-2.0
// Routes of what fetches by itself inside a cluster: Flux's controllers are led to the agents on
// the nodes, or to a server elsewhere, under the upstream names, by hostAliases and a CA; and the
// proof, before Flux is there, that every node and every kind of source gets what it asks for
// (docs/internals/routes.md). Nodes' own routes are the agents' (work/agent.h).
#ifndef WORK_ROUTES_H
#define WORK_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"
#include "cluster/graph/layer.h"
#include "io/doc.h"
#include "model/bundle.h"
#include "model/kube.h"

#define ROUTES_MANAGER "sandstrap-routes"
#define ROUTES_PROVED "sandstrap/proved" // annotation of the Service

// Where the upstream names lead.
struct routes_target {
    const char *layer;     // what the Service's layer is called in the record
    const char *ns, *name; // of the Service
    struct span label;     // that the agents' pods have, and its value, or:
    struct span value;
    struct span elsewhere; // address of a `sandstrap serve`, without a port; empty: the agents
    int port;              // of TLS there
    struct span ca_pem;    // whom the certificates there are of
};

struct routes_options {
    struct loop *loop;
    struct kube *kube;
    struct report *report;
    struct budget budget;
    const struct bundle *bundle; // whose hosts are led there
    struct doc *doc;             // of the tree: what is made lives in it
    struct layers *layers;       // of the tree
    struct routes_target target;
};

// "10.0.0.2", "10.0.0.2:5000", "[fd00::2]:443" as `elsewhere` (borrowed from `text`) and `port`
// (443). ERR_USAGE for anything else, a name too: in a gap nobody resolves it.
int routes_read_address(struct span text, struct routes_target *target, struct err **err)
    MUST_CHECK;

// What gives the agents, or what is elsewhere, one address in the cluster: a Service. To be applied
// by layers_ahead(). Pure.
struct layer routes_service(const struct routes_options *o);

// The Service, when it is there. In the arena of the doc. ERR_API.
struct routes_at {
    struct span ip, uid;
    struct span proved; // by an earlier run; empty: nothing
};
int routes_find(const struct routes_options *o, struct routes_at *at, struct err **err) MUST_CHECK;

// What is behind a Service that leads elsewhere: an EndpointSlice, which goes with it; nothing when
// it leads to the agents, for Kubernetes finds these. To be applied by layers_ahead(). Pure.
struct layer routes_endpoints(const struct routes_options *o, const struct routes_at *at);

// Whether the controllers of a tree can be led away, before anything is written. Errors as
// routes_make().
int routes_check(const struct layers *layers, struct err **err) MUST_CHECK;

// Finds who fetches by itself among the Deployments of the tree, adds the CA to the layers that
// they are in, a ConfigMap for each of their namespaces, and gives the patch of each. *ahead has
// these ConfigMaps and the namespaces as far as the tree has them: what is to be applied before the
// probe. ERR_CONFIG: a tree without a source-controller, or one that says something else itself.
int routes_make(const struct routes_options *o, const struct routes_at *at,
                struct layers_patches *patches, struct layer *ahead, struct err **err) MUST_CHECK;

// --- the probe ---

struct routes_node {
    const char *name, *address;
    const char *agent; // its agent's pod
    bool no_network;   // for pods
};
struct routes_probe {
    const struct routes_node *nodes;
    size_t count;
    struct span loader;   // its bytes (installer/seed)
    struct digest binary; // of the agents' program, which the loader runs
    uint64_t binary_bytes;
    int agent_port;
};

// Proves it, on every node and from the controllers' namespaces: a pod with an image of the bundle
// starts on each node, and its pull was counted by the agent there; git, OCI and chart sources and
// downloads, as far as the bundle has them, answer under their names. What was proved once costs
// one request. *proved says whether pods were made. A pod that is refused before it runs (a quota,
// a policy) is a warning. Leaves no pod. Blocks. ERR_PREFLIGHT names node or source, and why;
// ERR_API, ERR_CANCELLED.
int routes_prove(const struct routes_options *o, const struct routes_at *at,
                 const struct routes_probe *p, bool *proved, struct err **err) MUST_CHECK;

#endif
