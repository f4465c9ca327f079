// SPDX-License-Identifier: Apache-2.0
// Bundles and locks of the lab are only taken where they are asked for.
#include "work/artifacts.h"

#include <unistd.h>

struct bundle *artifacts_open_bundle(const char *path, bool lab, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(path, err);

    if (b && span_is(bundle_origin(b), LOCK_ORIGIN_LAB) && !lab) {
        err_set(err, ERR_USAGE, "bundle %s was made in the lab, from look-alikes", path);
        err_hint(err, "--lab accepts it; for a real cluster make one with 'sandstrap bundle lock' "
                      "and 'sandstrap bundle build'");
        return NULL;
    }
    return STEAL(b);
}

struct lock *artifacts_read_lock(const char *path, bool lab, struct err **err)
{
    struct lock *l CLEANUP(lock_cleanup) = lock_read(path, err);

    if (l && span_is(lock_origin(l), LOCK_ORIGIN_LAB) && !lab) {
        err_set(err, ERR_USAGE, "lock %s was made in the lab, from look-alikes", path);
        err_hint(err, "--lab accepts it; for a real cluster make one with 'sandstrap bundle lock'");
        return NULL;
    }
    return STEAL(l);
}

int artifacts_find_lock(const char *path, bool lab, struct lock **lock, struct err **err)
{
    if (!path && access(ARTIFACTS_LOCK, F_OK) < 0)
        return 0;
    *lock = artifacts_read_lock(path ? path : ARTIFACTS_LOCK, lab, err);
    return *lock ? 0 : -1;
}
