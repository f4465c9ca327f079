// SPDX-License-Identifier: Apache-2.0
// YAML: what was read and written once reads and writes the same again.
#include "fuzz.h"

#include "io/doc.h"

static void write_all(const struct node_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->len; i++) {
        buf_add_str(out, i ? "---\n" : "");
        doc_write_yaml(list->items[i], out);
    }
}

static void check_stable(struct span text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf again CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct node_list list = {0};

    FUZZ_CHECK(doc_read_yaml(d, text, "written", &list, &err) == 0);
    write_all(&list, &again);
    FUZZ_CHECK(span_eq(buf_span(&again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct node_list list = {0};

    if (doc_read_yaml(d, span_of(data, size), "input", &list, &err) != 0) {
        fuzz_check_error(err);
        return 0;
    }
    write_all(&list, &out);
    if (!out.overflow && list.len > 0)
        check_stable(buf_span(&out));
    return 0;
}
