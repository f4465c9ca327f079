// SPDX-License-Identifier: Apache-2.0
// Packs that are made to cost more than they should: each is read, or refused, in time and memory
// that follow from its size.
#include "unit.h"

#include <zlib.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/git.h"
#include "support_measure.h"

#define PACK_MAX ((size_t)256 << 20)

struct pack {
    struct buf objects;
    uint32_t count;
    struct buf file;
};

static void pack_init(struct pack *p)
{
    *p = (struct pack){.objects = BUF_INIT(PACK_MAX), .file = BUF_INIT(PACK_MAX)};
}

static void pack_free(struct pack *p)
{
    buf_free(&p->objects);
    buf_free(&p->file);
}

static void add_head(struct buf *out, unsigned type, size_t size)
{
    unsigned byte = type << 4 | (size & 15);

    for (size >>= 4; size; size >>= 7) {
        buf_add_char(out, (char)(byte | 0x80));
        byte = size & 0x7f;
    }
    buf_add_char(out, (char)byte);
}

static void add_compressed(struct buf *out, struct span data, int level)
{
    uLongf room = compressBound(data.len);
    char *at = buf_reserve(out, room);

    assert_non_null(at);
    assert_int_equal(
        compress2((unsigned char *)at, &room, (const unsigned char *)data.ptr, data.len, level),
        Z_OK);
    buf_commit(out, room);
}

static void name_of(const char *type, struct span content, struct git_oid *oid)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(PACK_MAX);

    buf_printf(&text, "%s %zu", type, content.len);
    buf_add_char(&text, '\0');
    buf_add_span(&text, content);
    crypto_sha1(buf_span(&text), oid->bytes);
}

static void add_object(struct pack *p, enum git_type type, struct span content, struct git_oid *oid)
{
    static const char *const names[] = {"", "commit", "tree", "blob", "tag"};

    add_head(&p->objects, type, content.len);
    add_compressed(&p->objects, content, 9);
    p->count++;
    if (oid)
        name_of(names[type], content, oid);
}

static void add_number(struct buf *out, size_t number)
{
    for (; number > 0x7f; number >>= 7)
        buf_add_char(out, (char)(number | 0x80));
    buf_add_char(out, (char)number);
}

static void add_ref_delta(struct pack *p, const struct git_oid *base, struct span delta)
{
    add_head(&p->objects, 7, delta.len);
    buf_add(&p->objects, base->bytes, GIT_OID_BYTES);
    add_compressed(&p->objects, delta, 9);
    p->count++;
}

// The commit of a tree.
static void add_commit(struct pack *p, const struct git_oid *tree, struct git_oid *commit)
{
    char hex[GIT_OID_HEX + 1];
    char *text CLEANUP(mem_cleanup) = NULL;

    git_oid_format(tree, hex);
    text = mem_printf("tree %s\nauthor a <a> 0 +0000\n\nx\n", hex);
    add_object(p, GIT_COMMIT, span_str(text), commit);
}

static struct span finish(struct pack *p)
{
    unsigned char digest[CRYPTO_SHA1_BYTES];

    buf_add(&p->file, "PACK\0\0\0\2", 8);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(&p->file, (char)(p->count >> shift));
    buf_add_span(&p->file, buf_span(&p->objects));
    crypto_sha1(buf_span(&p->file), digest);
    buf_add(&p->file, digest, sizeof(digest));
    return buf_span(&p->file);
}

static struct git_store *read_pack(struct span pack)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_store *store = git_store_new(pack, "sample", NULL, &err);

    if (!store)
        fail_msg("%s", err_message(err_cause(err) ? err_cause(err) : err));
    return store;
}

static void must_be_read(struct span pack)
{
    struct git_store *store CLEANUP(git_store_cleanup) = read_pack(pack);

    assert_non_null(store);
}

static void must_be_refused(struct span pack)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_store *store CLEANUP(git_store_cleanup) = git_store_new(pack, "sample", NULL, &err);

    assert_null(store);
    assert_err(err, ERR_INTEGRITY, "more content than a pack of this size may have");
}

// --- deltas ---

// `count` blobs, each a delta on the one before, the last one first in the pack.
static struct span chain(struct pack *p, uint32_t count)
{
    struct git_oid *names CLEANUP(mem_cleanup) = mem_zalloc(count, sizeof(*names));
    char text[32];

    pack_init(p);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "%08x", i);
        name_of("blob", span_str(text), &names[i]);
    }
    for (uint32_t i = count - 1; i > 0; i--) {
        snprintf(text, sizeof(text), "\x08\x08\x08%08x", i); // 8 bytes from 8: insert 8
        add_ref_delta(p, &names[i - 1], span_str(text));
    }
    add_object(p, GIT_BLOB, SPAN("00000000"), NULL);
    return finish(p);
}

static void test_git__reversed_deltas_are_read_in_linear_time(void **state)
{
    struct pack small CLEANUP(pack_free), large CLEANUP(pack_free);
    struct span quarter = chain(&small, 4000), whole = chain(&large, 16000);

    (void)state;
    assert_linear(must_be_read, quarter, whole);
}

// Deltas that wait for one name, which is in the pack twice.
static void test_git__one_base_may_have_many_deltas(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct git_oid base;
    char text[32];

    (void)state;
    pack_init(&p);
    name_of("blob", SPAN("00000000"), &base);
    for (int i = 1; i < 20000; i++) {
        snprintf(text, sizeof(text), "\x08\x08\x08%08x", i);
        add_ref_delta(&p, &base, span_str(text));
    }
    add_object(&p, GIT_BLOB, SPAN("00000000"), NULL);
    add_object(&p, GIT_BLOB, SPAN("00000000"), NULL);
    must_be_read(finish(&p));
}

static void test_git__deltas_on_each_other_are_refused(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_oid names[2];

    (void)state;
    pack_init(&p);
    name_of("blob", SPAN("0"), &names[0]);
    name_of("blob", SPAN("1"), &names[1]);
    add_ref_delta(&p, &names[0],
                  SPAN("\x01\x01\x01"
                       "1"));
    add_ref_delta(&p, &names[1],
                  SPAN("\x01\x01\x01"
                       "0"));
    assert_null(git_store_new(finish(&p), "sample", NULL, &err));
    assert_err(err, ERR_INTEGRITY, "has a base that is not in it");
}

// Each of the deltas makes its base, all of it copied, 16 times as large.
static void test_git__deltas_that_copy_are_bounded(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct buf content CLEANUP(buf_free) = BUF_INIT(PACK_MAX);

    (void)state;
    pack_init(&p);
    buf_add_repeat(&content, 'x', 4096);
    add_object(&p, GIT_BLOB, buf_span(&content), NULL);
    for (int i = 0; i < 4; i++) {
        struct buf delta CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
        struct git_oid base;
        size_t size = content.len;

        name_of("blob", buf_span(&content), &base);
        add_number(&delta, size);
        add_number(&delta, size * 16);
        for (int k = 0; k < 16; k++)
            for (size_t at = 0; at < size; at += 0x8000) {
                size_t piece = size - at < 0x8000 ? size - at : 0x8000;
                const unsigned char op[] = {
                    0xbf,     at & 0xff,    at >> 8 & 0xff,   at >> 16 & 0xff,
                    at >> 24, piece & 0xff, piece >> 8 & 0xff};

                buf_add(&delta, op, sizeof(op));
            }
        add_ref_delta(&p, &base, buf_span(&delta));
        buf_add_repeat(&content, 'x', 15 * size);
    }
    must_be_refused(finish(&p));
    assert_frugal(must_be_refused, buf_span(&p.file));
}

// --- content ---

static void test_git__compressed_nothing_is_bounded(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct buf zeros CLEANUP(buf_free) = BUF_INIT(PACK_MAX);

    (void)state;
    pack_init(&p);
    buf_add_repeat(&zeros, '\0', (size_t)32 << 20);
    add_object(&p, GIT_BLOB, buf_span(&zeros), NULL);
    must_be_refused(finish(&p));
    assert_frugal(must_be_refused, buf_span(&p.file));
}

static struct span many_blobs(struct pack *p, uint32_t count)
{
    pack_init(p);
    for (uint32_t i = 0; i < count; i++)
        add_object(p, GIT_BLOB, span_of(&i, sizeof(i)), NULL);
    return finish(p);
}

static void test_git__many_small_objects_take_what_they_need(void **state)
{
    struct pack small CLEANUP(pack_free), large CLEANUP(pack_free);
    struct span quarter = many_blobs(&small, 10000), whole = many_blobs(&large, 40000);

    (void)state;
    assert_linear(must_be_read, quarter, whole);
}

static void test_git__a_count_that_cannot_be_is_refused(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    pack_init(&p);
    add_object(&p, GIT_BLOB, SPAN("x"), NULL);
    p.count = GIT_OBJECTS_MAX;
    assert_null(git_store_new(finish(&p), "sample", NULL, &err));
    assert_err(err, ERR_INTEGRITY, "cannot hold its");
}

// --- trees ---

static void add_entries(struct buf *tree, const char *mode, unsigned count,
                        const struct git_oid *oid)
{
    for (unsigned i = 0; i < count; i++) {
        buf_printf(tree, "%s %c", mode, 'a' + i);
        buf_add_char(tree, '\0');
        buf_add(tree, oid->bytes, GIT_OID_BYTES);
    }
}

// A tree of ten entries that are one tree of ten entries, `levels` deep: 10^levels files.
static struct span unfolding(struct pack *p, unsigned levels, struct git_oid *commit)
{
    struct git_oid oid;

    pack_init(p);
    add_object(p, GIT_BLOB, SPAN("x"), &oid);
    for (unsigned i = 0; i < levels; i++) {
        struct buf tree CLEANUP(buf_free) = BUF_INIT(PACK_MAX);

        add_entries(&tree, i == 0 ? "100644" : "40000", 10, &oid);
        add_object(p, GIT_TREE, buf_span(&tree), &oid);
    }
    add_commit(p, &oid, commit);
    return finish(p);
}

static int count_file(void *data, const char *path UNUSED, unsigned mode UNUSED,
                      struct span content UNUSED, struct err **err UNUSED)
{
    ++*(size_t *)data;
    return 0;
}

static void test_git__folders_that_unfold_are_bounded(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_oid commit;
    struct git_store *store CLEANUP(git_store_cleanup) = read_pack(unfolding(&p, 9, &commit));
    size_t files = 0;

    (void)state;
    assert_true(p.file.len < 1000);
    assert_int_equal(git_walk(store, &commit, count_file, &files, &err), -1);
    assert_err(err, ERR_INTEGRITY, "unfold to more files");
    assert_true(files < 200000);
}

static void test_git__equal_folders_are_walked_each(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_oid commit;
    struct git_store *store CLEANUP(git_store_cleanup) = read_pack(unfolding(&p, 4, &commit));
    size_t files = 0;

    (void)state;
    assert_int_equal(git_walk(store, &commit, count_file, &files, &err), 0);
    assert_int_equal(files, 10000);
}

// --- attributes ---

// What git_conversion() says of a commit with that .gitattributes; "" for nothing.
static void check_conversion(const char *attributes, const char *expected)
{
    struct pack p CLEANUP(pack_free);
    struct buf tree CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct git_oid blob, oid, commit;
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;
    char *found CLEANUP(mem_cleanup) = NULL;

    pack_init(&p);
    add_object(&p, GIT_BLOB, span_str(attributes), &blob);
    buf_add_str(&tree, "100644 .gitattributes");
    buf_add_char(&tree, '\0');
    buf_add(&tree, blob.bytes, GIT_OID_BYTES);
    add_object(&p, GIT_TREE, buf_span(&tree), &oid);
    add_commit(&p, &oid, &commit);
    store = read_pack(finish(&p));
    found = git_conversion(store, &commit);
    assert_string_equal(found ? found : "", expected);
}

static void test_git__conversions_of_a_checkout_are_told(void **state)
{
    (void)state;
    check_conversion("# eol=crlf\n* text=auto\n*.sh text eol=lf\n*.bin -ident filter=lfs\n", "");
    check_conversion("a.txt text\n*\ttext  eol=crlf\r\n", ".gitattributes:2: eol=crlf");
    check_conversion("\"a ident b\" text\n*.c ident", ".gitattributes:2: ident");
    check_conversion("*.ps1 text working-tree-encoding=UTF-16\n",
                     ".gitattributes:1: working-tree-encoding=UTF-16");
}

// --- interruption ---

static void test_git__a_signal_ends_reading_and_walking(void **state)
{
    struct pack p CLEANUP(pack_free);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct err *walk CLEANUP(err_cleanup) = NULL;
    struct err *pack CLEANUP(err_cleanup) = NULL;
    struct err *read CLEANUP(err_cleanup) = NULL;
    struct cancel *cancel CLEANUP(cancel_cleanup) = cancel_new(&err);
    struct buf out CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct git_oid commit;
    struct span file = unfolding(&p, 2, &commit);
    struct git_store *store CLEANUP(git_store_cleanup) =
        git_store_new(file, "sample", cancel, &err);
    size_t files = 0;

    (void)state;
    assert_non_null(store);
    cancel_request(cancel);
    assert_int_equal(git_walk(store, &commit, count_file, &files, &walk), -1);
    assert_int_equal(err_kind(walk), ERR_CANCELLED);
    assert_int_equal(git_pack(store, &(struct git_target){.commit = commit}, &out, &pack), -1);
    assert_int_equal(err_kind(pack), ERR_CANCELLED);
    assert_null(git_store_new(file, "sample", cancel, &read));
    assert_int_equal(err_kind(read), ERR_CANCELLED);
}

UNIT_MAIN(UNIT(test_git__reversed_deltas_are_read_in_linear_time),
          UNIT(test_git__one_base_may_have_many_deltas),
          UNIT(test_git__deltas_on_each_other_are_refused),
          UNIT(test_git__deltas_that_copy_are_bounded),
          UNIT(test_git__compressed_nothing_is_bounded),
          UNIT(test_git__many_small_objects_take_what_they_need),
          UNIT(test_git__a_count_that_cannot_be_is_refused),
          UNIT(test_git__folders_that_unfold_are_bounded),
          UNIT(test_git__equal_folders_are_walked_each),
          UNIT(test_git__conversions_of_a_checkout_are_told),
          UNIT(test_git__a_signal_ends_reading_and_walking))
