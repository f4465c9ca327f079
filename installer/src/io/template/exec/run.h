// SPDX-License-Identifier: Apache-2.0
// The state of an execution, shared by the executor's files.
#ifndef IO_TEMPLATE_EXEC_RUN_H
#define IO_TEMPLATE_EXEC_RUN_H

#include "base/vec.h"
#include "io/template/parse/set.h"

// A value on its way through a pipeline. Go's reflection remembers that something was found in a
// container of interface{}: it shows in errors, and a nil found there is not the same as no value.
struct operand {
    struct value value;
    bool boxed;
};
#define OPERAND_OF_NOTHING ((struct operand){VALUE_OF_NIL, false})

struct binding {
    uint32_t variable;
    struct operand operand;
};

// Room for the arguments of the calls that are being made; it does not move.
struct args_block {
    struct args_block *previous;
    size_t used, size;
    struct value items[];
};

struct template_run {
    const struct template_set *set;
    struct arena *arena;
    struct template_limits limits;
    uint64_t steps;
    size_t depth;
    VEC(struct binding) bindings; // of all templates that are being executed
    struct args_block *args;
    struct frame *frame;   // the innermost
    struct map remembered; // by text: struct remembered (remember.c)
    struct template_trace trace;
    struct template_missing missing;
    template_see see; // or NULL
    void *see_data;
};

// One template's execution.
struct frame {
    struct template_run *run;
    const struct template_set *set;
    const struct template_tree *tree;
    const struct tree_node *at; // what errors are about
    struct buf *out;
    struct frame *caller;
    size_t bindings; // where its own start
    struct err **err;
};

// --- failure.c; all return -1 ---

// Go's message with its place; remembers the trace.
int exec_fail(struct frame *f, const char *fmt, ...) PRINTF(2, 3);
// Puts the place and "error calling NAME" in front of what a function has set.
int exec_fail_call(struct frame *f, const char *name);
// Remembers what a failure is about: of a node's names the first `path` are asked for, and the
// first `prefix` of them are there, as `found`.
void exec_note_missing(struct frame *f, const struct tree_node *node, size_t path, size_t prefix,
                       const struct operand *found);

// --- watch.c ---

// Tells who watches the run; only to be called when somebody does (run->see).
void exec_tell(struct frame *f, enum template_seen_what what, struct span name,
               const struct value *args, size_t count);

// --- limits.c ---

int exec_step(struct frame *f) MUST_CHECK;
// Whether steps and memory are within their limits.
int exec_check(struct frame *f) MUST_CHECK;
// Fails, by what is too deep: expressions are bounded when they are parsed, so within a template
// that another one calls it is these.
int exec_too_deep(struct frame *f);
// Counts what a function has done: a call is some steps, and large arguments are many.
void exec_charge(struct template_run *run, const struct value *args, size_t count);

// Room for `count` arguments; returned in the opposite order.
struct value *args_take(struct template_run *run, size_t count);
void args_return(struct template_run *run, size_t count);

// --- variables.c ---

void variable_push(struct frame *f, const struct tree_node *node, const struct operand *operand);
int variable_set(struct frame *f, const struct tree_node *node, const struct operand *operand)
    MUST_CHECK;
int variable_get(struct frame *f, const struct tree_node *node, struct operand *out) MUST_CHECK;

// --- eval.c ---

int eval_pipe(struct frame *f, const struct operand *dot, const struct tree_node *pipe,
              struct operand *out) MUST_CHECK;

#endif
