// SPDX-License-Identifier: Apache-2.0
// The loop of the program: descriptors, timers, tasks, children and signals wait in one place, and
// whoever blocks runs it until its own condition holds, so that everything else goes on meanwhile.
// It may be nested: a callback may run it again.
//
// All callbacks run from loop_run_until() and its relatives, never from a function that adds or
// removes something. While the callback of a descriptor or a signal runs, a nested run does not
// call it again. A callback may remove anything, itself too. One thread only.
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cancel.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/timer.h"

struct loop;

// `cancel` (borrowed, may be NULL) ends every wait. ERR_INTERNAL without a descriptor.
struct loop *loop_new(struct cancel *cancel, struct err **err) MUST_CHECK;
// What was added must be gone, but for timers, which are forgotten. NULL-safe.
void loop_free(struct loop *l);
CLEANUP_DEFINE(loop_cleanup, struct loop, loop_free);

struct cancel *loop_cancel(const struct loop *l); // may be NULL

// --- waiting ---

// Runs the loop until done(data) is true (checked first, then after every turn): 0. When the
// absolute timer_now() time `deadline` passes before: 1. When the cancel token is set: -1 with
// ERR_CANCELLED.
typedef bool loop_until_fn(void *data);
int loop_run_until(struct loop *l, loop_until_fn *done, void *data, int64_t deadline,
                   struct err **err) MUST_CHECK;

// The same for a flag that a callback sets, without a deadline: 0, or -1 with ERR_CANCELLED.
int loop_run_until_set(struct loop *l, const bool *flag, struct err **err) MUST_CHECK;

// For last words: as loop_run_until(), but also when the cancel token is set. Whether done(data)
// came true. The process is ended CANCEL_GRACE_MS after a signal: `deadline` has to be near.
bool loop_run_last(struct loop *l, loop_until_fn *done, void *data, int64_t deadline) MUST_CHECK;

// For `ms` milliseconds; -1 with ERR_CANCELLED.
int loop_sleep(struct loop *l, int64_t ms, struct err **err) MUST_CHECK;

// --- descriptors ---

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop_fd;

// Calls fn(data, ready) while `fd` is ready for any of `events`: LOOP_READ also at its end, all of
// them after an error. The descriptor stays the caller's, who removes it before closing it; it can
// be added once. A file on a disk is always ready.
typedef void loop_fd_fn(void *data, unsigned ready);
struct loop_fd *loop_add_fd(struct loop *l, int fd, unsigned events, loop_fd_fn *fn, void *data)
    MUST_CHECK RETURNS_NONNULL;
void loop_change_fd(struct loop_fd *w, unsigned events); // 0: none for now
void loop_remove_fd(struct loop_fd *w);                  // NULL-safe

// --- timers ---

// Calls fn(data) once after `at` (absolute). Returns an id above 0.
uint64_t loop_add_timer(struct loop *l, int64_t at, timer_fn *fn, void *data);
void loop_remove_timer(struct loop *l, uint64_t id); // unknown ids are ignored

// --- tasks ---

// Something to be done soon: before the loop waits the next time.
struct loop_task;
typedef void loop_task_fn(void *data);
struct loop_task *loop_add_task(struct loop *l, loop_task_fn *fn, void *data)
    MUST_CHECK RETURNS_NONNULL;
// Runs it once, however often it is posted before it runs. It may be posted while it runs: then it
// runs again in the next turn, which may be one of a run that it started itself.
void loop_post(struct loop_task *t);
void loop_remove_task(struct loop_task *t); // NULL-safe

// --- children ---

struct loop_child;
// Calls fn(data, status) once when the child process has ended, and reaps it; `status` is
// waitpid()'s, or -1 when somebody else has reaped it. It is removed by then.
typedef void loop_child_fn(void *data, int status);
struct loop_child *loop_add_child(struct loop *l, pid_t pid, loop_child_fn *fn, void *data)
    MUST_CHECK RETURNS_NONNULL;
// Forgets it without reaping. NULL-safe.
void loop_remove_child(struct loop_child *c);

// --- signals ---

struct loop_signal;
// Calls fn(data) when the signal came, which is blocked in this thread from then on. One at most
// for each signal; SIGINT and SIGTERM are base/cancel's. ERR_INTERNAL.
typedef void loop_signal_fn(void *data);
struct loop_signal *loop_add_signal(struct loop *l, int signo, loop_signal_fn *fn, void *data,
                                    struct err **err) MUST_CHECK;
// Unblocks it; one that has come and was not told is forgotten. NULL-safe.
void loop_remove_signal(struct loop_signal *s);

#endif
