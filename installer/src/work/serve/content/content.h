// SPDX-License-Identifier: Apache-2.0
// What is served, by name: all that the bundles of one struct serve_content have, looked up in
// constant or logarithmic time. Made once, never changed; blobs stay where they are.
#ifndef WORK_SERVE_CONTENT_CONTENT_H
#define WORK_SERVE_CONTENT_CONTENT_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/chart.h"
#include "model/git.h"
#include "model/oci.h"
#include "work/serve.h"

// One bundle, and where its bytes are: in its file, or in a store.
struct content_source {
    struct bundle *bundle;
    const struct blobstore *store; // NULL: in the bundle's file
    bool whole;                    // no blob is missing
    const char *label;             // "bundles/sandbox.bundle (sha256:0123456789ab)", for messages
    uint64_t opened;               // blobs that were asked for and found
};

// A blob: bytes of a file. The descriptor is closed by content_release(), if it has to be.
struct content_bytes {
    int fd;
    uint64_t offset, size;
    bool own;
};

// A manifest or index, whole in memory: clients ask for these most.
struct content_document {
    struct digest digest;
    const char *media_type;
    struct span bytes;
    const char *headers, *etag; // of its answer, ready made
};

struct content_tag {
    struct span tag;
    const struct content_document *document;
};

// An OCI repository of one registry, from images and charts.
struct content_repository {
    struct span registry;         // "docker.io", "ghcr.io", "reg:5000": as content_host() has it
    struct span name;             // "library/busybox"
    VEC(struct content_tag) tags; // sorted; in the arena
    struct map documents;         // content_document by digest_key()
};

// A git repository, by "HOST/PATH" without ".git".
struct content_git {
    struct span url;          // as the bundle has it
    VEC(struct git_pin) pins; // in the arena
    VEC(struct digest) packs; // of each pin, for content_open()
    struct content_join *all; // all packs as one; NULL where there is one pin
};

// Several packs as one: the header, then parts of them, then the checksum.
struct content_join {
    char header[GIT_PACK_HEADER_BYTES];
    const struct git_part *parts;
    size_t part_count;
    unsigned char checksum[GIT_OID_BYTES];
    uint64_t size; // of everything
};

// A plain file, by "HOST/PATH" ("?QUERY" too when its URL has one).
struct content_file {
    struct span url;
    struct digest digest; // for content_open()
};

// A Helm repository over https, by "HOST/PATH".
struct content_charts {
    struct span url;          // without a trailing slash
    struct map files;         // content_chart by its file's name
    struct chart_index *list; // of these
    struct span index;        // index.yaml, written from it
    struct digest index_digest;
};
struct content_chart {
    const char *file;     // "podinfo-6.9.1.tgz": what the chart says of itself
    struct digest digest; // for content_open()
};

struct serve_content {
    struct arena *arena;
    struct report *report;
    VEC(struct content_source *) sources;
    struct map repositories; // by "REGISTRY/NAME"
    struct map names;        // by "NAME": the only repository, or content_several
    struct map gits, files, charts;
    struct map hosts; // every upstream host there is, as content_host() has it: "ghcr.io"
    VEC(struct blobstore *) stores;
};

// In `names`: several registries have it.
extern const struct content_repository content_several;

// --- making it ---

// Adds all that a bundle names, whose blobs are in its file, or in `store` (borrowed) unless that
// is NULL; or unless it is `whole` what is there of it. Takes the bundle over, also on failure.
// ERR_INTEGRITY.
int content_add(struct serve_content *c, struct bundle *take, const struct blobstore *store,
                bool whole, struct err **err) MUST_CHECK;

// Appends all of a blob of the source, verified. ERR_INTEGRITY.
int content_read(const struct content_source *source, const struct digest *digest, struct buf *out,
                 struct err **err) MUST_CHECK;

// Notes the host of "https://HOST/PATH" as one that is served, and gives "HOST/PATH", decoded and
// without slashes at its end, in the arena. ERR_INTEGRITY.
int content_key(struct serve_content *c, struct span text, struct span *key, struct err **err)
    MUST_CHECK;

// --- looking things up ---

// A host as it is looked up: lower case, without the port of http or https; Docker's hub is
// "docker.io", whichever of its names is given. Empty when it is too long to be one.
#define CONTENT_HOST_BYTES 264
struct span content_host(struct span host, char out[CONTENT_HOST_BYTES]);
bool content_has_host(const struct serve_content *c, struct span host);

// The repository at HOST and PATH ("/org/name", with or without ".git" and slashes at its end), or
// NULL. Without a host the only one at that path.
const struct content_git *content_git(const struct serve_content *c, struct span host,
                                      struct span path);

// The repository, or NULL.
const struct content_repository *content_repository(const struct serve_content *c,
                                                    struct span registry, struct span name);
// The one repository of that name, whatever its registry; NULL when there is none or several.
const struct content_repository *content_only_repository(const struct serve_content *c,
                                                         struct span name);

// Any blob of any bundle by digest: 1 and *bytes, 0 when there is none, -1 when it should be there
// and is not (ERR_INTEGRITY names the source).
int content_open(const struct serve_content *c, const struct digest *digest,
                 struct content_bytes *bytes, struct err **err) MUST_CHECK;
void content_release(struct content_bytes *bytes);

#endif
