// SPDX-License-Identifier: Apache-2.0
// Ranges of versions: the first line is a range, the second a version.
#include "fuzz.h"

#include "base/semver_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct semver_range *range CLEANUP(semver_range_cleanup) = NULL;
    struct span text, version;
    struct semver v;

    (void)span_cut(span_of(data, size), '\n', &text, &version);
    range = semver_range_parse(text, &err);
    if (!range) {
        fuzz_check_error(err);
        return 0;
    }
    FUZZ_CHECK(!err);
    if (semver_parse(version, &v))
        (void)semver_range_has(range, &v);
    return 0;
}
