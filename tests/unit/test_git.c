// SPDX-License-Identifier: Apache-2.0
// Packs that git made (those of the fuzz corpus: a commit's name, then a pack): read, walked,
// written again, and refused when a byte of them is wrong.
#include "unit.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/git.h"
#include "model/git/pktline.h"

#define PACK_MAX ((size_t)1 << 20)

struct sample {
    struct buf file;
    struct git_target target;
    struct span pack;
};

static void sample_free(struct sample *s)
{
    buf_free(&s->file);
}

static void load(const char *name, struct sample *s)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/fuzz/corpus/gitpack/%s", TESTS_ROOT, name);
    struct err *err CLEANUP(err_cleanup) = NULL;

    s->file = (struct buf)BUF_INIT(PACK_MAX);
    assert_int_equal(file_read(AT_FDCWD, path, &s->file, &err), 0);
    memcpy(s->target.commit.bytes, s->file.data, GIT_OID_BYTES);
    s->pack = span_tail(buf_span(&s->file), GIT_OID_BYTES);
}

static struct git_store *open_store(const struct sample *s)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_store *store = git_store_new(s->pack, "sample", NULL, &err);

    assert_non_null(store);
    return store;
}

static int list(void *data, const char *path, unsigned mode, struct span content,
                struct err **err UNUSED)
{
    buf_printf(data, "%06o %s %zu\n", mode, path, content.len);
    return 0;
}

static void test_git__a_commit_is_walked(void **state)
{
    static const char *const names[] = {"ofs-delta", "ref-delta"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct sample s CLEANUP(sample_free) = {0};
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf text CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
        struct git_store *store CLEANUP(git_store_cleanup) = NULL;

        load(names[i], &s);
        store = open_store(&s);
        assert_int_equal(git_walk(store, &s.target.commit, list, &text, &err), 0);
        assert_string_equal(buf_str(&text), "100644 a 1691\n100644 d/e/b 6\n120000 link 1\n");
    }
}

static void test_git__files_are_found_by_path(void **state)
{
    struct sample s CLEANUP(sample_free) = {0};
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;
    struct span content;

    (void)state;
    load("ofs-delta", &s);
    store = open_store(&s);
    assert_true(git_find(store, &s.target.commit, "d/e/b", &content));
    assert_int_equal(content.len, 6);
    assert_true(git_find(store, &s.target.commit, "a", &content));
    assert_int_equal(content.len, 1691); // out of a delta
    assert_false(git_find(store, &s.target.commit, "d/e", &content));
    assert_false(git_find(store, &s.target.commit, "d/e/b/c", &content));
    assert_false(git_find(store, &s.target.commit, "none", &content));
    assert_false(git_find(store, &s.target.commit, "link", &content));
}

static void repack(const char *name, struct buf *out)
{
    struct sample s CLEANUP(sample_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;

    load(name, &s);
    store = open_store(&s);
    assert_int_equal(git_pack(store, &s.target, out, &err), 0);
}

static void test_git__a_pack_depends_on_its_commit_only(void **state)
{
    struct sample s CLEANUP(sample_free) = {0};
    struct buf first CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct buf second CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct buf third CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;

    (void)state;
    repack("ofs-delta", &first);
    repack("ref-delta", &second);
    assert_true(span_eq(buf_span(&first), buf_span(&second)));
    load("ofs-delta", &s);
    store = git_store_new(buf_span(&first), "ours", NULL, &err);
    assert_non_null(store);
    assert_int_equal(git_pack(store, &s.target, &third, &err), 0);
    assert_true(span_eq(buf_span(&first), buf_span(&third)));
}

static void expect_bad(struct span pack, const char *word)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_store *store CLEANUP(git_store_cleanup) = git_store_new(pack, "sample", NULL, &err);

    assert_null(store);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
    assert_non_null(strstr(err_message(err_cause(err) ? err_cause(err) : err), word));
}

static void test_git__every_flipped_byte_is_found(void **state)
{
    struct sample s CLEANUP(sample_free) = {0};

    (void)state;
    load("ofs-delta", &s);
    for (size_t i = GIT_OID_BYTES; i < s.file.len; i++) {
        s.file.data[i] ^= 4;
        expect_bad(s.pack, "");
        s.file.data[i] ^= 4;
    }
}

// A pack whose checksum is right but whose content is not: what a broken server would send.
static void expect_bad_inside(const void *objects, size_t len, unsigned char count,
                              const char *word)
{
    struct buf pack CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    unsigned char digest[CRYPTO_SHA1_BYTES];

    buf_add(&pack, "PACK\0\0\0\2\0\0\0", 11);
    buf_add_char(&pack, (char)count);
    buf_add(&pack, objects, len);
    crypto_sha1(buf_span(&pack), digest);
    buf_add(&pack, digest, sizeof(digest));
    expect_bad(buf_span(&pack), word);
}

static void test_git__bad_packs_are_refused(void **state)
{
    struct sample s CLEANUP(sample_free) = {0};

    (void)state;
    load("one-commit", &s);
    expect_bad(SPAN("PACK"), "not a pack");
    expect_bad(span_head(s.pack, s.pack.len - 1), "checksum");
    expect_bad_inside("", 0, 1, "an object is missing");
    expect_bad_inside("\x30", 1, 0, "something else than objects");
    expect_bad_inside("\x50", 1, 1, "unknown type");
    expect_bad_inside("\x31zzzzzzzz", 9, 1, "bad compressed data");
    expect_bad_inside("\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, 1, "object size");
    expect_bad_inside("\xb0\xff\xff\xff\xff\x7f", 6, 1, "too large");
    expect_bad_inside("\x61\x7f", 2, 1, "whose base is outside");
    expect_bad_inside("\x71short", 6, 1, "without a base");
}

static void test_git__missing_objects_are_told(void **state)
{
    struct sample s CLEANUP(sample_free) = {0};
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(PACK_MAX);

    (void)state;
    load("one-commit", &s);
    store = open_store(&s);
    s.target.commit.bytes[0] ^= 1;
    assert_int_equal(git_pack(store, &s.target, &out, &err), -1);
    assert_int_equal(err_kind(err), ERR_INTEGRITY);
    assert_non_null(strstr(err_message(err), "the commit"));
}

static void test_git__only_https_is_spoken(void **state)
{
    static const char *const urls[][2] = {
        {"ssh://git@host.example/team/r.git", "over ssh is not supported"},
        {"git@host.example:team/r.git", "in the form of scp"},
        {"host.example:team/r.git", "in the form of scp"},
        {"git://host.example/r.git", "only http and https"},
        {"file:///srv/r.git", "only http and https"},
        {"/srv/r.git", "only http and https"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct git_remote remote = {.url = urls[i][0]};
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct git_target target;

        assert_int_equal(git_resolve(&remote, "tag/v1", &target, &err), -1);
        assert_err(err, ERR_UNSUPPORTED, urls[i][1]);
        if (i < 3)
            assert_non_null(strstr(err_hint_text(err), "https://host.example/team/r.git"));
    }
}

static void test_git__a_tag_of_a_tree_is_no_commit(void **state)
{
    struct sample s CLEANUP(sample_free) = {0};
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct git_target tree = {0};

    (void)state;
    load("one-commit", &s);
    store = open_store(&s);
    assert_int_equal(git_commit_tree(store, &s.target.commit, &tree.commit, &err), 0);
    assert_int_equal(git_pack(store, &tree, &out, &err), -1);
    assert_err(err, ERR_UNSUPPORTED, "is a tree, not a commit");
}

// --- pkt-lines ---

static void test_git__lines_are_cut(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span rest, line;
    enum pktline_kind kind;

    (void)state;
    pktline_add(&text, "want %s\n", "x");
    pktline_add_delim(&text);
    pktline_add_flush(&text);
    assert_string_equal(buf_str(&text), "000bwant x\n00010000");
    rest = buf_span(&text);
    assert_int_equal(pktline_next(&rest, true, &kind, &line, &err), 0);
    assert_true(kind == PKTLINE_DATA && span_is(line, "want x"));
    assert_int_equal(pktline_next(&rest, true, &kind, &line, &err), 0);
    assert_int_equal(kind, PKTLINE_DELIM);
    assert_int_equal(pktline_next(&rest, true, &kind, &line, &err), 0);
    assert_int_equal(kind, PKTLINE_FLUSH);
    assert_int_equal(rest.len, 0);
}

static void test_git__broken_lines_are_refused(void **state)
{
    static const char *const texts[] = {"", "00", "00zz", "0009want", "<html>"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct span rest = span_str(texts[i]), line;
        enum pktline_kind kind;

        assert_int_equal(pktline_next(&rest, true, &kind, &line, &err), -1);
        assert_int_equal(err_kind(err), ERR_SOURCE);
    }
}

UNIT_MAIN(UNIT(test_git__a_commit_is_walked), UNIT(test_git__files_are_found_by_path),
          UNIT(test_git__a_pack_depends_on_its_commit_only),
          UNIT(test_git__every_flipped_byte_is_found), UNIT(test_git__bad_packs_are_refused),
          UNIT(test_git__missing_objects_are_told), UNIT(test_git__only_https_is_spoken),
          UNIT(test_git__a_tag_of_a_tree_is_no_commit), UNIT(test_git__lines_are_cut),
          UNIT(test_git__broken_lines_are_refused))
