// SPDX-License-Identifier: Apache-2.0
// Whole reads, and writes to descriptors.
#include "base/file.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"

enum { READ_STEP_BYTES = 65536 };

void fd_cleanup(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int file_open(int dir_fd, const char *path, int flags, struct err **err)
{
    int fd = openat(dir_fd, path, flags | O_CLOEXEC, (mode_t)FILE_PUBLIC);

    if (fd < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
    return fd;
}

static ssize_t read_some(int fd, void *data, size_t len)
{
    ssize_t n;

    do
        n = read(fd, data, len);
    while (n < 0 && errno == EINTR);
    return n;
}

// With a byte more than the file has, its end is found without growing.
static size_t room_for(size_t size, const struct buf *out)
{
    size_t most = out->max - out->len;

    return size < most ? size + 1 : most;
}

// How much is read next: what there is room for, else a step. 0 at the maximum.
static size_t next_step(const struct buf *out)
{
    size_t most = out->max - out->len;
    size_t room = out->cap > out->len + 1 ? out->cap - out->len - 1 : READ_STEP_BYTES;

    return room < most ? room : most;
}

// A file that grows past the maximum meanwhile is found by one byte more.
int fd_read_all(int fd, const char *path, struct buf *out, struct err **err)
{
    for (;;) {
        size_t room = next_step(out);
        char one_more;
        ssize_t n;

        n = room ? read_some(fd, buf_reserve(out, room), room) : read_some(fd, &one_more, 1);
        if (n < 0)
            return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
        if (n == 0)
            return 0;
        if (!room)
            return err_set(err, ERR_CONFIG, "%s: is larger than the limit of %zu bytes", path,
                           out->max);
        buf_commit(out, (size_t)n);
    }
}

// Opens a regular file of no more than `most` bytes.
static int open_regular(int dir_fd, const char *path, size_t most, size_t *size, struct err **err)
{
    int fd CLEANUP(fd_cleanup) = file_open(dir_fd, path, O_RDONLY | O_NONBLOCK, err);
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_CONFIG, "%s: %s", path,
                       S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file");
    if ((uint64_t)st.st_size > most)
        return err_set(err, ERR_CONFIG, "%s: %llu bytes are more than the limit of %zu", path,
                       (unsigned long long)st.st_size, most);
    *size = (size_t)st.st_size;
    return FD_STEAL(fd);
}

int file_read(int dir_fd, const char *path, struct buf *out, struct err **err)
{
    size_t size = 0;
    int fd CLEANUP(fd_cleanup) = open_regular(dir_fd, path, out->max - out->len, &size, err);

    if (fd < 0)
        return -1;
    if (!buf_reserve(out, room_for(size, out)))
        return buf_check(out, ERR_CONFIG, path, err);
    return fd_read_all(fd, path, out, err);
}

int file_readable_size(int dir_fd, const char *path, size_t max, size_t *size, struct err **err)
{
    int fd CLEANUP(fd_cleanup) = open_regular(dir_fd, path, max, size, err);

    return fd < 0 ? -1 : 0;
}

// What changes its size meanwhile is read piece by piece.
static int read_changing(int fd, const char *path, struct arena *a, size_t max, struct span *out,
                         struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(max);

    if (lseek(fd, 0, SEEK_SET) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if (fd_read_all(fd, path, &text, err) < 0)
        return -1;
    *out = arena_span(a, buf_span(&text));
    return 0;
}

int file_read_arena(int dir_fd, const char *path, struct arena *a, size_t max, struct span *out,
                    struct err **err)
{
    size_t size = 0;
    int fd CLEANUP(fd_cleanup) = open_regular(dir_fd, path, max, &size, err);
    char *text;
    ssize_t n;

    if (fd < 0)
        return -1;
    text = arena_room(a, size);
    n = read_some(fd, text, size + 1); // the byte more shows that there is none
    if (n < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if ((size_t)n != size)
        return read_changing(fd, path, a, max, out, err);
    text[size] = '\0';
    *out = span_of(text, size);
    return 0;
}

int fd_read_at(int fd, void *data, size_t len, uint64_t offset, const char *what, struct err **err)
{
    char *at = data;

    while (len) {
        ssize_t n = pread(fd, at, len, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, ERR_INTERNAL, errno, "%s", what);
        if (n == 0)
            return err_set(err, ERR_INTEGRITY, "%s: the file ends at byte %llu, %zu bytes short",
                           what, (unsigned long long)offset, len);
        at += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

// A terminal or pipe that another process made non-blocking is full.
static bool wait_for_room(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    return poll(&p, 1, -1) > 0 || errno == EINTR;
}

int fd_write_all(int fd, const void *data, size_t len, const char *what, struct err **err)
{
    const char *at = data;

    while (len) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_room(fd))))
            continue;
        if (n < 0)
            return err_set_errno(err, ERR_INTERNAL, errno, "writing %s", what);
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int fd_write_at(int fd, const void *data, size_t len, uint64_t offset, const char *what,
                struct err **err)
{
    const char *at = data;

    while (len) {
        ssize_t n = pwrite(fd, at, len, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, ERR_INTERNAL, errno, "writing %s", what);
        at += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

int file_make_dirs(const char *path, struct err **err)
{
    char *parent CLEANUP(mem_cleanup) = NULL;

    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    if (errno != ENOENT)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
    parent = path_dir(path);
    if (strcmp(parent, path) == 0 || file_make_dirs(parent, err) < 0)
        return *err ? -1 : err_set_errno(err, ERR_CONFIG, ENOENT, "%s", path);
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
    return 0;
}
