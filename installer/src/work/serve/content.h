// SPDX-License-Identifier: Apache-2.0
// What is served, by name: all that the bundles of one struct serve_content have, looked up in
// constant or logarithmic time. Made once, never changed; blobs stay where they are.
#ifndef WORK_SERVE_CONTENT_H
#define WORK_SERVE_CONTENT_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/git.h"
#include "model/oci.h"
#include "work/serve.h"

// One bundle, and where its bytes are: in its file, or in a store.
struct content_source {
    struct bundle *bundle;
    const struct blobstore *store; // NULL: in the bundle's file
    const char *label;             // "sandbox.bundle (sha256:0123456789ab…)", for messages
};

// Bytes of a file. The descriptor is closed by content_release(), if it has to be.
struct content_bytes {
    int fd;
    uint64_t offset, size;
    bool own;
};

// A manifest or index, whole in memory: clients ask for these most.
struct content_document {
    struct digest digest;
    struct span media_type;
    struct span bytes;
};

struct content_tag {
    struct span tag;
    const struct content_document *document;
};

// An OCI repository of one registry, from images and charts.
struct content_repository {
    struct span registry;         // "docker.io", "ghcr.io", "reg:5000": as in an image's name
    struct span name;             // "library/busybox"
    VEC(struct content_tag) tags; // sorted
    struct map documents;         // content_document by the bytes of the digest
};

// A git repository, by "HOST/PATH" without ".git".
struct content_git {
    const char *url; // as the bundle has it
    struct git_pin *pins;
    struct content_bytes *packs; // of each pin
    size_t count;
};

// A plain file, by "HOST/PATH" ("?QUERY" too when its URL has one).
struct content_file {
    const char *url;
    struct digest digest;
    struct content_bytes bytes;
};

// A chart of a Helm repository over https, by "HOST/PATH" of the repository.
struct content_chart {
    struct span name, version;
    struct digest digest;
    struct content_bytes bytes;
    struct span entry; // its entry of index.yaml
};
struct content_charts {
    const char *url; // of the repository, without a trailing slash
    VEC(struct content_chart) charts;
    struct span index; // index.yaml
    struct digest index_digest;
};

struct serve_content {
    struct arena *arena;
    struct report *report;
    VEC(struct content_source) sources;
    struct map repositories; // by "REGISTRY/NAME"
    struct map gits, files, charts;
    struct map hosts; // every upstream host there is, lower case: "ghcr.io", "reg:5000"
    VEC(struct blobstore *) stores;
};

// The repository, or NULL. `registry` "docker.io" is also what "registry-1.docker.io" and
// "index.docker.io" mean.
const struct content_repository *content_repository(const struct serve_content *c,
                                                    struct span registry, struct span name);
// The one repository of that name, whatever its registry; NULL when there is none or several.
const struct content_repository *content_only_repository(const struct serve_content *c,
                                                         struct span name);
bool content_has_host(const struct serve_content *c, struct span host);

// Any blob of any bundle by digest: 1 and *bytes, 0 when there is none, -1 when it should be there
// and is not (ERR_INTEGRITY names the source).
int content_open(const struct serve_content *c, const struct digest *digest,
                 struct content_bytes *bytes, struct err **err) MUST_CHECK;
void content_release(struct content_bytes *bytes);

#endif
