// SPDX-License-Identifier: Apache-2.0
// OCI registries: references, manifests, and a client for the pull half of the distribution
// specification (v1.1), with token and basic authentication. Docker's media types count as their
// OCI twins.
#ifndef MODEL_OCI_H
#define MODEL_OCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "io/http.h"

#define OCI_MANIFEST_MAX_BYTES ((size_t)8 << 20)
#define OCI_BLOBS_MAX 1024 // of one manifest
#define OCI_BLOB_MAX_BYTES ((uint64_t)1 << 39)
#define OCI_CHART_CONFIG "application/vnd.cncf.helm.config.v1+json"

// --- references ---

// A parsed reference; texts live in the arena that it was parsed into.
struct oci_ref {
    struct span registry;   // "docker.io", "ghcr.io", "reg:5000"
    struct span host;       // where its API is: "registry-1.docker.io" for docker.io
    struct span repository; // "library/busybox"
    struct span tag;        // "" when there is a digest only
    struct span digest;     // "sha256:…" or ""
};

// Parses "busybox:1", "ghcr.io/x/y@sha256:…", "oci://…" and the like by the rules of
// distribution/reference; a short name is one of docker.io. ERR_CONFIG for what is no reference,
// or has neither tag nor digest (nothing may float).
int oci_ref_parse(struct arena *arena, struct span text, struct oci_ref *ref, struct err **err)
    MUST_CHECK;

// "docker.io/library/busybox:1" or "…@sha256:…", in full; appended to `out`.
void oci_ref_format(const struct oci_ref *ref, struct buf *out);

// --- manifests ---

struct oci_blob {
    struct span digest; // "sha256:<hex>"
    struct span media_type;
    uint64_t size;
};

// A manifest of one image or chart: texts live in the arena.
struct oci_manifest {
    struct span bytes;  // as the registry gave them
    struct span digest; // of these bytes
    struct span media_type;
    struct oci_blob config;
    const struct oci_blob *layers;
    size_t layer_count;
};

// Parses manifest bytes. ERR_INTEGRITY, or ERR_UNSUPPORTED for schema 1 and foreign layers.
int oci_manifest_parse(struct arena *arena, struct span bytes, struct span media_type,
                       struct oci_manifest *manifest, struct err **err) MUST_CHECK;

// If the bytes are an index: 1 and the digest of its manifest for "linux/amd64" in *digest; 0 if
// they are none. ERR_SOURCE when the platform is not in it, naming those that are.
int oci_index_choose(struct arena *arena, struct span bytes, const char *platform,
                     struct span *digest, struct err **err) MUST_CHECK;

// "sha256:<hex>" of some bytes, in the arena.
struct span oci_digest(struct arena *arena, struct span bytes);

// Bytes of manifest, config and layers together.
uint64_t oci_manifest_total(const struct oci_manifest *m);

// --- client ---

struct oci;

// Credentials come from $DOCKER_CONFIG/config.json or ~/.docker/config.json (auths: by host or by
// host/path; auth, username and password, identitytoken, registrytoken); never from the command
// line. `h` is borrowed. ERR_CONFIG for a bad file.
struct oci *oci_new(struct http *h, struct err **err) MUST_CHECK;
void oci_free(struct oci *o); // NULL-safe
CLEANUP_DEFINE(oci_cleanup, struct oci, oci_free);

// Gets the manifest of a reference (by digest when it has one) for a platform, verified against
// its digest. Blocking. ERR_SOURCE, ERR_INTEGRITY, ERR_UNSUPPORTED.
int oci_pull_manifest(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                      const char *platform, struct oci_manifest *manifest, struct err **err)
    MUST_CHECK;

// Fills in a request for a blob of the reference's repository, with credentials; for http_start()
// or http_open(). The request borrows from `arena`. Blocking: it may have to get a token.
int oci_blob_request(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                     struct span digest, struct http_request *request, struct err **err) MUST_CHECK;

#endif
