// SPDX-License-Identifier: Apache-2.0
// git packs: the first 20 bytes name a commit, the rest is a pack that claims to hold it.
#include "fuzz.h"

#include <string.h>

#include "model/git.h"

static int visit(void *data, const char *path, unsigned mode, struct span content, struct err **err)
{
    (void)mode, (void)content, (void)err;
    FUZZ_CHECK(*path && *path != '/');
    ++*(size_t *)data;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct err *walk_err CLEANUP(err_cleanup) = NULL;
    struct git_oid commit;
    size_t files = 0;

    if (size < sizeof(commit.bytes))
        return 0;
    memcpy(commit.bytes, data, sizeof(commit.bytes));
    struct span pack = span_of(data + sizeof(commit.bytes), size - sizeof(commit.bytes));
    struct git_store *store CLEANUP(git_store_cleanup) = git_store_new(pack, "input", NULL, &err);
    if (!store) {
        fuzz_check_error(err);
        return 0;
    }
    if (git_walk(store, &commit, visit, &files, &walk_err) != 0)
        fuzz_check_error(walk_err);
    return 0;
}
