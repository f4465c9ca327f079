// SPDX-License-Identifier: Apache-2.0
// Archives that are whole in memory, of the kind that nearly all are; of all others these say only
// that they are not, and the streams read them or tell what is wrong.
#ifndef IO_ARCHIVE_WHOLE_H
#define IO_ARCHIVE_WHOLE_H

#include "base/arena.h"
#include "base/vec.h"
#include "io/archive.h"

// One member of gzip, without a checksum of its header and with nothing behind it. The result is
// `room`, which has a byte more than gunzip_size_said(), or, without one, the caller's to free.
// NULL for anything else, also for more than `max_bytes`.
char *whole_gunzip(struct span packed, uint64_t max_bytes, char *room, size_t *len) MUST_CHECK;

// The first `most` bytes of what comes out, or zeros where it could not be unpacked so far: the
// caller has the whole to hold it against. NULL where whole_gunzip() gives it, but for a size that
// is not as said.
char *whole_gunzip_beginning(struct span packed, size_t most) MUST_CHECK;

struct whole_file {
    struct tar_entry entry; // its path lives in the arena
    struct span content;    // in the tar, NUL-terminated
};

typedef VEC(struct whole_file) whole_files;

// The entries of a ustar of files and folders with plain names. Only when it is one is a byte of
// `tar` changed: behind each content, where the next header was or padding. False for anything
// else.
bool whole_tar(char *tar, size_t len, struct arena *arena, whole_files *files) MUST_CHECK;
// The same of the beginning of one: the entries that are in there with a block behind them.
void whole_tar_beginning(char *tar, size_t len, struct arena *arena, whole_files *files);

#endif
