// SPDX-License-Identifier: Apache-2.0
// What the commands work on: the bundle with the tree in it, and the cluster.
#ifndef CMD_SANDBOX_OPEN_H
#define CMD_SANDBOX_OPEN_H

#include "base/arena.h"
#include "base/budget.h"
#include "base/command.h"
#include "base/err.h"
#include "cluster/graph/layer.h"
#include "cluster/record/record.h"
#include "cmd/sandbox/options.h"
#include "cmd/sandbox/phases.h"
#include "io/http.h"
#include "model/bundle.h"
#include "model/kube.h"
#include "model/kustomize.h"
#include "work/keys.h"

struct airgap;
struct routes_target;

struct sandbox {
    struct command_env *env;               // borrowed
    const struct sandbox_options *options; // borrowed
    const char *command;                   // "up"
    struct budget budget;                  // of the whole run
    struct phases phases;
    struct http *http;
    struct bundle *bundle;        // NULL: none
    struct kustomize_result tree; // as it was rendered
    struct arena *arena;          // of the layers
    struct layers layers;         // of the tree; none without a bundle
    struct kubeconfig *config;
    struct kube *kube;
    struct record *record;
    struct airgap *airgap;                 // cmd/sandbox/airgap.h; NULL: none
    const struct routes_target *elsewhere; // cmd/sandbox/lead.h; NULL: none
};

// Sets *s up for a run of `command` that begins now: options, budget, HTTP. ERR_CONFIG: a CA file
// is not one.
int sandbox_start(struct sandbox *s, const char *command, struct command_env *env,
                  const struct sandbox_options *options, struct err **err) MUST_CHECK;
// Also a CLEANUP for variables of type `struct sandbox`; start with {0}.
void sandbox_close(struct sandbox *s);

// The bundle, verified from the first byte to the last (built first when there is none), and the
// layers of the tree in it. Two phases. Errors as artifacts_verify(), artifacts_render_bundle(),
// layers_split().
int sandbox_open_tree(struct sandbox *s, struct err **err) MUST_CHECK;
// As far as it goes without: for a way that a tree only helps on. Reads the index of a bundle and
// the tree in it. What was asked for by name has to be good; what is there by chance is left out
// with a warning when it is not.
int sandbox_try_tree(struct sandbox *s, struct err **err) MUST_CHECK;

// Finds the cluster and says which one it is. ERR_CONFIG, ERR_API, ERR_CANCELLED.
int sandbox_connect(struct sandbox *s, struct err **err) MUST_CHECK;

// Reads the record in the cluster. A phase. Errors as record_open().
int sandbox_open_record(struct sandbox *s, struct err **err) MUST_CHECK;

// Where its sealing keys are.
struct keys_cluster sandbox_keys(const struct sandbox *s);

#endif
