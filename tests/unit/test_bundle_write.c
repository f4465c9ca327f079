// SPDX-License-Identifier: Apache-2.0
// Bundles on their way to the disk: interrupted, taken up again, given up.
#include "test_bundle.h"

static void test_bundle_write__an_interrupted_writer_is_gone_on_with(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    size_t blobs[4];
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = plan(f, false, blobs);
    struct bundle_writer *w = bundle_writer_open(p, f->path, NULL, &err);
    struct bundle_blob_writer *half;

    assert_int_equal(bundle_writer_put(w, blobs[1], f->content[1], &err), 0);
    half = bundle_blob_begin(w, blobs[2]);
    assert_int_equal(bundle_blob_add(half, span_head(f->content[2], 100), &err), 0);
    bundle_blob_abandon(half);
    bundle_writer_abandon(w);
    assert_int_equal(access(f->path, F_OK), -1);

    w = bundle_writer_open(p, f->path, NULL, &err);
    assert_non_null(w);
    assert_true(bundle_writer_has(w, blobs[1]));
    assert_false(bundle_writer_has(w, blobs[2]));
    assert_false(bundle_writer_has(w, blobs[3]));
    bundle_writer_abandon(w);
}

static void test_bundle_write__what_another_plan_left_does_not_count(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    size_t blobs[4];
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = plan(f, false, blobs);
    struct bundle_plan *other CLEANUP(bundle_plan_cleanup) = new_plan("lab");
    struct bundle_writer *w = bundle_writer_open(p, f->path, NULL, &err);
    size_t blob;

    assert_int_equal(bundle_writer_put(w, blobs[1], f->content[1], &err), 0);
    bundle_writer_abandon(w);
    blob = add(other, f->content[1]);
    add_artifact(f, other, BUNDLE_FILE, "https://x", "", 1, &blob, 1);
    bundle_plan_platform(other, SPAN("linux/amd64"));
    w = bundle_writer_open(other, f->path, NULL, &err);
    assert_non_null(w);
    assert_false(bundle_writer_has(w, blob));
    bundle_writer_abandon(w);
}

static void test_bundle_write__a_second_writer_is_refused(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    size_t blobs[4];
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = plan(f, false, blobs);
    struct bundle_writer *w = bundle_writer_open(p, f->path, NULL, &err);

    assert_non_null(w);
    assert_null(bundle_writer_open(p, f->path, NULL, &err));
    assert_int_equal(err_kind(err), ERR_USAGE);
    assert_non_null(strstr(err_message(err), "another process"));
    bundle_writer_abandon(w);
}

static void test_bundle_write__wrong_bytes_are_not_a_blob(void **state)
{
    struct fixture *f = *state;
    size_t blobs[4];
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = plan(f, false, blobs);
    struct err *opening CLEANUP(err_cleanup) = NULL;
    struct bundle_writer *w CLEANUP(bundle_writer_cleanup) =
        bundle_writer_open(p, f->path, NULL, &opening);
    static const char *const wrong[] = {"tinY", "tin", "tiny!"};

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(bundle_writer_put(w, blobs[3], span_str(wrong[i]), &err), -1);
        assert_int_equal(err_kind(err), ERR_INTEGRITY);
        assert_false(bundle_writer_has(w, blobs[3]));
    }
}

static void test_bundle_write__nothing_unfinished_is_put_in_place(void **state)
{
    struct fixture *f = *state;
    struct err *err CLEANUP(err_cleanup) = NULL;
    size_t blobs[4];
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = plan(f, false, blobs);
    struct bundle_writer *w = bundle_writer_open(p, f->path, NULL, &err);

    assert_int_equal(bundle_writer_put(w, blobs[0], f->content[0], &err), 0);
    assert_int_equal(bundle_writer_commit(w, &err), -1);
    assert_int_equal(access(f->path, F_OK), -1);
}

static void test_bundle_write__a_newer_one_keeps_the_mode_of_the_older(void **state)
{
    struct fixture *f = *state;
    struct stat st;

    write_bundle(f, false);
    assert_int_equal(chmod(f->path, 0640), 0);
    write_bundle(f, true);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

UNIT_MAIN(WITH_FOLDER(test_bundle_write__an_interrupted_writer_is_gone_on_with),
          WITH_FOLDER(test_bundle_write__what_another_plan_left_does_not_count),
          WITH_FOLDER(test_bundle_write__a_second_writer_is_refused),
          WITH_FOLDER(test_bundle_write__wrong_bytes_are_not_a_blob),
          WITH_FOLDER(test_bundle_write__nothing_unfinished_is_put_in_place),
          WITH_FOLDER(test_bundle_write__a_newer_one_keeps_the_mode_of_the_older))
