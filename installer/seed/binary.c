// SPDX-License-Identifier: Apache-2.0
#include "seed/binary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define INCOMING_PREFIX ".incoming-"
#define COPY_BYTES 65536

static void path_in(const struct binary *b, const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/bin%s%s", b->home, *name ? "/" : "", name);
}

static void remove_incoming(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry = NULL;

    while (dir && (entry = readdir(dir)))
        if (span_starts(span_str(entry->d_name), INCOMING_PREFIX))
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}

int binary_prepare(const struct binary *b, struct err **err)
{
    char folder[PATH_MAX];

    path_in(b, "", folder);
    if ((mkdir(b->home, 0755) < 0 && errno != EEXIST) ||
        (mkdir(folder, 0755) < 0 && errno != EEXIST))
        return err_set_errno(err, ERR_INTERNAL, errno, "make %s", folder);
    remove_incoming(folder);
    return 0;
}

static int open_binary(const struct binary *b)
{
    char path[PATH_MAX];

    path_in(b, "sandstrap", path);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

bool binary_is_there(const struct binary *b)
{
    struct digest found = {0};
    struct sha256 hash;
    char piece[COPY_BYTES];
    ssize_t n = -1;
    int fd = open_binary(b);

    sha256_begin(&hash);
    while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
        sha256_add(&hash, span_of(piece, (size_t)n));
    if (fd >= 0)
        close(fd);
    sha256_end(&hash, &found);
    return n == 0 && hash.len >= b->size && digest_eq(&found, &b->digest);
}

// --- what comes in ---

static int begin(struct incoming *in, const struct binary *b, int fd, const char *where,
                 struct err **err)
{
    if (fd < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "make a file in %s", where);
    in->binary = b;
    in->fd = fd;
    in->have = 0;
    sha256_begin(&in->hash);
    return 0;
}

int incoming_begin(struct incoming *in, const struct binary *b, struct err **err)
{
    path_in(b, INCOMING_PREFIX "XXXXXX", in->path);
    return begin(in, b, mkostemp(in->path, O_CLOEXEC), b->home, err);
}

int incoming_begin_memory(struct incoming *in, const struct binary *b, struct err **err)
{
    in->path[0] = '\0';
    return begin(in, b, memfd_create("sandstrap", MFD_CLOEXEC), "memory", err);
}

int incoming_add(struct incoming *in, struct span data, struct err **err)
{
    if (data.len > in->binary->size - in->have)
        return err_set(err, ERR_INTEGRITY, "more than the %llu bytes that this node waits for",
                       (unsigned long long)in->binary->size);
    sha256_add(&in->hash, data);
    in->have += data.len;
    while (data.len) {
        ssize_t n = write(in->fd, data.ptr, data.len);

        if (n < 0 && errno != EINTR)
            return err_set_errno(err, ERR_INTERNAL, errno, "write below %s", in->binary->home);
        data = span_tail(data, n > 0 ? (size_t)n : 0);
    }
    return 0;
}

static int put_in_place(struct incoming *in, struct err **err)
{
    char path[PATH_MAX], folder[PATH_MAX];
    int dir;

    path_in(in->binary, "sandstrap", path);
    path_in(in->binary, "", folder);
    if (fchmod(in->fd, 0755) < 0 || fsync(in->fd) < 0 || rename(in->path, path) < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "put %s in its place", path);
    in->path[0] = '\0';
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || fsync(dir) < 0) {
        err_set_errno(err, ERR_INTERNAL, errno, "sync %s", folder);
        if (dir >= 0)
            close(dir);
        return -1;
    }
    close(dir);
    return 0;
}

int incoming_end(struct incoming *in, struct err **err)
{
    struct digest found = {0};

    if (in->have != in->binary->size)
        return err_set(err, ERR_INTEGRITY, "%llu bytes, and this node waits for %llu",
                       (unsigned long long)in->have, (unsigned long long)in->binary->size);
    sha256_end(&in->hash, &found);
    if (!digest_eq(&found, &in->binary->digest))
        return err_set(err, ERR_INTEGRITY, "these bytes are %s, and this node waits for %s",
                       DIGEST_HEX(&found), DIGEST_HEX(&in->binary->digest));
    return in->path[0] ? put_in_place(in, err) : 0;
}

void incoming_drop(struct incoming *in)
{
    if (!in->binary)
        return;
    if (in->path[0])
        unlink(in->path);
    close(in->fd);
    in->binary = NULL;
}

// --- the start ---

// Signals that this program ignores would stay ignored in the one that it becomes.
static int become(int fd, char *const *argv, struct err **err)
{
    signal(SIGPIPE, SIG_DFL);
    fexecve(fd, argv, environ);
    return err_set_errno(err, ERR_INTERNAL, errno, "start sandstrap");
}

int incoming_start(const struct incoming *in, char *const *argv, struct err **err)
{
    return become(in->fd, argv, err);
}

static int start_from_memory(const struct binary *b, int fd, char *const *argv, struct err **err)
{
    struct incoming copy CLEANUP(incoming_drop) = {0};
    char piece[COPY_BYTES];
    ssize_t n;

    if (incoming_begin_memory(&copy, b, err) < 0)
        return -1;
    while ((n = pread(fd, piece, sizeof piece, (off_t)copy.have)) > 0)
        if (incoming_add(&copy, span_of(piece, (size_t)n), err) < 0)
            return -1;
    return incoming_end(&copy, err) < 0 ? -1 : incoming_start(&copy, argv, err);
}

int binary_start(const struct binary *b, char *const *argv, struct err **err)
{
    char path[PATH_MAX];
    int fd, result = -1;

    // By its path, so that it can be found under /proc/self/exe.
    path_in(b, "sandstrap", path);
    signal(SIGPIPE, SIG_DFL);
    execve(path, argv, environ);
    if (errno != EACCES)
        return err_set_errno(err, ERR_INTERNAL, errno, "start %s", path);
    fd = open_binary(b);
    if (fd < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "read %s", path);
    result = start_from_memory(b, fd, argv, err);
    close(fd);
    return result;
}
