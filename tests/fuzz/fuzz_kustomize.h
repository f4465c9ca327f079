// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets of kustomize share: a build ends with objects or with one error.
#ifndef FUZZ_KUSTOMIZE_H
#define FUZZ_KUSTOMIZE_H

#include "fuzz.h"

#include "model/kustomize.h"

static inline void fuzz_build(struct kustomize_tree *tree, const char *folder)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct kustomize_options options = {.tree = tree, .folder = folder};
    struct kustomize_result result;

    if (kustomize_build(&options, &result, &err) != 0) {
        fuzz_check_error(err);
        return;
    }
    kustomize_write_yaml(&result, true, &out);
    kustomize_result_free(&result);
}

#endif
