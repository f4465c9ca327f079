// SPDX-License-Identifier: Apache-2.0
// A server of pinned commits, without sockets: what packs of ours tell, what is offered, what
// clients want and are answered.
#include "unit.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/git.h"

#define PACK_MAX ((size_t)1 << 20)
#define OID_1 "1111111111111111111111111111111111111111"
#define OID_2 "2222222222222222222222222222222222222222"
#define OID_3 "3333333333333333333333333333333333333333"
#define CAPS                                                                                       \
    "shallow deepen-since deepen-not side-band-64k ofs-delta no-progress "                         \
    "allow-tip-sha1-in-want allow-reachable-sha1-in-want object-format=sha1 agent=sandstrap"

// --- packs ---

// A pack of the corpus, written again by git_pack() with the tag of that name.
static void pack_of(const char *name, const char *tag, struct git_target *target, struct buf *out)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/fuzz/corpus/gitpack/%s", TESTS_ROOT, name);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf file CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;

    *target = (struct git_target){.annotated = tag != NULL};
    assert_int_equal(file_read(AT_FDCWD, path, &file, &err), 0);
    memcpy(target->commit.bytes, file.data, GIT_OID_BYTES);
    if (tag)
        assert_true(git_oid_parse(span_str(tag), &target->tag));
    store = git_store_new(span_tail(buf_span(&file), GIT_OID_BYTES), name, NULL, &err);
    assert_non_null(store);
    assert_int_equal(git_pack(store, target, out, &err), 0);
}

#define TAG "675df8b524d01870ee0e55c8b55bfe7da859862b"
#define TAG_TWICE "d05387c133fd03a5b3aeede9852ad7f8ded5c731"

static const struct {
    const char *name, *tag;
    bool has_parents;
} packs[] = {
    {"one-commit", NULL, false},
    {"ofs-delta", NULL, true},
    {"annotated", NULL, true},
    {"annotated", TAG, true},
    {"annotated-twice", TAG_TWICE, true},
};

static void test_git_server__a_pack_tells_what_its_pin_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(packs); i++) {
        struct buf pack CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct git_target target;
        struct git_pin pin = {0};

        pack_of(packs[i].name, packs[i].tag, &target, &pack);
        pin.target.commit = target.commit;
        assert_int_equal(git_pin_read(buf_span(&pack), &pin, &err), 0);
        assert_int_equal(pin.target.annotated, target.annotated);
        if (target.annotated)
            assert_memory_equal(pin.target.tag.bytes, target.tag.bytes, GIT_OID_BYTES);
        assert_int_equal(pin.has_parents, packs[i].has_parents);
    }
}

static void test_git_server__a_pack_of_something_else_is_no_pin(void **state)
{
    struct buf pack CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct err *other CLEANUP(err_cleanup) = NULL;
    struct git_target target;
    struct git_pin pin = {0};

    (void)state;
    pack_of("annotated", TAG, &target, &pack);
    assert_int_equal(git_pin_read(buf_span(&pack), &pin, &other), -1);
    assert_err(other, ERR_INTEGRITY, "does not begin with the commit 0000");
    pin.target.commit = target.commit;
    for (size_t len = 0; len < 200; len++) { // tag and commit are longer
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(git_pin_read(span_head(buf_span(&pack), len), &pin, &err), -1);
        assert_int_equal(err_kind(err), ERR_INTEGRITY);
    }
    for (size_t i = 12; i < 200; i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        pack.data[i] ^= 4;
        if (git_pin_read(buf_span(&pack), &pin, &err) < 0)
            assert_int_equal(err_kind(err), ERR_INTEGRITY);
        else // in the fill bits of a compressed stream, or the tag's name
            assert_memory_equal(pin.target.commit.bytes, target.commit.bytes, GIT_OID_BYTES);
        pack.data[i] ^= 4;
    }
}

static void test_git_server__a_tag_comes_first_and_belongs_to_the_pack(void **state)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct buf tagged CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct err *more CLEANUP(err_cleanup) = NULL;
    struct err *less CLEANUP(err_cleanup) = NULL;
    struct err *other CLEANUP(err_cleanup) = NULL;
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;
    struct git_store *bare CLEANUP(git_store_cleanup) = NULL;
    struct git_target with, without;

    (void)state;
    pack_of("annotated", NULL, &without, &plain);
    pack_of("annotated", TAG, &with, &tagged);
    assert_int_equal(tagged.data[GIT_PACK_HEADER_BYTES] >> 4 & 7, GIT_TAG);
    store = git_store_new(buf_span(&tagged), "tagged", NULL, &err);
    bare = git_store_new(buf_span(&plain), "plain", NULL, &err);
    assert_true(store && bare);
    assert_int_equal(git_check(store, &with, &err), 0);
    assert_int_equal(git_check(bare, &without, &err), 0);
    assert_int_equal(git_check(store, &without, &more), -1);
    assert_err(more, ERR_INTEGRITY, "has 6 objects, of which the commit has 5");
    assert_int_equal(git_check(bare, &with, &less), -1);
    assert_err(less, ERR_INTEGRITY, "the tag " TAG " is missing");
    with.commit.bytes[0] ^= 1;
    assert_int_equal(git_check(store, &with, &other), -1);
    assert_err(other, ERR_INTEGRITY, "the tag is of another commit");
}

// Joined as a server sends it; git_store_new() checks the whole of it.
static void join(const struct buf *in, size_t count, struct buf *out)
{
    struct git_join *j CLEANUP(git_join_cleanup) = git_join_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    unsigned char digest[CRYPTO_SHA1_BYTES];
    const struct git_part *parts;
    size_t part_count;

    for (size_t i = 0; i < count; i++)
        assert_int_equal(git_join_add(j, stream_from_span(buf_span(&in[i])), &err), 0);
    git_join_header(j, buf_reserve(out, GIT_PACK_HEADER_BYTES));
    buf_commit(out, GIT_PACK_HEADER_BYTES);
    parts = git_join_parts(j, &part_count);
    for (size_t i = 0; i < part_count; i++)
        buf_add(out, in[parts[i].pack].data + parts[i].offset, parts[i].len);
    crypto_sha1(buf_span(out), digest);
    buf_add(out, digest, sizeof(digest));
}

static void test_git_server__packs_are_joined_with_each_object_once(void **state)
{
    struct buf in[ARRAY_LEN(packs)], out CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct git_target targets[ARRAY_LEN(packs)];
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_store *store CLEANUP(git_store_cleanup) = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(packs); i++) {
        in[i] = (struct buf)BUF_INIT(PACK_MAX);
        pack_of(packs[i].name, packs[i].tag, &targets[i], &in[i]);
    }
    join(in, ARRAY_LEN(packs), &out);
    store = git_store_new(buf_span(&out), "joined", NULL, &err);
    assert_non_null(store);
    for (size_t i = 0; i < ARRAY_LEN(packs); i++) {
        struct buf again CLEANUP(buf_free) = BUF_INIT(PACK_MAX);

        assert_int_equal(git_pack(store, &targets[i], &again, &err), 0);
        assert_true(span_eq(buf_span(&again), buf_span(&in[i])));
    }
    buf_truncate(&out, 0);
    join(&in[2], 2, &out); // the second one has a tag more
    assert_int_equal(out.len, in[3].len);
    for (size_t i = 0; i < ARRAY_LEN(packs); i++)
        buf_free(&in[i]);
}

static void test_git_server__deltas_are_not_joined(void **state)
{
    static const char delta[] = "PACK\0\0\0\2\0\0\0\1\x61\1zzzzzzzzzzzz";
    struct git_join *j CLEANUP(git_join_cleanup) = git_join_new();
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(git_join_add(j, stream_from_span(span_of(delta, sizeof(delta))), &err), -1);
    assert_err(err, ERR_INTEGRITY, "a delta at byte 12");
}

// --- refs ---

static struct git_pin pin_of(const char *ref, const char *commit, const char *tag, bool has_parents)
{
    struct git_pin pin = {.ref = span_str(ref), .has_parents = has_parents};

    assert_true(git_oid_parse(span_str(commit), &pin.target.commit));
    pin.target.annotated = tag != NULL;
    if (tag)
        assert_true(git_oid_parse(span_str(tag), &pin.target.tag));
    return pin;
}

// The lines of an answer, one below the other, with capabilities after a bar.
static void expect_refs(const struct git_pin *pins, size_t count, const char *expected)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(PACK_MAX);

    git_format_refs(pins, count, &out);
    for (size_t at = 0; at < out.len;) {
        char head[5] = {0};
        size_t len;

        memcpy(head, out.data + at, 4);
        len = strtoul(head, NULL, 16);
        if (len)
            buf_add(&text, out.data + at + 4, len - 4);
        else
            buf_add_str(&text, "--\n");
        at += len ? len : 4;
    }
    for (size_t i = 0; i < text.len; i++)
        if (!text.data[i])
            text.data[i] = '|';
    assert_string_equal(buf_str(&text), expected);
}

#define SERVICE "# service=git-upload-pack\n--\n"

static void test_git_server__pins_are_offered_as_refs(void **state)
{
    const struct git_pin tag[] = {pin_of("tag/v1", OID_1, OID_2, true)};
    const struct git_pin branches[] = {
        pin_of("branch/dev", OID_1, NULL, false), pin_of("branch/main", OID_2, NULL, true),
        pin_of("refs/heads/main", OID_2, NULL, true), pin_of("tag/v1", OID_1, NULL, false)};
    const struct git_pin tags[] = {pin_of("commit/" OID_3, OID_3, NULL, true),
                                   pin_of("tag/v1", OID_1, NULL, true),
                                   pin_of("tag/v2", OID_2, NULL, true)};
    const struct git_pin defaults[] = {pin_of("", OID_1, NULL, true),
                                       pin_of("tag/v1", OID_2, NULL, false)};
    const struct git_pin moved[] = {pin_of("", OID_1, NULL, false),
                                    pin_of("branch/main", OID_2, NULL, false)};

    (void)state;
    expect_refs(tag, 1,
                SERVICE OID_1 " HEAD|" CAPS " symref=HEAD:refs/heads/main\n" OID_1
                              " refs/heads/main\n" OID_2 " refs/tags/v1\n" OID_1
                              " refs/tags/v1^{}\nshallow " OID_1 "\n--\n");
    expect_refs(branches, 4,
                SERVICE OID_2 " HEAD|" CAPS " symref=HEAD:refs/heads/main\n" OID_1
                              " refs/heads/dev\n" OID_2 " refs/heads/main\n" OID_1
                              " refs/tags/v1\nshallow " OID_2 "\n--\n");
    expect_refs(tags, 3,
                SERVICE OID_2 " HEAD|" CAPS " symref=HEAD:refs/heads/main\n" OID_2
                              " refs/heads/main\n" OID_1 " refs/tags/v1\n" OID_2
                              " refs/tags/v2\nshallow " OID_3 "\nshallow " OID_1 "\nshallow " OID_2
                              "\n--\n");
    expect_refs(defaults, 2,
                SERVICE OID_1 " HEAD|" CAPS " symref=HEAD:refs/heads/main\n" OID_1
                              " refs/heads/main\n" OID_2 " refs/tags/v1\nshallow " OID_1 "\n--\n");
    expect_refs(moved, 2,
                SERVICE OID_1 " HEAD|" CAPS " symref=HEAD:refs/heads/default\n" OID_1
                              " refs/heads/default\n" OID_2 " refs/heads/main\n--\n");
    expect_refs(NULL, 0, SERVICE "--\n");
}

// --- requests ---

struct asked {
    struct arena *arena;
    struct git_want want;
    struct err *err;
};

static void asked_free(struct asked *a)
{
    arena_free(a->arena);
    err_free(a->err);
}

// Reads it in pieces of `step` bytes.
static int ask(struct asked *a, struct span body, size_t step)
{
    a->arena = arena_new();
    git_want_start(&a->want, a->arena);
    for (; body.len; body = span_tail(body, step))
        if (git_want_add(&a->want, span_head(body, step), &a->err) < 0)
            return -1;
    return git_want_end(&a->want, &a->err);
}

#define WANT_1 "0053want " OID_1 " side-band-64k agent=git/2.39.5 x\n"
#define WANT_2 "0032want " OID_2 "\n"
#define DEEPEN "000cdeepen 1"
#define HAVE "0032have " OID_3 "\n"

static void expect_answer(const char *body, const char *expected)
{
    const struct git_pin pins[] = {pin_of("tag/v1", OID_1, NULL, true),
                                   pin_of("tag/v2", OID_2, NULL, false)};

    for (size_t step = 1; step < 200; step += 7) {
        struct asked a CLEANUP(asked_free) = {0};
        struct buf out CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
        bool wanted[2];

        if (ask(&a, span_str(body), step) < 0)
            fail_msg("%s: %s", body, err_message(a.err));
        assert_int_equal(git_want_resolve(&a.want, pins, 2, wanted, &a.err), 0);
        git_format_answer(&a.want, pins, 2, wanted, &out);
        buf_printf(&out, "|%s%s%s%s", wanted[0] ? "1" : "", wanted[1] ? "2" : "",
                   a.want.side_band ? "s" : "", a.want.done ? "d" : "");
        assert_string_equal(buf_str(&out), expected);
    }
}

static void test_git_server__requests_are_understood_in_any_pieces(void **state)
{
    (void)state;
    expect_answer("0000", "|");
    expect_answer(WANT_1 DEEPEN "0000", "0035shallow " OID_1 "\n0000|1s");
    expect_answer(WANT_1 DEEPEN "00000009done\n", "0035shallow " OID_1 "\n00000008NAK\n|1sd");
    expect_answer(WANT_2 DEEPEN "0000" HAVE "0000", "00000008NAK\n|2");
    expect_answer(WANT_2 DEEPEN "0000" HAVE "0009done\n", "00000008NAK\n|2d");
    expect_answer(WANT_1 WANT_2 "0035shallow " OID_3 "\n" DEEPEN "0000",
                  "0035shallow " OID_1 "\n0000|12s");
    expect_answer(WANT_2 "00000008done", "0008NAK\n|12d");
    expect_answer(WANT_2 "000ddeepen 0\n00000008done", "0008NAK\n|12d");
    expect_answer(WANT_2 "0019deepen-since 1700000\n00000008done", "00000008NAK\n|2d");
}

static void test_git_server__bad_requests_are_told(void **state)
{
    static const char *const bodies[][2] = {
        {"", "ends too early"},
        {"00", "ends too early"},
        {WANT_2, "ends too early"},
        {WANT_2 "00000009don", "ends too early"},
        {"zzzz", "is not git's protocol"},
        {"fff0", "a line of 65520 bytes, more than 4096"},
        {"00000009done\n", "wants nothing"},
        {"0014command=ls-refs\n0000", "not understood: command=ls-refs"},
        {"0001", "only version 0"},
        {"0032want 11111111111111111111111111111111111111zz\n", "not understood: 1111"},
        {"000edeepen -1\n", "not understood: deepen -1"},
        {WANT_2 "0015filter blob:none\n", "not understood: filter blob:none"},
        {WANT_2 "0000000awants\n", "not understood: wants"},
        {WANT_2 "00000009done\n0009done\n", "goes on after its end"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        for (size_t step = 1; step < 100; step += 9) {
            struct asked a CLEANUP(asked_free) = {0};

            assert_int_equal(ask(&a, span_str(bodies[i][0]), step), -1);
            assert_err(a.err, ERR_SOURCE, bodies[i][1]);
        }
    }
}

static void test_git_server__wants_are_limited(void **state)
{
    struct buf body CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct asked a CLEANUP(asked_free) = {0};

    (void)state;
    for (size_t i = 0; i <= GIT_WANTS_MAX; i++)
        buf_add_str(&body, WANT_2);
    assert_int_equal(ask(&a, buf_span(&body), 60000), -1);
    assert_err(a.err, ERR_SOURCE, "more than 4096 wants");
}

static void test_git_server__a_foreign_want_is_told_with_what_there_is(void **state)
{
    const struct git_pin pins[] = {pin_of("tag/v1", OID_1, NULL, true),
                                   pin_of("branch/x", OID_3, NULL, false)};
    struct buf out CLEANUP(buf_free) = BUF_INIT(PACK_MAX);
    struct asked a CLEANUP(asked_free) = {0};
    bool wanted[2];

    (void)state;
    assert_int_equal(ask(&a, SPAN(WANT_2 "00000009done\n"), 1000), 0);
    assert_int_equal(git_want_resolve(&a.want, pins, 2, wanted, &a.err), -1);
    assert_err(a.err, ERR_SOURCE,
               "not our ref " OID_2 ": of this repository there is only tag/v1 " OID_1
               ", branch/x " OID_3);
    git_format_failure("no", &out);
    assert_string_equal(buf_str(&out), "000aERR no");
}

static void test_git_server__a_wanted_tag_is_its_pins(void **state)
{
    const struct git_pin pins[] = {pin_of("branch/x", OID_1, NULL, true),
                                   pin_of("tag/v1", OID_1, OID_2, true)};
    struct asked both CLEANUP(asked_free) = {0};
    bool wanted[2];

    (void)state;
    assert_int_equal(ask(&both, SPAN(WANT_2 WANT_1 DEEPEN "00000009done\n"), 1000), 0);
    assert_int_equal(git_want_resolve(&both.want, pins, 2, wanted, &both.err), 0);
    assert_true(!wanted[0] && wanted[1]); // the tag's pack has the commit, too
}

static void test_git_server__packets_of_the_band_have_heads(void **state)
{
    char head[GIT_BAND_HEAD_BYTES + 1];

    (void)state;
    git_format_band(GIT_BAND_MAX_BYTES, head);
    assert_string_equal(head, "fff0\1");
    git_format_band(1, head);
    assert_string_equal(head, "0006\1");
}

UNIT_MAIN(UNIT(test_git_server__a_pack_tells_what_its_pin_is),
          UNIT(test_git_server__a_pack_of_something_else_is_no_pin),
          UNIT(test_git_server__a_tag_comes_first_and_belongs_to_the_pack),
          UNIT(test_git_server__packs_are_joined_with_each_object_once),
          UNIT(test_git_server__deltas_are_not_joined),
          UNIT(test_git_server__pins_are_offered_as_refs),
          UNIT(test_git_server__requests_are_understood_in_any_pieces),
          UNIT(test_git_server__bad_requests_are_told), UNIT(test_git_server__wants_are_limited),
          UNIT(test_git_server__a_foreign_want_is_told_with_what_there_is),
          UNIT(test_git_server__a_wanted_tag_is_its_pins),
          UNIT(test_git_server__packets_of_the_band_have_heads))
