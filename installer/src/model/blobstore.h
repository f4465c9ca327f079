// SPDX-License-Identifier: Apache-2.0
// A blob store: files by their SHA-256 in one folder, and the heads of the installed bundles, from
// whose indexes it follows what may be collected. It stands beside the bundle file where there is
// none: on a node, or on a bastion that serves several. docs/internals/store.md has the layout.
//
// Crash-safe: a blob has its name only when all of it was written, hashed and synced; what a crash
// leaves is a part, which the next write of that blob goes on with. A blob that turns out to be
// wrong is taken away, never served. Several processes may read one store, and one may write it (a
// lock); the others are told who does. Readers take no lock: what is collected while it is read
// stays readable through the descriptor.
#ifndef MODEL_BLOBSTORE_H
#define MODEL_BLOBSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"

struct blobstore;

enum blobstore_mode {
    BLOBSTORE_READ,
    BLOBSTORE_CHANGE, // by the one process that may
    BLOBSTORE_MAKE,   // the same, and made when the folder is missing or empty, as the umask allows
};

// Opens the folder. `budget_bytes` is what all blobs and parts together may take, 0: no limit; for
// reading it has no meaning. ERR_CONFIG, also for a folder that is no store; ERR_USAGE when it is
// to be changed and another process does.
struct blobstore *blobstore_open(const char *path, enum blobstore_mode mode, uint64_t budget_bytes,
                                 struct err **err) MUST_CHECK;
void blobstore_close(struct blobstore *s); // NULL-safe
CLEANUP_DEFINE(blobstore_cleanup, struct blobstore, blobstore_close);

const char *blobstore_path(const struct blobstore *s);

// What all blobs and parts take, with what is reserved for those on their way, and what is left on
// the disk. Of a store that is open for changing.
struct blobstore_room {
    uint64_t used_bytes, free_bytes;
};
struct blobstore_room blobstore_room(struct blobstore *s);
// From now on; what is there stays.
void blobstore_set_budget(struct blobstore *s, uint64_t budget_bytes);

// --- blobs ---

// A descriptor for reading all of it (the caller's), and its size; -1 when it is not there.
int blobstore_open_blob(const struct blobstore *s, const struct digest *digest, uint64_t *size)
    MUST_CHECK;
// Whether it is there, in this size.
bool blobstore_has(const struct blobstore *s, const struct digest *digest, uint64_t size)
    MUST_CHECK;

// How many bytes more it takes until it is there: less than its size when a part of it is.
uint64_t blobstore_lacks(const struct blobstore *s, const struct digest *digest, uint64_t size)
    MUST_CHECK;
// How many bytes an earlier write left of it, or a write that goes on has written: from there on
// the next one may go on.
uint64_t blobstore_part(const struct blobstore *s, const struct digest *digest) MUST_CHECK;
// Whether there is room for `bytes` more, in the budget and on the disk as it is now. ERR_CONFIG
// says which of them lacks how much.
int blobstore_check_room(struct blobstore *s, uint64_t bytes, struct err **err) MUST_CHECK;

// One blob on its way in; several may be, each in a thread of its own if that is wanted. *have
// tells how many of its bytes an earlier write left: go on from there. They are read and hashed
// again, and whether they are right shows at the end: then nothing is kept, and the next try begins
// with the first byte. ERR_CONFIG when there is no room for it; ERR_USAGE when it is on its way
// already.
struct blobstore_blob;
struct blobstore_blob *blobstore_blob_begin(struct blobstore *s, const struct digest *digest,
                                            uint64_t size, uint64_t *have, struct err **err)
    MUST_CHECK;
// ERR_INTEGRITY when more comes than its size; ERR_CONFIG when the disk is full.
int blobstore_blob_add(struct blobstore_blob *b, struct span piece, struct err **err) MUST_CHECK;
// Syncs and names it. ERR_INTEGRITY for another size or digest: then nothing of it is kept.
// ERR_CONFIG when the disk is full. Frees it, also on failure.
int blobstore_blob_end(struct blobstore_blob *b, struct err **err) MUST_CHECK;
// Keeps the part for the next try, unless the disk is full. NULL-safe.
void blobstore_blob_abandon(struct blobstore_blob *b);
CLEANUP_DEFINE(blobstore_blob_cleanup, struct blobstore_blob, blobstore_blob_abandon);

// --- installed bundles ---

// Each is kept as the head of its file (header, signature area, index), named by its identity.
// Makes the names of all blobs durable first, then the head: they should be there before. One that
// is installed already becomes the newest.
int blobstore_install(struct blobstore *s, const struct digest *identity, struct span head,
                      struct err **err) MUST_CHECK;
// Takes it off the list, durably; its blobs stay until blobstore_collect(). ERR_USAGE when it is
// not there.
int blobstore_remove(struct blobstore *s, const struct digest *identity, struct err **err)
    MUST_CHECK;

// The identities, oldest first; free() the list. ERR_CONFIG.
int blobstore_list(const struct blobstore *s, struct digest **list, size_t *count, struct err **err)
    MUST_CHECK;
// Where the head of an installed bundle is; the caller frees it.
char *blobstore_head_path(const struct blobstore *s, const struct digest *identity)
    MUST_CHECK RETURNS_NONNULL;

// --- upkeep ---

// Deletes every blob for which keep() is false, likewise what a crash left of one (a part that is
// being written stays), and of a head. What was written for a bundle that is not installed yet is
// the caller's to keep. With `dry_run` it only counts, for which a store that is open for reading
// is enough.
typedef bool blobstore_keep_fn(void *data, const struct digest *digest);
struct blobstore_sum {
    size_t blobs; // and parts
    uint64_t bytes;
};
int blobstore_collect(struct blobstore *s, bool dry_run, blobstore_keep_fn *keep, void *data,
                      struct blobstore_sum *freed, struct err **err) MUST_CHECK;

// Hashes every blob on all cores. Wrong ones are told of, and taken away unless the store is open
// for reading only. *verified tells how many there are. ERR_INTEGRITY when there was a wrong one;
// ERR_CANCELLED.
typedef void blobstore_wrong_fn(void *data, const struct digest *digest);
int blobstore_verify(struct blobstore *s, struct cancel *cancel, blobstore_wrong_fn *wrong,
                     void *data, struct blobstore_sum *verified, struct err **err) MUST_CHECK;

#endif
