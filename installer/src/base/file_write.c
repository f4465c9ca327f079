// SPDX-License-Identifier: Apache-2.0
// Atomic, durable writes of whole files.
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum {
    LINKS_MAX = 40, // as the kernel's own limit
    NAMES_MAX = 100,
    PROC_MAGIC = 0x9fa0, // statfs(2): PROC_SUPER_MAGIC
    REMOVE_WAIT_S = 1,
};

static atomic_uint sync_count;

// The temporary file that is there now. Whoever holds the lock sees either a file with its name
// here, or neither.
static pthread_mutex_t temporary_lock = PTHREAD_MUTEX_INITIALIZER;
static char *temporary;

unsigned file_sync_count(void)
{
    return sync_count;
}

int fd_sync(int fd, const char *path, struct err **err)
{
    sync_count++;
    if (fsync(fd) < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "fsync %s", path);
    return 0;
}

// Up to the last slash: path_dir() would take "link/.." for nothing.
static char *folder_of(const char *path)
{
    size_t slash = span_rfind(span_str(path), '/');

    if (!path[slash])
        return mem_str(".");
    return mem_strn(path, slash ? slash : 1);
}

// Makes a rename or a new name of `path` durable.
static int sync_parent(const char *path, struct err **err)
{
    char *dir CLEANUP(mem_cleanup) = folder_of(path);
    int fd CLEANUP(fd_cleanup) = file_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, err);

    return fd < 0 ? -1 : fd_sync(fd, dir, err);
}

// The kernel applies the umask only to modes that are given to open().
static int open_new(char *path, size_t tail, enum file_access access)
{
    for (int i = 0; i < NAMES_MAX; i++) {
        unsigned random;
        int fd;

        if (getrandom(&random, sizeof(random), 0) != sizeof(random))
            return -1;
        snprintf(path + tail, 9, "%08x", random);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)access);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static int begin_temporary(const char *target, enum file_access access, struct err **err)
{
    char *dir CLEANUP(mem_cleanup) = folder_of(target);
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/.sandstrap-00000000", dir);
    int fd, failure;

    pthread_mutex_lock(&temporary_lock);
    fd = open_new(path, strlen(path) - 8, access);
    failure = errno;
    if (fd >= 0)
        temporary = STEAL(path);
    pthread_mutex_unlock(&temporary_lock);
    if (fd < 0)
        return err_set_errno(err, ERR_CONFIG, failure, "cannot write beside %s", target);
    return fd;
}

// Puts it in place as `target`, or removes it with NULL. Whether that worked; errno says why not.
static bool end_temporary(const char *target)
{
    bool placed;
    int failure;

    pthread_mutex_lock(&temporary_lock);
    placed = target && rename(temporary, target) == 0;
    failure = errno;
    if (!placed)
        unlink(temporary);
    free(temporary);
    temporary = NULL;
    pthread_mutex_unlock(&temporary_lock);
    errno = failure;
    return placed;
}

// A file system that hangs must not hold up the end.
void file_remove_temporary(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += REMOVE_WAIT_S;
    if (pthread_mutex_timedlock(&temporary_lock, &until) == 0 && temporary)
        unlink(temporary);
    // The lock is kept: no other file is begun or put in place any more.
}

// A new owner clears bits of the mode, so it comes first. Only root may give files away; whoever
// may not still keeps the group if it is one of his own.
static int keep_attributes(int fd, const char *target, enum file_access access, struct err **err)
{
    struct stat old;
    mode_t mode;

    if (stat(target, &old) < 0 || !S_ISREG(old.st_mode))
        return 0;
    mode = old.st_mode & 0777;
    if (access == FILE_PRIVATE)
        mode &= FILE_PRIVATE;
    if (fchown(fd, old.st_uid, old.st_gid) < 0 && fchown(fd, (uid_t)-1, old.st_gid) < 0)
        mode &= (mode_t)~070; // it is another group's now
    if (fchmod(fd, mode) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s: its mode", target);
    return 0;
}

int file_put_in_place(int fd, const char *from, const char *path, enum file_access access,
                      struct err **err)
{
    if (keep_attributes(fd, path, access, err) < 0 || fd_sync(fd, from, err) < 0)
        return -1;
    if (rename(from, path) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", path);
    return sync_parent(path, err);
}

static int fill(int fd, const char *target, struct span data, enum file_access access,
                struct err **err)
{
    if (keep_attributes(fd, target, access, err) < 0 ||
        fd_write_all(fd, data.ptr, data.len, target, err) < 0)
        return -1;
    return fd_sync(fd, target, err);
}

static int replace(const char *target, struct span data, enum file_access access, struct err **err)
{
    int fd CLEANUP(fd_cleanup) = begin_temporary(target, access, err);

    if (fd < 0)
        return -1;
    if (fill(fd, target, data, access, err) < 0) {
        (void)end_temporary(NULL);
        return -1;
    }
    if (!end_temporary(target))
        return err_set_errno(err, ERR_CONFIG, errno, "%s", target);
    return sync_parent(target, err);
}

static int write_through(const char *path, struct span data, struct err **err)
{
    int fd CLEANUP(fd_cleanup) = file_open(AT_FDCWD, path, O_WRONLY | O_APPEND | O_NOCTTY, err);

    return fd < 0 ? -1 : fd_write_all(fd, data.ptr, data.len, path, err);
}

// Links of /proc (/dev/stdout leads there) say where a descriptor once came from, not where it
// leads to.
static bool is_magic(const char *link)
{
    char *dir CLEANUP(mem_cleanup) = folder_of(link);
    struct statfs fs;

    return statfs(dir, &fs) == 0 && fs.f_type == PROC_MAGIC;
}

// Where the link at `path` leads: NULL when there is none, or when that cannot be said.
static char *read_link(const char *path, bool *through)
{
    char *dir CLEANUP(mem_cleanup) = folder_of(path);
    char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof(target) - 1);

    if (len < 0)
        return NULL;
    *through = is_magic(path);
    target[len] = '\0';
    return target[0] == '/' ? mem_str(target) : mem_printf("%s/%s", dir, target);
}

// The end of a chain of links, which need not be there. *through: it is not ours to replace.
static char *follow(const char *path, bool *through, struct err **err)
{
    char *at CLEANUP(mem_cleanup) = mem_str(path);

    for (int i = 0; i < LINKS_MAX; i++) {
        char *next = read_link(at, through);

        if (!next || *through) {
            free(next);
            return STEAL(at);
        }
        free(at);
        at = next;
    }
    err_set_errno(err, ERR_CONFIG, ELOOP, "%s", path);
    return NULL;
}

// Where a write of `path` ends; *in_place: at something that is written, and not replaced.
static char *target_of(const char *path, bool *in_place, struct err **err)
{
    char *target CLEANUP(mem_cleanup) = follow(path, in_place, err);
    struct stat old;

    if (!target || stat(target, &old) < 0)
        return STEAL(target);
    if (S_ISDIR(old.st_mode)) {
        err_set(err, ERR_CONFIG, "%s: is a directory", path);
        return NULL;
    }
    *in_place = *in_place || !S_ISREG(old.st_mode);
    return STEAL(target);
}

int file_write(const char *path, struct span data, enum file_access access, struct err **err)
{
    bool in_place = false;
    char *target CLEANUP(mem_cleanup) = target_of(path, &in_place, err);

    if (!target)
        return -1;
    return in_place ? write_through(target, data, err) : replace(target, data, access, err);
}

int file_can_write(const char *path, struct err **err)
{
    bool in_place = false;
    char *target CLEANUP(mem_cleanup) = target_of(path, &in_place, err);
    char *dir CLEANUP(mem_cleanup) = target ? folder_of(target) : NULL;
    struct stat st;

    if (!target)
        return -1;
    if (!in_place && stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
        return err_set_errno(err, ERR_CONFIG, ENOTDIR, "cannot write beside %s", target);
    if (access(in_place ? target : dir, in_place ? W_OK : W_OK | X_OK) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, in_place ? "%s" : "cannot write beside %s",
                             target);
    return 0;
}
