// SPDX-License-Identifier: Apache-2.0
// One blob on its way into the store, from the installer or from a peer. What takes long (hashing
// the part that is there, the sync at the end) is done on a thread, while the loop serves on.
#ifndef WORK_AGENT_INCOMING_H
#define WORK_AGENT_INCOMING_H

#include "work/agent/inner.h"

struct incoming_handler {
    // It may be written, from byte `have` on; or it may not, and is gone. Errors as
    // blobstore_blob_begin() has them.
    void (*ready)(void *data, uint64_t have, const struct err *error);
    // After incoming_end(): it is in the store, or not; it is gone either way.
    void (*ended)(void *data, const struct err *error);
    // It is gone: somebody else writes this blob now, or the store ends. Between ready() and
    // incoming_end() only.
    void (*taken)(void *data);
    void *data;
};

struct incoming;

// From the first byte on, or from what is there of it. Takes it over from whoever writes it
// already, unless a thread has it: NULL then, ERR_TIMEOUT: soon again.
enum incoming_from { INCOMING_ANEW, INCOMING_ON };
struct incoming *incoming_begin(struct agent *a, const struct seed_blob *blob,
                                enum incoming_from from, const struct incoming_handler *handler,
                                struct err **err) MUST_CHECK;
// Whether somebody does.
bool incoming_has(const struct agent *a, const struct digest *digest);
// After ready(). ERR_INTEGRITY, ERR_CONFIG: abandon it then.
int incoming_add(struct incoming *in, struct span piece, struct err **err) MUST_CHECK;
void incoming_end(struct incoming *in);
// No handler is called any more; what was written stays for the next try. NULL-safe.
void incoming_abandon(struct incoming *in);
// The same, and nothing stays: what a peer began may be wrong, and would spoil what others go on
// with.
void incoming_discard(struct incoming *in);

// Ends all, and waits for the threads; who waits for one is told.
void incoming_stop(struct agent *a);

#endif
