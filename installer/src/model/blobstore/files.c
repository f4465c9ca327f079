// SPDX-License-Identifier: Apache-2.0
// The files of a store by digest, and what they take of budget and disk.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/blobstore/inner.h"

#define COLLECT_HINT                                                                               \
    "make room; 'sandstrap store collect --dry-run' tells what no installed bundle needs"

int blobstore_open_blob(const struct blobstore *s, const struct digest *digest, uint64_t *size)
{
    int fd CLEANUP(fd_cleanup) = openat(s->dirs[BLOBSTORE_BLOBS], DIGEST_HEX(digest),
                                        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return -1;
    *size = (uint64_t)st.st_size;
    return FD_STEAL(fd);
}

static bool look(const struct blobstore *s, enum blobstore_folder folder, const char *name,
                 struct stat *st)
{
    return fstatat(s->dirs[folder], name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st->st_mode);
}

bool blobstore_has(const struct blobstore *s, const struct digest *digest, uint64_t size)
{
    struct stat st;

    return look(s, BLOBSTORE_BLOBS, DIGEST_HEX(digest), &st) && (uint64_t)st.st_size == size;
}

// A part has its whole room from the beginning; its size is what was written of it.
static uint64_t weigh(const struct stat *st)
{
    uint64_t size = (uint64_t)st->st_size, taken = (uint64_t)st->st_blocks * 512;

    return taken > size ? taken : size;
}

uint64_t blobstore_weight(const struct blobstore *s, enum blobstore_folder folder,
                          const struct digest *digest)
{
    struct stat st;

    return look(s, folder, DIGEST_HEX(digest), &st) ? weigh(&st) : 0;
}

uint64_t blobstore_lacks(const struct blobstore *s, const struct digest *digest, uint64_t size)
{
    uint64_t there;

    if (blobstore_has(s, digest, size))
        return 0;
    there = blobstore_weight(s, BLOBSTORE_PARTS, digest);
    return there < size ? size - there : 0;
}

uint64_t blobstore_part(const struct blobstore *s, const struct digest *digest)
{
    struct stat st;

    return look(s, BLOBSTORE_PARTS, DIGEST_HEX(digest), &st) ? (uint64_t)st.st_size : 0;
}

void blobstore_files_free(struct blobstore_files *list)
{
    vec_free(&list->files);
}

int blobstore_list_files(const struct blobstore *s, enum blobstore_folder folder,
                         struct blobstore_files *list, struct err **err)
{
    DIR *dir = opendir(s->folders[folder]);
    const struct dirent *entry;
    struct stat st;

    if (!dir)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", s->folders[folder]);
    while ((entry = readdir(dir))) {
        struct blobstore_file file;

        if (!digest_parse_hex(span_str(entry->d_name), &file.digest) ||
            !look(s, folder, entry->d_name, &st))
            continue;
        file.size = (uint64_t)st.st_size;
        file.bytes = weigh(&st);
        vec_push(&list->files, file);
    }
    closedir(dir);
    return 0;
}

bool blobstore_means_full(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT;
}

int blobstore_disk_is_full(const struct blobstore *s, uint64_t bytes, struct err **err)
{
    err_set_errno(err, ERR_CONFIG, ENOSPC, "%s: %llu bytes more", s->path,
                  (unsigned long long)bytes);
    return err_hint(err, COLLECT_HINT);
}

static int find_free(const struct blobstore *s, uint64_t *free_bytes)
{
    struct statvfs fs;

    if (fstatvfs(s->dirs[BLOBSTORE_BLOBS], &fs) < 0)
        return -1;
    *free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    return 0;
}

int blobstore_check_disk(const struct blobstore *s, uint64_t bytes, struct err **err)
{
    uint64_t free_bytes;

    if (find_free(s, &free_bytes) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", s->path);
    if (bytes <= free_bytes)
        return 0;
    err_set(err, ERR_CONFIG, "%s: %llu bytes more do not fit on its disk: %llu are missing",
            s->path, (unsigned long long)bytes, (unsigned long long)(bytes - free_bytes));
    return err_hint(err, COLLECT_HINT);
}

// With the lock on `used`.
static int check_budget(const struct blobstore *s, uint64_t bytes, struct err **err)
{
    uint64_t left = s->budget > s->used ? s->budget - s->used : 0;

    if (!s->budget || bytes <= left)
        return 0;
    err_set(err, ERR_CONFIG,
            "%s: %llu bytes more do not fit into the budget of %llu: %llu are missing", s->path,
            (unsigned long long)bytes, (unsigned long long)s->budget,
            (unsigned long long)(bytes - left));
    return err_hint(err, COLLECT_HINT);
}

int blobstore_take(struct blobstore *s, uint64_t bytes, struct err **err)
{
    int result;

    pthread_mutex_lock(&s->used_lock);
    result = check_budget(s, bytes, err);
    if (result == 0)
        s->used += bytes;
    pthread_mutex_unlock(&s->used_lock);
    return result;
}

void blobstore_give_back(struct blobstore *s, uint64_t bytes)
{
    pthread_mutex_lock(&s->used_lock);
    s->used -= bytes < s->used ? bytes : s->used;
    pthread_mutex_unlock(&s->used_lock);
}

struct blobstore_room blobstore_room(struct blobstore *s)
{
    struct blobstore_room room = {0};

    pthread_mutex_lock(&s->used_lock);
    room.used_bytes = s->used;
    pthread_mutex_unlock(&s->used_lock);
    (void)find_free(s, &room.free_bytes);
    return room;
}

void blobstore_set_budget(struct blobstore *s, uint64_t budget_bytes)
{
    pthread_mutex_lock(&s->used_lock);
    s->budget = budget_bytes;
    pthread_mutex_unlock(&s->used_lock);
}

int blobstore_check_room(struct blobstore *s, uint64_t bytes, struct err **err)
{
    int result;

    pthread_mutex_lock(&s->used_lock);
    result = check_budget(s, bytes, err);
    pthread_mutex_unlock(&s->used_lock);
    return result < 0 ? -1 : blobstore_check_disk(s, bytes, err);
}
