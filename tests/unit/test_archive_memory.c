// SPDX-License-Identifier: Apache-2.0
// Archives that are whole in memory: what is read in place is what the streams read, and everything
// else is left to them, with their errors.
#include "unit.h"

#include "base/mem.h"
#include "io/archive.h"
#include "support_tar.h"

#define MIB ((size_t)1 << 20)
enum { BLOCK = TAR_BLOCK };

static void add_files(struct buf *tar)
{
    char block[BLOCK];

    memset(block, 'b', sizeof(block));
    tar_put_file(tar, "c/./plain", 0644, SPAN("one"));
    tar_put_file(tar, "c/block", 0755, span_of(block, sizeof(block)));
    tar_put_file(tar, "c/empty", 0644, SPAN_EMPTY);
    buf_add_repeat(tar, '\0', 2 * BLOCK);
}

static struct tar_reader *open_memory(struct span packed)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct tar_reader *r = tar_reader_memory(packed, NULL, MIB, "input", &err);

    assert_non_null(r);
    return r;
}

static void expect_next(struct tar_reader *r, const char *path, bool executable,
                        struct span content, bool in_place)
{
    struct buf data CLEANUP(buf_free) = BUF_INIT(MIB);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span found = SPAN_EMPTY;
    struct tar_entry e;

    assert_int_equal(tar_next(r, &e, &err), 1);
    assert_string_equal(e.path, path);
    assert_int_equal(e.type, TAR_FILE);
    assert_int_equal(e.executable, executable);
    assert_int_equal(e.size, content.len);
    assert_int_equal(tar_in_place(r, &found), in_place);
    if (in_place) {
        assert_true(span_eq(found, content));
        assert_int_equal(found.ptr[found.len], '\0');
    }
    assert_int_equal(tar_read(r, &data, &err), 0);
    assert_true(span_eq(buf_span(&data), content));
}

static void expect_files(struct tar_reader *r, bool in_place)
{
    char block[BLOCK];
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct tar_entry e;

    memset(block, 'b', sizeof(block));
    expect_next(r, "c/plain", false, SPAN("one"), in_place);
    expect_next(r, "c/block", true, span_of(block, sizeof(block)), in_place);
    expect_next(r, "c/empty", false, SPAN_EMPTY, in_place);
    assert_int_equal(tar_next(r, &e, &err), 0);
}

static void test_archive_memory__gzip_is_read_in_place(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(MIB), packed CLEANUP(buf_free) = BUF_INIT(MIB);
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
    char *memory CLEANUP(mem_cleanup) = NULL;

    (void)state;
    add_files(&tar);
    compress_gzip(buf_span(&tar), &packed);
    r = open_memory(buf_span(&packed));
    expect_files(r, true);
    memory = tar_reader_take_memory(r);
    assert_non_null(memory);
}

static void test_archive_memory__it_is_unpacked_where_one_wants(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(MIB), packed CLEANUP(buf_free) = BUF_INIT(MIB);
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *room CLEANUP(mem_cleanup) = mem_alloc(MIB);
    struct tar_reader *r;
    struct span content;
    struct tar_entry e;

    (void)state;
    add_files(&tar);
    compress_gzip(buf_span(&tar), &packed);
    assert_int_equal(gunzip_size_said(buf_span(&packed)), tar.len);
    mem_populate(room, tar.len + 1);
    r = tar_reader_memory(buf_span(&packed), room, MIB, "input", &err);
    assert_non_null(r);
    assert_int_equal(tar_next(r, &e, &err), 1);
    assert_true(tar_in_place(r, &content));
    assert_ptr_equal(content.ptr, room + BLOCK);
    assert_ptr_equal(tar_reader_take_memory(r), room);
    tar_reader_free(r);
    r = tar_reader_memory(buf_span(&packed), room, MIB, "input", &err);
    expect_files(r, true); // not taken: it stays the caller's all the same
    tar_reader_free(r);
    packed.data[packed.len - 4] ^= 1; // it says less than comes out
    assert_null(tar_reader_memory(buf_span(&packed), room, MIB, "input", &err));
    memset(packed.data + packed.len - 4, 0x7f, 4); // and what cannot be
    assert_int_equal(gunzip_size_said(buf_span(&packed)), 0);
}

// What was unpacked there is read as a stream where it is no usual tar.
static void test_archive_memory__the_unusual_is_streamed_from_there(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(MIB), packed CLEANUP(buf_free) = BUF_INIT(MIB);
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *room CLEANUP(mem_cleanup) = mem_alloc(MIB);
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;

    (void)state;
    add_files(&tar);
    buf_add_repeat(&tar, '\0', 20000);
    compress_gzip(buf_span(&tar), &packed);
    r = tar_reader_memory(buf_span(&packed), room, MIB, "input", &err);
    expect_files(r, false);
    assert_null(tar_reader_take_memory(r));
}

// Bytes stay what they are, whatever part of which page is meant.
static void test_archive_memory__pages_that_are_got_ahead_keep_their_bytes(void **state)
{
    char *room CLEANUP(mem_cleanup) = mem_alloc(MIB);

    (void)state;
    memset(room, 'x', MIB / 2);
    for (size_t at = 0; at < 20000; at += 1237)
        for (size_t size = 0; size < 20000; size += 1093)
            mem_populate(room + at, size);
    mem_populate(room, MIB);
    for (size_t i = 0; i < MIB / 2; i++)
        assert_int_equal(room[i], 'x');
}

static void test_archive_memory__other_packing_is_streamed(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(MIB), packed CLEANUP(buf_free) = BUF_INIT(MIB);
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
    struct tar_reader *members CLEANUP(tar_reader_cleanup) = NULL;

    (void)state;
    add_files(&tar);
    r = open_memory(buf_span(&tar)); // not packed at all
    expect_files(r, false);
    assert_null(tar_reader_take_memory(r));
    compress_gzip(span_head(buf_span(&tar), 700), &packed);
    compress_gzip(span_tail(buf_span(&tar), 700), &packed);
    members = open_memory(buf_span(&packed)); // two members
    expect_files(members, false);
}

// The sample with one thing of it changed; its header's checksum is made good again.
static struct tar_reader *open_changed(size_t at, struct span by, struct buf *packed)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(MIB);

    add_files(&tar);
    memcpy(tar.data + at, by.ptr, by.len);
    tar_put_checksum(tar.data);
    compress_gzip(buf_span(&tar), packed);
    return open_memory(buf_span(packed));
}

static void expect_streamed(size_t at, struct span by, const char *path_or_error)
{
    struct buf packed CLEANUP(buf_free) = BUF_INIT(MIB);
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = open_changed(at, by, &packed);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span content;
    struct tar_entry e;

    if (tar_next(r, &e, &err) < 0) {
        assert_non_null(strstr(err_message(err), path_or_error));
        return;
    }
    assert_false(tar_in_place(r, &content));
    assert_string_equal(e.path, path_or_error);
}

static void test_archive_memory__the_unusual_is_streamed(void **state)
{
    (void)state;
    expect_streamed(0, SPAN("../x\0"), "unsafe path");
    expect_streamed(0, SPAN("/etc/x\0"), "unsafe path");
    expect_streamed(0, SPAN("a\ab\0"), "unsafe path");
    expect_streamed(0, SPAN("na\xc3\xafve\0"), "na\xc3\xafve");
    expect_streamed(156, SPAN("1target"), "hard link");
    expect_streamed(156, SPAN("2target"), "c/plain");
    expect_streamed(257, SPAN("ustar  "), "c/plain");
    expect_streamed(124, SPAN("77777777777"), "c/plain"); // the size: more than there is
}

static void test_archive_memory__what_is_broken_is_told_as_of_a_stream(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(MIB), packed CLEANUP(buf_free) = BUF_INIT(MIB);

    (void)state;
    add_files(&tar);
    compress_gzip(buf_span(&tar), &packed);
    for (size_t i = 0; i < packed.len; i++) {
        struct err *err CLEANUP(err_cleanup) = NULL, *wanted CLEANUP(err_cleanup) = NULL;
        struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
        struct tar_reader *s CLEANUP(tar_reader_cleanup) = NULL;
        struct tar_entry e, f;
        int more = 1, more_of_stream = 1;

        packed.data[i] ^= 0x55;
        r = tar_reader_memory(buf_span(&packed), NULL, MIB, "input", &err);
        s = tar_reader_new(stream_decompress(stream_from_span(buf_span(&packed)), MIB, "input"),
                           "input", &wanted);
        assert_int_equal(r != NULL, s != NULL);
        while (s && more > 0 && more_of_stream > 0) {
            more = tar_next(r, &e, &err);
            more_of_stream = tar_next(s, &f, &wanted);
            assert_int_equal(more, more_of_stream);
        }
        if (!s || more < 0)
            assert_string_equal(err_message(err), err_message(wanted));
        packed.data[i] ^= 0x55;
    }
}

static void test_archive_memory__no_more_comes_out_than_allowed(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(4 * MIB),
                   packed CLEANUP(buf_free) = BUF_INIT(4 * MIB);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
    struct tar_entry e;
    int more = 1;

    (void)state;
    add_files(&tar);
    buf_add_repeat(&tar, '\0', 2 * MIB);
    compress_gzip(buf_span(&tar), &packed);
    r = tar_reader_memory(buf_span(&packed), NULL, MIB, "input", &err);
    while (r && more > 0)
        more = tar_next(r, &e, &err);
    assert_int_equal(more, -1);
    assert_non_null(strstr(err_message(err), "more than 1048576 bytes come out of it"));
}

// An archive that is mostly padding, or has much behind its end, is not kept for its contents.
static void test_archive_memory__waste_is_not_kept(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(4 * MIB),
                   packed CLEANUP(buf_free) = BUF_INIT(4 * MIB);
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;

    (void)state;
    add_files(&tar);
    buf_add_repeat(&tar, '\0', 20000);
    compress_gzip(buf_span(&tar), &packed);
    r = open_memory(buf_span(&packed));
    expect_files(r, false);
}

// What is whole within the bytes, and has a block behind it.
static void test_archive_memory__a_look_shows_the_beginning(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(MIB), packed CLEANUP(buf_free) = BUF_INIT(MIB);
    char block[BLOCK];
    struct err *err = NULL;
    struct tar_reader *r;
    struct tar_entry e;

    (void)state;
    memset(block, 'b', sizeof(block));
    add_files(&tar);
    compress_gzip(buf_span(&tar), &packed);
    r = tar_reader_beginning(buf_span(&packed), 5 * BLOCK, "input");
    expect_next(r, "c/plain", false, SPAN("one"), true);
    expect_next(r, "c/block", true, span_of(block, sizeof(block)), true);
    assert_int_equal(tar_next(r, &e, &err), 0);
    tar_reader_free(r);
    r = tar_reader_beginning(buf_span(&packed), 4 * BLOCK, "input");
    expect_next(r, "c/plain", false, SPAN("one"), true);
    assert_int_equal(tar_next(r, &e, &err), 0);
    tar_reader_free(r);
    assert_null(tar_reader_beginning(buf_span(&tar), 5 * BLOCK, "input"));
    assert_null(tar_reader_beginning(span_head(buf_span(&packed), 10), 5 * BLOCK, "input"));
}

UNIT_MAIN(UNIT(test_archive_memory__a_look_shows_the_beginning),
          UNIT(test_archive_memory__gzip_is_read_in_place),
          UNIT(test_archive_memory__it_is_unpacked_where_one_wants),
          UNIT(test_archive_memory__the_unusual_is_streamed_from_there),
          UNIT(test_archive_memory__pages_that_are_got_ahead_keep_their_bytes),
          UNIT(test_archive_memory__other_packing_is_streamed),
          UNIT(test_archive_memory__the_unusual_is_streamed),
          UNIT(test_archive_memory__what_is_broken_is_told_as_of_a_stream),
          UNIT(test_archive_memory__no_more_comes_out_than_allowed),
          UNIT(test_archive_memory__waste_is_not_kept))
