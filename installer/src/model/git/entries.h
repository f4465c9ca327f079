// SPDX-License-Identifier: Apache-2.0
// The objects of a pack one after the other, out of a stream and in bounded memory: of packs of
// git_pack(), which have no deltas.
#ifndef MODEL_GIT_ENTRIES_H
#define MODEL_GIT_ENTRIES_H

#include "base/stream.h"
#include "model/git.h"

// The count of a pack's header. ERR_INTEGRITY.
int entries_read_header(struct span pack, uint32_t *count, struct err **err) MUST_CHECK;

// The head of an object: type in bits 4 to 6 of the first byte; size in 4 bits, then 7 each, least
// significant first. Returns its length; 0 when `at` does not begin with a whole one.
size_t entries_read_head(struct span at, unsigned *type, uint64_t *size) MUST_CHECK;
#define ENTRIES_HEAD_MAX_BYTES 10

struct entry {
    enum git_type type;
    struct git_oid oid;
    uint64_t at, len; // of its packed form, in the pack
};

struct entries;

// Takes ownership of the stream. ERR_INTEGRITY.
struct entries *entries_new(struct stream *pack_take, struct err **err) MUST_CHECK;
void entries_free(struct entries *e); // NULL-safe
CLEANUP_DEFINE(entries_cleanup, struct entries, entries_free);

// 1 and *entry, 0 after the last one. The content is appended to `content`, when that is not NULL.
// ERR_INTEGRITY.
int entries_next(struct entries *e, struct entry *entry, struct buf *content, struct err **err)
    MUST_CHECK;

#endif
