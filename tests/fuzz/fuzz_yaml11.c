// SPDX-License-Identifier: Apache-2.0
// YAML by the rules of kustomization files: whatever is read can be written.
#include "fuzz.h"

#include "io/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct node *root = doc_read_yaml11(d, span_of(data, size), "input", &err);

    if (!root) {
        fuzz_check_error(err);
        return 0;
    }
    doc_write_yaml(root, &out);
    doc_write_json(root, true, &out);
    return 0;
}
