// SPDX-License-Identifier: Apache-2.0
// Bundle files: opening looks at header and index only, verifying at everything.
#include "fuzz.h"

#include "base/file.h"
#include "model/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct err *verify_err CLEANUP(err_cleanup) = NULL;
    int fd CLEANUP(fd_cleanup) = -1;
    char path[64];

    fuzz_file(data, size, path, &fd);
    struct bundle *bundle CLEANUP(bundle_cleanup) = bundle_open(path, &err);
    if (!bundle) {
        fuzz_check_error(err);
        // ERR_CONFIG: of an older format.
        FUZZ_CHECK(err_kind(err) == ERR_INTEGRITY || err_kind(err) == ERR_CONFIG);
        return 0;
    }
    if (bundle_verify(bundle, NULL, &verify_err) != 0)
        FUZZ_CHECK(err_kind(verify_err) == ERR_INTEGRITY);
    return 0;
}
