// SPDX-License-Identifier: Apache-2.0
// The files of a chart (Helm's pkg/chart/loader/archive and LoadDir).
#include "model/chart/load/files.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/archive.h"

static int count_entry(uint64_t *room, const struct tar_entry *entry, const char *what,
                       struct err **err)
{
    static const uint64_t header = 512;

    if (entry->size > CHART_FILE_MAX_BYTES)
        return err_set(err, ERR_INTEGRITY, "%s: %s is larger than %u MiB", what, entry->path,
                       (unsigned)(CHART_FILE_MAX_BYTES >> 20));
    if (entry->size > *room || header > *room - entry->size)
        return err_set(err, ERR_INTEGRITY, "%s: more than %u MiB in a chart and its subcharts",
                       what, (unsigned)(CHART_MAX_BYTES >> 20));
    *room -= entry->size + header;
    return 0;
}

static struct span without_mark(struct span content)
{
    (void)span_skip(&content, "\xef\xbb\xbf");
    return content;
}

// The path within the chart: behind the first folder. NULL for what stands beside it.
static const char *path_in_chart(struct arena *arena, const char *path)
{
    char *slash, *copy = arena_str(arena, path);

    for (char *c = strchr(copy, '\\'); c; c = strchr(c, '\\')) // made on Windows
        *c = '/';
    slash = strchr(copy, '/');
    return slash && slash[1] ? slash + 1 : NULL;
}

int chart_file_text(const struct chart_file *file, struct span *text, struct err **err)
{
    struct chart_later *later = file->later;

    if (!later) {
        *text = file->content;
        return 0;
    }
    if (!later->is_there) {
        if (later->read(later->data, &later->content, err) < 0)
            return -1;
        later->is_there = true;
    }
    *text = later->content;
    return 0;
}

struct span chart_path_within(struct span path)
{
    struct span rest = path, name;

    while (span_skip(&rest, "charts/") && span_next(&rest, '/', &name) && rest.len)
        path = rest;
    return path;
}

bool chart_needs_file(const char *path)
{
    static const char *const names[] = {
        ".helmignore",       "Chart.yaml",  "Chart.lock",         "requirements.yaml",
        "requirements.lock", "values.yaml", "values.schema.json",
    };
    struct span rest = chart_path_within(span_str(path));

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (span_is(rest, names[i]))
            return true;
    return span_starts(rest, "templates/") ||
           (span_starts(rest, "charts/") && span_ends(rest, ".tgz"));
}

static int read_content(struct tar_reader *reader, struct arena *arena, struct span *content,
                        struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(CHART_FILE_MAX_BYTES);

    if (tar_in_place(reader, content))
        return 0;
    if (tar_read(reader, &text, err) < 0)
        return -1;
    *content = arena_span(arena, buf_span(&text));
    return 0;
}

static int read_files(struct tar_reader *reader, const char *what, struct chart_memory *memory,
                      chart_files *files, struct err **err)
{
    struct tar_entry entry;
    int more;

    while ((more = tar_next(reader, &entry, err)) > 0) {
        struct chart_file file = {0};

        if (count_entry(&memory->room, &entry, what, err) < 0)
            return -1;
        if (entry.type != TAR_FILE)
            continue;
        file.path = path_in_chart(memory->arena, entry.path);
        if (!file.path)
            return err_set(err, ERR_INTEGRITY, "%s: %s is not in the folder of the chart", what,
                           entry.path);
        if (read_content(reader, memory->arena, &file.content, err) < 0)
            return -1;
        file.content = without_mark(file.content);
        vec_push(files, file);
    }
    return more;
}

int chart_archive_read(struct span tgz, const char *what, struct chart_memory *memory,
                       chart_files *files, struct err **err)
{
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) =
        tar_reader_memory(tgz, memory->place, CHART_MAX_BYTES, what, err);
    void *contents;

    if (!reader || read_files(reader, what, memory, files, err) < 0)
        return -1;
    contents = tar_reader_take_memory(reader);
    if (contents == memory->place)
        memory->place = NULL;
    vec_push(&memory->unpacked, contents);
    return 0;
}

bool chart_archive_look(struct span tgz, size_t most, const char *what, struct chart_memory *memory,
                        chart_files *files)
{
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) = tar_reader_beginning(tgz, most, what);
    struct err *none CLEANUP(err_cleanup) = NULL;

    if (!reader || read_files(reader, what, memory, files, &none) < 0)
        return false;
    vec_push(&memory->unpacked, tar_reader_take_memory(reader));
    return true;
}

void chart_memory_take(struct chart_memory *memory, struct chart_memory *from)
{
    VEC_FOREACH (void **, it, &from->unpacked)
        vec_push(&memory->unpacked, *it);
    VEC_FOREACH (struct arena **, it, &from->more)
        vec_push(&memory->more, *it);
    if (from->arena)
        vec_push(&memory->more, from->arena);
    vec_free(&from->unpacked);
    vec_free(&from->more);
    from->arena = NULL;
}

void chart_memory_free(struct chart_memory *memory)
{
    VEC_FOREACH (struct arena **, it, &memory->more)
        arena_free(*it);
    vec_free(&memory->more);
    VEC_FOREACH (void **, it, &memory->unpacked)
        free(*it);
    vec_free(&memory->unpacked);
    arena_free(memory->arena);
    free(memory->place);
}

// Level by level: "/" is before all other characters.
static int compare_paths(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (*a == '/' || *b == '/')
        return *a == *b ? 0 : !*a || (*a == '/' && *b) ? -1 : 1;
    return (unsigned char)*a - (unsigned char)*b;
}

struct placed {
    struct chart_file file;
    size_t place;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = compare_paths(x->file.path, y->file.path);

    return order ? order : (x->place > y->place) - (x->place < y->place);
}

void chart_files_sort(chart_files *files)
{
    VEC(struct placed) placed = {0};

    VEC_FOREACH (const struct chart_file *, file, files)
        vec_push(&placed, (struct placed){*file, placed.len});
    if (placed.len)
        qsort(placed.items, placed.len, sizeof(*placed.items), compare_placed);
    for (size_t i = 0; i < placed.len; i++)
        files->items[i] = placed.items[i].file;
    vec_free(&placed);
}

// Whether a file or one of the folders that it is in is ignored. `path` is changed for a moment.
static bool is_ignored(const struct chart_ignore *ignore, char *path)
{
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        bool ignored;

        *slash = '\0';
        ignored = chart_ignores(ignore, path, true);
        *slash = '/';
        if (ignored)
            return true;
    }
    return chart_ignores(ignore, path, false);
}

static struct span ignore_text(const chart_files *files)
{
    VEC_FOREACH (const struct chart_file *, file, files)
        if (strcmp(file->path, ".helmignore") == 0)
            return file->content;
    return SPAN_EMPTY;
}

int chart_files_ignore(chart_files *files, const char *what, struct err **err)
{
    struct chart_ignore *ignore CLEANUP(chart_ignore_cleanup) =
        chart_ignore_parse(ignore_text(files), what, err);
    size_t kept = 0;

    if (!ignore)
        return -1;
    for (size_t i = 0; i < files->len; i++) {
        char *path CLEANUP(mem_cleanup) = mem_str(files->items[i].path);

        if (!is_ignored(ignore, path))
            files->items[kept++] = files->items[i];
    }
    files->len = kept;
    return 0;
}

int chart_files_prepare(chart_files *files, const char *what, struct err **err)
{
    VEC_FOREACH (struct chart_file *, file, files) {
        if (file->content.len > CHART_FILE_MAX_BYTES)
            return err_set(err, ERR_CONFIG, "%s/%s is larger than %u MiB", what, file->path,
                           (unsigned)(CHART_FILE_MAX_BYTES >> 20));
        assert(!file->later || !chart_needs_file(file->path));
        if (!file->later)
            file->content = without_mark(file->content);
    }
    chart_files_sort(files);
    return 0;
}

void chart_files_free(chart_files *files)
{
    vec_free(files);
}
