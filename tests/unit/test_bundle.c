// SPDX-License-Identifier: Apache-2.0
// Bundles: planned, written in any order, read; every byte of one is checked.
#include "test_bundle.h"

#include <sys/mman.h>

#include "support_measure.h"

static int check(const char *path, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(path, err);

    return b ? bundle_verify(b, NULL, err) : -1;
}

static void test_bundle__any_order_gives_the_same_bytes(void **state)
{
    struct fixture *f = *state;
    struct buf first CLEANUP(buf_free) = BUF_INIT(FILE_MAX);
    struct buf second CLEANUP(buf_free) = BUF_INIT(FILE_MAX);

    write_bundle(f, false);
    read_file(f->path, &first);
    assert_int_equal(unlink(f->path), 0);
    write_bundle(f, true);
    read_file(f->path, &second);
    assert_true(span_eq(buf_span(&first), buf_span(&second)));
}

static void test_bundle__what_is_written_is_read(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;
    const struct bundle_artifact *all;
    const struct bundle_blob *blobs;
    size_t count, blob_count;
    size_t ids[4];
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = plan(f, false, ids);
    struct digest identity = bundle_plan_identity(p);

    write_bundle(f, false);
    b = bundle_open(f->path, &err);
    assert_non_null(b);
    assert_int_equal(bundle_verify(b, NULL, &err), 0);
    assert_true(digest_eq(bundle_identity(b), &identity));
    assert_string_equal(DIGEST_HEX(bundle_lock_digest(b)), LOCK_DIGEST);
    all = bundle_artifacts(b, &count);
    blobs = bundle_blobs(b, &blob_count);
    assert_int_equal(count, 4);
    assert_int_equal(blob_count, 4);
    assert_true(span_is(all[0].version, "tag/1") && span_is(all[1].version, "tag/2"));
    assert_int_equal(all[2].kind, BUNDLE_IMAGE);
    for (size_t i = 0; i < 3; i++) {
        struct buf data CLEANUP(buf_free) = BUF_INIT(FILE_MAX);

        assert_int_equal(blobs[all[2].blobs[i]].offset % 4096, 0);
        assert_int_equal(bundle_read(b, &blobs[all[2].blobs[i]], &data, &err), 0);
        assert_true(span_eq(buf_span(&data), f->content[i + 1]));
    }
}

static void test_bundle__what_is_in_it_is_found(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;
    const struct bundle_artifact *a;
    const struct bundle_blob *blob;
    struct digest digest = crypto_sha256(f->content[3]);
    char data[8];
    size_t count;

    write_bundle(f, false);
    b = bundle_open(f->path, &err);
    a = bundle_find(b, BUNDLE_GIT, SPAN("https://x"), SPAN("tag/2"));
    assert_non_null(a);
    assert_true(span_is(a->version, "tag/2") && span_is(a->revision, COMMIT));
    assert_int_equal(bundle_artifact_size(b, a), 4096);
    a = bundle_find(b, BUNDLE_IMAGE, SPAN("app:1"), SPAN_EMPTY);
    assert_int_equal(bundle_artifact_size(b, a), LARGE_BYTES + 4096 + strlen("tiny"));
    assert_null(bundle_find(b, BUNDLE_GIT, SPAN("https://x"), SPAN("tag/3")));
    assert_null(bundle_find(b, BUNDLE_FILE, SPAN("https://x"), SPAN("tag/2")));
    assert_true(span_is(bundle_platforms(b, &count)[0], "linux/amd64"));
    assert_int_equal(count, 1);

    blob = bundle_find_blob(b, &digest);
    assert_non_null(blob);
    assert_int_equal(pread(bundle_fd(b), data, blob->size, (off_t)blob->offset), 4);
    assert_memory_equal(data, "tiny", 4);
    assert_null(bundle_find_blob(b, bundle_lock_digest(b)));
}

// The head of the bundle in a file of its own.
static void write_head(struct fixture *f, const char *path)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf head CLEANUP(buf_free) = BUF_INIT(FILE_MAX);
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;

    write_bundle(f, false);
    b = bundle_open(f->path, &err);
    assert_non_null(b);
    assert_int_equal(bundle_head(b, &head, &err), 0);
    assert_int_equal(file_write(path, buf_span(&head), FILE_PUBLIC, &err), 0);
}

static struct span host_of(enum bundle_kind kind, const char *name)
{
    struct bundle_artifact a = {.kind = kind, .name = span_str(name)};

    return bundle_host(&a);
}

static void test_bundle__hosts_are_those_of_the_names(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const struct span *hosts;
    size_t count;

    assert_true(span_is(host_of(BUNDLE_IMAGE, "busybox:1.36"), "docker.io"));
    assert_true(span_is(host_of(BUNDLE_IMAGE, "grafana/loki:3"), "docker.io"));
    assert_true(span_is(host_of(BUNDLE_IMAGE, "index.docker.io/library/busybox:1"), "docker.io"));
    assert_true(span_is(host_of(BUNDLE_IMAGE, "ghcr.io/fluxcd/x:v1"), "ghcr.io"));
    assert_true(span_is(host_of(BUNDLE_IMAGE, "localhost/x:v1"), "localhost"));
    assert_true(span_is(host_of(BUNDLE_CHART, "reg:5000/charts/x:1.0.0"), "reg:5000"));
    assert_true(
        span_is(host_of(BUNDLE_CHART, "https://charts.example/a/x:1.0.0"), "charts.example"));
    assert_true(span_is(host_of(BUNDLE_GIT, "https://repo1.dso.mil/a/b.git"), "repo1.dso.mil"));
    assert_true(span_is(host_of(BUNDLE_TREE, "clusters/sandbox"), ""));
    write_bundle(f, false);
    b = bundle_open(f->path, &err);
    hosts = bundle_hosts(b, false, arena, &count);
    assert_int_equal(count, 2);
    assert_true(span_is(hosts[0], "docker.io") && span_is(hosts[1], "x"));
    hosts = bundle_hosts(b, true, arena, &count);
    assert_int_equal(count, 1);
    assert_true(span_is(hosts[0], "docker.io"));
}

static void test_bundle__a_head_tells_what_is_in_it_and_gives_no_blob(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/head", f->folder);
    struct buf data CLEANUP(buf_free) = BUF_INIT(FILE_MAX);
    struct bundle *whole CLEANUP(bundle_cleanup) = NULL;
    struct bundle *head CLEANUP(bundle_cleanup) = NULL;
    const struct bundle_artifact *a;
    size_t count;

    write_head(f, path);
    whole = bundle_open(f->path, &err);
    assert_non_null(whole);
    head = bundle_open_head(path, bundle_identity(whole), &err);
    assert_non_null(head);
    assert_null(bundle_open_head(path, bundle_lock_digest(whole), &err)); // not its identity
    assert_err(err, ERR_INTEGRITY, "it is sha256:");
    err_clear(&err);
    assert_int_equal(unlink(path), 0);
    assert_true(bundle_size(head) == bundle_size(whole));
    a = bundle_find(head, BUNDLE_IMAGE, SPAN("app:1"), SPAN_EMPTY);
    assert_non_null(a);
    assert_int_equal(bundle_fd(head), -1);
    assert_int_equal(bundle_read(head, &bundle_blobs(head, &count)[a->blobs[0]], &data, &err), -1);
    assert_err(err, ERR_UNSUPPORTED, "only its head is here");
    err_clear(&err);
    assert_int_equal(bundle_verify(head, NULL, &err), -1);
    assert_err(err, ERR_UNSUPPORTED, "only its head is here");
    err_clear(&err);
    assert_int_equal(bundle_head(head, &data, &err), -1);
    assert_err(err, ERR_UNSUPPORTED, "only its head is here");
}

static void test_bundle__a_head_and_a_bundle_are_not_taken_for_each_other(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/head", f->folder);
    struct bundle *whole CLEANUP(bundle_cleanup) = NULL;

    write_head(f, path);
    whole = bundle_open(f->path, &err);
    assert_non_null(whole);
    assert_null(bundle_open_head(f->path, bundle_identity(whole), &err));
    assert_err(err, ERR_INTEGRITY, "bytes, the index says");
    err_clear(&err);
    assert_null(bundle_open(path, &err));
    assert_int_equal(unlink(path), 0);
    assert_err(err, ERR_INTEGRITY, "bytes, the index says");
}

static void test_bundle__a_head_of_a_file_that_changed_is_not_given(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf head CLEANUP(buf_free) = BUF_INIT(FILE_MAX);
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;
    int fd CLEANUP(fd_cleanup) = -1;

    write_bundle(f, false);
    b = bundle_open(f->path, &err);
    fd = open(f->path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "x", 1, 4096), 1); // the signature area
    assert_int_equal(bundle_head(b, &head, &err), -1);
    assert_err(err, ERR_INTEGRITY, "signature area");
    err_clear(&err);
    assert_int_equal(pwrite(fd, "x", 1, 20480), 1); // the index
    assert_int_equal(bundle_head(b, &head, &err), -1);
    assert_err(err, ERR_INTEGRITY, "changed meanwhile");
    assert_int_equal(head.len, 0);
}

static void test_bundle__a_revision_of_other_bytes_is_refused(void **state)
{
    static const enum bundle_kind kinds[] = {BUNDLE_CHART, BUNDLE_FILE, BUNDLE_IMAGE, BUNDLE_TREE};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = new_plan("upstream");
        struct bundle_writer *w;
        size_t blob = add(p, f->content[3]);

        bundle_plan_platform(p, SPAN("linux/amd64"));
        add_artifact(f, p, kinds[i], "the-name", "", 0, &blob, 1);
        w = bundle_writer_open(p, f->path, NULL, &err);
        assert_int_equal(bundle_writer_put(w, blob, f->content[3], &err), 0);
        assert_int_equal(bundle_writer_commit(w, &err), 0);
        assert_null(bundle_open(f->path, &err));
        assert_int_equal(err_kind(err), ERR_INTEGRITY);
        assert_non_null(strstr(err_message(err_cause(err)), "the-name"));
    }
}

// Unlike one of a registry, which has a manifest and more.
static void test_bundle__a_chart_of_a_repository_is_its_archive(void **state)
{
    static const char *const names[] = {"h/chart:1.0.0", "https://h/chart:1.0.0"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = new_plan("upstream");
        struct bundle *b CLEANUP(bundle_cleanup) = NULL;
        struct bundle_writer *w;
        size_t blobs[] = {add(p, f->content[0]), add(p, f->content[3])};

        bundle_plan_platform(p, SPAN("linux/amd64"));
        add_artifact(f, p, BUNDLE_CHART, names[i], "", 0, blobs, ARRAY_LEN(blobs));
        w = bundle_writer_open(p, f->path, NULL, &err);
        assert_int_equal(bundle_writer_put(w, blobs[0], f->content[0], &err), 0);
        assert_int_equal(bundle_writer_put(w, blobs[1], f->content[3], &err), 0);
        assert_int_equal(bundle_writer_commit(w, &err), 0);
        b = bundle_open(f->path, &err);
        assert_int_equal(b != NULL, i == 0);
        assert_int_equal(err ? err_kind(err) : ERR_INTEGRITY, ERR_INTEGRITY);
    }
}

static void test_bundle__an_older_format_says_what_to_do(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    int fd CLEANUP(fd_cleanup) = -1;

    write_bundle(f, false);
    fd = open(f->path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "\1", 1, 16), 1);
    assert_null(bundle_open(f->path, &err));
    assert_int_equal(err_kind(err), ERR_CONFIG);
    assert_non_null(strstr(err_message(err_cause(err)), "older sandstrap"));
    assert_non_null(strstr(err_hint_text(err), "bundle build"));
}

static void test_bundle__verifying_is_cancelled(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct cancel *cancel CLEANUP(cancel_cleanup) = cancel_new(&err);
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;

    write_bundle(f, false);
    b = bundle_open(f->path, &err);
    cancel_request(cancel);
    assert_int_equal(bundle_verify(b, cancel, &err), -1);
    assert_int_equal(err_kind(err), ERR_CANCELLED);
}

// Every single bit position class: each byte of the file flipped in turn.
static void test_bundle__every_flipped_byte_is_found(void **state)
{
    struct fixture *f = *state;
    int fd CLEANUP(fd_cleanup) = -1;
    struct buf data CLEANUP(buf_free) = BUF_INIT(FILE_MAX);

    write_bundle(f, false);
    read_file(f->path, &data);
    fd = open(f->path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t i = 0; i < data.len; i += i % 4096 < 80 ? 1 : 61) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        char flipped = (char)(data.data[i] ^ (1 << i % 8));

        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)i), 1);
        if (check(f->path, &err) == 0)
            fail_msg("byte %zu", i);
        assert_int_equal(err_kind(err), ERR_INTEGRITY);
        assert_int_equal(pwrite(fd, &data.data[i], 1, (off_t)i), 1);
    }
}

static void test_bundle__every_length_but_its_own_is_refused(void **state)
{
    struct fixture *f = *state;
    struct stat st;

    write_bundle(f, false);
    assert_int_equal(stat(f->path, &st), 0);
    for (off_t len = st.st_size - 1; len >= 0; len -= 999) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(truncate(f->path, len), 0);
        assert_int_equal(check(f->path, &err), -1);
        assert_int_equal(err_kind(err), ERR_INTEGRITY);
    }
}

// --- many of all ---

#define MANY 5000
#define MANY_MAX_BYTES ((size_t)64 << 20)

// The place of the i-th blob in the plan; it has no byte.
static size_t add_empty(struct bundle_plan *p, size_t i, struct digest *digest)
{
    *digest = crypto_sha256(span_of(&i, sizeof(i)));
    return bundle_plan_blob(p, digest, 0);
}

// `count` images of one blob each, and then one more of all these blobs.
static void plan_many(struct bundle_plan *p, size_t count)
{
    size_t *blobs = mem_zalloc(count, sizeof(*blobs));

    bundle_plan_platform(p, SPAN("linux/amd64"));
    for (size_t i = 0; i <= count; i++) {
        bool is_last = i == count;
        struct digest digest;
        char name[32];
        struct bundle_artifact a = {.kind = BUNDLE_IMAGE,
                                    .blobs = is_last ? blobs : &blobs[i],
                                    .blob_count = is_last ? count : 1};

        blobs[i % count] = add_empty(p, i % count, &digest);
        assert_in_range(snprintf(name, sizeof(name), "registry.test/%08zu", i), 1, 31);
        a.name = span_str(name);
        a.revision = span_str(DIGEST_TEXT(&digest));
        bundle_plan_artifact(p, &a);
    }
    free(blobs);
}

// The file as it is before its blobs come, which is whole when they have no bytes.
static void write_many(struct fixture *f, size_t count, struct buf *out)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = new_plan("upstream");
    char *part CLEANUP(mem_cleanup) = mem_printf("%s.part", f->path);
    struct bundle_writer *w;

    plan_many(p, count);
    w = bundle_writer_open(p, f->path, NULL, &err);
    assert_non_null(w);
    read_file(part, out);
    bundle_writer_abandon(w);
}

static void open_and_find_all(struct span input)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    int fd CLEANUP(fd_cleanup) = memfd_create("bundle", MFD_CLOEXEC);
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;
    const struct bundle_artifact *all;
    const struct bundle_blob *blobs;
    size_t count, blob_count;
    char path[64];

    assert_int_equal(write(fd, input.ptr, input.len), input.len);
    assert_in_range(snprintf(path, sizeof(path), "/proc/self/fd/%d", fd), 1, 63);
    b = bundle_open(path, &err);
    assert_non_null(b);
    all = bundle_artifacts(b, &count);
    blobs = bundle_blobs(b, &blob_count);
    assert_int_equal(count, blob_count + 1);
    for (size_t i = 0; i < blob_count; i++) {
        assert_ptr_equal(bundle_find(b, BUNDLE_IMAGE, all[i].name, SPAN_EMPTY), &all[i]);
        assert_ptr_equal(bundle_find_blob(b, &blobs[i].digest), &blobs[i]);
    }
}

static void test_bundle__many_artifacts_and_blobs_take_linear_time(void **state)
{
    struct buf small CLEANUP(buf_free) = BUF_INIT(MANY_MAX_BYTES);
    struct buf large CLEANUP(buf_free) = BUF_INIT(MANY_MAX_BYTES);

    write_many(*state, MANY, &small);
    write_many(*state, 4 * MANY, &large);
    assert_linear(open_and_find_all, buf_span(&small), buf_span(&large));
}

UNIT_MAIN(WITH_FOLDER(test_bundle__any_order_gives_the_same_bytes),
          WITH_FOLDER(test_bundle__what_is_written_is_read),
          WITH_FOLDER(test_bundle__what_is_in_it_is_found),
          WITH_FOLDER(test_bundle__hosts_are_those_of_the_names),
          WITH_FOLDER(test_bundle__a_head_tells_what_is_in_it_and_gives_no_blob),
          WITH_FOLDER(test_bundle__a_head_and_a_bundle_are_not_taken_for_each_other),
          WITH_FOLDER(test_bundle__a_head_of_a_file_that_changed_is_not_given),
          WITH_FOLDER(test_bundle__a_revision_of_other_bytes_is_refused),
          WITH_FOLDER(test_bundle__a_chart_of_a_repository_is_its_archive),
          WITH_FOLDER(test_bundle__an_older_format_says_what_to_do),
          WITH_FOLDER(test_bundle__verifying_is_cancelled),
          WITH_FOLDER(test_bundle__every_flipped_byte_is_found),
          WITH_FOLDER(test_bundle__every_length_but_its_own_is_refused),
          WITH_FOLDER(test_bundle__many_artifacts_and_blobs_take_linear_time))
