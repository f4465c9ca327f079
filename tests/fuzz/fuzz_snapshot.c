// SPDX-License-Identifier: Apache-2.0
// Pages of a snapshot: what was read is written, and read and written the same again; also as the
// JSON inside, which a fuzzer does not come to through gzip.
#include "fuzz.h"

#include "cluster/record/snapshot.h"
#include "io/archive.h"

static int keep(void *data, size_t page, struct span bytes, struct err **err UNUSED)
{
    FUZZ_CHECK(page == 0);
    buf_add_span(data, bytes);
    return 0;
}

static void write_one(const struct snapshot *s, struct buf *page)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    FUZZ_CHECK(snapshot_write(s, FUZZ_TEXT_MAX, keep, page, &err) == 0);
}

static void look_up(void *data, const struct snapshot_object *object)
{
    FUZZ_CHECK(snapshot_find(data, &object->id, object->uid) == SNAPSHOT_SAME);
}

static void try(struct span page)
{
    struct snapshot *first CLEANUP(snapshot_cleanup) = snapshot_new();
    struct snapshot *second CLEANUP(snapshot_cleanup) = snapshot_new();
    struct buf written CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (snapshot_read(first, page, "input", &err) < 0) {
        fuzz_check_error(err);
        FUZZ_CHECK(snapshot_count(first) == 0);
        return;
    }
    snapshot_each(first, look_up, first);
    write_one(first, &written);
    FUZZ_CHECK(snapshot_read(second, buf_span(&written), "written", &err) == 0);
    write_one(second, &again);
    FUZZ_CHECK(span_eq(buf_span(&again), buf_span(&written)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf packed CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);

    compress_gzip(span_of(data, size), &packed);
    try(buf_span(&packed));
    try(span_of(data, size));
    return 0;
}
