// SPDX-License-Identifier: Apache-2.0
// The heads of the installed bundles: one file each, named by its identity.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "model/blobstore/inner.h"

char *blobstore_head_path(const struct blobstore *s, const struct digest *identity)
{
    return path_join(s->folders[BLOBSTORE_BUNDLES], DIGEST_HEX(identity));
}

static int sync_folder(const struct blobstore *s, enum blobstore_folder folder, struct err **err)
{
    return fd_sync(s->dirs[folder], s->folders[folder], err);
}

static int set_time(const struct blobstore *s, const struct digest *identity,
                    const struct timespec *at, struct err **err)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, *at};
    char *path CLEANUP(mem_cleanup) = blobstore_head_path(s, identity);
    int fd CLEANUP(fd_cleanup) = file_open(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW, err);

    if (fd < 0)
        return -1;
    if (futimens(fd, times) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s: its time", path);
    return fd_sync(fd, path, err);
}

// The list is in the order of the files' times: a clock that was set back must not make an older
// one of it.
static int make_newest(const struct blobstore *s, const struct digest *identity, struct err **err)
{
    struct digest *list CLEANUP(mem_cleanup) = NULL;
    struct stat last;
    size_t count;

    if (blobstore_list(s, &list, &count, err) < 0)
        return -1;
    if (!count || digest_eq(&list[count - 1], identity))
        return 0;
    if (fstatat(s->dirs[BLOBSTORE_BUNDLES], DIGEST_HEX(&list[count - 1]), &last, 0) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", s->folders[BLOBSTORE_BUNDLES]);
    last.st_mtim.tv_sec++;
    return set_time(s, identity, &last.st_mtim, err);
}

int blobstore_install(struct blobstore *s, const struct digest *identity, struct span head,
                      struct err **err)
{
    char *path CLEANUP(mem_cleanup) = blobstore_head_path(s, identity);
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (sync_folder(s, BLOBSTORE_BLOBS, &why) == 0 &&
        file_write(path, head, FILE_PUBLIC, &why) == 0 && make_newest(s, identity, &why) == 0)
        return 0;
    return blobstore_means_full(err_errno(why)) ? blobstore_disk_is_full(s, head.len, err)
                                                : err_move(err, &why);
}

int blobstore_remove(struct blobstore *s, const struct digest *identity, struct err **err)
{
    if (unlinkat(s->dirs[BLOBSTORE_BUNDLES], DIGEST_HEX(identity), 0) == 0)
        return sync_folder(s, BLOBSTORE_BUNDLES, err);
    if (errno == ENOENT)
        return err_set(err, ERR_USAGE, "%s has no bundle %s", s->path, DIGEST_TEXT(identity));
    return err_set_errno(err, ERR_CONFIG, errno, "%s: removing bundle %s", s->path,
                         DIGEST_TEXT(identity));
}

struct dated {
    struct digest identity;
    struct timespec at;
};

static int compare_age(const void *a, const void *b)
{
    const struct dated *left = a, *right = b;

    if (left->at.tv_sec != right->at.tv_sec)
        return left->at.tv_sec < right->at.tv_sec ? -1 : 1;
    if (left->at.tv_nsec != right->at.tv_nsec)
        return left->at.tv_nsec < right->at.tv_nsec ? -1 : 1;
    return span_cmp(digest_key(&left->identity), digest_key(&right->identity));
}

int blobstore_list(const struct blobstore *s, struct digest **list, size_t *count, struct err **err)
{
    struct blobstore_files files CLEANUP(blobstore_files_free) = {0};
    struct dated *dated CLEANUP(mem_cleanup) = NULL;
    size_t n = 0;

    if (blobstore_list_files(s, BLOBSTORE_BUNDLES, &files, err) < 0)
        return -1;
    dated = mem_zalloc(files.files.len + 1, sizeof(*dated));
    VEC_FOREACH (const struct blobstore_file *, f, &files.files) {
        struct stat st;

        // One that is being removed meanwhile is not there any more.
        if (fstatat(s->dirs[BLOBSTORE_BUNDLES], DIGEST_HEX(&f->digest), &st, 0) == 0)
            dated[n++] = (struct dated){f->digest, st.st_mtim};
    }
    qsort(dated, n, sizeof(*dated), compare_age);
    *list = mem_zalloc(n + 1, sizeof(**list));
    for (size_t i = 0; i < n; i++)
        (*list)[i] = dated[i].identity;
    *count = n;
    return 0;
}
