// SPDX-License-Identifier: Apache-2.0
// The files of a chart's folder.
#include "work/artifacts/named/chart_folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

enum {
    DEPTH_MAX = 40, // of folders; links may go round
    FILES_MAX = 100000,
};

struct walk {
    const char *root;
    struct arena *arena;
    const struct chart_ignore *ignore;
    uint64_t room; // bytes that may still be read
    chart_files files;
};

static int refuse(const struct walk *w, const char *path, const char *why, struct err **err)
{
    return err_set(err, ERR_CONFIG, "%s/%s: %s", w->root, path, why);
}

static int add_file(struct walk *w, const char *path, const char *on_disk, struct err **err)
{
    struct span content;

    if (file_read_arena(AT_FDCWD, on_disk, w->arena, CHART_FILE_MAX_BYTES, &content, err) < 0)
        return err_hint(err, "what is not of the chart is left out by a line in its .helmignore");
    if (content.len > w->room || w->files.len == FILES_MAX)
        return err_set(err, ERR_CONFIG, "%s: more than %u MiB or %u files in a chart", w->root,
                       (unsigned)(CHART_MAX_BYTES >> 20), FILES_MAX);
    w->room -= content.len;
    vec_push(&w->files, (struct chart_file){arena_str(w->arena, path), content});
    return 0;
}

static int add_folder(struct walk *w, const char *path, unsigned depth, struct err **err);

// What an entry is, behind links too.
static int kind_of(const struct dirent *entry, const char *on_disk, mode_t *kind, struct err **err)
{
    struct stat st;

    *kind = entry->d_type == DT_REG ? S_IFREG : S_IFDIR;
    if (entry->d_type == DT_REG || entry->d_type == DT_DIR)
        return 0;
    if (stat(on_disk, &st) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", on_disk);
    *kind = st.st_mode & S_IFMT;
    return 0;
}

static int add_entry(struct walk *w, const struct dirent *entry, const char *path, unsigned depth,
                     struct err **err)
{
    const char *on_disk = arena_printf(w->arena, "%s/%s", w->root, path);
    mode_t kind;

    if (kind_of(entry, on_disk, &kind, err) < 0)
        return -1;
    if (chart_ignores(w->ignore, path, kind == S_IFDIR))
        return 0;
    if (kind == S_IFDIR)
        return add_folder(w, path, depth + 1, err);
    if (kind != S_IFREG)
        return refuse(w, path, "is neither a file nor a folder", err);
    return add_file(w, path, on_disk, err);
}

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

// `path` is "" for the chart itself.
static int add_folder(struct walk *w, const char *path, unsigned depth, struct err **err)
{
    const char *on_disk = *path ? arena_printf(w->arena, "%s/%s", w->root, path) : w->root;
    DIR *folder CLEANUP(close_folder) = opendir(on_disk);
    struct dirent *entry;

    if (!folder)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", on_disk);
    if (depth > DEPTH_MAX)
        return refuse(w, path, "folders are nested too deep; does a link go round?", err);
    while ((entry = readdir(folder))) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
            add_entry(w, entry, *path ? arena_printf(w->arena, "%s/%s", path, name) : name, depth,
                      err) < 0)
            return -1;
    }
    return 0;
}

static struct chart_ignore *read_ignore(const char *root, struct arena *arena, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *path = arena_printf(arena, "%s/.helmignore", root);

    if (access(path, F_OK) == 0 &&
        (file_read(AT_FDCWD, path, &text, err) < 0 || buf_check(&text, ERR_CONFIG, path, err) < 0))
        return NULL;
    return chart_ignore_parse(buf_span(&text), path, err);
}

struct chart *chart_folder_load(const char *path, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct chart_ignore *ignore CLEANUP(chart_ignore_cleanup) = read_ignore(path, arena, err);
    struct walk w = {.root = path, .arena = arena, .ignore = ignore, .room = CHART_MAX_BYTES};
    struct chart *chart = NULL;

    int status = ignore ? add_folder(&w, "", 0, err) : -1;

    if (status == 0)
        chart = chart_load_taken(&w.files, &arena, path, err);
    chart_files_free(&w.files);
    return chart;
}
