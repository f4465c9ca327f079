// SPDX-License-Identifier: Apache-2.0
// Between the files of work/sealed: what a bundle has, by digest and by name.
#ifndef WORK_SEALED_KNOWN_H
#define WORK_SEALED_KNOWN_H

#include "base/map.h"
#include "base/span.h"
#include "work/sealed.h"

struct known {
    const struct bundle *bundle;
    struct arena *arena; // the caller's
    struct map images;   // blobs of images and of charts in registries, by digest
    struct map names;    // of images, in full
    struct map commits;  // of git repositories
    struct map charts;   // archives, by digest
};

void known_init(struct known *k, const struct bundle *b, struct arena *arena);
// Also a CLEANUP for variables of type `struct known`.
void known_free(struct known *k);

// What a runtime calls the id of an image ("ghcr.io/x@sha256:…", "sha256:…", 64 hexadecimal
// digits), or what follows an '@' in the revision of a source.
bool known_digest(struct span text, struct digest *digest);

bool known_has_image(const struct known *k, const struct digest *digest);
// By name, in any spelling, and by the digest in it.
bool known_has_name(const struct known *k, struct span image);
bool known_has_commit(const struct known *k, struct span commit);
bool known_has_chart(const struct known *k, const struct digest *digest);
// Whether there is a chart of the Helm repository at that URL.
bool known_has_repository(const struct known *k, struct span url);

#endif
