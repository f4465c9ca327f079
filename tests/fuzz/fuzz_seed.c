// SPDX-License-Identifier: Apache-2.0
// What agents, installer and nodes' configuration say: what was read is written, and read and
// written the same again.
#include "fuzz.h"

#include "model/seed.h"

static void check_again(const struct buf *written, const struct buf *again)
{
    FUZZ_CHECK(span_eq(buf_span(again), buf_span(written)));
}

static void try_config(struct span text)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct seed_config first CLEANUP(seed_config_free), second CLEANUP(seed_config_free) = {0};
    struct buf written CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (seed_config_read(text, arena, &first, &err) < 0) {
        fuzz_check_error(err);
        return;
    }
    seed_config_write(&first, &written);
    FUZZ_CHECK(seed_config_read(buf_span(&written), arena, &second, &err) == 0);
    seed_config_write(&second, &again);
    check_again(&written, &again);
}

static void try_status(struct span text)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct seed_status first CLEANUP(seed_status_free), second CLEANUP(seed_status_free) = {0};
    struct buf written CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (seed_status_read(text, arena, &first, &err) < 0) {
        fuzz_check_error(err);
        return;
    }
    seed_status_write(&first, &written);
    FUZZ_CHECK(seed_status_read(buf_span(&written), arena, &second, &err) == 0);
    seed_status_write(&second, &again);
    check_again(&written, &again);
}

static void try_blobs(struct span text)
{
    struct seed_blobs first CLEANUP(seed_blobs_free), second CLEANUP(seed_blobs_free) = {0};
    struct buf written CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (seed_blobs_read(text, &first, &err) < 0) {
        fuzz_check_error(err);
        FUZZ_CHECK(first.items.len == 0);
        return;
    }
    seed_blobs_write(&first, true, &written);
    FUZZ_CHECK(seed_blobs_read(buf_span(&written), &second, &err) == 0);
    seed_blobs_write(&second, true, &again);
    check_again(&written, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);

    try_config(text);
    try_status(text);
    try_blobs(text);
    return 0;
}
