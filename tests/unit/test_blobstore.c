// SPDX-License-Identifier: Apache-2.0
// The blob store: what is written, resumed, refused, installed, collected and verified.
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/blobstore.h"
#include "support_folder.h"

struct fixture {
    char *folder;
    char *path; // of the store
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->folder = folder_make();
    f->path = mem_printf("%s/store", f->folder);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    int result = folder_remove(f->folder);

    free(f->folder);
    free(f->path);
    free(f);
    return result;
}

static struct blobstore *open_store(struct fixture *f, uint64_t budget)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s = blobstore_open(f->path, BLOBSTORE_MAKE, budget, &err);

    assert_non_null(s);
    return s;
}

static int put_as(struct blobstore *s, const struct digest *digest, uint64_t size,
                  struct span bytes, struct err **err)
{
    struct blobstore_blob *b CLEANUP(blobstore_blob_cleanup) = NULL;
    uint64_t have;

    b = blobstore_blob_begin(s, digest, size, &have, err);
    if (!b || blobstore_blob_add(b, span_tail(bytes, (size_t)have), err) < 0)
        return -1;
    return blobstore_blob_end(STEAL(b), err);
}

static struct digest put(struct blobstore *s, struct span bytes)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct digest digest = crypto_sha256(bytes);

    assert_int_equal(put_as(s, &digest, bytes.len, bytes, &err), 0);
    return digest;
}

// Writes the beginning of a blob and leaves it there.
static struct digest leave_part(struct blobstore *s, struct span bytes, size_t len)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct digest digest = crypto_sha256(bytes);
    uint64_t have;
    struct blobstore_blob *b = blobstore_blob_begin(s, &digest, bytes.len, &have, &err);

    assert_non_null(b);
    assert_int_equal(have, 0);
    assert_int_equal(blobstore_blob_add(b, span_head(bytes, len), &err), 0);
    blobstore_blob_abandon(b);
    return digest;
}

static char *file_of(struct fixture *f, const char *folder, const struct digest *digest)
{
    return mem_printf("%s/%s/%s", f->path, folder, DIGEST_HEX(digest));
}

static bool is_there(struct fixture *f, const char *folder, const struct digest *digest)
{
    char *path CLEANUP(mem_cleanup) = file_of(f, folder, digest);

    return access(path, F_OK) == 0;
}

// What the store gives for a digest is these bytes.
static void assert_blob(const struct blobstore *s, const struct digest *digest, struct span bytes)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf have CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    uint64_t size;
    int fd CLEANUP(fd_cleanup) = blobstore_open_blob(s, digest, &size);

    assert_true(fd >= 0);
    assert_int_equal(size, bytes.len);
    assert_int_equal(fd_read_all(fd, "the blob", &have, &err), 0);
    assert_true(span_eq(buf_span(&have), bytes));
}

static void test_blobstore__what_is_written_is_read_by_another(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest digest = put(s, SPAN("some bytes")), none = crypto_sha256(SPAN("none"));
    struct digest empty = put(s, SPAN_EMPTY);
    struct blobstore *reader CLEANUP(blobstore_cleanup) =
        blobstore_open(f->path, BLOBSTORE_READ, 0, &err);
    uint64_t size;

    assert_non_null(reader);
    assert_blob(reader, &digest, SPAN("some bytes"));
    assert_blob(reader, &empty, SPAN_EMPTY);
    assert_true(blobstore_has(reader, &digest, 10));
    assert_false(blobstore_has(reader, &digest, 11));
    assert_int_equal(blobstore_open_blob(reader, &none, &size), -1);
    assert_false(is_there(f, "parts", &digest));
}

static void test_blobstore__nothing_has_its_name_before_it_is_whole(void **state)
{
    struct fixture *f = *state;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest digest = leave_part(s, SPAN("some bytes"), 10);

    assert_false(blobstore_has(s, &digest, 10));
    assert_true(is_there(f, "parts", &digest));
}

static void test_blobstore__an_interrupted_write_is_gone_on_with(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct span bytes = SPAN("some bytes");
    struct digest digest = leave_part(s, bytes, 4);
    struct blobstore_blob *b;
    uint64_t have;

    blobstore_close(STEAL(s));
    s = open_store(f, 0);
    b = blobstore_blob_begin(s, &digest, bytes.len, &have, &err);
    assert_non_null(b);
    assert_int_equal(have, 4);
    assert_int_equal(blobstore_blob_add(b, span_tail(bytes, 4), &err), 0);
    assert_int_equal(blobstore_blob_end(b, &err), 0);
    assert_blob(s, &digest, bytes);
}

static void test_blobstore__a_part_of_other_bytes_is_found_and_dropped(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct span bytes = SPAN("some bytes");
    struct digest digest = leave_part(s, bytes, 4);
    char *part CLEANUP(mem_cleanup) = file_of(f, "parts", &digest);

    assert_int_equal(file_write(part, SPAN("sOme"), FILE_PUBLIC, &err), 0);
    assert_int_equal(put_as(s, &digest, bytes.len, bytes, &err), -1);
    assert_err(err, ERR_INTEGRITY, "what came has the digest");
    assert_false(is_there(f, "parts", &digest));
    err_clear(&err);
    put(s, bytes);
    assert_blob(s, &digest, bytes);
}

static void test_blobstore__a_part_that_is_too_long_begins_again(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct span bytes = SPAN("some bytes");
    struct digest digest = leave_part(s, bytes, 4);
    char *part CLEANUP(mem_cleanup) = file_of(f, "parts", &digest);

    assert_int_equal(file_write(part, SPAN("some bytes and more"), FILE_PUBLIC, &err), 0);
    put(s, bytes);
    assert_blob(s, &digest, bytes);
}

static void test_blobstore__wrong_bytes_are_not_kept(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest digest = crypto_sha256(SPAN("some bytes"));

    assert_int_equal(put_as(s, &digest, 10, SPAN("sOme bytes"), &err), -1);
    assert_err(err, ERR_INTEGRITY, "what came has the digest");
    err_clear(&err);
    assert_int_equal(put_as(s, &digest, 10, SPAN("some byte"), &err), -1);
    assert_err(err, ERR_INTEGRITY, "has 9 bytes, not 10");
    err_clear(&err);
    assert_int_equal(put_as(s, &digest, 10, SPAN("some bytes and more"), &err), -1);
    assert_err(err, ERR_INTEGRITY, "larger than 10 bytes");
    assert_false(is_there(f, "parts", &digest));
    assert_false(is_there(f, "blobs/sha256", &digest));
}

static void test_blobstore__one_blob_is_written_once_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest digest = crypto_sha256(SPAN("some bytes"));
    uint64_t have;
    struct blobstore_blob *b = blobstore_blob_begin(s, &digest, 10, &have, &err);

    assert_non_null(b);
    assert_null(blobstore_blob_begin(s, &digest, 10, &have, &err));
    assert_err(err, ERR_USAGE, "on its way already");
    err_clear(&err);
    assert_int_equal(blobstore_blob_add(b, SPAN("some bytes"), &err), 0);
    assert_int_equal(blobstore_blob_end(b, &err), 0);
    assert_blob(s, &digest, SPAN("some bytes"));
}

static void test_blobstore__a_blob_is_synced_before_it_has_its_name(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    unsigned before = file_sync_count();
    struct digest digest = put(s, SPAN("some bytes"));

    assert_int_equal(file_sync_count() - before, 1);
    before = file_sync_count();
    assert_int_equal(blobstore_install(s, &digest, SPAN("head"), &err), 0);
    assert_int_equal(file_sync_count() - before, 3); // the names of blobs, the head, its name
    before = file_sync_count();
    assert_int_equal(blobstore_remove(s, &digest, &err), 0);
    assert_int_equal(file_sync_count() - before, 1);
}

static void test_blobstore__a_second_writer_is_told_who_the_first_is(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    char *who CLEANUP(mem_cleanup) =
        mem_printf("is being written by process %d on ", (int)getpid());

    assert_null(blobstore_open(f->path, BLOBSTORE_MAKE, 0, &err));
    assert_err(err, ERR_USAGE, who);
    blobstore_close(STEAL(s));
    s = open_store(f, 0);
}

static void test_blobstore__a_folder_of_somebody_else_is_no_store(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *file CLEANUP(mem_cleanup) = mem_printf("%s/passwd", f->folder);
    char *format CLEANUP(mem_cleanup) = mem_printf("%s/format", f->folder);

    assert_null(blobstore_open(f->path, BLOBSTORE_READ, 0, &err));
    assert_err(err, ERR_CONFIG, "there is no store in");
    err_clear(&err);
    assert_null(blobstore_open(f->path, BLOBSTORE_CHANGE, 0, &err));
    assert_err(err, ERR_CONFIG, "there is no store in");
    assert_int_equal(access(f->path, F_OK), -1);
    err_clear(&err);
    assert_int_equal(file_write(file, SPAN("root"), FILE_PUBLIC, &err), 0);
    assert_null(blobstore_open(f->folder, BLOBSTORE_MAKE, 0, &err));
    assert_err(err, ERR_CONFIG, "is no store, and not empty: it has 'passwd'");
    err_clear(&err);
    assert_int_equal(file_write(format, SPAN("sandstrap store 2\n"), FILE_PUBLIC, &err), 0);
    assert_null(blobstore_open(f->folder, BLOBSTORE_MAKE, 0, &err));
    assert_err(err, ERR_CONFIG, "its format is 'sandstrap store 2'");
}

static void test_blobstore__the_budget_counts_blobs_and_parts(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *bytes CLEANUP(mem_cleanup) = mem_zalloc(1, 65536);
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 200000);
    struct digest first = put(s, span_of(bytes, 65536));
    struct digest other = leave_part(s, span_of(bytes, 65535), 30000);
    struct digest wanted = crypto_sha256(span_of(bytes, 65534));
    uint64_t have;

    assert_int_equal(blobstore_check_room(s, 100000, &err), 0);
    assert_int_equal(blobstore_check_room(s, 110000, &err), -1);
    assert_err(err, ERR_CONFIG, "do not fit into the budget of 200000");
    assert_non_null(strstr(err_hint_text(err), "store collect"));
    err_clear(&err);
    blobstore_close(STEAL(s));
    // The same when it is opened with these files in it.
    s = open_store(f, 150000);
    assert_null(blobstore_blob_begin(s, &wanted, 65534, &have, &err));
    assert_err(err, ERR_CONFIG, "do not fit into the budget of 150000");
    err_clear(&err);
    assert_true(blobstore_lacks(s, &other, 65535) <= 65535 - 30000);
    assert_int_equal(blobstore_lacks(s, &first, 65536), 0);
    put(s, span_of(bytes, 65535)); // whose part is counted already
}

static void test_blobstore__what_failed_gives_its_room_back(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *bytes CLEANUP(mem_cleanup) = mem_zalloc(1, 65536);
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 140000);
    struct digest other = crypto_sha256(SPAN("other"));

    for (int i = 0; i < 3; i++) {
        assert_int_equal(put_as(s, &other, 65536, span_of(bytes, 65536), &err), -1);
        assert_err(err, ERR_INTEGRITY, "what came has the digest");
        err_clear(&err);
    }
    put(s, span_of(bytes, 65536));
    put(s, span_of(bytes, 65536)); // again: what it replaces does not count twice
    assert_int_equal(blobstore_check_room(s, 74000, &err), 0);
}

static void test_blobstore__a_disk_without_room_is_told_before_it_is_full(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest digest = crypto_sha256(SPAN("some bytes"));
    uint64_t have;

    assert_int_equal(blobstore_check_room(s, (uint64_t)1 << 50, &err), -1);
    assert_err(err, ERR_CONFIG, "do not fit on its disk");
    err_clear(&err);
    assert_null(blobstore_blob_begin(s, &digest, (uint64_t)1 << 42, &have, &err));
    assert_int_equal(err_kind(err), ERR_CONFIG);
    assert_false(is_there(f, "parts", &digest));
}

static void test_blobstore__installed_bundles_are_listed_oldest_first(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest *list CLEANUP(mem_cleanup) = NULL;
    struct digest ids[3];
    size_t count;

    for (size_t i = 0; i < 3; i++) {
        char *path CLEANUP(mem_cleanup) = NULL;
        struct timespec at[2] = {{1000 - (time_t)i, 0}, {1000 - (time_t)i, 0}};

        ids[i] = crypto_sha256(span_of(&"abc"[i], 1));
        assert_int_equal(blobstore_install(s, &ids[i], SPAN("head"), &err), 0);
        path = blobstore_head_path(s, &ids[i]);
        assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
    }
    assert_int_equal(blobstore_install(s, &ids[1], SPAN("head"), &err), 0); // the newest now
    assert_int_equal(blobstore_list(s, &list, &count, &err), 0);
    assert_int_equal(count, 3);
    assert_true(digest_eq(&list[0], &ids[2]));
    assert_true(digest_eq(&list[1], &ids[0]));
    assert_true(digest_eq(&list[2], &ids[1]));
    assert_int_equal(blobstore_remove(s, &ids[0], &err), 0);
    assert_int_equal(blobstore_remove(s, &ids[0], &err), -1);
    assert_err(err, ERR_USAGE, "has no bundle");
}

static bool keep_one(void *data, const struct digest *digest)
{
    return digest_eq(data, digest);
}

static void test_blobstore__what_nobody_keeps_is_collected(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest kept = put(s, SPAN("kept")), gone = put(s, SPAN("gone"));
    struct digest left = leave_part(s, SPAN("some bytes"), 4);
    struct digest writing = crypto_sha256(SPAN("in flight"));
    char *temporary CLEANUP(mem_cleanup) = mem_printf("%s/bundles/.sandstrap-01234567", f->path);
    struct blobstore_blob *b;
    struct blobstore_sum freed;
    uint64_t have, size;
    int reader CLEANUP(fd_cleanup) = blobstore_open_blob(s, &gone, &size);
    char data[4];

    b = blobstore_blob_begin(s, &writing, 9, &have, &err);
    assert_non_null(b);
    assert_int_equal(file_write(temporary, SPAN("half a head"), FILE_PUBLIC, &err), 0);
    assert_int_equal(blobstore_collect(s, true, keep_one, &kept, &freed, &err), 0);
    assert_true(is_there(f, "blobs/sha256", &gone) && is_there(f, "parts", &left));
    assert_int_equal(blobstore_collect(s, false, keep_one, &kept, &freed, &err), 0);
    assert_int_equal(freed.blobs, 2);
    assert_true(freed.bytes >= 8);
    assert_false(is_there(f, "blobs/sha256", &gone) || is_there(f, "parts", &left));
    assert_int_equal(access(temporary, F_OK), -1);
    assert_blob(s, &kept, SPAN("kept"));
    // Whoever reads what was collected reads on, and what is being written goes on.
    assert_int_equal(pread(reader, data, 4, 0), 4);
    assert_memory_equal(data, "gone", 4);
    assert_int_equal(blobstore_blob_add(b, SPAN("in flight"), &err), 0);
    assert_int_equal(blobstore_blob_end(b, &err), 0);
    assert_blob(s, &writing, SPAN("in flight"));
}

struct told {
    size_t count;
    struct digest last;
};

static void tell(void *data, const struct digest *digest)
{
    struct told *told = data;

    told->count++;
    told->last = *digest;
}

static void test_blobstore__wrong_blobs_are_found_and_taken_away(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct blobstore *reader CLEANUP(blobstore_cleanup) =
        blobstore_open(f->path, BLOBSTORE_READ, 0, &err);
    struct digest good = put(s, SPAN("good")), bad = put(s, SPAN("bad"));
    char *path CLEANUP(mem_cleanup) = file_of(f, "blobs/sha256", &bad);
    struct blobstore_sum verified;
    struct told told = {0};

    assert_int_equal(blobstore_verify(s, NULL, tell, &told, &verified, &err), 0);
    assert_int_equal(verified.blobs, 2);
    assert_int_equal(verified.bytes, 7);
    assert_int_equal(file_write(path, SPAN("bAd"), FILE_PUBLIC, &err), 0);
    assert_int_equal(blobstore_verify(reader, NULL, tell, &told, &verified, &err), -1);
    assert_err(err, ERR_INTEGRITY, "1 of 2 blobs");
    err_clear(&err);
    assert_true(is_there(f, "blobs/sha256", &bad)); // a reader changes nothing
    assert_int_equal(blobstore_verify(s, NULL, tell, &told, &verified, &err), -1);
    assert_err(err, ERR_INTEGRITY, "1 of 2 blobs");
    assert_int_equal(told.count, 2);
    assert_true(digest_eq(&told.last, &bad));
    assert_false(is_there(f, "blobs/sha256", &bad));
    assert_blob(s, &good, SPAN("good"));
}

static void test_blobstore__verifying_is_cancelled(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct cancel *cancel CLEANUP(cancel_cleanup) = cancel_new(&err);
    struct blobstore *s CLEANUP(blobstore_cleanup) = open_store(f, 0);
    struct digest digest = put(s, SPAN("good"));
    struct blobstore_sum verified;
    struct told told = {0};

    cancel_request(cancel);
    assert_int_equal(blobstore_verify(s, cancel, tell, &told, &verified, &err), -1);
    assert_int_equal(err_kind(err), ERR_CANCELLED);
    assert_int_equal(told.count, 0);
    assert_blob(s, &digest, SPAN("good"));
}

UNIT_MAIN(UNIT_FIXTURE(test_blobstore__what_is_written_is_read_by_another),
          UNIT_FIXTURE(test_blobstore__nothing_has_its_name_before_it_is_whole),
          UNIT_FIXTURE(test_blobstore__an_interrupted_write_is_gone_on_with),
          UNIT_FIXTURE(test_blobstore__a_part_of_other_bytes_is_found_and_dropped),
          UNIT_FIXTURE(test_blobstore__a_part_that_is_too_long_begins_again),
          UNIT_FIXTURE(test_blobstore__wrong_bytes_are_not_kept),
          UNIT_FIXTURE(test_blobstore__one_blob_is_written_once_at_a_time),
          UNIT_FIXTURE(test_blobstore__a_blob_is_synced_before_it_has_its_name),
          UNIT_FIXTURE(test_blobstore__a_second_writer_is_told_who_the_first_is),
          UNIT_FIXTURE(test_blobstore__a_folder_of_somebody_else_is_no_store),
          UNIT_FIXTURE(test_blobstore__the_budget_counts_blobs_and_parts),
          UNIT_FIXTURE(test_blobstore__what_failed_gives_its_room_back),
          UNIT_FIXTURE(test_blobstore__a_disk_without_room_is_told_before_it_is_full),
          UNIT_FIXTURE(test_blobstore__installed_bundles_are_listed_oldest_first),
          UNIT_FIXTURE(test_blobstore__what_nobody_keeps_is_collected),
          UNIT_FIXTURE(test_blobstore__wrong_blobs_are_found_and_taken_away),
          UNIT_FIXTURE(test_blobstore__verifying_is_cancelled))
