// SPDX-License-Identifier: Apache-2.0
// The bundle: all artifacts of a lock in one file, laid out to be used in place. Header, signature
// area and index come first; blobs follow at 4,096-byte boundaries. docs/bundle-format.md is the
// specification. Opening verifies header and index before anything else is parsed; blobs are
// verified whenever they are read. All integrity failures are ERR_INTEGRITY and name the region
// or the artifact.
#ifndef MODEL_BUNDLE_H
#define MODEL_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cancel.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"
#include "base/stream.h"

#define BUNDLE_INDEX_MAX_BYTES ((size_t)64 << 20)
#define BUNDLE_SIZE_MAX_BYTES ((uint64_t)1 << 50)

// What an artifact is. Its blobs, in order:
enum bundle_kind {
    BUNDLE_CHART, // chart of a registry: as an image; name: repository:version
                  // chart of a Helm repository: its archive; name: https://HOST/PATH/NAME:VERSION
    BUNDLE_FILE,  // https file: its bytes; name: the URL
    BUNDLE_GIT,   // git repository at one commit: a pack; name: the URL
    BUNDLE_IMAGE, // container image: indexes, then manifest, config, layers for each platform;
                  // name: the reference
    BUNDLE_TREE,  // the GitOps tree: a tar; name: the entrypoint
};

struct bundle_blob {
    struct digest digest;
    uint64_t size;
    uint64_t offset; // in the file; filled in by the writer
};

// What an index has for one platform.
struct bundle_manifest {
    size_t blob;          // one of the artifact's
    struct span platform; // "linux/amd64"
};

struct bundle_artifact {
    enum bundle_kind kind;
    struct span name;
    struct span version;    // tag or version as the tree pins it; may be empty
    struct span revision;   // what it was resolved to: the text of the first blob's digest, of a
                            // git repository the commit
    struct span media_type; // of the first blob; may be empty
    const size_t *blobs;    // indexes into the blobs of the bundle
    size_t blob_count;
    const struct bundle_manifest *manifests; // one for each platform when the first blob is an
    size_t manifest_count;                   // index; else none: the first blob is the manifest
};

const char *bundle_kind_name(enum bundle_kind kind); // "chart", "file", "git", "image", "tree"

// Whether an artifact is of a registry, with manifests: an image, or a chart whose name is no URL.
bool bundle_is_oci(const struct bundle_artifact *a);

// --- reading ---

struct bundle;

// Checks header, length, index, layout, and that revisions are those of their blobs as far as the
// index tells; reads no blob. ERR_INTEGRITY; ERR_CONFIG when the file cannot be opened or is of an
// older format.
struct bundle *bundle_open(const char *path, struct err **err) MUST_CHECK;
// The same for a file that is only the head of a bundle: header, signature area and index, as
// bundle_head() gives it. ERR_INTEGRITY also when its identity is another. Its blobs are elsewhere,
// and the file is not kept open: bundle_fd() is -1, and reading or verifying blobs through it is an
// ERR_UNSUPPORTED.
struct bundle *bundle_open_head(const char *path, const struct digest *identity, struct err **err)
    MUST_CHECK;
void bundle_close(struct bundle *b); // NULL-safe
CLEANUP_DEFINE(bundle_cleanup, struct bundle, bundle_close);

// The digest of the index: the identity of the bundle. Borrowed.
const struct digest *bundle_identity(const struct bundle *b);
const char *bundle_path(const struct bundle *b);
uint64_t bundle_size(const struct bundle *b);
// Where its lock was made: "lab" or "upstream". Borrowed.
struct span bundle_origin(const struct bundle *b);
// The version of Kubernetes that its lock's charts were rendered for; empty in bundles that were
// made before it was said there. Borrowed.
struct span bundle_kube_version(const struct bundle *b);
// Of the lock's bytes. Borrowed.
const struct digest *bundle_lock_digest(const struct bundle *b);

// Appends the first bytes of the file, to the end of the index, read and checked again; of a delta
// those of the whole bundle. Its blobs are found by bundle_blobs(). ERR_INTEGRITY when it is not
// what was opened any more.
int bundle_head(const struct bundle *b, struct buf *out, struct err **err) MUST_CHECK;

// "linux/amd64", …: what the images are for. Borrowed.
const struct span *bundle_platforms(const struct bundle *b, size_t *count);

// Artifacts are sorted by kind, name and version, which name one together. All borrowed.
const struct bundle_artifact *bundle_artifacts(const struct bundle *b, size_t *count);
const struct bundle_blob *bundle_blobs(const struct bundle *b, size_t *count);
// In logarithmic and constant time; NULL when there is none.
const struct bundle_artifact *bundle_find(const struct bundle *b, enum bundle_kind kind,
                                          struct span name, struct span version);
const struct bundle_blob *bundle_find_blob(const struct bundle *b, const struct digest *digest);
// In bytes: of all its blobs, those that it shares with others, too.
uint64_t bundle_artifact_size(const struct bundle *b, const struct bundle_artifact *a);

// The upstream host that an artifact is of, with its port when the name has one: "ghcr.io",
// "reg:5000", "docker.io" where an image names none; empty for the tree. Borrowed.
struct span bundle_host(const struct bundle_artifact *a);
// All of them, or those of images only; sorted, each once. The list is in `arena`.
const struct span *bundle_hosts(const struct bundle *b, bool images, struct arena *arena,
                                size_t *count);

// The first artifact that has this blob, for messages: "image ghcr.io/fluxcd/x:v1". The caller
// frees it.
char *bundle_blob_owner(const struct bundle *b, const struct bundle_blob *blob)
    MUST_CHECK RETURNS_NONNULL;

// --- deltas ---
// A delta is a bundle whose file has not all of its blobs: layers of images that an older bundle
// has are left out, for clusters and stores that have that one. Its identity, index and head are
// those of the whole bundle; reading a blob that it does not hold is an ERR_CONFIG that says so.

// The identity of the bundle that it is since; NULL: it is a whole one. Borrowed.
const struct digest *bundle_since(const struct bundle *b);
// That error for a blob that it does not hold.
int bundle_check_holds(const struct bundle *b, const struct bundle_blob *blob, struct err **err)
    MUST_CHECK;

// The file, for sendfile() from blob->offset on: blob->size bytes, which nobody has verified then.
// Borrowed.
int bundle_fd(const struct bundle *b);

// A stream over one blob that fails at its end when the digest is wrong. Reads with pread: several
// may be open.
struct stream *bundle_stream(const struct bundle *b, const struct bundle_blob *blob) MUST_CHECK;

// Appends a whole verified blob to `out`.
int bundle_read(const struct bundle *b, const struct bundle_blob *blob, struct buf *out,
                struct err **err) MUST_CHECK;

// Verifies every byte of the file once: signature area, all blobs (on all cores), padding. What the
// blobs mean is not looked at. Blocks; ERR_CANCELLED soon after `cancel` (may be NULL) is set.
int bundle_verify(const struct bundle *b, struct cancel *cancel, struct err **err) MUST_CHECK;

// --- writing ---

// What a bundle will hold; the sizes and digests of all blobs are known beforehand. Everything
// given is copied.
struct bundle_plan;

struct bundle_plan *bundle_plan_new(struct span origin, const struct digest *lock) MUST_CHECK;
void bundle_plan_platform(struct bundle_plan *p, struct span platform); // in order
void bundle_plan_kube_version(struct bundle_plan *p, struct span version);
void bundle_plan_free(struct bundle_plan *p); // NULL-safe
CLEANUP_DEFINE(bundle_plan_cleanup, struct bundle_plan, bundle_plan_free);

// Adds a blob unless it is there; returns its index.
size_t bundle_plan_blob(struct bundle_plan *p, const struct digest *digest, uint64_t size);

// Adds an artifact; blob indexes as bundle_plan_blob() gave them.
void bundle_plan_artifact(struct bundle_plan *p, const struct bundle_artifact *artifact);

// Leaves a blob out of the file, which makes it a delta since that bundle.
void bundle_plan_leave_out(struct bundle_plan *p, const struct digest *since, size_t blob);

// The identity that the bundle of this plan has.
struct digest bundle_plan_identity(const struct bundle_plan *p) MUST_CHECK;

struct bundle_writer;

// Lays the plan out (the same plan in any order gives the same bytes) and opens `path`.part, going
// on with what an interrupted writer of the same plan left there. The plan and `cancel` (may be
// NULL) outlive the writer, whose functions end soon after it is set. ERR_CONFIG, when the disk is
// full too: then nothing is left on it; ERR_USAGE when another process is writing it.
struct bundle_writer *bundle_writer_open(struct bundle_plan *p, const char *path,
                                         struct cancel *cancel, struct err **err) MUST_CHECK;

// Whether the blob is in the file already, whole and right (it is read and hashed); false when that
// was interrupted.
bool bundle_writer_has(struct bundle_writer *w, size_t blob);

// One blob on its way into the file; several may be, in any order.
struct bundle_blob_writer;
struct bundle_blob_writer *bundle_blob_begin(struct bundle_writer *w, size_t blob) MUST_CHECK;
// ERR_INTEGRITY when more comes than the blob's size.
int bundle_blob_add(struct bundle_blob_writer *b, struct span piece, struct err **err) MUST_CHECK;
// ERR_INTEGRITY for another size or digest. Frees it, also on failure.
int bundle_blob_end(struct bundle_blob_writer *b, struct err **err) MUST_CHECK;
void bundle_blob_abandon(struct bundle_blob_writer *b); // NULL-safe

// All three for bytes that are there already.
int bundle_writer_put(struct bundle_writer *w, size_t blob, struct span data, struct err **err)
    MUST_CHECK;

// Makes it durable and puts it in place of `path`; the writer is freed, also on failure. Every blob
// must have been put or found there.
int bundle_writer_commit(struct bundle_writer *w, struct err **err) MUST_CHECK;

// Leaves the .part file for the next try, unless the disk was full. NULL-safe.
void bundle_writer_abandon(struct bundle_writer *w);
CLEANUP_DEFINE(bundle_writer_cleanup, struct bundle_writer, bundle_writer_abandon);

#endif
