// SPDX-License-Identifier: Apache-2.0
// work/seed: which blob goes where next, and how far it is.
#include "unit.h"

#include "work/seed/upload/plan.h"
#include "work/seed/upload/progress.h"

enum { BLOBS = 6 };

struct fixture {
    struct seed_blobs needed;
    struct upload_plan plan;
};

static struct digest digest_of(int i)
{
    struct digest d = {0};

    d.bytes[0] = (unsigned char)i;
    d.bytes[31] = (unsigned char)(BLOBS - i);
    return d;
}

// Blob i is of (i + 1) * 100 bytes.
static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    for (int i = 0; i < BLOBS; i++)
        vec_push(&f->needed.items,
                 (struct seed_blob){.digest = digest_of(i), .size = (uint64_t)(i + 1) * 100});
    upload_plan_begin(&f->plan, &f->needed, 2);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    upload_plan_free(&f->plan);
    seed_blobs_free(&f->needed);
    free(f);
    return 0;
}

// A node lacks the blobs whose bit is set, and has `have` bytes of each.
static void lacks(struct fixture *f, size_t node, unsigned bits, uint64_t have)
{
    struct seed_blobs list CLEANUP(seed_blobs_free) = {0};

    for (int i = 0; i < BLOBS; i++)
        if (bits & 1U << i)
            vec_push(&list.items, (struct seed_blob){.digest = digest_of(i),
                                                     .size = (uint64_t)(i + 1) * 100,
                                                     .have = have});
    upload_plan_lacks(&f->plan, node, &list);
}

static int number_of(const struct upload_item *item)
{
    return item ? item->blob.digest.bytes[0] : -1;
}

static void test_seed_upload__what_one_node_has_is_not_sent(void **state)
{
    struct fixture *f = *state;
    size_t blobs;

    lacks(f, 0, 0x3f, 0);
    lacks(f, 1, 0x0d, 0); // has 1, 4 and 5
    upload_plan_order(&f->plan);
    assert_int_equal(upload_plan_left(&f->plan, &blobs), 100 + 300 + 400);
    assert_int_equal(blobs, 3);
    assert_int_equal(number_of(upload_plan_next(&f->plan)), 3);
    assert_int_equal(number_of(upload_plan_next(&f->plan)), 2);
    assert_int_equal(number_of(upload_plan_next(&f->plan)), 0);
    assert_null(upload_plan_next(&f->plan));
}

static void test_seed_upload__it_is_spread_over_the_nodes(void **state)
{
    struct fixture *f = *state;
    uint64_t weights[2] = {0};

    lacks(f, 0, 0x3f, 0);
    lacks(f, 1, 0x3f, 0);
    upload_plan_order(&f->plan);
    for (int i = 0; i < BLOBS; i++) {
        const struct upload_item *item = upload_plan_next(&f->plan);

        assert_int_equal(number_of(item), BLOBS - 1 - i); // the largest first
        weights[item->node] += item->blob.size;
    }
    assert_int_equal(weights[0] + weights[1], 2100);
    assert_true(weights[0] >= 1000 && weights[1] >= 1000);
}

static void test_seed_upload__what_was_begun_goes_on_where_it_is(void **state)
{
    struct fixture *f = *state;
    const struct upload_item *item;
    size_t blobs;

    lacks(f, 0, 0x3f, 0);
    lacks(f, 1, 0x3f, 0);
    lacks(f, 1, 0x3f, 90);
    upload_plan_order(&f->plan);
    assert_int_equal(upload_plan_left(&f->plan, &blobs), 2100 - 6 * 90);
    item = upload_plan_next(&f->plan);
    assert_int_equal(item->node, 1);
    assert_int_equal(item->blob.have, 90);
}

static void test_seed_upload__more_than_all_of_it_is_all_of_it(void **state)
{
    struct fixture *f = *state;
    size_t blobs;

    lacks(f, 0, 0x3f, 5000);
    upload_plan_order(&f->plan);
    assert_int_equal(upload_plan_left(&f->plan, &blobs), 0);
    assert_int_equal(blobs, BLOBS);
}

static void test_seed_upload__what_broke_off_waits_for_its_node(void **state)
{
    struct fixture *f = *state;
    struct upload_item *broke, *item;
    size_t node;

    lacks(f, 0, 0x3f, 0);
    lacks(f, 1, 0x3f, 0);
    upload_plan_order(&f->plan);
    broke = upload_plan_next(&f->plan);
    node = broke->node;
    upload_plan_broke(&f->plan, broke);
    assert_true(upload_plan_is_away(&f->plan));
    while ((item = upload_plan_next(&f->plan)) != NULL) { // all else goes to the other one
        assert_ptr_not_equal(item, broke);
        assert_int_equal(item->node, 1 - node);
        upload_plan_arrived(item);
    }
    lacks(f, node, 1U << (BLOBS - 1), 500);
    upload_plan_return(&f->plan, node);
    assert_false(upload_plan_is_away(&f->plan));
    assert_ptr_equal(upload_plan_next(&f->plan), broke);
    assert_int_equal(broke->node, node);
    assert_int_equal(broke->blob.have, 500);
}

// The answer was lost, not the blob.
static void test_seed_upload__what_broke_off_may_be_there(void **state)
{
    struct fixture *f = *state;
    struct upload_item *broke;
    size_t blobs;

    lacks(f, 0, 1, 0);
    lacks(f, 1, 1, 0);
    upload_plan_order(&f->plan);
    broke = upload_plan_next(&f->plan);
    upload_plan_broke(&f->plan, broke);
    lacks(f, broke->node, 0, 0);
    upload_plan_return(&f->plan, broke->node);
    assert_null(upload_plan_next(&f->plan));
    assert_int_equal(upload_plan_left(&f->plan, &blobs), 0);
    assert_int_equal(blobs, 0);
}

static void test_seed_upload__what_arrived_spoilt_starts_anew(void **state)
{
    struct fixture *f = *state;
    struct upload_item *item;

    lacks(f, 0, 1, 60);
    lacks(f, 1, 1, 0);
    upload_plan_order(&f->plan);
    item = upload_plan_next(&f->plan);
    assert_int_equal(item->blob.have, 60);
    upload_plan_spoilt(item);
    assert_ptr_equal(upload_plan_next(&f->plan), item);
    assert_int_equal(item->blob.have, 0);
    assert_int_equal(item->damaged, 1);
}

// --- in words ---

static void assert_told(struct upload_progress *p, int64_t now, uint64_t left, const char *words)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    p->now = now;
    p->left_bytes = left;
    upload_progress_tell(p, &out);
    assert_string_equal(buf_str(&out), words);
}

static void test_seed_upload__progress_in_words(void **state UNUSED)
{
    struct upload_progress p = {.total_bytes = 3400000000,
                                .total_blobs = 300,
                                .left_blobs = 288,
                                .then = 1000,
                                .then_left = 3400000000};

    assert_told(&p, 1000, 3400000000, "0.0 of 3400 MB, 0.0 MB/s, 12 of 300 blobs");
    assert_told(&p, 6000, 3100000000, "300 of 3400 MB, 60.0 MB/s, 51s left; 12 of 300 blobs");
    assert_told(&p, 11000, 3000000000, "400 of 3400 MB, 40.0 MB/s, 1m15s left; 12 of 300 blobs");
    assert_told(&p, 16000, 3050000000, "350 of 3400 MB, 20.0 MB/s, 2m32s left; 12 of 300 blobs");
}

UNIT_MAIN(UNIT_FIXTURE(test_seed_upload__what_one_node_has_is_not_sent),
          UNIT_FIXTURE(test_seed_upload__it_is_spread_over_the_nodes),
          UNIT_FIXTURE(test_seed_upload__what_was_begun_goes_on_where_it_is),
          UNIT_FIXTURE(test_seed_upload__more_than_all_of_it_is_all_of_it),
          UNIT_FIXTURE(test_seed_upload__what_broke_off_waits_for_its_node),
          UNIT_FIXTURE(test_seed_upload__what_broke_off_may_be_there),
          UNIT_FIXTURE(test_seed_upload__what_arrived_spoilt_starts_anew),
          cmocka_unit_test(test_seed_upload__progress_in_words))
