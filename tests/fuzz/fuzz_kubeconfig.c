// SPDX-License-Identifier: Apache-2.0
// kubeconfig files, certificates and keys in them included.
#include "fuzz.h"

#include "base/file.h"
#include "model/kube.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    int fd CLEANUP(fd_cleanup) = -1;
    char path[64];

    fuzz_file(data, size, path, &fd);
    struct kubeconfig_options options = {.path = path};
    struct kubeconfig *config CLEANUP(kubeconfig_cleanup) = kubeconfig_load(&options, &err);
    if (!config)
        fuzz_check_error(err);
    else
        FUZZ_CHECK(*kubeconfig_server(config));
    return 0;
}
