// SPDX-License-Identifier: Apache-2.0
// JSON: what was read and written once reads and writes the same again.
#include "fuzz.h"

#include "io/doc.h"

static void check_stable(struct span text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct node *root = doc_read_json(d, text, "written", ERR_API, &err);

    FUZZ_CHECK(root);
    doc_write_json(root, true, &again);
    FUZZ_CHECK(span_eq(buf_span(&again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct node *root = doc_read_json(d, span_of(data, size), "input", ERR_API, &err);

    if (!root) {
        fuzz_check_error(err);
        FUZZ_CHECK(err_kind(err) == ERR_API);
        return 0;
    }
    doc_write_json(root, true, &out);
    check_stable(buf_span(&out));
    return 0;
}
