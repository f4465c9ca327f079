// SPDX-License-Identifier: Apache-2.0
#include "model/runtime/version.h"

#include <stdbool.h>

struct version version_read(struct span text)
{
    struct version v = {0};

    span_skip(&text, "v");
    for (size_t i = 0; i < 3; i++) {
        size_t digits = 0;

        while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
            digits++;
        if (!span_u64(span_head(text, digits), &v.number[i]))
            break;
        text = span_tail(text, digits);
        if (!span_skip(&text, "."))
            break;
    }
    return v;
}

bool version_reaches(const struct version *v, unsigned major, unsigned minor, unsigned patch)
{
    const unsigned wanted[] = {major, minor, patch};

    for (size_t i = 0; i < 3; i++)
        if (v->number[i] != wanted[i])
            return v->number[i] > wanted[i];
    return true;
}
