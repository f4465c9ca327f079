// SPDX-License-Identifier: Apache-2.0
// Charts out of archives: whatever is loaded has a name for each subchart, and values that can be
// written.
#include "fuzz.h"

#include "io/doc.h"
#include "model/chart.h"

static void check_uses(const struct chart *chart, const struct node *values)
{
    chart_uses uses CLEANUP(chart_uses_free) = {0};

    chart_uses_of(chart, values, node_get(values, "tags"), &uses);
    FUZZ_CHECK(uses.len >= chart->subcharts.len);
    VEC_FOREACH (const struct chart_use *, use, &uses) {
        FUZZ_CHECK(chart_uses_name(&uses, use->name));
        FUZZ_CHECK(use->subchart->meta && !use->subchart->store);
        check_uses(use->subchart, node_get_span(values, use->name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart *chart CLEANUP(chart_cleanup) =
        chart_load_archive(span_of(data, size), "input", &err);
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);

    if (!chart) {
        fuzz_check_error(err);
        return 0;
    }
    check_uses(chart, chart->values);
    if (chart->values)
        doc_write_json(chart->values, true, &out);
    return 0;
}
