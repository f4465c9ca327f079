// SPDX-License-Identifier: Apache-2.0
// JSON schemas: the first line is one, the rest a value. What is wrong has a line that says where.
#include "fuzz.h"

#include "model/chart/schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span schema, text;
    const struct node *value;
    bool valid;

    if (!span_cut(span_of(data, size), '\n', &schema, &text))
        return 0;
    value = doc_read_json(d, text, "value", ERR_CONFIG, &err);
    if (!value) {
        fuzz_check_error(err);
        return 0;
    }
    if (schema_validate(schema, value, "schema", &valid, &out, &err) < 0) {
        FUZZ_CHECK(err); // of several lines when the schema is no schema
        return 0;
    }
    FUZZ_CHECK(!err);
    FUZZ_CHECK(valid ? out.len == 0 : span_starts(buf_span(&out), "- at '") || out.overflow);
    return 0;
}
