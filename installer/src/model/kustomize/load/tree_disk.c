// SPDX-License-Identifier: Apache-2.0
// The tree of files on this host, jailed to a folder. Symbolic links are followed by hand-over to
// realpath(); the real paths of folders are kept, so that a file costs one lstat().
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "model/kustomize.h"

struct disk_tree {
    struct kustomize_tree base;
    char *jail;
    struct map folders; // path to its real path, both owned
};

static int check_jail(const struct disk_tree *t, const char *path, const char *real,
                      struct err **err)
{
    if (path_within(t->jail, real))
        return 0;
    err_set(err, ERR_CONFIG, "%s leads to %s, outside of %s", path, real, t->jail);
    return err_hint(err, "files are only read below %s", t->jail);
}

// What is at a path whose parent is real; NONE when nothing is there.
static int stat_entry(const char *path, enum kustomize_entry *entry, bool *is_link,
                      struct err **err)
{
    struct stat st;
    *is_link = false;
    *entry = KUSTOMIZE_NONE;
    if (lstat(path, &st) < 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
            return 0;
        return err_set_errno(err, ERR_CONFIG, errno, "look at %s", path);
    }
    *is_link = S_ISLNK(st.st_mode);
    if (S_ISREG(st.st_mode))
        *entry = KUSTOMIZE_FILE;
    else if (S_ISDIR(st.st_mode))
        *entry = KUSTOMIZE_FOLDER;
    else if (!*is_link)
        return err_set(err, ERR_CONFIG, "%s is neither a file nor a folder", path);
    return 0;
}

// Everything resolved by the system; NULL in *real when nothing is there.
static int resolve_all(const char *path, char **real, struct err **err)
{
    *real = realpath(path, NULL);
    if (*real || errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
        return 0;
    return err_set_errno(err, ERR_CONFIG, errno, "resolve %s", path);
}

// The real path of a folder, remembered; borrowed. *real is NULL when there is none.
static int real_folder(struct disk_tree *t, const char *folder, const char **real, struct err **err)
{
    *real = map_get(&t->folders, span_str(folder));
    if (*real)
        return 0;
    char *found CLEANUP(mem_cleanup) = NULL;
    if (resolve_all(folder, &found, err) < 0)
        return -1;
    if (!found)
        return 0;
    *real = found;
    (void)map_put(&t->folders, span_str(mem_str(folder)), STEAL(found));
    return 0;
}

static int disk_lookup(struct kustomize_tree *base, const char *path, enum kustomize_entry *entry,
                       char **real, struct err **err)
{
    struct disk_tree *t = (struct disk_tree *)base;
    *entry = KUSTOMIZE_NONE;
    *real = NULL;
    char *parent CLEANUP(mem_cleanup) = path_dir(path);
    const char *folder = NULL;
    if (real_folder(t, parent, &folder, err) < 0)
        return -1;
    if (!folder)
        return 0;
    char *full CLEANUP(mem_cleanup) = path_join(folder, path_base(path));
    bool is_link = false;
    if (stat_entry(full, entry, &is_link, err) < 0)
        return -1;
    if (is_link) {
        char *resolved CLEANUP(mem_cleanup) = NULL;
        if (resolve_all(full, &resolved, err) < 0)
            return -1;
        if (!resolved)
            return 0;
        free(full);
        full = STEAL(resolved);
        if (stat_entry(full, entry, &is_link, err) < 0)
            return -1;
    }
    if (*entry == KUSTOMIZE_NONE)
        return 0;
    if (check_jail(t, path, full, err) < 0)
        return -1;
    *real = STEAL(full);
    return 0;
}

static int disk_read(struct kustomize_tree *base, const char *real, struct buf *out,
                     struct err **err)
{
    (void)base;
    return file_read(AT_FDCWD, real, out, err);
}

static void disk_close(struct kustomize_tree *base)
{
    struct disk_tree *t = (struct disk_tree *)base;
    MAP_FOREACH (e, &t->folders) {
        free(e->value);
        free((void *)(uintptr_t)e->key.ptr);
    }
    map_free(&t->folders);
    free(t->jail);
    free(t);
}

static const struct kustomize_tree_ops disk_ops = {disk_lookup, disk_read, disk_close};

struct kustomize_tree *kustomize_tree_disk(const char *jail, struct err **err)
{
    char *real CLEANUP(mem_cleanup) = realpath(jail, NULL);
    if (!real) {
        err_set_errno(err, ERR_CONFIG, errno, "%s", jail);
        return NULL;
    }
    struct disk_tree *t = MEM_NEW(struct disk_tree);
    t->base.ops = &disk_ops;
    t->jail = STEAL(real);
    return &t->base;
}

void kustomize_tree_close(struct kustomize_tree *t)
{
    if (t)
        t->ops->close(t);
}
