// SPDX-License-Identifier: Apache-2.0
// The lock file: a lock that was accepted and written is accepted and written the same again.
#include "fuzz.h"

#include "model/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct lock *first CLEANUP(lock_cleanup) = lock_parse(span_of(data, size), "input", &err);

    if (!first) {
        fuzz_check_error(err);
        return 0;
    }
    lock_format(first, &out);
    struct lock *second CLEANUP(lock_cleanup) = lock_parse(buf_span(&out), "written", &err);
    FUZZ_CHECK(second);
    lock_format(second, &again);
    FUZZ_CHECK(span_eq(buf_span(&again), buf_span(&out)));
    return 0;
}
