// SPDX-License-Identifier: Apache-2.0
// The lock: written sorted and once, read strictly, with the line of whatever is wrong.
#include "unit.h"

#include "base/mem.h"
#include "model/lock.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_HEX "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define TAG "1123456789abcdef0123456789abcdef01234567"
#define HEAD                                                                                       \
    "apiVersion: sandstrap.dev/v1alpha3\n"                                                         \
    "kind: Lock\n"                                                                                 \
    "kubernetes: 1.34.0\n"                                                                         \
    "entrypoint: clusters/sandbox\n"                                                               \
    "origin: upstream\n"                                                                           \
    "platforms: [linux/amd64, linux/arm64]\n"                                                      \
    "artifacts:\n"
#define GIT                                                                                        \
    "- kind: git\n"                                                                                \
    "  name: https://example.org/x.git\n"                                                          \
    "  ref: tag/1\n"                                                                               \
    "  commit: " COMMIT "\n"                                                                       \
    "  pack: sha256:" HEX "\n"                                                                     \
    "  usedBy: [a]\n"
#define IMAGE "- kind: image\n  name: x:1\n  digest: sha256:" HEX "\n"
#define MANIFEST(platform) "{platform: " platform ", digest: \"sha256:" HEX "\"}"

static struct digest digest_of(const char *text)
{
    struct digest d;

    assert_true(digest_parse(span_str(text), &d));
    return d;
}

static struct lock *sample(const int order[3])
{
    struct lock *l = lock_new(SPAN("clusters/sandbox"), SPAN(LOCK_ORIGIN_UPSTREAM),
                              SPAN("linux/arm64,linux/amd64"));
    static const char *const a[] = {"b", "a"}, *const b[] = {"c"};
    const struct digest digest = digest_of("sha256:" HEX);
    const struct lock_manifest manifests[] = {
        {SPAN("linux/arm64"), digest},
        {SPAN("linux/amd64"), digest},
    };
    const struct lock_entry entries[] = {
        {.kind = LOCK_IMAGE,
         .name = SPAN("example.org/app:1"),
         .digest = digest,
         .manifests = manifests,
         .manifest_count = 2,
         .size = 12,
         .used_by = a,
         .used_by_count = 2},
        {.kind = LOCK_GIT,
         .name = SPAN("https://example.org/x.git"),
         .ref = SPAN("tag/2"),
         .commit = SPAN(COMMIT),
         .tag = SPAN(TAG),
         .pack = digest,
         .used_by = b,
         .used_by_count = 1},
        {.kind = LOCK_GIT,
         .name = SPAN("https://example.org/x.git"),
         .ref = SPAN("tag/1"),
         .commit = SPAN(COMMIT),
         .pack = digest,
         .used_by = a,
         .used_by_count = 1},
    };

    for (size_t i = 0; i < ARRAY_LEN(entries); i++)
        lock_add(l, &entries[order[i]]);
    return l;
}

static void format(const int order[3], struct buf *out)
{
    struct lock *l CLEANUP(lock_cleanup) = sample(order);

    lock_format(l, out);
}

static void test_lock__any_order_gives_the_same_bytes(void **state)
{
    struct buf first CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct buf second CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);

    (void)state;
    format((const int[]){0, 1, 2}, &first);
    format((const int[]){2, 1, 0}, &second);
    assert_string_equal(buf_str(&first), buf_str(&second));
    assert_true(strstr(buf_str(&first), "tag/1") < strstr(buf_str(&first), "tag/2"));
}

static void test_lock__what_is_written_is_read(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct buf again CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct lock *l CLEANUP(lock_cleanup) = NULL;
    const struct lock_entry *e;

    (void)state;
    format((const int[]){0, 1, 2}, &text);
    l = lock_parse(buf_span(&text), "x.lock", &err);
    assert_non_null(l);
    lock_format(l, &again);
    assert_string_equal(buf_str(&text), buf_str(&again));
    e = lock_find(l, LOCK_IMAGE, SPAN("example.org/app:1"), SPAN_EMPTY);
    assert_non_null(e);
    assert_int_equal(e->size, 12);
    assert_int_equal(e->used_by_count, 2);
    assert_int_equal(e->manifest_count, 2);
    assert_true(span_is(e->manifests[0].platform, "linux/amd64"));
    assert_string_equal(DIGEST_TEXT(&e->digest), "sha256:" HEX);
    assert_true(digest_eq(&e->manifests[1].digest, &e->digest));
    e = lock_find(l, LOCK_GIT, SPAN("https://example.org/x.git"), SPAN("tag/1"));
    assert_non_null(e);
    assert_true(span_is(e->commit, COMMIT));
    assert_int_equal(e->tag.len, 0);
    assert_string_equal(DIGEST_TEXT(&e->pack), "sha256:" HEX);
    e = lock_find(l, LOCK_GIT, SPAN("https://example.org/x.git"), SPAN("tag/2"));
    assert_non_null(e);
    assert_true(span_is(e->tag, TAG));
    assert_null(lock_find(l, LOCK_GIT, SPAN("https://example.org/x.git"), SPAN("tag/3")));
}

static void test_lock__adding_again_adds_the_users_only(void **state)
{
    struct lock *l CLEANUP(lock_cleanup) = sample((const int[]){0, 1, 2});
    static const char *const users[] = {"a", "z"};
    struct lock_entry e = {.kind = LOCK_IMAGE,
                           .name = SPAN("example.org/app:1"),
                           .digest = digest_of("sha256:" OTHER_HEX),
                           .size = 99,
                           .used_by = users,
                           .used_by_count = 2};
    const struct lock_entry *there;
    size_t count;

    (void)state;
    lock_add(l, &e);
    lock_entries(l, &count);
    there = lock_find(l, LOCK_IMAGE, e.name, SPAN_EMPTY);
    assert_int_equal(count, 3);
    assert_int_equal(there->size, 12);
    assert_false(digest_eq(&there->digest, &e.digest));
    assert_int_equal(there->used_by_count, 3);
}

static void expect_bad(const char *text, const char *where, const char *word)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct lock *l CLEANUP(lock_cleanup) = lock_parse(span_str(text), "x.lock", &err);
    char *start CLEANUP(mem_cleanup) = mem_printf("x.lock:%s", where);

    assert_null(l);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    if (strncmp(err_message(err), start, strlen(start)) != 0 || !strstr(err_message(err), word))
        fail_msg("'%s' has not '%s' and '%s'", err_message(err), start, word);
}

static void test_lock__what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    expect_bad("kind: Lock\n", "1:", "not a lock");
    expect_bad("- a\n", "1:", "not a lock");
    expect_bad("apiVersion: sandstrap.dev/v9\nkind: Lock\n", "1:", "not a lock");
    expect_bad(HEAD "more: 1\n", "8:", "unknown field");
    expect_bad(HEAD "- x\n", "8:", "not a map");
    expect_bad(HEAD "- kind: thing\n  name: x\n", "8:", "unknown kind of artifact: thing");
    expect_bad("apiVersion: sandstrap.dev/v1alpha1\nkind: Lock\n", "1:", "by an older sandstrap");
    expect_bad("apiVersion: sandstrap.dev/v1alpha2\nkind: Lock\n", "1:", "by an older sandstrap");
    expect_bad(HEAD GIT GIT, "14:", "pinned twice");
    expect_bad(HEAD GIT "  size: 1\n", "14:", "unknown field: size");
    expect_bad(HEAD "- kind: git\n  name: x\n  commit: " COMMIT "\n  usedBy: []\n",
               "8:", "'pack' is not sha256:");
    expect_bad(HEAD IMAGE "  manifests: []\n", "11:", "one for each platform");
    expect_bad(HEAD IMAGE "  manifests: [x, y]\n", "11:", "not a map");
    expect_bad(HEAD IMAGE
               "  manifests: [" MANIFEST("linux/amd64") ", " MANIFEST("linux/s390x") "]\n",
               "11:", "not a platform of this lock: linux/s390x");
    expect_bad(HEAD IMAGE
               "  manifests: [" MANIFEST("linux/arm64") ", " MANIFEST("linux/amd64") "]\n",
               "11:", "not in the order");
    expect_bad(HEAD "- kind: file\n  name: x\n  digest: sha256:" HEX "\n  manifests: []\n",
               "11:", "unknown field: manifests");
    expect_bad(HEAD "- kind: chart\n  name: https://h/x:1.0.0\n  digest: sha256:" HEX
                    "\n  manifests: []\n",
               "11:", "unknown field: manifests");
    expect_bad(HEAD "- kind: git\n  name: x\n  digest: sha256:" HEX "\n", "10:", "unknown field");
    expect_bad(HEAD "- kind: git\n  name: x\n  commit: 123\n  usedBy: []\n", "10:", "not a text");
    expect_bad(HEAD "- kind: git\n  name: x\n  commit: main\n  usedBy: []\n", "10:", "40 hexa");
    expect_bad(HEAD GIT "  tag: v1\n", "14:", "'tag' is not 40 hexa");
    expect_bad(HEAD GIT "  tag: ''\n", "14:", "'tag' is not 40 hexa");
    expect_bad(HEAD "- kind: git\n  name: x\n  ref: 1.0\n  commit: " COMMIT "\n",
               "10:", "not a text");
    expect_bad(HEAD "- kind: image\n  digest: sha256:" HEX "\n  usedBy: []\n",
               "8:", "without a name");
    expect_bad(HEAD "- kind: image\n  name: x:1\n  digest: sha256:12\n", "10:", "64 hexadecimal");
    expect_bad(HEAD "- kind: image\n  name: x:1\n  digest: sha256:" HEX "\n  size: -1\n",
               "11:", "not a number");
    expect_bad(HEAD "- kind: image\n  name: x:1\n  digest: sha256:" HEX "\n  size: big\n",
               "11:", "not a number");
    expect_bad(HEAD "- kind: image\n  name: x:1\n  digest: sha256:" HEX "\n  usedBy: me\n",
               "11:", "not a list");
    expect_bad(HEAD "- kind: image\n  name: x:1\n  digest: sha256:" HEX "\n  usedBy: [1]\n",
               "11:", "else than texts");
    expect_bad(HEAD "- kind: image\n  name: x:1\n  name: y:1\n", "", "name");
}

static void test_lock__head_is_checked(void **state)
{
    static const char *const lines[][2] = {
        {"origin: upstream", "origin: home"},
        {"platforms: [linux/amd64, linux/arm64]", "platforms: [linux]"},
        {"platforms: [linux/amd64, linux/arm64]", "platforms: [linux/a//b]"},
        {"platforms: [linux/amd64, linux/arm64]", "platforms: []"},
        {"entrypoint: clusters/sandbox", "entrypoint: ''"},
        {"kubernetes: 1.34.0", "kubernetes: '1.34'"},
        {"kubernetes: 1.34.0", "kubernetes: v1.34.0"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        const char *at = strstr(HEAD, lines[i][0]);
        char *text CLEANUP(mem_cleanup) = mem_printf("%.*s%s%s []\n", (int)(at - HEAD), HEAD,
                                                     lines[i][1], at + strlen(lines[i][0]));

        expect_bad(text, "", "'");
    }
}

static void test_lock__decisions_are_sorted_and_once_each(void **state)
{
    struct lock *l CLEANUP(lock_cleanup) = sample((const int[]){0, 1, 2});
    struct lock *again CLEANUP(lock_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct buf second CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct err *err CLEANUP(err_cleanup) = NULL;
    const struct lock_decision all[] = {
        {LOCK_LOOKUP, "HelmRelease x/b", "c/t.yaml:1", "v1 Secret x/y", "not there"},
        {LOCK_RANDOM, "HelmRelease x/a", "c/t.yaml:2", "randAlpha", "any value"},
        {LOCK_CLUSTER, "HelmRelease x/a", "", "spec.suspend", "followed"},
        {LOCK_LOOKUP, "HelmRelease x/b", "c/t.yaml:1", "v1 Secret x/y", "not there"},
    };
    const struct lock_decision *found;
    size_t count;

    (void)state;
    lock_format(l, &text);
    assert_null(strstr(buf_str(&text), "decisions"));
    assert_non_null(strstr(buf_str(&text), "kubernetes: " LOCK_KUBE_VERSION));
    buf_truncate(&text, 0);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        lock_add_decision(l, &all[i]);
    lock_set_kube_version(l, SPAN("1.33.2"));
    lock_format(l, &text);
    again = lock_parse(buf_span(&text), "x.lock", &err);
    assert_non_null(again);
    found = lock_decisions(again, &count);
    assert_int_equal(count, 3);
    assert_string_equal(found[0].asked, "spec.suspend");
    assert_string_equal(found[0].where, "");
    assert_int_equal(found[1].question, LOCK_RANDOM);
    assert_string_equal(found[2].user, "HelmRelease x/b");
    assert_true(span_is(lock_kube_version(again), "1.33.2"));
    lock_format(again, &second);
    assert_string_equal(buf_str(&text), buf_str(&second));
}

static void test_lock__decisions_are_read_strictly(void **state)
{
    (void)state;
    expect_bad(HEAD GIT "decisions: x\n", "14: ", "'decisions' is not a list");
    expect_bad(HEAD GIT "decisions:\n- {what: lookup, asked: a, user: b}\n",
               "15: ", "lacks: assumed");
    expect_bad(HEAD GIT "decisions:\n- {what: x, asked: a, assumed: b, user: c}\n",
               "15: ", "unknown kind of decision: x");
    expect_bad(HEAD GIT "decisions:\n- {what: lookup, asked: a, assumed: 1, user: c}\n",
               "15: ", "not a text");
    expect_bad(HEAD GIT "decisions:\n- {what: lookup, z: 1}\n", "15: ", "unknown field");
    expect_bad(HEAD GIT "guessed: []\n", "14:", "unknown field: guessed");
}

static void test_lock_is_oci__a_chart_by_its_name(void **state)
{
    (void)state;
    assert_true(lock_is_oci(&(struct lock_entry){.kind = LOCK_IMAGE, .name = SPAN("h/x:1")}));
    assert_true(lock_is_oci(&(struct lock_entry){.kind = LOCK_CHART, .name = SPAN("h:5/x:1")}));
    assert_false(
        lock_is_oci(&(struct lock_entry){.kind = LOCK_CHART, .name = SPAN("https://h/x:1")}));
    assert_false(lock_is_oci(&(struct lock_entry){.kind = LOCK_FILE, .name = SPAN("https://h/x")}));
}

static void test_lock__a_missing_file_says_how_it_is_made(void **state)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_null(lock_read("/nonexistent/x.lock", &err));
    assert_int_equal(err_kind(err), ERR_CONFIG);
    assert_non_null(strstr(err_hint_text(err), "bundle lock"));
}

UNIT_MAIN(UNIT(test_lock__any_order_gives_the_same_bytes), UNIT(test_lock__what_is_written_is_read),
          UNIT(test_lock__adding_again_adds_the_users_only),
          UNIT(test_lock__what_is_wrong_is_told_with_its_line), UNIT(test_lock__head_is_checked),
          UNIT(test_lock__decisions_are_sorted_and_once_each),
          UNIT(test_lock__decisions_are_read_strictly), UNIT(test_lock_is_oci__a_chart_by_its_name),
          UNIT(test_lock__a_missing_file_says_how_it_is_made))
