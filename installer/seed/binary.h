// SPDX-License-Identifier: Apache-2.0
// The binary that a loader is there for: where it is kept, how it comes in, how it starts. What has
// the digest that the loader's command line names is it, whoever sent it; nothing else ever gets
// its name.
#ifndef SEED_BINARY_H
#define SEED_BINARY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"
#include "seed/sha256.h"

struct binary {
    const char *home; // kept as home/bin/sandstrap
    struct digest digest;
    uint64_t size;
};

// Makes its folder, and removes what former loaders left half written. ERR_INTERNAL.
int binary_prepare(const struct binary *b, struct err **err) MUST_CHECK;

// Whether home has it, by reading all of it.
bool binary_is_there(const struct binary *b);

// Becomes it; returns only when that fails. From a file system that is mounted noexec it is copied
// into memory first. ERR_INTERNAL.
int binary_start(const struct binary *b, char *const *argv, struct err **err) MUST_CHECK;

// --- what comes in ---

struct incoming {
    const struct binary *binary; // NULL: not begun
    int fd;
    char path[PATH_MAX]; // "": in memory
    uint64_t have;
    struct sha256 hash;
};

// Into a temporary file beside the binary, or into memory. ERR_INTERNAL.
int incoming_begin(struct incoming *in, const struct binary *b, struct err **err) MUST_CHECK;
int incoming_begin_memory(struct incoming *in, const struct binary *b, struct err **err) MUST_CHECK;

// ERR_INTEGRITY when it is longer than the binary; ERR_INTERNAL with the errno of a full disk.
int incoming_add(struct incoming *in, struct span data, struct err **err) MUST_CHECK;

// Checks it, and puts what is a file in its place, durably. ERR_INTEGRITY, ERR_INTERNAL.
int incoming_end(struct incoming *in, struct err **err) MUST_CHECK;

// Becomes what came into memory. ERR_INTERNAL.
int incoming_start(const struct incoming *in, char *const *argv, struct err **err) MUST_CHECK;

// Removes what is not in its place. Also for one that was not begun, and a CLEANUP.
void incoming_drop(struct incoming *in);

#endif
