// SPDX-License-Identifier: Apache-2.0
// The grammar of --set and its like: whatever a text sets can be written, and what it does not set
// is said in one line. The first byte chooses the flag.
#include "fuzz.h"

#include "io/doc.h"
#include "model/chart.h"

static int read_nothing(void *data, struct span path, struct buf *content, struct err **err)
{
    (void)data;
    (void)err;
    buf_add_span(content, path);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct node *values = node_new_map(d);

    if (!size)
        return 0;
    if (chart_set(d, values, span_of(data + 1, size - 1),
                  (enum chart_set_kind)(data[0] % (CHART_SET_FILE + 1)), read_nothing, NULL,
                  &err) < 0)
        fuzz_check_error(err);
    doc_write_json(values, true, &out);
    return 0;
}
