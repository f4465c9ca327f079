// SPDX-License-Identifier: Apache-2.0
// Variables in texts (spec.postBuild of Flux): the first line is the value of every variable, the
// rest the text.
#include "fuzz.h"

#include "controller/kustomization.h"

// A pattern is tried on every end of a value.
#define VALUE_BYTES_MAX 200

static bool value_of(void *data, struct span name, struct span *value)
{
    *value = *(const struct span *)data;
    return name.len && *name.ptr != 'M';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size), value = SPAN_EMPTY;

    (void)span_cut(text, '\n', &value, &text);
    value = span_head(value, VALUE_BYTES_MAX);
    for (int strict = 0; strict < 2; strict++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        if (kustomization_substitute(text, strict, value_of, &value, &out, &err) < 0)
            fuzz_check_error(err);
        else
            FUZZ_CHECK(!err);
    }
    return 0;
}
