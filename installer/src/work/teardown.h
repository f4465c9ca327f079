// SPDX-License-Identifier: Apache-2.0
// Teardown: taking down what `up` brought, in the order in which nothing is orphaned, and the proof
// that nothing of it remains (docs/internals/teardown.md).
#ifndef WORK_TEARDOWN_H
#define WORK_TEARDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/loop.h"
#include "base/report.h"
#include "base/vec.h"
#include "cluster/graph/layer.h"
#include "cluster/record/record.h"
#include "cluster/told/finding.h"
#include "io/doc.h"
#include "model/kube.h"

// The phases, in their order.
enum teardown_phase {
    TEARDOWN_SUSPEND,     // what would make the others anew: parents and sources
    TEARDOWN_RELEASES,    // what Flux made without making other objects of Flux, dependents first;
                          // before each release the objects of the tree that only it handles
    TEARDOWN_PARENTS,     // HelmReleases and Kustomizations that made others of Flux, inner first
    TEARDOWN_ORPHANS,     // Helm releases whose HelmRelease is gone
    TEARDOWN_SOURCES,     // where they got their content from
    TEARDOWN_OBJECTS,     // what the layers applied besides, last layer first
    TEARDOWN_WEBHOOKS,    // webhooks and API services without anything behind them
    TEARDOWN_DATA,        // claims and volumes, sealing keys: only when asked for
    TEARDOWN_CONTROLLERS, // Flux itself: what it is allowed, then its Deployments and pods
    TEARDOWN_DEFINITIONS, // custom resource definitions
    TEARDOWN_NAMESPACES,
    TEARDOWN_NODES,  // what an air gap needed on the nodes, then the agents there
    TEARDOWN_RECORD, // sandstrap-system
    TEARDOWN_PHASES,
};
const char *teardown_phase_name(enum teardown_phase phase); // "releases"

enum teardown_verb {
    TEARDOWN_VERB_SUSPEND,
    TEARDOWN_VERB_DELETE,
    // Marks an object that stays (kustomize.toolkit.fluxcd.io/prune: disabled), since the
    // Kustomization that has it in its inventory would delete it.
    TEARDOWN_VERB_MARK,
    // Deletes a HelmRelease or Kustomization while it is suspended: it would take along something
    // that stays. What may go of a release is uninstalled as an orphan (TEARDOWN_ORPHANS).
    TEARDOWN_VERB_LET_GO,
    // Uninstalls a release that has no HelmRelease (any more) from its own records.
    TEARDOWN_VERB_UNINSTALL,
};
const char *teardown_verb_name(enum teardown_verb verb); // "let go"

// One thing to do. Steps of one phase and wave are done at the same time; the next wave begins when
// all of them are gone.
struct teardown_step {
    enum teardown_phase phase;
    size_t wave;
    enum teardown_verb verb;
    struct identity id;
    const char *version; // API version
    const char *uid;     // precondition: another one of its name is not ours
    const char *layer;   // or NULL
    const char *why;     // what it is to us, for --dry-run: "made by HelmRelease bigbang/bigbang"
};

// What is there and stays, and why. With a namespace all stays that is in it by then.
struct teardown_kept {
    struct identity id;
    const char *why;  // "there before the first up", "data", "somebody else's"
    const char *next; // how to remove it, or NULL
    bool data;        // would go with --data
    bool left;        // a leftover: somebody else's, or ours that such a one keeps from going
};

struct teardown_options {
    const struct layers *layers; // of the tree, or NULL: only what the record and the cluster tell
    const char *to;              // this layer and those below it stay; NULL: all goes
    bool data;
    bool force_finalizers;
    bool keep_nodes; // the agents on the nodes stay, for an `up` that follows
    // Called before the agents go: takes from the nodes what is to go with them. True in *left:
    // something stays there, so that the agents have to. NULL: nothing is done. Blocks.
    int (*leave_nodes)(void *data, bool *left, struct err **err);
    void *data_of_nodes;
    struct budget budget;
    int64_t fail_after_ms;
};

struct teardown_plan {
    struct arena *arena;
    VEC(struct teardown_step) steps; // by phase, wave
    VEC(struct teardown_kept) kept;
    const char *record_ns; // where the record is, which the proof leaves out
};
// Also a CLEANUP for variables of type `struct teardown_plan`; start with {0}.
void teardown_plan_free(struct teardown_plan *plan);
// Whether this very object stays; and whether it does so by itself or with its namespace.
bool teardown_plan_keeps(const struct teardown_plan *plan, const struct identity *id);
bool teardown_plan_covers(const struct teardown_plan *plan, const struct identity *id);

// Finds out what there is to do, from the record, the graph of what grew out of it, and, without a
// record, the tree, field managers and discovery. Reads only. An empty plan: there is nothing of
// sandstrap. Blocks; runs the loop. ERR_USAGE: an unknown layer; ERR_API, ERR_TIMEOUT,
// ERR_CANCELLED.
int teardown_plan(struct loop *loop, struct kube *k, struct record *record,
                  const struct teardown_options *options, struct report *report,
                  struct teardown_plan *plan, struct err **err) MUST_CHECK;
// The plan in order, for people and programs.
void teardown_plan_print(const struct teardown_plan *plan, struct buf *out);
struct node *teardown_plan_node(const struct teardown_plan *plan, struct doc *d);

// How long one phase took, and how much of it was waiting for Kubernetes or its controllers.
struct teardown_time {
    int64_t took_ms, waited_ms;
    size_t removed; // objects
};

// Something that remains, and why.
struct leftover {
    struct identity id;
    const char *cause; // "namespace", "webhook", "finalizer", … the group it is listed in
    const char *why;   // what holds it: conditions, finalizers and who should have handled them
    const char *next;  // what to do about it
};

struct teardown_result {
    struct arena *arena; // the caller's, which the rest lives in
    struct teardown_time times[TEARDOWN_PHASES];
    VEC(struct leftover) leftovers;
    VEC(const char *) notes; // of the proof, a line each: what others made or took away meanwhile
    VEC(struct teardown_kept) kept;
    struct finding *findings; // what was not gone when it ended without success
    size_t finding_count;
};

// Carries the plan out, phase by phase, and says all the time what it waits for and who holds it.
// What comes to light on the way (a child made anew) is taken down too. A step that fails for good
// (options->fail_after_ms without progress) is told, and all that does not depend on it goes on;
// the controllers stay as long as anything needs them. Safe to run again after any interruption.
// TEARDOWN_RECORD is not carried out: the record says what to prove against, and is the caller's to
// remove (record_remove()) when the plan has that step and leftovers_find() has found nothing.
// Blocks; runs the loop. ERR_LEFTOVERS: steps failed for good; ERR_TIMEOUT, ERR_PREFLIGHT (the
// lease), ERR_API, ERR_CANCELLED.
int teardown_run(struct loop *loop, struct kube *k, struct record *record,
                 const struct teardown_plan *plan, const struct teardown_options *options,
                 struct report *report, struct teardown_result *result, struct err **err)
    MUST_CHECK;

// The proof: everything in the cluster that was not there in `before` (NULL: everything that bears
// our marks or Flux's), is not in `kept`, and is not made by the cluster itself; and what the plan
// kept as a leftover. What others made since then in namespaces of their own, or took away, is
// noted. What is in a namespace that is left counts as part of it. Waits some seconds for pods that
// end and what the garbage collector is about to take. Not for a teardown of some layers only.
// Replaces the leftovers and notes of *result. Blocks; runs the loop. ERR_API, ERR_CANCELLED.
int leftovers_find(struct loop *loop, struct kube *k, const struct snapshot *before,
                   const struct teardown_plan *kept, struct teardown_result *result,
                   struct err **err) MUST_CHECK;
// The leftovers by cause, and the notes; as JSON one list each.
void leftovers_print(const struct teardown_result *result, struct buf *out);
struct node *leftovers_node(const struct teardown_result *result, struct doc *d);
struct node *leftovers_notes_node(const struct teardown_result *result, struct doc *d);

// Leftovers of earlier sandboxes that would break an `up` of these layers: ERR_PREFLIGHT names all
// of them, with what to do. Only what cannot get better by itself: webhooks that would be asked for
// the tree, and API services, of which the Service is gone and nothing is there to bring it back;
// namespaces and definitions of the tree whose deletion hangs. To be asked before the first write:
// seven lists at once, and two reads for each Service that is in doubt. Blocks. ERR_API,
// ERR_CANCELLED.
int leftovers_check(struct kube *k, const struct layers *layers, size_t last, struct err **err)
    MUST_CHECK;

#endif
