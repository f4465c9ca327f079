// SPDX-License-Identifier: Apache-2.0
// Reading tar through libarchive, which sees one pull stream and nothing of the file system.
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/archive/tar_path.h"
#include "io/archive/whole.h"

enum { READ_PIECE_BYTES = 65536 };

struct tar_reader {
    struct archive *archive;
    struct stream *stream;
    char *what;
    char *path; // of the current entry
    size_t entries;
    char *memory;        // a tar that was unpacked as a whole
    char *own;           // the same, when it is not the caller's
    struct arena *arena; // what `files` refers to
    whole_files files;   // all entries, when they are read in place
    size_t next;         // of `files`
    char *piece;         // READ_PIECE_BYTES, of a stream
};

static la_ssize_t on_read(struct archive *a, void *data, const void **piece)
{
    struct tar_reader *r = data;
    ssize_t n = stream_read(r->stream, r->piece, READ_PIECE_BYTES);

    if (n < 0)
        archive_set_error(a, EIO, "the stream failed");
    *piece = r->piece;
    return n < 0 ? ARCHIVE_FATAL : n;
}

// The stream's own error says more than libarchive's about it.
static int fail(struct tar_reader *r, struct err **err)
{
    const char *text = archive_error_string(r->archive);

    if (stream_error(r->stream, err) < 0)
        return -1;
    return err_set(err, ERR_INTEGRITY, "%s: bad archive: %s", r->what, text ? text : "unknown");
}

struct tar_reader *tar_reader_new(struct stream *s_take, const char *what, struct err **err)
{
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = MEM_NEW(struct tar_reader);

    r->stream = s_take;
    r->what = mem_str(what);
    r->piece = mem_alloc(READ_PIECE_BYTES);
    r->archive = archive_read_new();
    if (!r->archive)
        abort();
    archive_read_support_format_tar(r->archive);
    archive_read_support_format_empty(r->archive);
    if (archive_read_open(r->archive, r, NULL, on_read, NULL) != ARCHIVE_OK) {
        fail(r, err);
        return NULL;
    }
    return STEAL(r);
}

static int judge(struct tar_reader *r, struct archive_entry *e, struct tar_entry *entry,
                 struct err **err)
{
    // A name in UTF-8 has no other form in the C locale.
    const char *utf8 = archive_entry_pathname_utf8(e);
    const char *path = utf8 ? utf8 : archive_entry_pathname(e);

    if (!path || !tar_path_is_safe(path))
        return err_set(err, ERR_INTEGRITY, "%s: the archive has an unsafe path '%.80s'", r->what,
                       path ? path : "");
    if (++r->entries > TAR_ENTRIES_MAX)
        return err_set(err, ERR_INTEGRITY, "%s: the archive has more than %d entries", r->what,
                       TAR_ENTRIES_MAX);
    free(r->path);
    r->path = path_clean(path);
    *entry = (struct tar_entry){.path = r->path,
                                .executable = (archive_entry_perm(e) & 0100) != 0,
                                .size = (uint64_t)archive_entry_size(e)};
    if (archive_entry_hardlink_utf8(e) || archive_entry_hardlink(e))
        return err_set(err, ERR_INTEGRITY, "%s: %s is a hard link", r->what, path);
    switch (archive_entry_filetype(e)) {
    case AE_IFREG: entry->type = TAR_FILE; return 1;
    case AE_IFDIR: entry->type = TAR_DIR; return 1;
    case AE_IFLNK:
        entry->type = TAR_LINK;
        entry->target = archive_entry_symlink_utf8(e);
        if (!entry->target)
            entry->target = archive_entry_symlink(e);
        return 1;
    default:
        return err_set(err, ERR_INTEGRITY, "%s: %s is neither file, folder nor link", r->what,
                       path);
    }
}

struct tar_reader *tar_reader_memory(struct span packed, char *room, uint64_t max_bytes,
                                     const char *what, struct err **err)
{
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
    struct stream *plain;
    size_t len = 0;
    char *memory = whole_gunzip(packed, max_bytes, room, &len);
    struct arena *arena = arena_new();
    whole_files files = {0};

    if (memory && whole_tar(memory, len, arena, &files)) {
        r = MEM_NEW(struct tar_reader);
        r->what = mem_str(what);
        r->files = files;
    } else {
        vec_free(&files);
        plain = memory ? stream_from_span(span_of(memory, len))
                       : stream_decompress(stream_from_span(packed), max_bytes, what);
        r = tar_reader_new(plain, what, err);
    }
    if (r) {
        r->memory = memory;
        r->own = room ? NULL : memory;
        r->arena = arena;
    } else {
        if (!room)
            free(memory);
        arena_free(arena);
    }
    return STEAL(r);
}

struct tar_reader *tar_reader_beginning(struct span packed, size_t most, const char *what)
{
    char *memory = whole_gunzip_beginning(packed, most);
    struct tar_reader *r;

    if (!memory)
        return NULL;
    r = MEM_NEW(struct tar_reader);
    r->what = mem_str(what);
    r->memory = r->own = memory;
    r->arena = arena_new();
    whole_tar_beginning(memory, most, r->arena, &r->files);
    return r;
}

bool tar_in_place(const struct tar_reader *r, struct span *content)
{
    if (r->archive)
        return false;
    *content = r->files.items[r->next - 1].content;
    return true;
}

void *tar_reader_take_memory(struct tar_reader *r)
{
    r->own = r->archive ? r->own : NULL;
    return r->archive ? NULL : r->memory;
}

static int next_in_place(struct tar_reader *r, struct tar_entry *entry)
{
    if (r->next == r->files.len)
        return 0;
    *entry = r->files.items[r->next++].entry;
    return 1;
}

int tar_next(struct tar_reader *r, struct tar_entry *entry, struct err **err)
{
    struct archive_entry *e;
    int result;

    if (!r->archive)
        return next_in_place(r, entry);
    result = archive_read_next_header(r->archive, &e);
    if (result == ARCHIVE_EOF) // what is behind the archive counts for a digest of the stream
        return stream_drain(r->stream, err);
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
        return fail(r, err);
    return judge(r, e, entry, err);
}

int tar_read(struct tar_reader *r, struct buf *out, struct err **err)
{
    char piece[READ_PIECE_BYTES];
    struct span content;
    la_ssize_t n;

    if (tar_in_place(r, &content)) {
        buf_add_span(out, content);
        return buf_check(out, ERR_INTEGRITY, r->files.items[r->next - 1].entry.path, err);
    }
    while ((n = archive_read_data(r->archive, piece, sizeof(piece))) > 0) {
        buf_add(out, piece, (size_t)n);
        if (out->overflow)
            return buf_check(out, ERR_INTEGRITY, r->path, err);
    }
    return n < 0 ? fail(r, err) : 0;
}

void tar_reader_free(struct tar_reader *r)
{
    if (!r)
        return;
    archive_read_free(r->archive); // NULL-safe
    stream_close(r->stream);
    free(r->own);
    arena_free(r->arena);
    vec_free(&r->files);
    free(r->what);
    free(r->path);
    free(r->piece);
    free(r);
}
