// SPDX-License-Identifier: Apache-2.0
// fromYaml and its like: any text is read or refused; what is read can be written in all forms, and
// its JSON is the same value again.
#include "fuzz.h"

#include "model/chart/convert/convert.h"

static void check_json(struct doc *d, struct arena *a, const struct value *v)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *again;
    struct value read;

    FUZZ_CHECK(convert_write(v, CONVERT_JSON, &out, &err) == 0);
    FUZZ_CHECK(doc_read_go_json(d, buf_span(&out), &again, &err) == 0);
    read = convert_to_value(a, again);
    FUZZ_CHECK(value_deep_equal(v, &read));
}

static void check_form(const struct value *v, enum convert_form form)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (convert_write(v, form, &out, &err) < 0)
        FUZZ_CHECK(err_message(err)[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = NULL;
    struct value v;

    if (size > 20000)
        return 0;
    if (size && data[0] == '{')
        FUZZ_CHECK(doc_read_go_json(d, span_of(data, size), &n, &err) == 0 || err);
    if (!n) {
        err_clear(&err);
        if (doc_read_text(d, span_of(data, size), &n, &err) < 0)
            FUZZ_CHECK(err_message(err)[0]);
    }
    if (!n)
        return 0;
    v = convert_to_own_value(a, n, false);
    check_json(d, a, &v);
    for (int form = CONVERT_YAML; form <= CONVERT_TOML; form++)
        check_form(&v, (enum convert_form)form);
    return 0;
}
