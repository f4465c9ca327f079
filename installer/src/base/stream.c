// SPDX-License-Identifier: Apache-2.0
// Streams: the reading side, the sources and the two filters that need no library.
#include "base/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { STREAM_PIECE_BYTES = 65536 };

ssize_t stream_read(struct stream *s, void *data, size_t len)
{
    ssize_t n;

    if (s->error)
        return -1;
    if (s->at_end || len == 0)
        return 0;
    n = s->ops->read(s, data, len, &s->error);
    if (n == 0)
        s->at_end = true;
    return n;
}

int stream_error(struct stream *s, struct err **err)
{
    struct err *copy;

    if (!s->error)
        return 0;
    copy = err_clone(s->error);
    return err_move(err, &copy);
}

int stream_drain(struct stream *s, struct err **err)
{
    char piece[STREAM_PIECE_BYTES];

    while (stream_read(s, piece, sizeof(piece)) > 0)
        ;
    return stream_error(s, err);
}

int stream_read_all(struct stream *s, struct buf *out, enum err_kind kind, const char *what,
                    struct err **err)
{
    char piece[STREAM_PIECE_BYTES];
    ssize_t n;

    while ((n = stream_read(s, piece, sizeof(piece))) > 0) {
        buf_add(out, piece, (size_t)n);
        if (out->overflow)
            return buf_check(out, kind, what, err);
    }
    return stream_error(s, err);
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    err_clear(&s->error);
    s->ops->close(s);
}

struct span_source {
    struct stream base;
    struct span rest;
};

static ssize_t span_source_read(struct stream *s, void *data, size_t len, struct err **err UNUSED)
{
    struct span_source *src = (struct span_source *)s;
    struct span piece = span_head(src->rest, len);

    memcpy(data, piece.ptr, piece.len);
    src->rest = span_tail(src->rest, piece.len);
    return (ssize_t)piece.len;
}

static void plain_close(struct stream *s)
{
    free(s);
}

struct stream *stream_from_span(struct span s)
{
    static const struct stream_ops ops = {span_source_read, plain_close};
    struct span_source *src = MEM_NEW(struct span_source);

    src->base.ops = &ops;
    src->rest = s;
    return &src->base;
}

struct fd_source {
    struct stream base;
    int fd;
    uint64_t offset;
    uint64_t left;
    char *what;
};

static ssize_t fd_source_read(struct stream *s, void *data, size_t len, struct err **err)
{
    struct fd_source *src = (struct fd_source *)s;
    ssize_t n;

    if (len > src->left)
        len = (size_t)src->left;
    if (len == 0)
        return 0;
    do
        n = pread(src->fd, data, len, (off_t)src->offset);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "%s", src->what);
    if (n == 0)
        return err_set(err, ERR_INTEGRITY, "%s: the file ends %llu bytes too early", src->what,
                       (unsigned long long)src->left);
    src->offset += (uint64_t)n;
    src->left -= (uint64_t)n;
    return n;
}

static void fd_source_close(struct stream *s)
{
    free(((struct fd_source *)s)->what);
    free(s);
}

struct stream *stream_from_fd(int fd, uint64_t offset, uint64_t len, const char *what)
{
    static const struct stream_ops ops = {fd_source_read, fd_source_close};
    struct fd_source *src = MEM_NEW(struct fd_source);

    src->base.ops = &ops;
    src->fd = fd;
    src->offset = offset;
    src->left = len;
    src->what = mem_str(what);
    return &src->base;
}

struct limit_filter {
    struct stream base;
    struct stream *inner;
    uint64_t left;
    uint64_t max;
    enum err_kind kind;
    char *what;
};

// Reads one byte past the limit at most, which tells "exactly the limit" from "more".
static ssize_t limit_read(struct stream *s, void *data, size_t len, struct err **err)
{
    struct limit_filter *f = (struct limit_filter *)s;
    ssize_t n;

    if (len > f->left + 1)
        len = (size_t)f->left + 1;
    n = stream_read(f->inner, data, len);
    if (n < 0)
        return stream_error(f->inner, err);
    if ((uint64_t)n > f->left)
        return err_set(err, f->kind, "%s is larger than %llu bytes", f->what,
                       (unsigned long long)f->max);
    f->left -= (uint64_t)n;
    return n;
}

static void limit_close(struct stream *s)
{
    struct limit_filter *f = (struct limit_filter *)s;

    stream_close(f->inner);
    free(f->what);
    free(f);
}

struct stream *stream_limit(struct stream *inner_take, uint64_t max, enum err_kind kind,
                            const char *what)
{
    static const struct stream_ops ops = {limit_read, limit_close};
    struct limit_filter *f = MEM_NEW(struct limit_filter);

    f->base.ops = &ops;
    f->inner = inner_take;
    f->left = f->max = max;
    f->kind = kind;
    f->what = mem_str(what);
    return &f->base;
}

struct tee_filter {
    struct stream base;
    struct stream *inner;
    stream_see_fn *see;
    void *data;
};

static ssize_t tee_read(struct stream *s, void *data, size_t len, struct err **err)
{
    struct tee_filter *f = (struct tee_filter *)s;
    ssize_t n = stream_read(f->inner, data, len);

    if (n < 0)
        return stream_error(f->inner, err);
    if (n > 0 && f->see(f->data, span_of(data, (size_t)n), err) < 0)
        return -1;
    return n;
}

static void tee_close(struct stream *s)
{
    stream_close(((struct tee_filter *)s)->inner);
    free(s);
}

struct stream *stream_tee(struct stream *inner_take, stream_see_fn *see, void *data)
{
    static const struct stream_ops ops = {tee_read, tee_close};
    struct tee_filter *f = MEM_NEW(struct tee_filter);

    f->base.ops = &ops;
    f->inner = inner_take;
    f->see = see;
    f->data = data;
    return &f->base;
}
