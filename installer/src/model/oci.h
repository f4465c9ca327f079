// SPDX-License-Identifier: Apache-2.0
// OCI registries: references, manifests, a client for the pull half of the distribution
// specification (v1.1), with token and basic authentication, and what a registry is asked and says,
// without sockets. Docker's media types count as their OCI twins.
#ifndef MODEL_OCI_H
#define MODEL_OCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/http.h"

#define OCI_MANIFEST_MAX_BYTES ((size_t)8 << 20)
#define OCI_BLOBS_MAX 1024 // of one manifest
#define OCI_BLOB_MAX_BYTES ((uint64_t)1 << 39)
#define OCI_CONFIG_MAX_BYTES ((size_t)4 << 20)
#define OCI_INDEX_DEPTH_MAX 4 // of indexes in indexes
#define OCI_LOOKS_MAX 64      // documents that are looked at to find one manifest
#define OCI_CHART_CONFIG "application/vnd.cncf.helm.config.v1+json"
#define OCI_CHART_LAYER "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

// --- references ---

// A parsed reference; texts live in the arena that it was parsed into.
struct oci_ref {
    struct span registry;   // "docker.io", "ghcr.io", "reg:5000"
    struct span host;       // where its API is: "registry-1.docker.io" for docker.io
    struct span repository; // "library/busybox"
    struct span tag;        // "" when there is a digest only
    struct digest digest;   // may be not set
};

// Parses "busybox:1", "ghcr.io/x/y@sha256:…", "oci://…" and the like by the rules of
// distribution/reference; a short name is one of docker.io. ERR_CONFIG for what is no reference,
// or has neither tag nor digest (nothing may float).
int oci_ref_parse(struct arena *arena, struct span text, struct oci_ref *ref, struct err **err)
    MUST_CHECK;

// "docker.io/library/busybox:1" or "…@sha256:…", in full; appended to `out`.
void oci_ref_format(const struct oci_ref *ref, struct buf *out);

// --- platforms ---

// As containerd's platforms.Normalize() leaves it: amd64/v1 is amd64, arm64/v8 is arm64, arm is
// arm/v7; lower case.
struct oci_platform {
    struct span os, architecture, variant; // "" where nothing is said
};

// "linux/amd64" or "linux/arm/v6". false when it is neither.
bool oci_platform_parse(struct arena *arena, struct span text, struct oci_platform *platform)
    MUST_CHECK;
void oci_platform_format(const struct oci_platform *platform, struct buf *out);

// How well a machine of the platform `wanted` runs what is made for `have`, by the rules of
// containerd's platforms.Only(): 0 best, then 1 and more; -1: not at all.
int oci_platform_rank(const struct oci_platform *wanted, const struct oci_platform *have);

// --- manifests ---

struct oci_blob {
    struct digest digest;
    struct span media_type;
    uint64_t size;
};

// A manifest of one image or chart: texts live in the arena.
struct oci_manifest {
    struct span bytes;    // as the registry gave them
    struct digest digest; // of these bytes
    struct span media_type;
    struct span artifact_type; // "" for what is an image or chart
    struct oci_blob config;
    const struct oci_blob *layers;
    size_t layer_count;
};

// Parses manifest bytes. ERR_INTEGRITY, or ERR_UNSUPPORTED for schema 1 and foreign layers.
int oci_manifest_parse(struct arena *arena, struct span bytes, struct span media_type,
                       struct oci_manifest *manifest, struct err **err) MUST_CHECK;

// Whether it is a container image; if not, ERR_CONFIG says what else it is.
int oci_manifest_check_image(const struct oci_manifest *manifest, struct err **err) MUST_CHECK;

// What the config of an image says. ERR_INTEGRITY.
int oci_config_platform(struct arena *arena, struct span config, struct oci_platform *platform,
                        struct err **err) MUST_CHECK;

struct oci_index_entry {
    struct oci_blob blob;
    bool has_platform;
    struct oci_platform platform;
};

struct oci_index {
    struct span bytes; // as in struct oci_manifest
    struct digest digest;
    struct span media_type;
    const struct oci_index_entry *entries;
    size_t count;
};

// If the bytes are an index (or Docker's manifest list): 1, and *index; 0 if they are something
// else. ERR_INTEGRITY.
int oci_index_parse(struct arena *arena, struct span bytes, struct span media_type,
                    struct oci_index *index, struct err **err) MUST_CHECK;

// --- from a name to manifests ---

// Where oci_resolve() gets documents from.
struct oci_documents {
    // The manifest or index by the digest of `ref`, or by its tag when it has none. *bytes and
    // *media_type live in `arena`.
    int (*manifest)(struct oci_documents *d, struct arena *arena, const struct oci_ref *ref,
                    struct span *bytes, struct span *media_type, struct err **err);
    // The config with that digest, verified.
    int (*config)(struct oci_documents *d, struct arena *arena, const struct oci_blob *blob,
                  struct span *bytes, struct err **err);
};

enum oci_content { OCI_IMAGE, OCI_CHART };

// What a name was resolved to. Lives in the arena.
struct oci_resolved {
    struct digest digest; // of the index, or else of the only manifest
    struct span media_type;
    uint64_t size;                   // of indexes, manifests, configs, layers; each counts once
    const struct oci_index *indexes; // on the way, outermost first; none: the name is a manifest's
    size_t index_count;
    const struct oci_manifest *manifests; // for each platform that was asked for, in that order
    size_t manifest_count;
};

// Follows a tag or digest through indexes to the manifests for the platforms, as containerd does:
// the best entry with a fitting platform, then those without one, whose config tells. Every digest
// is checked. Charts have no platform unless an index gives one. ERR_CONFIG for what is no image,
// ERR_SOURCE when there is none for a platform, ERR_INTEGRITY, ERR_UNSUPPORTED.
int oci_resolve(struct oci_documents *d, struct arena *arena, const struct oci_ref *ref,
                enum oci_content content, const struct span *platforms, size_t platform_count,
                struct oci_resolved *resolved, struct err **err) MUST_CHECK;

// --- client ---

struct oci;

// Credentials come from $DOCKER_CONFIG/config.json or ~/.docker/config.json (auths: by host or by
// host/path; auth, username and password, identitytoken, registrytoken); never from the command
// line. `h` is borrowed. ERR_CONFIG for a bad file.
struct oci *oci_new(struct http *h, struct err **err) MUST_CHECK;
void oci_free(struct oci *o); // NULL-safe
CLEANUP_DEFINE(oci_cleanup, struct oci, oci_free);

// The bytes of a manifest or index by the digest of the reference, or by its tag when it has none;
// not verified. Blocking. ERR_SOURCE.
int oci_get_manifest(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                     struct span *bytes, struct span *media_type, struct err **err) MUST_CHECK;

// The same for many, several at a time. What cannot be had stays empty. Why is kept only where a
// registry refuses the login, which nobody should try twice; for all else, who needs it asks for it
// by itself. ERR_CANCELLED. Blocking.
struct oci_wanted {
    struct oci_ref ref;
    struct span bytes, media_type; // of the answer, in the arena
    struct err *refused;           // ERR_SOURCE, the caller's; or NULL
};
int oci_get_manifests(struct oci *o, struct arena *arena, struct oci_wanted *items, size_t count,
                      struct err **err) MUST_CHECK;

// Appends the tags of the reference's repository, page by page, in the order of the registry; in
// the arena. Blocking. ERR_SOURCE.
#define OCI_TAGS_MAX 200000
typedef VEC(struct span) oci_tags;
int oci_list_tags(struct oci *o, struct arena *arena, const struct oci_ref *ref, oci_tags *out,
                  struct err **err) MUST_CHECK;

// Fills in a request for a blob of the reference's repository, with credentials; for http_start()
// or http_open(). The request borrows from `arena`. Blocking: it may have to get a token.
// ERR_SOURCE.
int oci_blob_request(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                     const struct digest *digest, struct http_request *request, struct err **err)
    MUST_CHECK;

// --- the other side: what a registry is asked, and says ---

enum oci_ask {
    OCI_ASK_OTHER,     // no path of the registry API
    OCI_ASK_PING,      // /v2/
    OCI_ASK_CATALOG,   // /v2/_catalog
    OCI_ASK_TAGS,      // /v2/NAME/tags/list
    OCI_ASK_MANIFEST,  // /v2/NAME/manifests/TAG or DIGEST
    OCI_ASK_BLOB,      // /v2/NAME/blobs/DIGEST
    OCI_ASK_REFERRERS, // /v2/NAME/referrers/DIGEST
    OCI_ASK_UPLOAD,    // /v2/NAME/blobs/uploads/…: a push
    OCI_ASK_BAD,       // one of these, but with what cannot be: `code` and `why` say what
};

// One request of a client. Texts are borrowed from it, or live in the arena.
struct oci_question {
    enum oci_ask ask;
    struct span repository;    // as in the path
    struct span host, behind;  // its first part and the rest, when the first looks like a host
                               // (CRI-O's mirrors, host:port); else ""
    struct span tag;           // or else:
    struct digest digest;      // SHA-256; not set for a tag
    struct span artifact_type; // referrers: the filter; "" for all
    struct span last;          // lists: what the page comes after; "" for the start
    size_t limit;              // lists: at most as many; SIZE_MAX when nothing is said
    const char *code;          // OCI_ASK_BAD: "NAME_INVALID", "DIGEST_INVALID", …
    const char *why;
    struct span what; // that is wrong; any bytes
};

// Understands the path, which is decoded, and the query of a request, which is not. Whatever is
// given, there is an answer; pure. Distribution specification v1.1, end-1 to end-13.
void oci_question_parse(struct arena *arena, struct span path, struct span query,
                        struct oci_question *q);

// Appends {"errors": […]} with one of the specification's codes ("MANIFEST_UNKNOWN"), a message for
// people and, unless empty, what it is about as `detail`.
void oci_format_error(const char *code, const char *message, struct span detail, struct buf *out);

// Appends one page of a list, sorted as span_cmp() does: of tags of `repository`, or with "" of
// repositories, as the question's `last` and `limit` want it. Returns whether more follows; *next
// is the last one then.
bool oci_format_list(const struct oci_question *q, struct span repository, const struct span *names,
                     size_t count, struct span *next, struct buf *out) MUST_CHECK;

// The index of the manifests that refer to one: none are ever bundled.
#define OCI_INDEX_TYPE "application/vnd.oci.image.index.v1+json"
#define OCI_NO_REFERRERS                                                                           \
    "{\"schemaVersion\":2,\"mediaType\":\"" OCI_INDEX_TYPE "\",\"manifests\":[]}"

#endif
