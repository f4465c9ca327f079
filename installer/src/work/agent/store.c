// SPDX-License-Identifier: Apache-2.0
#include "work/agent/store.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/worker.h"
#include "work/agent/incoming.h"
#include "work/agent/peers.h"
#include "work/agent/wanted.h"

int agent_store_open(struct agent *a, struct err **err)
{
    if (file_make_dirs(a->bundles_path, err) < 0)
        return -1;
    a->store = blobstore_open(a->store_path, BLOBSTORE_MAKE, a->config.budget_bytes, err);
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
    worker_free(STEAL(a->healer)); // like those of what was incoming, it works with the store
    blobstore_close(STEAL(a->store));
    wanted_free(a);
    a->changed(a->data);
    if (nftw(a->home, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "%s: removing what is in it", a->home);
    return 0;
}

// --- healing ---

enum { HEAL_AGAIN_MS = 300000 };

static void note_wrong(void *data, const struct digest *digest UNUSED)
{
    ((struct agent *)data)->healed++;
}

static void heal(void *data)
{
    struct agent *a = data;
    struct err *wrong CLEANUP(err_cleanup) = NULL;
    struct blobstore_sum sum;

    if (blobstore_verify(a->store, loop_cancel(a->loop), note_wrong, a, &sum, &wrong) < 0)
        return; // the wrong ones are gone, and counted
}

static void on_healed(void *data)
{
    struct agent *a = data;

    worker_free(STEAL(a->healer));
    report_warn(a->report, "agent", "%zu blob%s of the store %s wrong: gone, and lacking now",
                a->healed, PLURAL(a->healed), a->healed == 1 ? "was" : "were");
    wanted_look(a);
    peers_look(a);
}

void agent_store_heal(struct agent *a)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    int64_t now = timer_now();

    if (!a->store || a->healer || now < a->heal_at)
        return;
    a->heal_at = timer_add(now, HEAL_AGAIN_MS);
    a->healed = 0;
    a->healer = worker_start(a->loop, heal, on_healed, a, &err);
    if (!a->healer)
        agent_set_problem(a, AGENT_STORE, err);
}
