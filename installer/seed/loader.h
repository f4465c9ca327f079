// SPDX-License-Identifier: Apache-2.0
// The loader as a server: one thread, a fixed number of connections, one request on each. It takes
// the binary from whoever sends it, tells its state, and refuses everything else early.
#ifndef SEED_LOADER_H
#define SEED_LOADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "seed/binary.h"
#include "seed/fetch.h"
#include "seed/peers.h"

#define LOADER_CLIENTS 16

struct loader;

// Listens on the address, waiting up to `patience` milliseconds for whoever has the port to leave
// it: a pod that is being replaced. ERR_PREFLIGHT.
struct loader *loader_new(const struct binary *b, const struct endpoint *at, struct peers *peers,
                          int64_t patience, struct err **err) MUST_CHECK;

// Serves until the binary is in its place, and whoever sent it has been told.
void loader_run(struct loader *l);

// Closes everything, so that the port is free. NULL-safe.
void loader_free(struct loader *l);
CLEANUP_DEFINE(loader_cleanup, struct loader, loader_free);

#endif
