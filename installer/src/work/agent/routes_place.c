// SPDX-License-Identifier: Apache-2.0
// The files of a node's routes. `kept`/FOLDER/hosts.toml is an administrator's file as it was
// before ours took its place; `kept`/made lists, a line each, what was not there before.
#include "work/agent/routes_place.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "model/runtime.h"

enum { FILE_MAX_BYTES = 1 << 20 };

static void close_folder(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

// "<folder>/<name>/hosts.toml", in the pod; the caller frees it.
static char *file_of(const struct place *p, const char *name)
{
    return mem_printf("%s%s/%s/" RUNTIME_ROUTE_FILE, p->root, p->folder, name);
}

static char *kept_of(const struct place *p, const char *name)
{
    return mem_printf("%s/%s/" RUNTIME_ROUTE_FILE, p->kept, name);
}

// 1 with the file's text, 0 when there is none.
static int read_if_there(const char *path, struct buf *text, struct err **err)
{
    if (access(path, F_OK) < 0)
        return 0;
    return file_read(AT_FDCWD, path, text, err) < 0 ? -1 : 1;
}

static int write_in_folder(const char *path, struct span text, struct err **err)
{
    char *folder CLEANUP(mem_cleanup) = path_dir(path);

    if (file_make_dirs(folder, err) < 0)
        return -1;
    return file_write(path, text, FILE_PUBLIC, err);
}

// --- what was made ---

static int list_made(const struct place *p, struct buf *made, struct err **err)
{
    char *list CLEANUP(mem_cleanup) = mem_printf("%s/made", p->kept);

    return read_if_there(list, made, err);
}

// On the list first: what is on it and not there does no harm.
static int note_made(const struct place *p, const char *name, struct err **err)
{
    char *list CLEANUP(mem_cleanup) = mem_printf("%s/made", p->kept);
    struct buf made CLEANUP(buf_free) = BUF_INIT(FILE_MAX_BYTES);

    if (list_made(p, &made, err) < 0)
        return -1;
    buf_printf(&made, "%s\n", name);
    return write_in_folder(list, buf_span(&made), err);
}

static int make_folder(const struct place *p, const char *name, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s%s", p->root, name);
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    if (lstat(path, &st) == 0) // his, and not on the list of what goes again
        return err_set(err, ERR_CONFIG,
                       "%s is no folder, or a link that leads out of what the agent sees", name);
    if (note_made(p, name, err) < 0)
        return -1;
    return mkdir(path, 0755) < 0 ? err_set_errno(err, ERR_CONFIG, errno, "%s", name) : 0;
}

// The missing folders of `name` below the layout's own, which is there.
static int make_folders(const struct place *p, const char *name, struct err **err)
{
    char *parent CLEANUP(mem_cleanup) = path_dir(name);
    char *path CLEANUP(mem_cleanup) = mem_printf("%s%s", p->root, parent);

    if (access(path, F_OK) < 0 && strcmp(parent, name) != 0 && make_folders(p, parent, err) < 0)
        return -1;
    return make_folder(p, name, err);
}

int place_forget(const struct place *p, struct err **err)
{
    char *list CLEANUP(mem_cleanup) = mem_printf("%s/made", p->kept);
    struct buf made CLEANUP(buf_free) = BUF_INIT(FILE_MAX_BYTES);
    struct span rest;

    if (list_made(p, &made, err) < 0)
        return -1;
    rest = span_trim(buf_span(&made));
    while (rest.len) { // the last first: it is in one before it
        size_t at = span_rfind(rest, '\n');
        struct span name = at == rest.len ? rest : span_tail(rest, at + 1);
        char *path CLEANUP(mem_cleanup) = mem_printf("%s%.*s", p->root, SPAN_ARG(name));

        if (remove(path) < 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
            return err_set_errno(err, ERR_INTERNAL, errno, "%.*s", SPAN_ARG(name));
        rest = span_head(rest, at == rest.len ? 0 : at);
    }
    if (made.len && (unlink(list) < 0 || rmdir(p->kept) < 0) && errno != ENOTEMPTY)
        return err_set_errno(err, ERR_INTERNAL, errno, "%s", p->kept);
    return 0;
}

// --- routes ---

// What there is for the host without us: his own file (kept when ours took its place), the one
// under the name with the colon, which ours hides, or the one for all.
static int find_theirs(const struct place *p, struct span host, const char *name,
                       struct buf *theirs, struct err **err)
{
    char *plain CLEANUP(mem_cleanup) = mem_printf("%.*s", SPAN_ARG(host));
    char *places[] = {kept_of(p, name), file_of(p, plain), file_of(p, RUNTIME_ROUTE_DEFAULT)};
    int found = 0;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        bool hidden = i == 1 && strcmp(plain, name) == 0;

        if (found == 0 && !hidden)
            found = read_if_there(places[i], theirs, err);
        free(places[i]);
    }
    return found;
}

// A link is an administrator's, and what it leads to may be the file of other hosts, too.
static bool is_link(const struct place *p, const char *name)
{
    char *file CLEANUP(mem_cleanup) = file_of(p, name);
    char *folder CLEANUP(mem_cleanup) = path_dir(file);
    struct stat st;

    return (lstat(folder, &st) == 0 && S_ISLNK(st.st_mode)) ||
           (lstat(file, &st) == 0 && S_ISLNK(st.st_mode));
}

int place_put(const struct place *p, struct span host, struct err **err)
{
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(FILE_MAX_BYTES);
    struct buf theirs CLEANUP(buf_free) = BUF_INIT(FILE_MAX_BYTES);
    struct buf wanted CLEANUP(buf_free) = BUF_INIT(2 * FILE_MAX_BYTES);
    char *path CLEANUP(mem_cleanup) = NULL, *folder CLEANUP(mem_cleanup) = NULL,
               *kept CLEANUP(mem_cleanup) = NULL;
    int there;

    runtime_route_folder(host, &name);
    if (is_link(p, buf_str(&name)))
        return err_set(err, ERR_CONFIG,
                       "%s/%s leads to another file by a link, and is left alone: put a copy of it "
                       "there",
                       p->folder, buf_str(&name));
    path = file_of(p, buf_str(&name));
    kept = kept_of(p, buf_str(&name));
    folder = mem_printf("%s/%s", p->folder, buf_str(&name));
    there = read_if_there(path, &text, err);
    if (there < 0)
        return -1;
    if (there && !runtime_route_is_ours(buf_span(&text)) &&
        write_in_folder(kept, buf_span(&text), err) < 0)
        return -1;
    if (find_theirs(p, host, buf_str(&name), &theirs, err) < 0)
        return -1;
    runtime_route_write(p->endpoint, buf_span(&theirs), &wanted);
    if (there && span_eq(buf_span(&wanted), buf_span(&text)))
        return 0;
    if (make_folders(p, folder, err) < 0)
        return -1;
    return file_write(path, buf_span(&wanted), FILE_PUBLIC, err);
}

int place_link(const struct place *p, const char *link, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s%s", p->root, link);
    char *parent CLEANUP(mem_cleanup) = path_dir(link);
    char *target CLEANUP(mem_cleanup) = path_relative(parent, p->folder);
    char is[PATH_MAX] = {0};
    struct stat st;

    if (lstat(path, &st) == 0) {
        if (S_ISLNK(st.st_mode) && readlink(path, is, sizeof(is) - 1) > 0 &&
            strcmp(is, target) == 0)
            return 0;
        return err_set(err, ERR_CONFIG, "%s is there already, and does not lead to %s", link,
                       p->folder);
    }
    if (make_folders(p, parent, err) < 0 || note_made(p, link, err) < 0)
        return -1;
    if (symlink(target, path) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", link);
    return 0;
}

// --- away with them ---

// His file again, or none; and the folder, when it was made for ours.
static int give_back(const struct place *p, const char *name, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = file_of(p, name),
               *kept CLEANUP(mem_cleanup) = kept_of(p, name);
    char *folder CLEANUP(mem_cleanup) = path_dir(path),
                 *kept_folder CLEANUP(mem_cleanup) = path_dir(kept);
    struct buf text CLEANUP(buf_free) = BUF_INIT(FILE_MAX_BYTES);
    struct buf made CLEANUP(buf_free) = BUF_INIT(FILE_MAX_BYTES);
    char *line CLEANUP(mem_cleanup) = mem_printf("%s/%s\n", p->folder, name);
    int his = read_if_there(kept, &text, err);

    if (his < 0)
        return -1;
    if (his) {
        if (file_write(path, buf_span(&text), FILE_PUBLIC, err) < 0)
            return -1;
        unlink(kept);
        rmdir(kept_folder);
        return 0;
    }
    if (unlink(path) < 0 && errno != ENOENT)
        return err_set_errno(err, ERR_INTERNAL, errno, "%s", path);
    if (list_made(p, &made, err) < 0)
        return -1;
    if (span_search(buf_span(&made), span_str(line)) < made.len)
        rmdir(folder); // an empty one would hide the file for all
    return 0;
}

static bool is_wanted(const char *name, const struct span *hosts, size_t count)
{
    struct buf folder CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool found = false;

    for (size_t i = 0; i < count && !found; i++) {
        buf_truncate(&folder, 0);
        runtime_route_folder(hosts[i], &folder);
        found = strcmp(buf_str(&folder), name) == 0;
    }
    return found;
}

static int clear_one(const struct place *p, const char *name, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = file_of(p, name);
    struct buf text CLEANUP(buf_free) = BUF_INIT(FILE_MAX_BYTES);
    int there = read_if_there(path, &text, err);

    if (there < 0)
        return -1;
    if (is_link(p, name))
        return 0;
    return there && runtime_route_is_ours(buf_span(&text)) ? give_back(p, name, err) : 0;
}

int place_clear(const struct place *p, const struct span *hosts, size_t count, struct err **err)
{
    char *folder CLEANUP(mem_cleanup) = mem_printf("%s%s", p->root, p->folder);
    DIR *dir CLEANUP(close_folder) = opendir(folder);
    const struct dirent *entry;
    int result = 0;

    if (!dir)
        return errno == ENOENT ? 0 : err_set_errno(err, ERR_INTERNAL, errno, "%s", p->folder);
    while ((entry = readdir(dir))) {
        struct err *failed CLEANUP(err_cleanup) = NULL;

        if (*entry->d_name == '.' || is_wanted(entry->d_name, hosts, count))
            continue;
        if (clear_one(p, entry->d_name, &failed) < 0 && result == 0)
            result = err_move(err, &failed);
    }
    return result;
}
