// SPDX-License-Identifier: Apache-2.0
// Routes of what fetches by itself inside a cluster: Flux's controllers are led to the agents on
// the nodes, or to a server elsewhere, under the upstream names, by hostAliases and a CA; and the
// proof, before Flux is there, that every node and every kind of source gets what it asks for.
// Nodes' own routes are the agents' (work/agent.h).
#ifndef WORK_ROUTES_H
#define WORK_ROUTES_H

#include "base/arena.h"
#include "base/budget.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/span.h"
#include "cluster/layer.h"
#include "cluster/record/record.h"
#include "model/bundle.h"
#include "model/kube.h"

#define ROUTES_MANAGER "sandstrap-routes"

struct routes_options {
    struct loop *loop;
    struct kube *kube;
    struct record *record;
    struct report *report;
    struct budget budget;
    const struct bundle *bundle; // whose hosts are led there
    const struct layers *layers; // of the tree
    const char *ns, *service;    // of the agents; or:
    const char *elsewhere;       // address of a `sandstrap serve` (--routes-to); NULL: the agents
    int tls_port;
    struct span ca_pem; // whom its certificates are of
};

// Makes what has to be there before the controllers are (Service, ConfigMaps with the CA in their
// namespaces), and gives the patch of each controller of the tree that fetches by itself, in
// `arena`. ERR_API, ERR_CONFIG: a tree without source-controller.
int routes_make(const struct routes_options *o, struct arena *arena, struct layers_patches *patches,
                struct err **err) MUST_CHECK;

// Proves it, on every node and from the controllers' namespace: a pod with an image of the bundle
// starts on each node, and its pull was counted by the agent there; a git, an OCI and a chart
// source answer under their names. ERR_PREFLIGHT names node or source, and why. Leaves nothing of
// it.
struct routes_node {
    const char *name, *agent; // the agent's pod
};
int routes_probe(const struct routes_options *o, const struct routes_node *nodes, size_t count,
                 struct err **err) MUST_CHECK;

#endif
