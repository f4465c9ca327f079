// SPDX-License-Identifier: Apache-2.0
// Templates looked through without being executed: the walk ends, and all that it finds has a file,
// a line and a path. The input is a template, with some values beside it.
#include "fuzz.h"

#include "model/chart.h"

static struct chart *load(struct span template)
{
    chart_files files CLEANUP(chart_files_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart *chart;

    vec_push(&files,
             (struct chart_file){.path = "Chart.yaml",
                                 .content = SPAN("{apiVersion: v2, name: c, version: 1.0.0}")});
    vec_push(&files, (struct chart_file){
                         .path = "values.yaml",
                         .content = SPAN("{a: {b: [{c: 1}], t: '{{ .Values.a.b }}'}, x: 1}")});
    vec_push(&files, (struct chart_file){.path = "templates/NOTES.txt", .content = template});
    chart = chart_load_files(&files, "c", &err);
    FUZZ_CHECK(chart);
    return chart;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chart *chart CLEANUP(chart_cleanup) = load(span_of(data, size));
    struct chart_target target = {.release = SPAN("r"), .space = SPAN("n")};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
        chart_find_reads(chart, NULL, &target, &err);

    if (!rendering) {
        fuzz_check_error(err);
        return 0;
    }
    VEC_FOREACH (const struct chart_read *, read, &rendering->reads)
        FUZZ_CHECK(read->file.len && read->line && (read->how & CHART_READ_STATIC));
    return 0;
}
