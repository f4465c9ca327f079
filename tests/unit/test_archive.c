// SPDX-License-Identifier: Apache-2.0
// Archives and compression: what is written is read, what is unsafe or broken is refused.
#include "unit.h"

#include "base/mem.h"
#include "io/archive.h"

#define KIB ((size_t)1024)

// The same bytes, one at each read: the worst that a network does.
struct drip {
    struct stream base;
    struct span rest;
};

static ssize_t drip_read(struct stream *s, void *data, size_t len, struct err **err UNUSED)
{
    struct drip *d = (struct drip *)s;

    if (!d->rest.len || !len)
        return 0;
    memcpy(data, d->rest.ptr, 1);
    d->rest = span_tail(d->rest, 1);
    return 1;
}

static void drip_close(struct stream *s)
{
    free(s);
}

static struct stream *drip(struct span data)
{
    static const struct stream_ops ops = {drip_read, drip_close};
    struct drip *d = MEM_NEW(struct drip);

    d->base.ops = &ops;
    d->rest = data;
    return &d->base;
}

// printf 'hello, hello, hello' | gzip -n, | zstd
static const unsigned char gzip_hello[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
    0xd7, 0x51, 0xc8, 0x40, 0xa2, 0x00, 0x9f, 0xa1, 0xca, 0x09, 0x13, 0x00, 0x00, 0x00};
static const unsigned char zstd_hello[] = {0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x6d, 0x00, 0x00,
                                           0x38, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x2c, 0x20, 0x01,
                                           0x00, 0xe2, 0x8a, 0x11, 0x75, 0xf3, 0x98, 0x8e};

static int unpack(struct stream *from, uint64_t max, struct buf *out, struct err **err)
{
    struct stream *s CLEANUP(stream_cleanup) = stream_decompress(from, max, "input");

    return stream_read_all(s, out, ERR_INTEGRITY, "input", err);
}

static void check_hello(struct stream *from)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(KIB);
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(unpack(from, KIB, &out, &err), 0);
    assert_string_equal(buf_str(&out), "hello, hello, hello");
}

static void test_archive__gzip_is_told_however_small_the_pieces(void **state)
{
    (void)state;
    check_hello(stream_from_span(span_of(gzip_hello, sizeof(gzip_hello))));
    check_hello(drip(span_of(gzip_hello, sizeof(gzip_hello))));
}

static void test_archive__zstd_is_told_however_small_the_pieces(void **state)
{
    (void)state;
    check_hello(stream_from_span(span_of(zstd_hello, sizeof(zstd_hello))));
    check_hello(drip(span_of(zstd_hello, sizeof(zstd_hello))));
}

static void test_archive__what_is_not_compressed_passes(void **state)
{
    (void)state;
    check_hello(stream_from_span(SPAN("hello, hello, hello")));
    check_hello(drip(SPAN("hello, hello, hello")));
}

static void test_archive__gzip_members_follow_each_other(void **state)
{
    struct buf twice CLEANUP(buf_free) = BUF_INIT(KIB);
    struct buf out CLEANUP(buf_free) = BUF_INIT(KIB);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    buf_add(&twice, gzip_hello, sizeof(gzip_hello));
    buf_add(&twice, gzip_hello, sizeof(gzip_hello));
    assert_int_equal(unpack(drip(buf_span(&twice)), KIB, &out, &err), 0);
    assert_string_equal(buf_str(&out), "hello, hello, hellohello, hello, hello");
}

static void expect_bad(struct span data, uint64_t max, const char *word)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(KIB);
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(unpack(stream_from_span(data), max, &out, &err), -1);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
    assert_non_null(strstr(err_message(err), word));
}

static void test_archive__bad_compressed_data_is_refused(void **state)
{
    unsigned char flipped[sizeof(gzip_hello)];

    (void)state;
    for (size_t cut = 2; cut < sizeof(gzip_hello); cut++)
        expect_bad(span_of(gzip_hello, cut), KIB, "ends too early");
    memcpy(flipped, gzip_hello, sizeof(flipped));
    flipped[22] ^= 1; // the checksum
    expect_bad(span_of(flipped, sizeof(flipped)), KIB, "bad compressed data");
    expect_bad(span_of(zstd_hello, 10), KIB, "ends too early");
}

static void test_archive__more_than_allowed_is_refused(void **state)
{
    (void)state;
    expect_bad(span_of(gzip_hello, sizeof(gzip_hello)), 18, "more than 18 bytes");
}

// --- archives ---

static void write_sample(struct buf *out)
{
    struct tar_writer *w CLEANUP(tar_writer_cleanup) = tar_writer_new(out);
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *deep CLEANUP(mem_cleanup) = mem_zalloc(1, 301);

    memset(deep, 'd', 300);
    assert_int_equal(tar_add_file(w, "a/plain", false, SPAN("one"), &err), 0);
    assert_int_equal(tar_add_file(w, "a/tool", true, SPAN_EMPTY, &err), 0);
    assert_int_equal(tar_add_file(w, "na\xc3\xafve", false, SPAN("two"), &err), 0);
    assert_int_equal(tar_add_file(w, deep, false, SPAN("deep"), &err), 0);
    assert_int_equal(tar_writer_finish(STEAL(w), &err), 0);
}

static void test_archive__what_is_written_is_read(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(64 * KIB);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
    struct tar_entry e;
    static const char *const content[] = {"one", "", "two", "deep"};
    static const char *const path[] = {"a/plain", "a/tool", "na\xc3\xafve", "ddd"};

    (void)state;
    write_sample(&tar);
    r = tar_reader_new(drip(buf_span(&tar)), "input", &err);
    assert_non_null(r);
    for (size_t i = 0; i < ARRAY_LEN(content); i++) {
        struct buf data CLEANUP(buf_free) = BUF_INIT(KIB);

        assert_int_equal(tar_next(r, &e, &err), 1);
        assert_int_equal(strncmp(e.path, path[i], strlen(path[i])), 0);
        assert_int_equal(e.type, TAR_FILE);
        assert_int_equal(e.executable, i == 1);
        assert_int_equal(e.size, strlen(content[i]));
        assert_int_equal(tar_read(r, &data, &err), 0);
        assert_string_equal(buf_str(&data), content[i]);
    }
    assert_int_equal(tar_next(r, &e, &err), 0);
}

static void test_archive__same_content_gives_the_same_bytes(void **state)
{
    struct buf first CLEANUP(buf_free) = BUF_INIT(64 * KIB);
    struct buf second CLEANUP(buf_free) = BUF_INIT(64 * KIB);

    (void)state;
    write_sample(&first);
    write_sample(&second);
    assert_true(span_eq(buf_span(&first), buf_span(&second)));
}

static int see_none(void *data, struct span piece, struct err **err UNUSED)
{
    *(size_t *)data += piece.len;
    return 0;
}

static void test_archive__the_stream_is_read_to_its_end(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(1024 * KIB);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
    struct tar_entry e;
    size_t seen = 0;
    int more;

    (void)state;
    write_sample(&tar);
    buf_add_repeat(&tar, 'x', 500 * KIB); // behind the archive's own end
    r = tar_reader_new(stream_tee(stream_from_span(buf_span(&tar)), see_none, &seen), "input",
                       &err);
    while ((more = tar_next(r, &e, &err)) > 0)
        ;
    assert_int_equal(more, 0);
    assert_int_equal(seen, tar.len);
}

// A header of ustar with one field of it changed.
static void expect_unsafe(const char *path, char type, const char *word)
{
    char block[1536] = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct tar_reader *r CLEANUP(tar_reader_cleanup) = NULL;
    struct tar_entry e;
    unsigned sum = 0;
    int more;

    memcpy(block, path, strlen(path));
    memcpy(block + 100, "0000644\0000000000\0000000000\00000000000000\00000000000000", 48);
    memset(block + 148, ' ', 8);
    block[156] = type;
    memcpy(block + 157, "target", 6);
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < 512; i++)
        sum += (unsigned char)block[i];
    assert_int_equal(snprintf(block + 148, 8, "%06o", sum), 6);
    r = tar_reader_new(stream_from_span(span_of(block, sizeof(block))), "input", &err);
    assert_non_null(r);
    more = tar_next(r, &e, &err);
    if (!word) {
        assert_int_equal(more, 1);
        return;
    }
    assert_int_equal(more, -1);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
    assert_non_null(strstr(err_message(err), word));
}

static void test_archive__unsafe_entries_are_refused(void **state)
{
    (void)state;
    expect_unsafe("fine", '0', NULL);
    expect_unsafe("./fine/", '5', NULL);
    expect_unsafe("link", '2', NULL);
    expect_unsafe("/etc/passwd", '0', "unsafe path");
    expect_unsafe("a/../../b", '0', "unsafe path");
    expect_unsafe("..", '5', "unsafe path");
    expect_unsafe("bell\a", '0', "unsafe path");
    expect_unsafe("hard", '1', "hard link");
    expect_unsafe("device", '3', "neither file, folder nor link");
    expect_unsafe("pipe", '6', "neither file, folder nor link");
}

static void test_archive__cut_archives_are_refused(void **state)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(64 * KIB);

    (void)state;
    write_sample(&tar);
    for (size_t cut = 1; cut < 1024; cut += 93) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf data CLEANUP(buf_free) = BUF_INIT(KIB);
        struct tar_reader *r CLEANUP(tar_reader_cleanup) =
            tar_reader_new(stream_from_span(span_head(buf_span(&tar), cut)), "input", &err);
        struct tar_entry e;
        int more = r ? 1 : -1;

        while (more > 0 && (more = tar_next(r, &e, &err)) > 0)
            if (tar_read(r, &data, &err) < 0)
                more = -1;
        assert_int_equal(more, -1);
        assert_int_equal(err_kind(err), ERR_INTEGRITY);
    }
}

// --- gzip in pieces ---

static int append(void *data, struct span piece, struct err **err)
{
    buf_add_span(data, piece);
    return buf_check(data, ERR_SOURCE, "what came out", err);
}

static int gunzip(struct span data, size_t step, uint64_t max, struct buf *out, struct err **err)
{
    struct gunzip *g CLEANUP(gunzip_cleanup) = gunzip_new(max, "input", append, out);

    for (; data.len; data = span_tail(data, step))
        if (gunzip_add(g, span_head(data, step), err) < 0)
            return -1;
    return gunzip_end(g, err);
}

static void test_archive__gzip_comes_in_any_pieces(void **state)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(256 * KIB);
    struct buf packed CLEANUP(buf_free) = BUF_INIT(256 * KIB);

    (void)state;
    buf_add_repeat(&plain, 'x', 16 * KIB); // as much as one step makes
    for (size_t len = 0; len < 64 * KIB; len++)
        buf_add_char(&plain, (char)(len * len >> 7));
    compress_gzip(buf_span(&plain), &packed);
    for (size_t step = 1; step < packed.len + 2; step = step * 3 + 1) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(256 * KIB);
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(gunzip(buf_span(&packed), step, plain.len, &out, &err), 0);
        assert_true(span_eq(buf_span(&out), buf_span(&plain)));
    }
}

static void test_archive__bad_gzip_in_pieces_is_told(void **state)
{
    const struct span hello = span_of(gzip_hello, sizeof(gzip_hello));
    struct buf twice CLEANUP(buf_free) = BUF_INIT(KIB);
    const struct {
        struct span data;
        uint64_t max;
        const char *words;
    } cases[] = {
        {SPAN("hello, hello"), KIB, "input: bad gzip data"},
        {SPAN_EMPTY, KIB, "input: the gzip data ends too early"},
        {span_head(hello, hello.len - 1), KIB, "input: the gzip data ends too early"},
        {hello, 18, "input is larger than the limit when unpacked"},
        {{NULL, 0}, KIB, "input: more than one gzip stream"},
    };

    (void)state;
    buf_add_span(&twice, hello);
    buf_add_span(&twice, hello);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t step = 1; step < 100; step += 8) {
            struct buf out CLEANUP(buf_free) = BUF_INIT(KIB);
            struct err *err CLEANUP(err_cleanup) = NULL;
            struct span data = cases[i].data.ptr ? cases[i].data : buf_span(&twice);

            assert_int_equal(gunzip(data, step, cases[i].max, &out, &err), -1);
            assert_err(err, ERR_INTEGRITY, cases[i].words);
            assert_true(out.len <= cases[i].max);
        }
    }
}

static void test_archive__the_taker_of_gzip_may_fail(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(4);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(gunzip(span_of(gzip_hello, sizeof(gzip_hello)), 100, KIB, &out, &err), -1);
    assert_err(err, ERR_SOURCE, "what came out");
}

UNIT_MAIN(UNIT(test_archive__gzip_comes_in_any_pieces),
          UNIT(test_archive__bad_gzip_in_pieces_is_told),
          UNIT(test_archive__the_taker_of_gzip_may_fail),
          UNIT(test_archive__zstd_is_told_however_small_the_pieces),
          UNIT(test_archive__gzip_is_told_however_small_the_pieces),
          UNIT(test_archive__what_is_not_compressed_passes),
          UNIT(test_archive__gzip_members_follow_each_other),
          UNIT(test_archive__bad_compressed_data_is_refused),
          UNIT(test_archive__more_than_allowed_is_refused),
          UNIT(test_archive__what_is_written_is_read),
          UNIT(test_archive__same_content_gives_the_same_bytes),
          UNIT(test_archive__the_stream_is_read_to_its_end),
          UNIT(test_archive__unsafe_entries_are_refused),
          UNIT(test_archive__cut_archives_are_refused))
