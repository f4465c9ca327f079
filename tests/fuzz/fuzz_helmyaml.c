// SPDX-License-Identifier: Apache-2.0
// YAML as Helm reads the files of a chart: whatever is read can be written as JSON.
#include "fuzz.h"

#include "io/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct node_list all = {0};

    if (doc_read_helm(d, span_of(data, size), "input", &all, &err) < 0) {
        fuzz_check_error(err);
        return 0;
    }
    for (size_t i = 0; i < all.len; i++)
        doc_write_json(all.items[i], true, &out);
    return 0;
}
