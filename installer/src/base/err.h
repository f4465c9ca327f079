// SPDX-License-Identifier: Apache-2.0
// Errors: a kind (which is the exit code), an optional errno, a message, an optional hint and a
// cause. Whoever fails sets one; whoever knows more wraps it; only main.c prints it.
//
// A fallible function returns 0 or -1 (or a pointer or NULL) and takes `struct err **err` last.
// *err is NULL on entry and is left alone on success. Setting and wrapping return -1:
//
//     if (!host)
//         return err_set(err, ERR_CONFIG, "%s:%d: the URL has no host", file, line);
//     if (fetch(url, err) < 0)
//         return err_wrap(err, "artifact %s", name);
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/compiler.h"

struct buf;

// The numbers are the exit codes of the program (docs/exit-codes.md).
enum err_kind {
    ERR_INTERNAL = 1,     // a defect of sandstrap's own
    ERR_USAGE = 2,        // the command line
    ERR_CONFIG = 3,       // the GitOps tree or a configuration file
    ERR_PREFLIGHT = 4,    // the cluster cannot take it
    ERR_INTEGRITY = 5,    // a digest, size or signature is not what was pinned
    ERR_SOURCE = 6,       // an upstream source or the network
    ERR_API = 7,          // the Kubernetes API or a permission
    ERR_TIMEOUT = 8,      // a time limit passed
    ERR_TERMINAL = 9,     // an object failed for good
    ERR_LEFTOVERS = 10,   // something remained after a teardown
    ERR_CHANGES = 11,     // a plan has changes
    ERR_UNSUPPORTED = 12, // a feature that sandstrap knows it lacks
    ERR_CANCELLED = 130,  // SIGINT or SIGTERM
};

struct err;

// Makes *err a new error. Returns -1. Message: lower case, no newline, no trailing period.
int err_set(struct err **err, enum err_kind kind, const char *fmt, ...) PRINTF(3, 4);

// As err_set, and appends the text of `errnum` ("open x: permission denied"). Returns -1.
int err_set_errno(struct err **err, enum err_kind kind, int errnum, const char *fmt, ...)
    PRINTF(4, 5);

// Puts context in front of *err, keeping its kind. Returns -1.
int err_wrap(struct err **err, const char *fmt, ...) PRINTF(2, 3);

// As err_wrap, and changes the kind: only where the caller knows better what it means.
int err_wrap_as(struct err **err, enum err_kind kind, const char *fmt, ...) PRINTF(3, 4);

// Adds what the user can do about *err; the outermost hint is the one shown. Returns -1.
int err_hint(struct err **err, const char *fmt, ...) PRINTF(2, 3);

// "Returns -1" for clang's analyzer, which follows paths through one file at a time; not in
// err.c, which defines them.
#if defined(__clang_analyzer__) && !defined(ERR_DEFINE)
static inline int err_failed(int result UNUSED)
{
    return -1;
}
#define err_set(...) err_failed((err_set)(__VA_ARGS__))
#define err_set_errno(...) err_failed((err_set_errno)(__VA_ARGS__))
#define err_wrap(...) err_failed((err_wrap)(__VA_ARGS__))
#define err_wrap_as(...) err_failed((err_wrap_as)(__VA_ARGS__))
#define err_hint(...) err_failed((err_hint)(__VA_ARGS__))
#endif

// Moves *from (not NULL) to *to and empties *from. Returns -1.
int err_move(struct err **to, struct err **from);

// A deep copy, owned by the caller.
struct err *err_clone(const struct err *err) MUST_CHECK;

enum err_kind err_kind(const struct err *err);

// The saved errno of the innermost error, or 0.
int err_errno(const struct err *err);

// This level's message; borrowed. err_hint_text: the outermost hint or NULL; borrowed.
const char *err_message(const struct err *err);
const char *err_hint_text(const struct err *err);

// The error that this one wraps, or NULL; borrowed.
const struct err *err_cause(const struct err *err);

// Appends the whole chain to `out`, outermost first, joined by ": ".
void err_format(const struct err *err, struct buf *out);

// The stable word for a kind, as in the JSON form of an error: "integrity", "timeout", ...
const char *err_kind_name(enum err_kind kind);

// NULL-safe. err_clear frees *err and sets it to NULL.
void err_free(struct err *err);
void err_clear(struct err **err);

CLEANUP_DEFINE(err_cleanup, struct err, err_free);

#endif
