// SPDX-License-Identifier: Apache-2.0
// Between the files of model/bundle: the fixed places of the format and the index.
#ifndef MODEL_BUNDLE_LAYOUT_H
#define MODEL_BUNDLE_LAYOUT_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/bundle.h"

#define LAYOUT_MAGIC "sandstrap bundle" // 16 bytes
#define LAYOUT_VERSION 2
#define LAYOUT_DELTA 1

enum {
    LAYOUT_MAGIC_BYTES = 16,
    LAYOUT_VERSION_AT = 16,      // u32, little endian, as all numbers
    LAYOUT_KIND_AT = 20,         // u32: 0, or LAYOUT_DELTA
    LAYOUT_INDEX_SIZE_AT = 24,   // u64
    LAYOUT_INDEX_DIGEST_AT = 32, // SHA-256 of the index
    LAYOUT_HEADER_USED = 64,
    LAYOUT_LIST_SIZE_AT = 64,   // of a delta: u64, of the list of what is left out
    LAYOUT_LIST_DIGEST_AT = 72, // likewise: SHA-256 of that
    LAYOUT_DELTA_USED = 104,
    LAYOUT_ALIGN = 4096,
    LAYOUT_SIGNATURE_AT = LAYOUT_ALIGN,
    LAYOUT_SIGNATURE_BYTES = 16384,
    LAYOUT_INDEX_AT = LAYOUT_SIGNATURE_AT + LAYOUT_SIGNATURE_BYTES,
};

// The next boundary at or after `at`.
uint64_t layout_align(uint64_t at);

void layout_put_number(unsigned char *at, uint64_t value, size_t bytes);
uint64_t layout_get_number(const unsigned char *at, size_t bytes);

// What the index says; all in `arena`.
struct index {
    struct arena *arena;
    struct span origin;
    struct span kube_version; // empty: not said
    struct digest lock_digest;
    uint64_t size; // of the whole file
    VEC(struct span) platforms;
    VEC(struct bundle_artifact) artifacts;
    VEC(struct bundle_blob) blobs;
    struct map by_digest; // of blobs: their place counted from 1; filled in by index_parse()
    const struct bundle_artifact **owners; // by blob, the first that uses it; likewise
};

// Frees what is not in the arena, and that.
void index_free(struct index *index);

// The order of artifacts in an index: kind, name, version.
int index_compare(const struct bundle_artifact *a, const struct bundle_artifact *b);

// Sorts artifacts, orders blobs by first use, gives them offsets, and sets index->size. The index
// text itself takes part in the layout: offsets are relative to it until the text is made.
void index_lay_out(struct index *index, struct buf *text);

// Parses and checks an index: canonical bytes, sorted, no overlap or gap, every blob used.
int index_parse(struct index *index, struct span text, struct err **err) MUST_CHECK;

#endif
