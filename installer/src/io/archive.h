// SPDX-License-Identifier: Apache-2.0
// Archives and compression: gzip and zstd as stream filters, tar read from a stream under a strict
// policy, and tar written so that the same content gives the same bytes.
#ifndef IO_ARCHIVE_H
#define IO_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/stream.h"

#define TAR_ENTRIES_MAX 200000
#define TAR_PATH_MAX_BYTES 1024

// --- compression ---

// Decompresses gzip or zstd, told apart by their first bytes; anything else passes as it is. Bad
// data is a latched ERR_INTEGRITY that names `what`. More than `max_bytes` coming out is one, too.
// Takes ownership of `inner_take`.
struct stream *stream_decompress(struct stream *inner_take, uint64_t max_bytes, const char *what)
    MUST_CHECK;

// gzip that comes in pieces, as a server gets it; what comes out is handed on in pieces, too. All
// errors are ERR_INTEGRITY about `what` (borrowed), or out()'s.
struct gunzip;
typedef int gunzip_out_fn(void *data, struct span piece, struct err **err);
struct gunzip *gunzip_new(uint64_t max_bytes, const char *what, gunzip_out_fn *out, void *data)
    MUST_CHECK RETURNS_NONNULL;
int gunzip_add(struct gunzip *g, struct span piece, struct err **err) MUST_CHECK;
// Whether it ended where gzip says.
int gunzip_end(const struct gunzip *g, struct err **err) MUST_CHECK;
void gunzip_free(struct gunzip *g); // NULL-safe
CLEANUP_DEFINE(gunzip_cleanup, struct gunzip, gunzip_free);

// How many bytes come out of gzip of the usual kind, as it says itself; 0 for anything else, and
// where there cannot be so many.
uint64_t gunzip_size_said(struct span packed) MUST_CHECK;

// Appends `data`, less than 4 GiB, as gzip: without a name and a time, so that the same data gives
// the same bytes.
void compress_gzip(struct span data, struct buf *out);

// --- reading ---

enum tar_type { TAR_FILE, TAR_DIR, TAR_LINK };

struct tar_entry {
    const char *path; // relative, cleaned, no ".."; borrowed until the next entry
    enum tar_type type;
    bool executable;
    uint64_t size;      // of a file
    const char *target; // of a symbolic link, as stored; never followed here
};

struct tar_reader;

// Reads a plain tar (see stream_decompress); takes ownership of `s_take`. ERR_INTEGRITY.
struct tar_reader *tar_reader_new(struct stream *s_take, const char *what, struct err **err)
    MUST_CHECK;

// Reads a tar that is whole in memory, with gzip, zstd or nothing around it; borrowed. What it
// gives is what tar_reader_new() over stream_decompress() does, in a fraction of the time where the
// archive is of the usual kind. `room` is NULL, or memory of the caller's to unpack to, which has
// gunzip_size_said() bytes and one more, and lives as long as the reader. ERR_INTEGRITY.
struct tar_reader *tar_reader_memory(struct span packed, char *room, uint64_t max_bytes,
                                     const char *what, struct err **err) MUST_CHECK;

// A look at the beginning of one with gzip around it: the entries within the first `most` bytes
// that come out, in place. What it shows is checked by nobody: it has to be held against what
// tar_reader_memory() gives. NULL where it is not of the usual kind.
struct tar_reader *tar_reader_beginning(struct span packed, size_t most, const char *what)
    MUST_CHECK;

// 1 and *entry, 0 at the end, to which the stream was read then. Absolute paths, "..", control
// characters, hard links, devices and more than TAR_ENTRIES_MAX entries are ERR_INTEGRITY.
int tar_next(struct tar_reader *r, struct tar_entry *entry, struct err **err) MUST_CHECK;

// Appends the whole content of the current file to `out`. ERR_INTEGRITY.
int tar_read(struct tar_reader *r, struct buf *out, struct err **err) MUST_CHECK;

// True where the reader has the content of the current file at hand, NUL-terminated: it lives as
// long as the reader, or as what tar_reader_take_memory() gives.
bool tar_in_place(const struct tar_reader *r, struct span *content) MUST_CHECK;

// What all the contents in place live in: the caller frees it after the reader. NULL without any.
// Where they lie in the `room` that was given, it is that.
void *tar_reader_take_memory(struct tar_reader *r) MUST_CHECK;

void tar_reader_free(struct tar_reader *r); // NULL-safe
CLEANUP_DEFINE(tar_reader_cleanup, struct tar_reader, tar_reader_free);

// --- writing ---

// A ustar archive (pax where a path is too long) with owner 0, time 0 and modes 0644, 0755; add
// entries in sorted order for reproducible bytes. All in memory. ERR_CONFIG for what a tar cannot
// hold.
struct tar_writer;

struct tar_writer *tar_writer_new(struct buf *out) MUST_CHECK RETURNS_NONNULL;
int tar_add_file(struct tar_writer *w, const char *path, bool executable, struct span data,
                 struct err **err) MUST_CHECK;
// A symbolic link; `target` as readlink gives it.
int tar_add_link(struct tar_writer *w, const char *path, const char *target, struct err **err)
    MUST_CHECK;
// Writes the end; the writer is freed, also on failure.
int tar_writer_finish(struct tar_writer *w, struct err **err) MUST_CHECK;
void tar_writer_free(struct tar_writer *w); // NULL-safe
CLEANUP_DEFINE(tar_writer_cleanup, struct tar_writer, tar_writer_free);

#endif
