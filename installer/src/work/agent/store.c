// SPDX-License-Identifier: Apache-2.0
#include "work/agent/store.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "work/agent/incoming.h"
#include "work/agent/peers.h"
#include "work/agent/wanted.h"

int agent_store_open(struct agent *a, struct err **err)
{
    if (file_make_dirs(a->bundles_path, err) < 0)
        return -1;
    a->store = blobstore_open(a->store_path, BLOBSTORE_MAKE, 0, err);
    return a->store ? 0 : -1;
}

enum { OPEN_FOLDERS = 8 };

// The folder itself is where a volume is mounted: it stays.
static int remove_one(const char *path, const struct stat *st UNUSED, int type UNUSED,
                      struct FTW *where)
{
    return where->level == 0 || remove(path) == 0 ? 0 : -1;
}

int agent_store_remove(struct agent *a, struct err **err)
{
    peers_stop(a->peers);
    incoming_stop(a);
    wanted_free(a);
    blobstore_close(STEAL(a->store));
    a->changed(a->data);
    if (nftw(a->home, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s: removing what is in it", a->home);
    return 0;
}
