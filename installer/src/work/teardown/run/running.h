// SPDX-License-Identifier: Apache-2.0
// A teardown under way: what its parts share, and the tasks that it is made of.
#ifndef WORK_TEARDOWN_RUN_RUNNING_H
#define WORK_TEARDOWN_RUN_RUNNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "cluster/facts/facts.h"
#include "cluster/judge/verdict.h"
#include "cluster/told/finding.h"
#include "cluster/told/talk.h"
#include "model/flux.h"
#include "work/teardown.h"
#include "work/teardown/hard/revive.h"

#define TEARDOWN_SAYS "teardown" // as a component of the event sink
#define TEARDOWN_MANAGER "sandstrap-request"

enum task_state {
    TASK_TODO,    // nothing was asked for yet, or it was refused: see next_at
    TASK_ASKING,  // a request is on its way
    TASK_WAITING, // deleted, and still there, or what went with it is
    TASK_DONE,    // gone, or suspended
    TASK_FOREIGN, // another object has its name by now: it is not ours
    TASK_STUCK,   // given up
    TASK_HELD,    // not begun: something that stays needs it
};

// A step, and how far it has come. Texts live in the arena of the run unless they say otherwise.
struct task {
    struct running *run;
    const struct teardown_step *step;
    const struct kube_resource *resource; // NULL: its kind is not served
    const char *label;
    enum task_state state;
    struct kube_call *call;
    const char *uid; // of the object that is taken down; "" until it is known

    int refusals;            // in a row
    int conflicts;           // with other writes
    int64_t next_at;         // when it is tried again after one
    enum kube_reason reason; // of the last refusal; KUBE_OK: none
    char *refusal;           // ... and its words

    struct doc *doc;               // of `before`
    const struct node *before;     // what tells of others, as it was before its deletion; or NULL
    struct flux_helm_release helm; // of a HelmRelease; no name: it has no records

    bool is_gone;     // the object itself is
    size_t left;      // ... of what has to go with it
    int64_t gone_at;  // ... since it is so many
    bool is_orphaned; // a release that nobody has uninstalled: Helm's records stay
    bool is_stripped; // of its finalizers, by us
    bool is_hurried;  // its pods were removed
    bool is_said;     // that it is over
    int64_t begun;    // timer_now()

    VEC(uint64_t) heard;     // hashes of all that it has said of what holds it
    struct verdict *verdict; // whether it comes no nearer
    struct finding finding;  // TASK_STUCK: why
    const char *holder;      // TASK_HELD: the label of what needs it
};

struct running {
    struct loop *loop;
    struct kube *kube;
    struct record *record;
    const struct teardown_plan *plan;
    const struct teardown_options *options;
    struct report *report;
    struct teardown_result *result;
    struct arena *arena;
    struct facts facts;
    struct kube_watch *records; // names of Helm's records, or NULL until they are asked for
    bool records_refused;
    const struct snapshot *before;  // what was there before the first `up`, or NULL
    VEC(struct task *) tasks;       // in their order
    int64_t swept_at;               // webhooks without anything behind them: timer_now()
    struct controllers controllers; // that are needed, as they were found last
    int64_t revived_at;
    bool has_restored;                 // ... and something of Flux was put back for that
    VEC(struct teardown_plan *) plans; // further ones, that tasks are of
    enum teardown_phase phase;         // of now
    struct talk talk;
    struct err *failure; // which a callback met: it ends the run
};

static inline bool task_deletes(const struct task *t)
{
    return t->step->verb == TEARDOWN_VERB_DELETE || t->step->verb == TEARDOWN_VERB_LET_GO;
}

static inline bool task_stays(const struct task *t)
{
    return t->state == TASK_STUCK || t->state == TASK_HELD || t->state == TASK_FOREIGN;
}

static inline bool task_is_over(const struct task *t)
{
    return t->state == TASK_DONE || task_stays(t);
}

#endif
