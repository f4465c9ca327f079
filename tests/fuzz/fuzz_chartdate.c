// SPDX-License-Identifier: Apache-2.0
// Times and durations of charts: the first line is a layout, the rest a text. A time that was read
// can be written, and what was written as a duration reads as the same one.
#include "fuzz.h"

#include "model/chart/functions/moment.h"

static void check_duration(struct span text)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    int64_t ns, again;

    if (moment_read_duration(text, &ns, &err) < 0) {
        fuzz_check_error(err);
        return;
    }
    moment_print_duration(ns, &out);
    FUZZ_CHECK(moment_read_duration(buf_span(&out), &again, &err) == 0 && ns == again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct span layout = span_of(data, size), text;
    struct moment m;

    layout = span_head(layout, span_find(layout, '\n'));
    text = span_tail(span_of(data, size), layout.len + 1);
    check_duration(text);
    if (moment_parse(arena, layout, text, &m, &err) < 0)
        fuzz_check_error(err);
    moment_format(&m, layout, &out);
    return 0;
}
