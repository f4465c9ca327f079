// SPDX-License-Identifier: Apache-2.0
// Pull streams: one composition primitive for bytes on their way. A source is wrapped in filters
// (limit, tee, digest, decompress) and read from the end; the first error is latched, so that only
// the last read has to be checked. Reading blocks as the source does.
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct stream;

// A new kind of stream starts its own struct with `struct stream base` and fills in `ops`.
struct stream_ops {
    // Up to `len` bytes into `data`; 0 at the end. On failure sets *err and returns -1.
    ssize_t (*read)(struct stream *s, void *data, size_t len, struct err **err);
    // Frees the struct itself and what it owns, the inner stream too.
    void (*close)(struct stream *s);
};

struct stream {
    const struct stream_ops *ops;
    struct err *error; // the latched first error
    bool at_end;
};

// Up to `len` bytes; 0 at the end; -1 from the first error on, which stays latched.
ssize_t stream_read(struct stream *s, void *data, size_t len) MUST_CHECK;

// Moves the latched error to *err: -1 if there was one, else 0.
int stream_error(struct stream *s, struct err **err) MUST_CHECK;

// Reads to the end and throws the bytes away; -1 with the latched error.
int stream_drain(struct stream *s, struct err **err) MUST_CHECK;

// Appends everything to `out`; passing its maximum is an error of `kind` about `what`.
int stream_read_all(struct stream *s, struct buf *out, enum err_kind kind, const char *what,
                    struct err **err) MUST_CHECK;

// Frees the stream and all inside it. NULL-safe.
void stream_close(struct stream *s);

CLEANUP_DEFINE(stream_cleanup, struct stream, stream_close);

// Sources. The span is borrowed; `fd` stays the caller's and is read at `offset` with pread.
struct stream *stream_from_span(struct span s) MUST_CHECK;
struct stream *stream_from_fd(int fd, uint64_t offset, uint64_t len, const char *what) MUST_CHECK;

// Filters; each takes ownership of `inner_take`.
// More than `max` bytes are an error of `kind`: "<what> is larger than <max> bytes".
struct stream *stream_limit(struct stream *inner_take, uint64_t max, enum err_kind kind,
                            const char *what) MUST_CHECK;
// Shows every piece that passes to `see`, which may fail.
typedef int stream_see_fn(void *data, struct span piece, struct err **err);
struct stream *stream_tee(struct stream *inner_take, stream_see_fn *see, void *data) MUST_CHECK;

#endif
