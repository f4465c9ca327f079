// SPDX-License-Identifier: Apache-2.0
// Errands of a loader, by the names that it will ask for. What they share is under one lock; what
// belongs to one of them is its own until the loader has waited for it.
//
// A large archive is what all wait for. A third of the time goes into the pages that it is unpacked
// to: another thread gets them from the kernel, some way ahead of the one that unpacks. Values are
// the longest of what follows it, and stand at its beginning: they are read from there while the
// rest is unpacked (a look), and taken when the archive has the same.
#include "model/chart/load/ahead.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/errands.h"
#include "base/map.h"
#include "base/mem.h"
#include "io/archive.h"

// Less is done in the time that a thread takes to start.
#define ARCHIVE_LEAST_BYTES ((uint64_t)32 << 10)
#define VALUES_LEAST_BYTES ((size_t)4 << 10)
// Of what is begun, so that an archive that is refused in the end does not take much more memory
// than when it is refused at once.
#define ARCHIVES_MAX_BYTES ((uint64_t)32 << 20)
#define VALUES_MAX_BYTES ((size_t)4 << 20)

#define LARGE_BYTES ((uint64_t)1 << 20)
#define LOOK_BYTES ((size_t)256 << 10)  // how far one looks into a large one
#define PAGES_BYTES ((size_t)256 << 10) // whose pages are got at once

struct archive {
    struct chart_ahead *ahead;
    struct errand *errand;
    struct errand *pages, *look; // or NULL
    struct span tgz;
    const char *what;
    uint64_t said;       // bytes, of what comes out
    char *place;         // where
    atomic_bool is_over; // nobody writes there any more
    struct chart_memory memory;
    chart_files files;
    bool is_done; // and not taken
};

struct look {
    const struct archive *archive;
    struct chart_memory memory;
    chart_files files;
};

struct reading {
    struct errand *errand;
    struct span text;
    struct look *look; // that it is from, or NULL
    const char *name;
    struct doc *doc;
    struct node *values;
    bool is_done; // and not taken
};

struct chart_ahead {
    const char *what;
    struct template_texts *texts; // or NULL
    struct errands *errands;
    pthread_mutex_t lock; // of all below
    struct arena *arena;
    struct map archives; // by name
    struct map readings;
    VEC(struct look *) looks;
    uint64_t archives_room;
    size_t values_room;
};

struct chart_ahead *chart_ahead_new(const char *what)
{
    struct chart_ahead *a = MEM_NEW(struct chart_ahead);

    a->what = what;
    a->errands = errands_new();
    a->arena = arena_new();
    a->archives_room = ARCHIVES_MAX_BYTES;
    a->values_room = VALUES_MAX_BYTES;
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

// --- values ---

static void read_values(void *data)
{
    struct reading *r = data;
    struct err *none CLEANUP(err_cleanup) = NULL;

    r->doc = doc_new();
    r->values = node_new_map(r->doc);
    r->is_done = chart_values_read(r->doc, r->values, r->text, r->name, &none) == 0;
}

static void begin_values(struct chart_ahead *a, struct span text, const char *name,
                         struct look *look)
{
    struct reading *r;

    if (text.len < VALUES_LEAST_BYTES)
        return;
    pthread_mutex_lock(&a->lock);
    if (text.len <= a->values_room && !map_get(&a->readings, span_str(name))) {
        a->values_room -= text.len;
        r = ARENA_NEW(a->arena, struct reading);
        *r = (struct reading){.text = text, .look = look, .name = arena_str(a->arena, name)};
        (void)map_put(&a->readings, span_str(r->name), r);
        r->errand = errands_add(a->errands, read_values, r, text.len);
    }
    pthread_mutex_unlock(&a->lock);
}

// --- files ---

static void begin_file(struct chart_ahead *a, const char *what, const struct chart_file *file,
                       struct look *look)
{
    struct span rest = chart_path_within(span_str(file->path));
    char *name CLEANUP(mem_cleanup) = NULL;

    if (span_is(rest, "values.yaml")) {
        name = mem_printf("%s/%s", what, file->path);
        begin_values(a, file->content, name, look);
    } else if (!look && span_starts(rest, "charts/") && span_ends(rest, ".tgz")) {
        name = mem_printf("%s/%s", what, file->path);
        ahead_archive(a, file->content, name);
    }
}

void chart_ahead_add(struct chart_ahead *a, const struct chart_file *file)
{
    begin_file(a, a->what, file, NULL);
    if (a->texts && span_starts(span_str(file->path), "templates/"))
        template_texts_add(a->texts, file->content);
}

// --- templates ---

void ahead_set_texts(struct chart_ahead *a, struct template_texts *texts_take)
{
    a->texts = texts_take;
}

struct template_texts *ahead_take_texts(struct chart_ahead *a)
{
    return a ? STEAL(a->texts) : NULL;
}

// --- archives ---

static void unpack(void *data)
{
    struct archive *archive = data;
    struct err *none CLEANUP(err_cleanup) = NULL;

    archive->memory.arena = arena_new();
    archive->is_done = chart_archive_read(archive->tgz, archive->what, &archive->memory,
                                          &archive->files, &none) == 0;
    atomic_store(&archive->is_over, true);
    VEC_FOREACH (const struct chart_file *, file, &archive->files)
        if (archive->is_done)
            begin_file(archive->ahead, archive->what, file, NULL);
}

// The first ones are not worth it: by now they are there.
static void get_pages(void *data)
{
    struct archive *archive = data;

    for (size_t at = PAGES_BYTES; at < archive->said; at += PAGES_BYTES) {
        size_t left = (size_t)archive->said - at;

        if (atomic_load(&archive->is_over))
            return;
        mem_populate(archive->place + at, left < PAGES_BYTES ? left : PAGES_BYTES);
    }
}

static void look_into(void *data)
{
    struct look *look = data;
    const struct archive *archive = look->archive;

    look->memory = (struct chart_memory){.arena = arena_new(), .room = LOOK_BYTES};
    if (!chart_archive_look(archive->tgz, LOOK_BYTES, archive->what, &look->memory, &look->files))
        return;
    VEC_FOREACH (const struct chart_file *, file, &look->files)
        begin_file(archive->ahead, archive->what, file, look);
}

static void begin_archive(struct chart_ahead *a, struct span tgz, const char *what, uint64_t said)
{
    struct archive *archive = ARENA_NEW(a->arena, struct archive);
    struct look *look;

    archive->ahead = a;
    archive->tgz = tgz;
    archive->what = arena_str(a->arena, what);
    archive->said = said;
    archive->place = mem_alloc((size_t)said + 1);
    archive->memory = (struct chart_memory){.room = said, .place = archive->place};
    a->archives_room -= said;
    (void)map_put(&a->archives, span_str(archive->what), archive);
    archive->errand = errands_add(a->errands, unpack, archive, said);
    if (said < LARGE_BYTES)
        return;
    archive->pages = errands_add(a->errands, get_pages, archive, (size_t)said / 2);
    look = ARENA_NEW(a->arena, struct look);
    look->archive = archive;
    vec_push(&a->looks, look);
    archive->look = errands_add(a->errands, look_into, look, LOOK_BYTES);
}

void ahead_archive(struct chart_ahead *a, struct span tgz, const char *what)
{
    uint64_t said = gunzip_size_said(tgz);

    if (!a || said < ARCHIVE_LEAST_BYTES)
        return;
    pthread_mutex_lock(&a->lock);
    if (said <= a->archives_room && !map_get(&a->archives, span_str(what)))
        begin_archive(a, tgz, what, said);
    pthread_mutex_unlock(&a->lock);
}

// --- taking ---

static void *find(struct chart_ahead *a, const struct map *map, const char *name)
{
    void *found;

    pthread_mutex_lock(&a->lock);
    found = map_get(map, span_str(name));
    pthread_mutex_unlock(&a->lock);
    return found;
}

bool ahead_take_archive(struct chart_ahead *a, struct span tgz, const char *what,
                        struct chart_memory *memory, chart_files *files)
{
    struct archive *archive = a ? find(a, &a->archives, what) : NULL;
    uint64_t used;

    if (!archive || archive->tgz.ptr != tgz.ptr)
        return false;
    errands_finish(a->errands, archive->errand);
    if (archive->pages)
        errands_drop(a->errands, archive->pages);
    if (archive->look) // the caller may give up the archive
        errands_drop(a->errands, archive->look);
    used = archive->said - archive->memory.room;
    if (!archive->is_done || used > memory->room)
        return false;
    archive->is_done = false;
    memory->room -= used;
    chart_memory_take(memory, &archive->memory);
    *files = archive->files;
    archive->files = (chart_files){0};
    return true;
}

bool ahead_take_values(struct chart_ahead *a, struct span text, const char *name,
                       struct chart_memory *memory, struct doc **d, struct node **values)
{
    struct reading *r = a ? find(a, &a->readings, name) : NULL;

    if (!r)
        return false;
    errands_finish(a->errands, r->errand);
    if (!r->is_done || !span_eq(r->text, text))
        return false;
    r->is_done = false;
    *d = STEAL(r->doc);
    *values = r->values;
    if (r->look)
        chart_memory_take(memory, &r->look->memory);
    return true;
}

void chart_ahead_free(struct chart_ahead *a)
{
    if (!a)
        return;
    errands_free(a->errands);
    template_texts_free(a->texts);
    MAP_FOREACH (e, &a->readings)
        doc_free(((struct reading *)e->value)->doc);
    MAP_FOREACH (e, &a->archives) {
        struct archive *archive = e->value;

        chart_memory_free(&archive->memory);
        chart_files_free(&archive->files);
    }
    VEC_FOREACH (struct look *const *, look, &a->looks) {
        chart_memory_free(&(*look)->memory);
        chart_files_free(&(*look)->files);
    }
    vec_free(&a->looks);
    map_free(&a->readings);
    map_free(&a->archives);
    arena_free(a->arena);
    pthread_mutex_destroy(&a->lock);
    free(a);
}
