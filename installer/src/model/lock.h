// SPDX-License-Identifier: Apache-2.0
// The lock: a text file that pins every artifact the entrypoint reaches to a digest or commit.
// docs/internals/lock.md shows one. Pure: parsing and writing only.
#ifndef MODEL_LOCK_H
#define MODEL_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"

#define LOCK_MAX_BYTES ((size_t)16 << 20)
#define LOCK_PLATFORM "linux/amd64" // when none is asked for
#define LOCK_KUBE_VERSION "1.34.0"  // likewise
#define LOCK_PLATFORMS_MAX 16
#define LOCK_ORIGIN_LAB "lab"
#define LOCK_ORIGIN_UPSTREAM "upstream"

enum lock_kind {
    LOCK_CHART, // name: the reference in its registry, "ghcr.io/org/chart:1.2.3", or in its Helm
                // repository, "https://charts.example.org/stable/chart:1.2.3"
    LOCK_FILE,  // name: https URL
    LOCK_GIT,   // name: URL of the repository, ref: "tag/…", "branch/…", "commit/…" or none
    LOCK_IMAGE, // name: the reference as the tree has it
};

// What an index has for one platform.
struct lock_manifest {
    struct span platform; // "linux/amd64"
    struct digest digest; // of its manifest
};

struct lock_entry {
    enum lock_kind kind;
    struct span name;
    struct span ref;      // of a git repository, as the tree has it; else empty
    struct digest digest; // that the name was resolved to: of the file, manifest or index
    struct span commit;   // git: instead of that, 40 hexadecimal digits
    struct span tag;      // git: of an annotated tag its object, likewise; else empty
    struct digest pack;   // git: of git_pack(), since both are only SHA-1
    uint64_t size;        // of the file or archive, or of all blobs of what is of a registry; 0
                          // for git
    const struct lock_manifest *manifests; // below `digest` when that is an index, sorted
    size_t manifest_count;
    const char *const *used_by; // why it is there: "clusters/sandbox/flux/kustomization.yaml:5"
    size_t used_by_count;
};

// Something that depends on a cluster or on chance, and what was taken for it.
enum lock_question {
    LOCK_API_VERSION_SERVED, // whether a cluster has a version of its API
    LOCK_KUBE_VERSION_READ,  // which version a cluster has
    LOCK_LOOKUP,             // an object in a cluster
    LOCK_RANDOM,             // a function whose value is another one each time
    LOCK_CLUSTER,            // what else only a cluster has
};
struct lock_decision {
    enum lock_question question;
    const char *user;    // who asks: "HelmRelease bigbang/loki"
    const char *where;   // "loki/templates/x.yaml:12"; "" when unknown
    const char *asked;   // "monitoring.coreos.com/v1", "v1 Secret loki/x", "randAlphaNum"
    const char *assumed; // "yes", "no", "34", "not there", "any value"
};

struct lock;

// `platforms`: "linux/amd64,linux/arm64", each in its normal form. Of LOCK_KUBE_VERSION.
struct lock *lock_new(struct span entrypoint, struct span origin, struct span platforms)
    MUST_CHECK RETURNS_NONNULL;
void lock_free(struct lock *l); // NULL-safe
CLEANUP_DEFINE(lock_cleanup, struct lock, lock_free);

// Borrowed.
struct span lock_entrypoint(const struct lock *l);
struct span lock_origin(const struct lock *l);
// Sorted, at least one.
const struct span *lock_platforms(const struct lock *l, size_t *count);
const struct lock_entry *lock_entries(const struct lock *l, size_t *count);
// The entry of that kind, name and ref, or NULL.
const struct lock_entry *lock_find(const struct lock *l, enum lock_kind kind, struct span name,
                                   struct span ref);

// Adds a copy of an entry; one that is there already (kind, name, ref) only gains its users.
void lock_add(struct lock *l, const struct lock_entry *entry);

// Adds the entries of another lock, and takes its version of Kubernetes over.
void lock_add_all(struct lock *l, const struct lock *from);

// The version of Kubernetes that charts were rendered for, "1.34.0"; borrowed.
struct span lock_kube_version(const struct lock *l);
void lock_set_kube_version(struct lock *l, struct span version); // semver_is_plain()

// Notes a decision, once each.
void lock_add_decision(struct lock *l, const struct lock_decision *from);
const struct lock_decision *lock_decisions(const struct lock *l, size_t *count);

// Parses the text of a lock. ERR_CONFIG with "<file>:<line>: …" for anything unexpected.
struct lock *lock_parse(struct span text, const char *file, struct err **err) MUST_CHECK;
struct lock *lock_read(const char *file, struct err **err) MUST_CHECK;

// Writes it: sorted by kind, name and ref; the same entries in any order give the same bytes.
void lock_format(const struct lock *l, struct buf *out);

const char *lock_kind_name(enum lock_kind kind); // "chart", "file", "git", "image"

// Whether an entry is of a registry, with manifests: an image, or a chart whose name is no URL.
bool lock_is_oci(const struct lock_entry *e);

#endif
