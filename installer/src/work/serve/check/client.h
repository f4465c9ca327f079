// SPDX-License-Identifier: Apache-2.0
// What the files of work/serve/check share: one artifact, asked for by one kind of client, and the
// requests that all of them are made of. What comes is compared with the bundle's digests; an error
// says what was asked and what came.
#ifndef WORK_SERVE_CHECK_CLIENT_H
#define WORK_SERVE_CHECK_CLIENT_H

#include "base/arena.h"
#include "base/map.h"
#include "io/http.h"
#include "model/bundle.h"

// One kind of client.
struct check_client {
    const char *name;  // "containerd": as people are told
    struct http *http; // of the server that is checked
    const char *scheme;
    const char *at;    // "HOST:PORT" of the server, for clients that ask it by its own name
    struct map *known; // blobs that this kind of client has, by digest; borrowed from the bundle
    uint64_t *bytes;   // of all bodies
};

struct check_ask {
    const struct check_client *client;
    const struct bundle *bundle;
    const struct bundle_artifact *artifact;
    struct arena *arena; // of this artifact and client
};

// What is asked for the artifact. All errors are ERR_SOURCE or ERR_INTEGRITY, or ERR_CANCELLED.
typedef int check_fn(struct check_ask *a, struct err **err);

// --- as each kind of client does ---

check_fn check_containerd; // an image through "?ns=" of a node's mirror
check_fn check_crio;       // an image with the host in the path
check_fn check_registry;   // an image or chart from its registry's own host: skopeo, helm, Flux
check_fn check_charts;     // a chart of a repository over https: helm
check_fn check_git;        // a pinned commit with depth 1: git
check_fn check_go_git;     // the same without depth, in protocol v0: Flux with ref.commit
check_fn check_file;       // a plain download from its own host
check_fn check_file_path;  // the same with the host in the path

// --- requests ---

// A header that has to be there, and what it has to be; NULL: anything but "".
struct check_header {
    const char *name, *value;
};

// One answer of 2xx, small, with these headers (the last one has no name). `r` is the caller's to
// free, also after a failure.
int check_request(struct check_ask *a, const struct http_request *request,
                  const struct check_header *headers, struct http_response *r, struct err **err)
    MUST_CHECK;
// The same for a GET whose body has to have that digest.
int check_document(struct check_ask *a, const struct http_request *request,
                   const struct check_header *headers, const struct digest *digest,
                   struct http_response *r, struct err **err) MUST_CHECK;
// A body of any size. `cut`: the connection is cut in the middle, and the rest asked for by a
// range, as clients do on bad links.
int check_bytes(struct check_ask *a, const char *url, const struct bundle_blob *blob, bool cut,
                struct err **err) MUST_CHECK;
// Of the artifact's blobs. ERR_INTEGRITY when the bundle has no such blob.
const struct bundle_blob *check_blob_of(struct check_ask *a, const struct digest *digest,
                                        struct err **err) MUST_CHECK;

// "HOST/PATH" of an https URL behind the client's scheme, or behind its server's own name.
char *check_url(const struct check_ask *a, struct span url) MUST_CHECK RETURNS_NONNULL;
char *check_url_in_path(const struct check_ask *a, struct span url) MUST_CHECK RETURNS_NONNULL;

#endif
