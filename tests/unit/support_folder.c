// SPDX-License-Identifier: Apache-2.0
#include "support_folder.h"

#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

char *folder_make(void)
{
    const char *places[] = {"/dev/shm", "/tmp"};

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        char *path CLEANUP(mem_cleanup) = mem_printf("%s/sandstrap-test-XXXXXX", places[i]);

        if (mkdtemp(path))
            return STEAL(path);
    }
    fail_msg("no folder can be made");
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

int folder_remove(const char *path)
{
    enum { OPEN_MAX_COUNT = 16 };

    return nftw(path, remove_one, OPEN_MAX_COUNT, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}

static int is_no_dot(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(const char *path, struct buf *out);

static void add_one(const char *path, struct buf *out)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;
    char target[PATH_MAX] = {0};
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    buf_printf(out, "%s\n", path);
    if (S_ISDIR(st.st_mode)) {
        add_folder(path, out);
    } else if (S_ISLNK(st.st_mode)) {
        assert_true(readlink(path, target, sizeof(target) - 1) > 0);
        buf_printf(out, "-> %s\n", target);
    } else if (S_ISREG(st.st_mode)) {
        if (file_read(AT_FDCWD, path, &text, &err) < 0)
            fail_msg("%s", err_message(err));
        buf_add_span(out, buf_span(&text));
    }
}

static void add_folder(const char *path, struct buf *out)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_no_dot, by_bytes);

    assert_true(count >= 0);
    for (int i = 0; i < count; i++) {
        char *inner CLEANUP(mem_cleanup) = mem_printf("%s/%s", path, entries[i]->d_name);

        free(entries[i]);
        add_one(inner, out);
    }
    free(entries);
}

char *folder_snapshot(const char *path)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    add_folder(path, &out);
    return buf_take(&out);
}
