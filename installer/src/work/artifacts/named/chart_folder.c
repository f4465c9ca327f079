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
    struct chart_ahead *ahead;
    uint64_t room; // bytes that may still be read
    chart_files files;
};

static int refuse(const struct walk *w, const char *path, const char *why, struct err **err)
{
    return err_set(err, ERR_CONFIG, "%s/%s: %s", w->root, path, why);
}

// --- contents that come later ---

struct later {
    struct chart_later head;
    const char *on_disk;
    size_t size; // when it was found
    struct arena *arena;
};

static int read_later(void *data, struct span *content, struct err **err)
{
    const struct later *later = data;

    if (file_read_arena(AT_FDCWD, later->on_disk, later->arena, CHART_FILE_MAX_BYTES, content,
                        err) < 0)
        return err_hint(err, "it was there when the chart was loaded");
    if (content->len == later->size) {
        (void)span_skip(content, "\xef\xbb\xbf");
        return 0;
    }
    return err_set(err, ERR_CONFIG,
                   "%s: has %zu bytes, and had %zu when the chart was loaded: somebody changes it",
                   later->on_disk, content->len, later->size);
}

// Of one that says that it is empty the content is read at once: files of /proc all do.
static int find_content(const struct walk *w, const char *on_disk, struct chart_file *file,
                        struct err **err)
{
    bool is_needed = chart_needs_file(file->path);
    size_t size = 0;
    struct later *later;

    if (!is_needed && file_readable_size(AT_FDCWD, on_disk, CHART_FILE_MAX_BYTES, &size, err) < 0)
        return -1;
    if (!size)
        return file_read_arena(AT_FDCWD, on_disk, w->arena, CHART_FILE_MAX_BYTES, &file->content,
                               err);
    later = ARENA_NEW(w->arena, struct later);
    *later = (struct later){.head = {.read = read_later, .data = later},
                            .on_disk = on_disk,
                            .size = size,
                            .arena = w->arena};
    file->content.len = size;
    file->later = &later->head;
    return 0;
}

// --- the walk ---

static int add_file(struct walk *w, const char *path, const char *on_disk, struct err **err)
{
    struct chart_file file = {.path = path};

    if (find_content(w, on_disk, &file, err) < 0)
        return err_hint(err, "what is not of the chart is left out by a line in its .helmignore");
    if (file.content.len > w->room || w->files.len == FILES_MAX)
        return err_set(err, ERR_CONFIG, "%s: more than %u MiB or %u files in a chart", w->root,
                       (unsigned)(CHART_MAX_BYTES >> 20), FILES_MAX);
    w->room -= file.content.len;
    vec_push(&w->files, file);
    chart_ahead_add(w->ahead, &w->files.items[w->files.len - 1]);
    return 0;
}

static int add_folder(struct walk *w, const char *path, unsigned depth, struct err **err);

static const char *joined(const struct walk *w, const char *folder, const char *name)
{
    return arena_join(w->arena, span_str(folder), '/', span_str(name)).ptr;
}

struct entry {
    const char *path;
    unsigned char type; // of struct dirent
};
struct entries {
    VEC(struct entry);
};

// What an entry is, behind links too.
static int kind_of(const struct entry *entry, const char *on_disk, mode_t *kind, struct err **err)
{
    struct stat st;

    *kind = entry->type == DT_REG ? S_IFREG : S_IFDIR;
    if (entry->type == DT_REG || entry->type == DT_DIR)
        return 0;
    if (stat(on_disk, &st) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", on_disk);
    *kind = st.st_mode & S_IFMT;
    return 0;
}

static int add_entry(struct walk *w, const struct entry *entry, unsigned depth, struct err **err)
{
    const char *on_disk = joined(w, w->root, entry->path);
    mode_t kind;

    if (kind_of(entry, on_disk, &kind, err) < 0)
        return -1;
    if (chart_ignores(w->ignore, entry->path, kind == S_IFDIR))
        return 0;
    if (kind == S_IFDIR)
        return add_folder(w, entry->path, depth + 1, err);
    if (kind != S_IFREG)
        return refuse(w, entry->path, "is neither a file nor a folder", err);
    return add_file(w, entry->path, on_disk, err);
}

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

// `path` is "" for the chart itself.
static int list_folder(const struct walk *w, const char *path, struct entries *out,
                       struct err **err)
{
    const char *on_disk = *path ? joined(w, w->root, path) : w->root;
    DIR *folder CLEANUP(close_folder) = opendir(on_disk);
    struct dirent *entry;

    if (!folder)
        return err_set_errno(err, ERR_CONFIG, errno, "%s", on_disk);
    while ((entry = readdir(folder))) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        name = *path ? joined(w, path, name) : arena_str(w->arena, name);
        vec_push(out, (struct entry){name, entry->d_type});
    }
    return 0;
}

static bool is_first(const struct entry *entry)
{
    return strcmp(entry->path, "charts") == 0 || strcmp(entry->path, "values.yaml") == 0;
}

// First comes what takes others long, who begin with it while the rest is read.
static int add_folder(struct walk *w, const char *path, unsigned depth, struct err **err)
{
    struct entries all = {0};
    int status = list_folder(w, path, &all, err);

    if (status == 0 && depth > DEPTH_MAX)
        status = refuse(w, path, "folders are nested too deep; does a link go round?", err);
    for (int first = 1; first >= 0; first--)
        VEC_FOREACH (const struct entry *, entry, &all)
            if (status == 0 && is_first(entry) == (bool)first)
                status = add_entry(w, entry, depth, err);
    vec_free(&all);
    return status;
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
    // Freed before the arena, where the files lie that it may be at work on.
    struct chart_ahead *ahead CLEANUP(chart_ahead_cleanup) = chart_ahead_new(path);
    struct walk w = {
        .root = path, .arena = arena, .ignore = ignore, .ahead = ahead, .room = CHART_MAX_BYTES};
    struct chart *chart = NULL;
    int status;

    chart_ahead_parse(ahead);
    status = ignore ? add_folder(&w, "", 0, err) : -1;

    if (status == 0)
        chart = chart_load_taken(&w.files, &arena, &ahead, path, err);
    chart_files_free(&w.files);
    return chart;
}
