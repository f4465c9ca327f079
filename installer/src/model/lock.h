// SPDX-License-Identifier: Apache-2.0
// The lock: a text file that pins every artifact the entrypoint reaches to a digest or commit.
// docs/internals/lock.md shows one. Pure: parsing and writing only.
#ifndef MODEL_LOCK_H
#define MODEL_LOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

#define LOCK_MAX_BYTES ((size_t)16 << 20)
#define LOCK_PLATFORM "linux/amd64"
#define LOCK_ORIGIN_LAB "lab"
#define LOCK_ORIGIN_UPSTREAM "upstream"

enum lock_kind {
    LOCK_CHART, // name: the reference in its registry, "ghcr.io/org/chart:1.2.3"
    LOCK_FILE,  // name: https URL
    LOCK_GIT,   // name: URL of the repository, ref: "tag/…", "branch/…", "commit/…" or none
    LOCK_IMAGE, // name: the reference as the tree has it
};

struct lock_entry {
    enum lock_kind kind;
    struct span name;
    struct span ref;    // of a git repository, as the tree has it; else empty
    struct span digest; // "sha256:<hex>" of the file or manifest, the commit of a git repository
    uint64_t size;      // of the file, or of all blobs of an image or chart; 0 for git
    const char *const *used_by; // why it is there: "clusters/sandbox/flux/kustomization.yaml:5"
    size_t used_by_count;
};

struct lock;

struct lock *lock_new(struct span entrypoint, struct span origin) MUST_CHECK RETURNS_NONNULL;
void lock_free(struct lock *l); // NULL-safe
CLEANUP_DEFINE(lock_cleanup, struct lock, lock_free);

// Borrowed.
struct span lock_entrypoint(const struct lock *l);
struct span lock_origin(const struct lock *l);
const struct lock_entry *lock_entries(const struct lock *l, size_t *count);
// The entry of that kind, name and ref, or NULL.
const struct lock_entry *lock_find(const struct lock *l, enum lock_kind kind, struct span name,
                                   struct span ref);

// Adds a copy of an entry; one that is there already (kind, name, ref) only gains its users.
void lock_add(struct lock *l, const struct lock_entry *entry);

// Parses the text of a lock. ERR_CONFIG with "<file>:<line>: …" for anything unexpected.
struct lock *lock_parse(struct span text, const char *file, struct err **err) MUST_CHECK;
struct lock *lock_read(const char *file, struct err **err) MUST_CHECK;

// Writes it: sorted by kind, name and ref; the same entries in any order give the same bytes.
void lock_format(const struct lock *l, struct buf *out);

const char *lock_kind_name(enum lock_kind kind); // "chart", "file", "git", "image"

#endif
