// SPDX-License-Identifier: Apache-2.0
// TOML: any input is read or refused; what was read is a tree that JSON can hold. JSON does not
// tell 35.0 from 35: compared is what is written.
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "io/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf again CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node *first;
    struct node *second;

    if (size > 20000)
        return 0;
    first = doc_read_toml(d, span_of(data, size), "x", &err);
    if (!first) {
        if (!err || err_kind(err) != ERR_CONFIG)
            abort();
        return 0;
    }
    doc_write_json(first, false, &out);
    second = doc_read_json(d, buf_span(&out), "y", ERR_INTERNAL, &err);
    if (!second)
        abort();
    doc_write_json(second, false, &again);
    if (!span_eq(buf_span(&out), buf_span(&again)))
        abort();
    return 0;
}
