// SPDX-License-Identifier: Apache-2.0
// A kubeconfig of any content: refused with an error or taken, never worse.
#include "fuzz.h"

#include "base/file.h"
#include "model/kube.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd CLEANUP(fd_cleanup) = -1;
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct kubeconfig *config CLEANUP(kubeconfig_cleanup) = NULL;
    struct kubeconfig_options options = {0};
    char path[64];

    fuzz_file(data, size, path, &fd);
    options.path = path;
    config = kubeconfig_load(&options, &err);
    if (!config)
        fuzz_check_error(err);
    else
        FUZZ_CHECK(!err);
    return 0;
}
