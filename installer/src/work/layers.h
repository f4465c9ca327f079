// SPDX-License-Identifier: Apache-2.0
// Layers: applying the objects of a GitOps tree layer by layer, and waiting until each layer and
// all that grew out of it is truly ready. What is there is seen by cluster/look.h.
#ifndef WORK_LAYERS_H
#define WORK_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "cluster/graph/layer.h"
#include "cluster/record/record.h"
#include "cluster/told/finding.h"
#include "io/doc.h"
#include "model/kube.h"
#include "model/kustomize.h"

#define LAYERS_FAIL_AFTER_MS 180000 // a failure that stands this long is final
#define LAYERS_WINDOW_MS 2000       // how long a changed layer must stay ready
#define LAYERS_MANAGER "sandstrap"  // the field manager of all that is applied
#define LAYERS_TIMEOUT_MS 3600000   // of a whole run

// Makes one layer of each entry of the entrypoint's `resources`, named by its last path part, from
// the rendered tree. What the entrypoint's own generators made belongs to the first layer that
// refers to it. The layers live in `arena` and point into `result`. ERR_CONFIG: two layers of one
// name.
int layers_split(const struct kustomize_result *result, struct arena *arena, struct layers *layers,
                 struct err **err) MUST_CHECK;

// Cuts them to the layers `from` to `to` (names; NULL: from the first, to the last) by setting
// *first and *last. ERR_USAGE for an unknown name, or an empty range.
int layers_range(const struct layers *layers, const char *from, const char *to, size_t *first,
                 size_t *last, struct err **err) MUST_CHECK;

// Whether what the objects of Flux in the layers 0 to `last` wait for can come, before anything is
// written: ERR_CONFIG, with "<file>:<line>: " of `doc`, which owns the tree, for objects that
// depend on each other, on one of a later layer, or on one that neither the tree nor the cluster
// has and nothing in the tree could make. Reads the cluster only for the last. Blocks.
// ERR_CANCELLED.
int layers_check(struct kube *k, const struct layers *layers, size_t last, const struct doc *doc,
                 struct err **err) MUST_CHECK;

// How an object of the tree is not in the cluster as the tree has it.
enum layers_difference_kind {
    LAYERS_MISSING, // it is not there
    LAYERS_DIFFERS, // an apply would change it, or be refused
    LAYERS_UNKNOWN, // this user may not read it, or not try
};

struct layers_difference {
    enum layers_difference_kind kind;
    size_t layer;       // its index
    const char *object; // "ConfigMap app/settings"
    const char *detail; // ".spec.replicas", or why; "" for a missing one
};

struct layers_compare_options {
    struct loop *loop;
    struct kube *kube;
    const char *manager;                  // field manager
    const struct layers_patches *patches; // of objects of the tree; NULL: none
    const struct budget *budget;
};

// Compares all objects of the tree, and their patches, with the cluster by the rule of an apply,
// without writing: one read for each, and a dry run of the apply where the two objects alone do not
// tell. *differences, in the order of the tree, live in `arena`. Blocks; runs the loop. ERR_API,
// ERR_CANCELLED.
int layers_compare(const struct layers_compare_options *options, const struct layers *layers,
                   struct arena *arena, const struct layers_difference **differences, size_t *count,
                   struct err **err) MUST_CHECK;

struct layers_options {
    size_t first, last;    // layers to work on, by index, both included
    struct budget budget;  // of the whole run
    int64_t fail_after_ms; // see "final" in docs/internals/cluster.md
    int64_t window_ms;
    const char *manager;   // field manager
    struct record *record; // of the cluster; NULL: nothing is written down, and nothing pruned
    bool no_prune;         // what left the tree stays
    // Of objects of the tree, each applied right behind its own; NULL: none.
    const struct layers_patches *patches;
};

// Applies objects ahead of all layers, of the tree or not, by the steps and with the record of
// those: what something has to find before a layer begins. What becomes of them is not waited for.
// Adds how many were written to *written. Of `options` only budget, fail_after_ms, manager and
// record count. Blocks; runs the loop. ERR_API, ERR_TERMINAL, ERR_TIMEOUT, ERR_CANCELLED.
int layers_ahead(struct loop *loop, struct kube *k, const struct layer *layer,
                 const struct layers_options *options, struct report *report, size_t *written,
                 struct err **err) MUST_CHECK;

// What came of one layer.
struct layers_result {
    int64_t took_ms;   // also when it failed
    int64_t waited_ms; // of that: until what was applied was ready
    size_t applied;    // objects written; 0 when the cluster already had everything
    bool reached;      // work on it began
    bool ready;        // and has been so to the end
};

// What was not ready when a wait ended without success, as in cluster/judge/causes.h; empty
// otherwise.
struct layers_causes {
    struct arena *arena; // the caller's, which they live in
    const struct finding *findings;
    size_t count;
};

// Applies and waits, layer by layer, from options->first to options->last; earlier ones are only
// waited for. Then what the record has of these layers and the tree has no more is deleted.
// `results` has one entry per layer; causes->arena is set. Blocks; runs the loop. ERR_API (an
// object is refused), ERR_TERMINAL (an object failed for good; the root cause is in the message),
// ERR_TIMEOUT (the message names what is still waited for), ERR_CANCELLED.
int layers_up(struct loop *loop, struct kube *k, const struct layers *layers,
              const struct layers_options *options, struct report *report,
              struct layers_result *results, struct layers_causes *causes, struct err **err)
    MUST_CHECK;

#endif
