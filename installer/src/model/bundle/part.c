// SPDX-License-Identifier: Apache-2.0
// The .part file of a bundle: locked, with all its room taken at once, and put in place when it is
// whole.
#include "model/bundle/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

// Whether it begins like this: then what follows may be there already.
static bool begins_with(struct part *p, struct span head)
{
    char *there CLEANUP(mem_cleanup) = mem_alloc(head.len);
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    return fd_read_at(p->fd, there, head.len, 0, p->name, &ignored) == 0 &&
           memcmp(there, head.ptr, head.len) == 0;
}

// Opens and locks the .part file. Another writer may have put it in place between the two: then
// what is locked is the finished bundle, and not to be touched.
static int lock_file(struct part *p, struct err **err)
{
    struct stat ours, named;

    for (;;) {
        p->fd = file_open(AT_FDCWD, p->name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, err);
        if (p->fd < 0)
            return -1;
        if (flock(p->fd, LOCK_EX | LOCK_NB) < 0)
            return errno == EWOULDBLOCK
                       ? err_set(err, ERR_USAGE, "%s is being written by another process", p->name)
                       : err_set_errno(err, ERR_CONFIG, errno, "%s: locking it", p->name);
        if (fstat(p->fd, &ours) < 0)
            return err_set_errno(err, ERR_CONFIG, errno, "%s", p->name);
        if (!S_ISREG(ours.st_mode))
            return err_set(err, ERR_CONFIG, "%s is not a regular file", p->name);
        if (stat(p->name, &named) == 0 && named.st_ino == ours.st_ino &&
            named.st_dev == ours.st_dev)
            return 0;
        fd_cleanup(&p->fd);
    }
}

// A full disk is not kept full by a beginning that cannot be finished: see part_close.
static int no_room(struct part *p, struct err **err)
{
    p->disk_full = true;
    err_set_errno(err, ERR_CONFIG, ENOSPC, "%s: the bundle needs %llu bytes", p->path,
                  (unsigned long long)p->size);
    return err_hint(err, "make room, or name a file on another disk with -o");
}

static bool is_full(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT;
}

int part_write(struct part *p, struct span data, uint64_t offset, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (fd_write_at(p->fd, data.ptr, data.len, offset, p->name, &why) == 0)
        return 0;
    return is_full(err_errno(why)) ? no_room(p, err) : err_move(err, &why);
}

// Takes the disk space now: better no beginning than no end.
static int reserve(struct part *p, struct err **err)
{
    int result;

    do
        result = fallocate(p->fd, 0, 0, (off_t)p->size);
    while (result < 0 && errno == EINTR);
    if (result < 0 && is_full(errno))
        return no_room(p, err);
    if (result < 0 && errno != EOPNOTSUPP && errno != ENOSYS)
        return err_set_errno(err, ERR_CONFIG, errno, "%s: %llu bytes", p->name,
                             (unsigned long long)p->size);
    if (ftruncate(p->fd, (off_t)p->size) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", p->name);
    return 0;
}

int part_open(struct part *p, const char *path, uint64_t size, struct span head, struct err **err)
{
    *p = (struct part){.fd = -1, .path = path, .name = mem_printf("%s.part", path), .size = size};
    if (lock_file(p, err) < 0)
        return -1;
    if (begins_with(p, head))
        return reserve(p, err);
    // All of it zero first, then the head: it is never found in front of another plan's blobs.
    if (ftruncate(p->fd, 0) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", p->name);
    if (reserve(p, err) < 0)
        return -1;
    return part_write(p, head, 0, err);
}

int part_commit(struct part *p, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (file_put_in_place(p->fd, p->name, p->path, FILE_PUBLIC, &why) == 0)
        return 0;
    return is_full(err_errno(why)) ? no_room(p, err) : err_move(err, &why);
}

void part_close(struct part *p)
{
    if (p->disk_full)
        unlink(p->name);
    fd_cleanup(&p->fd);
    free(p->name);
    p->name = NULL;
}
