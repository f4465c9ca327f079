// SPDX-License-Identifier: Apache-2.0
// Opening a store: its folders, its format, and the lock of the one process that writes it.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "model/blobstore/inner.h"

#define FORMAT_FILE "format"
#define FORMAT "sandstrap store 1\n" // what it says
#define LOCK_FILE "lock"

enum { LINE_MAX_BYTES = 256 };

static const char *const folder_names[BLOBSTORE_FOLDERS] = {"blobs/sha256", "parts", "bundles"};

void blobstore_close(struct blobstore *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < BLOBSTORE_FOLDERS; i++) {
        fd_cleanup(&s->dirs[i]);
        free(s->folders[i]);
    }
    fd_cleanup(&s->lock);
    pthread_mutex_destroy(&s->used_lock);
    free(s->path);
    free(s);
}

const char *blobstore_path(const struct blobstore *s)
{
    return s->path;
}

static struct blobstore *store_new(const char *path)
{
    struct blobstore *s = MEM_NEW(struct blobstore);

    s->path = path_clean(path);
    s->lock = -1;
    pthread_mutex_init(&s->used_lock, NULL);
    for (size_t i = 0; i < BLOBSTORE_FOLDERS; i++) {
        s->folders[i] = path_join(s->path, folder_names[i]);
        s->dirs[i] = -1;
    }
    return s;
}

// 1: the folder is a store; 0: it does not say so.
static int check_format(const struct blobstore *s, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = path_join(s->path, FORMAT_FILE);
    struct buf text CLEANUP(buf_free) = BUF_INIT(LINE_MAX_BYTES);
    char *plain CLEANUP(mem_cleanup) = NULL;

    if (access(path, F_OK) < 0 && errno == ENOENT)
        return 0;
    if (file_read(AT_FDCWD, path, &text, err) < 0)
        return -1;
    if (span_is(buf_span(&text), FORMAT))
        return 1;
    plain = text_plain(span_trim(buf_span(&text)), false);
    err_set(err, ERR_CONFIG, "%s is no store that this sandstrap knows: its format is '%s'",
            s->path, plain);
    return err_hint(err, "a newer sandstrap made it: use that one, or another folder");
}

// What a store has in its folder before it has its format, and what a disk of its own has.
static bool may_be_there(const char *name)
{
    static const char *const names[] = {".",     "..",      LOCK_FILE,   "blobs",
                                        "parts", "bundles", "lost+found"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return span_starts(span_str(name), ".sandstrap-"); // of an interrupted file_write()
}

// A folder of somebody else's is not made a store.
static int check_is_free(const struct blobstore *s, struct err **err)
{
    DIR *dir = opendir(s->path);
    const struct dirent *entry;
    int result = 0;

    if (!dir)
        return errno == ENOENT ? 0 : err_set_errno(err, ERR_CONFIG, errno, "%s", s->path);
    while (result == 0 && (entry = readdir(dir)))
        if (!may_be_there(entry->d_name))
            result = err_set(err, ERR_CONFIG, "%s is no store, and not empty: it has '%s'", s->path,
                             entry->d_name);
    closedir(dir);
    return result < 0 ? err_hint(err, "name a folder that is empty, or not there yet") : 0;
}

static int tell_writer(const struct blobstore *s, const char *path, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LINE_MAX_BYTES);
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    char *plain CLEANUP(mem_cleanup) = NULL;

    if (file_read(AT_FDCWD, path, &text, &ignored) < 0 || !text.len)
        buf_add_str(&text, "another process"); // which has not said so yet
    plain = text_plain(span_trim(buf_span(&text)), false);
    return err_set(err, ERR_USAGE, "%s is being written by %s", s->path, plain);
}

// For messages only: a disk that is full does not keep the store from being collected.
static void note_writer(int fd)
{
    struct utsname host;
    const char *name = uname(&host) == 0 ? host.nodename : "this host";
    char *line CLEANUP(mem_cleanup) = mem_printf("process %d on %.64s\n", (int)getpid(), name);

    if (ftruncate(fd, 0) < 0 || pwrite(fd, line, strlen(line), 0) < 0)
        return;
}

// Held until the descriptor is closed, by the end of the process at the latest.
static int take_lock(struct blobstore *s, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = path_join(s->path, LOCK_FILE);

    s->lock = file_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, err);
    if (s->lock < 0)
        return -1;
    if (flock(s->lock, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? tell_writer(s, path, err)
                                    : err_set_errno(err, ERR_CONFIG, errno, "%s: locking it", path);
    note_writer(s->lock);
    return 0;
}

static int open_folders(struct blobstore *s, struct err **err)
{
    for (size_t i = 0; i < BLOBSTORE_FOLDERS; i++) {
        s->dirs[i] = file_open(AT_FDCWD, s->folders[i], O_RDONLY | O_DIRECTORY, err);
        if (s->dirs[i] < 0)
            return -1;
    }
    return 0;
}

// The format comes last: a folder that has it has everything.
static int make_folders(struct blobstore *s, struct err **err)
{
    char *format CLEANUP(mem_cleanup) = path_join(s->path, FORMAT_FILE);
    char *blobs CLEANUP(mem_cleanup) = path_join(s->path, "blobs");
    int fd CLEANUP(fd_cleanup) = -1;

    for (size_t i = 0; i < BLOBSTORE_FOLDERS; i++)
        if (file_make_dirs(s->folders[i], err) < 0)
            return -1;
    fd = file_open(AT_FDCWD, blobs, O_RDONLY | O_DIRECTORY, err);
    if (fd < 0 || fd_sync(fd, blobs, err) < 0)
        return -1;
    return file_write(format, SPAN(FORMAT), FILE_PUBLIC, err);
}

static int make(struct blobstore *s, struct err **err)
{
    if (check_is_free(s, err) < 0 || file_make_dirs(s->path, err) < 0 || take_lock(s, err) < 0)
        return -1;
    return make_folders(s, err);
}

static int no_store(const struct blobstore *s, struct err **err)
{
    err_set(err, ERR_CONFIG, "there is no store in %s", s->path);
    return err_hint(err, "'sandstrap store add' makes one; --store names another folder");
}

static int count_used(struct blobstore *s, struct err **err)
{
    for (int folder = BLOBSTORE_BLOBS; folder <= BLOBSTORE_PARTS; folder++) {
        struct blobstore_files list CLEANUP(blobstore_files_free) = {0};

        if (blobstore_list_files(s, (enum blobstore_folder)folder, &list, err) < 0)
            return -1;
        VEC_FOREACH (const struct blobstore_file *, f, &list.files)
            s->used += f->bytes;
    }
    return 0;
}

static int open_as(struct blobstore *s, enum blobstore_mode mode, struct err **err)
{
    int is_store = check_format(s, err);

    if (is_store < 0)
        return -1;
    if (!is_store && mode != BLOBSTORE_MAKE)
        return no_store(s, err);
    if (!is_store && make(s, err) < 0)
        return -1;
    if (mode != BLOBSTORE_READ && s->lock < 0 && take_lock(s, err) < 0)
        return -1;
    if (open_folders(s, err) < 0)
        return -1;
    return mode == BLOBSTORE_READ ? 0 : count_used(s, err);
}

struct blobstore *blobstore_open(const char *path, enum blobstore_mode mode, uint64_t budget_bytes,
                                 struct err **err)
{
    struct blobstore *s CLEANUP(blobstore_cleanup) = store_new(path);

    s->budget = budget_bytes;
    return open_as(s, mode, err) == 0 ? STEAL(s) : NULL;
}
