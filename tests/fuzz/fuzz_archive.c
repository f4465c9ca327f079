// SPDX-License-Identifier: Apache-2.0
// Archives, compressed or not: paths that come out are relative and stay inside; a whole one in
// memory gives what the streams give; a look at its beginning stays within it.
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/archive.h"

#define UNPACKED_MAX ((uint64_t)4 << 20)
#define LOOK_BYTES ((size_t)16 << 10)

struct entry {
    char *path;
    enum tar_type type;
    bool executable;
    struct buf content;
};

// "..x" is a name like any other.
static bool stays_inside(const char *path)
{
    struct span rest = span_str(path), part;

    while (span_next(&rest, '/', &part))
        if (span_is(part, ".."))
            return false;
    return path[0] && path[0] != '/';
}

// 1, 0 at the end, -1 with an error.
static int next(struct tar_reader *r, struct entry *e, struct err **err)
{
    struct tar_entry entry;
    int more = tar_next(r, &entry, err);

    if (more <= 0)
        return more;
    FUZZ_CHECK(stays_inside(entry.path));
    e->path = mem_str(entry.path);
    e->type = entry.type;
    e->executable = entry.executable;
    return entry.type == TAR_FILE && tar_read(r, &e->content, err) < 0 ? -1 : 1;
}

static void check_place(const struct tar_reader *r, const struct entry *e)
{
    struct span content;

    if (!tar_in_place(r, &content))
        return;
    FUZZ_CHECK(span_eq(content, buf_span(&e->content)));
    FUZZ_CHECK(content.ptr[content.len] == '\0');
}

// libdeflate takes symbols that deflate does not have for the longest length; whether the result is
// what was packed, the checksum tells all the same.
static bool only_zlib_refuses(const struct err *err)
{
    return err && (strstr(err_message(err), "invalid literal/length code") ||
                   strstr(err_message(err), "invalid distance code"));
}

static int compare_next(struct tar_reader *stream, struct tar_reader *memory, struct err **err,
                        struct err **other)
{
    struct entry a = {.content = BUF_INIT(UNPACKED_MAX)}, b = {.content = BUF_INIT(UNPACKED_MAX)};
    int more = next(stream, &a, err), more_too = next(memory, &b, other);

    FUZZ_CHECK(more == more_too || only_zlib_refuses(*err));
    FUZZ_CHECK(!a.path == !b.path || only_zlib_refuses(*err));
    if (more > 0) {
        FUZZ_CHECK(strcmp(a.path, b.path) == 0 && a.type == b.type);
        FUZZ_CHECK(a.executable == b.executable);
        FUZZ_CHECK(span_eq(buf_span(&a.content), buf_span(&b.content)));
        check_place(memory, &b);
    }
    free(a.path);
    free(b.path);
    buf_free(&a.content);
    buf_free(&b.content);
    return more;
}

static void compare(struct span packed, char *room)
{
    struct err *err CLEANUP(err_cleanup) = NULL, *other CLEANUP(err_cleanup) = NULL;
    struct stream *plain = stream_decompress(stream_from_span(packed), UNPACKED_MAX, "input");
    struct tar_reader *stream CLEANUP(tar_reader_cleanup) = tar_reader_new(plain, "input", &err);
    struct tar_reader *memory CLEANUP(tar_reader_cleanup) =
        tar_reader_memory(packed, room, UNPACKED_MAX, "input", &other);
    int more = stream ? 1 : -1;

    FUZZ_CHECK(!stream == !memory || only_zlib_refuses(err));
    while (more > 0)
        more = compare_next(stream, memory, &err, &other);
    if (more < 0) {
        fuzz_check_error(err);
        FUZZ_CHECK(err_kind(err) == ERR_INTEGRITY);
        if (only_zlib_refuses(err) && !other)
            return;
        FUZZ_CHECK(strcmp(err_message(err), err_message(other)) == 0);
    }
}

// Into memory of the reader's, and into the caller's.
static void compare_both(struct span packed)
{
    uint64_t said = gunzip_size_said(packed);
    char *room CLEANUP(mem_cleanup) = NULL;

    compare(packed, NULL);
    if (!said || said > UNPACKED_MAX)
        return;
    room = mem_alloc((size_t)said + 1);
    compare(packed, room);
}

static void look(struct span packed)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct tar_reader *r CLEANUP(tar_reader_cleanup) =
        tar_reader_beginning(packed, LOOK_BYTES, "input");
    int more = 1;

    while (r && more > 0) {
        struct entry e = {.content = BUF_INIT(UNPACKED_MAX)};

        more = next(r, &e, &err);
        FUZZ_CHECK(more >= 0);
        if (more > 0)
            check_place(r, &e);
        free(e.path);
        buf_free(&e.content);
    }
}

// As it is, and as what is in a gzip: its checksum would let nothing new through.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf packed CLEANUP(buf_free) = BUF_INIT(UNPACKED_MAX);

    compare_both(span_of(data, size));
    look(span_of(data, size));
    compress_gzip(span_of(data, size), &packed);
    compare_both(buf_span(&packed));
    look(buf_span(&packed));
    return 0;
}
