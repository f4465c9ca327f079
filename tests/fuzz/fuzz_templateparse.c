// SPDX-License-Identifier: Apache-2.0
// The text of a template: it is parsed or refused with a place.
#include "fuzz.h"

#include "io/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct template_set *set CLEANUP(template_set_cleanup) = template_set_new(NULL, 0, NULL);
    struct err *err CLEANUP(err_cleanup) = NULL;
    unsigned line, column;

    if (template_parse(set, SPAN("input"), span_of(data, size), &err) == 0) {
        FUZZ_CHECK(template_is_defined(set, SPAN("input")));
        return 0;
    }
    fuzz_check_error(err);
    FUZZ_CHECK(sscanf(err_message(err), "input:%u:%u", &line, &column) == 2);
    return 0;
}
