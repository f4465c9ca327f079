// SPDX-License-Identifier: Apache-2.0
// A blob store: files by their SHA-256 in one folder, and what the installed bundles are, from
// whose indexes it follows what may be collected. It stands beside the bundle file where there is
// none: on a node, or on a bastion that serves several (docs/internals/store.md has the layout).
//
// Crash-safe: a blob has its name only when all of it was written, hashed and synced; what a crash
// leaves is a part, which the next write of that blob goes on with. A blob that turns out to be
// wrong is taken away, never served. Several processes may read one store, and one may write it (a
// lock); the others are told who does.
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

// Opens the folder, which is made for writing (0755; files 0644). ERR_CONFIG; ERR_USAGE when it is
// to be written and another process does. `budget_bytes`: what all blobs and parts together may
// take; 0: no limit.
struct blobstore *blobstore_open(const char *path, bool write, uint64_t budget_bytes,
                                 struct err **err) MUST_CHECK;
void blobstore_close(struct blobstore *s); // NULL-safe
CLEANUP_DEFINE(blobstore_cleanup, struct blobstore, blobstore_close);

const char *blobstore_path(const struct blobstore *s);

// --- blobs ---

// A descriptor for reading all of it (the caller's), and its size; -1 when it is not there.
int blobstore_open_blob(const struct blobstore *s, const struct digest *digest, uint64_t *size)
    MUST_CHECK;
bool blobstore_has(const struct blobstore *s, const struct digest *digest, uint64_t size)
    MUST_CHECK;

// One blob on its way in; several may be. *have tells how many of its bytes an earlier write left:
// go on from there. ERR_CONFIG when the disk or the budget has no room for it: says how much is
// missing, and what collecting would free.
struct blobstore_blob;
struct blobstore_blob *blobstore_blob_begin(struct blobstore *s, const struct digest *digest,
                                            uint64_t size, uint64_t *have, struct err **err)
    MUST_CHECK;
// ERR_INTEGRITY when more comes than its size; ERR_CONFIG when the disk is full.
int blobstore_blob_add(struct blobstore_blob *b, struct span piece, struct err **err) MUST_CHECK;
// Hashes what it has not hashed yet, syncs and names it. ERR_INTEGRITY for another size or digest:
// then nothing of it is kept. Frees it, also on failure.
int blobstore_blob_end(struct blobstore_blob *b, struct err **err) MUST_CHECK;
// Keeps the part for the next try. NULL-safe.
void blobstore_blob_abandon(struct blobstore_blob *b);

// --- installed bundles ---

// Each is kept as the head of its file (header, signature area, index), named by its identity.
// Durable when it returns; the blobs should be there before.
int blobstore_install(struct blobstore *s, const struct digest *identity, struct span head,
                      struct err **err) MUST_CHECK;
// Takes it off the list; its blobs stay until blobstore_collect(). ERR_USAGE when it is not there.
int blobstore_remove(struct blobstore *s, const struct digest *identity, struct err **err)
    MUST_CHECK;

// The identities and the paths of the heads, oldest first; free() the list.
struct blobstore_bundle {
    struct digest identity;
    char path[4096];
};
int blobstore_list(const struct blobstore *s, struct blobstore_bundle **list, size_t *count,
                   struct err **err) MUST_CHECK;

// --- upkeep ---

// Deletes every blob and part for which keep() is false, and what a crash left.
typedef bool blobstore_keep_fn(void *data, const struct digest *digest);
struct blobstore_freed {
    size_t blobs;
    uint64_t bytes;
};
int blobstore_collect(struct blobstore *s, blobstore_keep_fn *keep, void *data,
                      struct blobstore_freed *freed, struct err **err) MUST_CHECK;

// Hashes every blob on all cores; takes wrong ones away and tells of each. ERR_INTEGRITY when there
// was one, ERR_CANCELLED.
typedef void blobstore_wrong_fn(void *data, const struct digest *digest);
int blobstore_verify(struct blobstore *s, struct cancel *cancel, blobstore_wrong_fn *wrong,
                     void *data, struct err **err) MUST_CHECK;

#endif
