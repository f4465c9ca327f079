// SPDX-License-Identifier: Apache-2.0
// Contents that are given up, and those that come back.
#include "model/chart/load/again.h"

#include <string.h>

#include "base/block.h"
#include "base/checked.h"
#include "io/archive.h"

// Less holds no whole block for sure.
#define LEAST_BYTES (2 * BLOCK_BYTES)

struct archive;
struct given_up {
    struct chart_later head;
    struct archive *archive;
    size_t file;         // of the archive
    struct span content; // when it was unpacked again
};

struct archive {
    struct span tgz;
    const char *what;
    struct chart_memory *memory;
    VEC(struct given_up *) given_up; // in the arena of `memory`, as all is
    bool is_back;
};

static int unpack_again(struct archive *archive, struct err **err)
{
    struct chart_memory again = {.arena = arena_new(), .room = CHART_MAX_BYTES};
    chart_files files CLEANUP(chart_files_free) = {0};

    if (chart_archive_read(archive->tgz, archive->what, &again, &files, err) < 0) {
        chart_memory_free(&again);
        return -1;
    }
    VEC_FOREACH (struct given_up *const *, it, &archive->given_up)
        (*it)->content = files.items[(*it)->file].content;
    chart_memory_take(archive->memory, &again);
    archive->is_back = true;
    return 0;
}

static int read_again(void *data, struct span *content, struct err **err)
{
    const struct given_up *it = data;

    if (!it->archive->is_back && unpack_again(it->archive, err) < 0)
        return -1;
    *content = it->content;
    return 0;
}

// Whether the file may be given up, and lies in `room` as it was unpacked.
static bool is_large(const struct chart_file *file, struct span room)
{
    return file->content.len >= LEAST_BYTES &&
           (uintptr_t)file->content.ptr >= (uintptr_t)room.ptr &&
           (uintptr_t)file->content.ptr - (uintptr_t)room.ptr < room.len &&
           !chart_needs_file(file->path);
}

// In a checked build who reads it nevertheless sees that it is not there.
static bool forget(struct span content)
{
    char *at = (char *)(uintptr_t)content.ptr;

    if (!IS_CHECKED)
        return block_recycle_part(at, content.len);
    memset(at, '?', content.len);
    return true;
}

static void give_up(struct archive *archive, chart_files *files, size_t i)
{
    struct arena *arena = archive->memory->arena;
    struct given_up *it = ARENA_NEW(arena, struct given_up);

    it->head.read = read_again;
    it->head.data = it;
    it->archive = archive;
    it->file = i;
    vec_push_arena(arena, &archive->given_up, it);
    files->items[i].content.ptr = NULL;
    files->items[i].later = &it->head;
}

bool again_give_up(struct span tgz, const char *what, struct chart_memory *memory,
                   chart_files *files)
{
    void *contents = memory->unpacked.len ? memory->unpacked.items[memory->unpacked.len - 1] : NULL;
    struct span room = {contents, contents ? (size_t)gunzip_size_said(tgz) : 0};
    struct archive *archive;
    size_t large = 0;

    VEC_FOREACH (const struct chart_file *, file, files)
        if (is_large(file, room))
            large += file->content.len;
    if (!large || large < room.len / 2) // the rest is never freed
        return false;
    archive = ARENA_NEW(memory->arena, struct archive);
    archive->tgz = tgz;
    archive->what = what;
    archive->memory = memory;
    for (size_t i = 0; i < files->len; i++)
        if (is_large(&files->items[i], room) && forget(files->items[i].content))
            give_up(archive, files, i);
    if (archive->given_up.len && !IS_CHECKED)
        memory->unpacked.len--;
    return archive->given_up.len;
}
