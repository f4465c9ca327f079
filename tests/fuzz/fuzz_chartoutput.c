// SPDX-License-Identifier: Apache-2.0
// What templates write, cut into documents: each is a part of it, and all are printed.
#include "fuzz.h"

#include "model/chart/render/documents.h"
#include "model/chart/render/render.h"

static void check(const struct chart_manifest *manifest, struct span text)
{
    FUZZ_CHECK(manifest->text.len > 0);
    FUZZ_CHECK(manifest->text.ptr >= text.ptr);
    FUZZ_CHECK(manifest->text.ptr + manifest->text.len <= text.ptr + text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct span pattern = {"templates/*", sizeof("templates/*") - 1};
    static const struct chart_print all = {0}, some = {.show_only = &pattern, .show_only_count = 1};
    struct chart_rendering *r CLEANUP(chart_rendering_cleanup) = chart_rendering_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span text = documents_clean(r->arena, span_of(data, size));

    if (documents_add(r, SPAN("c/templates/x.yaml"), text, &err) < 0) {
        fuzz_check_error(err);
        return 0;
    }
    documents_sort(r);
    VEC_FOREACH (const struct chart_manifest *, manifest, &r->manifests)
        check(manifest, text);
    VEC_FOREACH (const struct chart_manifest *, hook, &r->hooks) {
        check(hook, text);
        FUZZ_CHECK(hook->hooks != 0);
    }
    FUZZ_CHECK(chart_print(r, &all, &out, &err) == 0);
    if (chart_print(r, &some, &out, &err) < 0)
        fuzz_check_error(err);
    return 0;
}
