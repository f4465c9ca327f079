// SPDX-License-Identifier: Apache-2.0
// Regular expressions: the first line is a pattern, the rest a text. What is matched lies within
// it.
#include "fuzz.h"

#include "io/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct regex *re CLEANUP(regex_cleanup) = NULL;
    struct span pattern = span_of(data, size), text;
    size_t at[8];
    bool matched;

    pattern = span_head(pattern, span_find(pattern, '\n'));
    text = span_tail(span_of(data, size), pattern.len + 1);
    re = regex_new(pattern, 0, &err);
    if (!re) {
        fuzz_check_error(err);
        return 0;
    }
    if (regex_find(re, text, 0, at, 4, &matched, &err) < 0) {
        fuzz_check_error(err);
        return 0;
    }
    for (size_t i = 0; matched && i < 8; i += 2)
        FUZZ_CHECK(at[i] == REGEX_NOWHERE || (at[i] <= at[i + 1] && at[i + 1] <= text.len));
    return 0;
}
