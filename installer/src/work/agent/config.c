// SPDX-License-Identifier: Apache-2.0
// What the agent is to have: the file that the cluster keeps for it, or what the installer said
// since. The one with the greater serial counts.
#include "base/file.h"
#include "base/mem.h"
#include "work/agent/inner.h"
#include "work/agent/peers.h"
#include "work/agent/store.h"
#include "work/agent/wanted.h"

static void use(struct agent *a, struct seed_config *c, struct arena *arena)
{
    seed_config_free(&a->config);
    arena_free(a->arena);
    a->config = *c;
    a->arena = arena;
    a->configured = true;
    if (a->store)
        blobstore_set_budget(a->store, c->budget_bytes);
    access_configure(&a->access, &a->config);
    wanted_update(a);
    agent_keep_routes(a);
    peers_look(a);
}

// Whatever was taken away at an end that did not come is wanted again.
static int resume(struct agent *a, struct err **err)
{
    if (!a->store) {
        if (agent_store_open(a, err) < 0)
            return -1;
        a->routed = false; // nothing is served yet
    }
    a->unrouted = false;
    agent_keep_routes(a);
    return 0;
}

// 1: it is older than what is there, or the same.
static int take(struct agent *a, struct span text, bool from_file, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct seed_config c;

    if (seed_config_read(text, arena, &c, err) < 0)
        return -1;
    if (!from_file && resume(a, err) < 0) {
        seed_config_free(&c);
        return -1;
    }
    if (a->configured && c.serial <= a->config.serial) {
        seed_config_free(&c);
        return 1;
    }
    report_info(a->report, "agent", "configuration %llu: %zu bundle%s, %zu peer%s",
                (unsigned long long)c.serial, c.bundles.len, PLURAL(c.bundles.len), c.peers.len,
                PLURAL(c.peers.len));
    wanted_trust(a, !from_file);
    use(a, &c, STEAL(arena));
    return 0;
}

int agent_config_take(struct agent *a, struct span text, struct err **err)
{
    bool had_store = a->store != NULL;
    int taken = take(a, text, false, err);

    if (taken > 0 && !had_store) {
        wanted_update(a);
        peers_look(a);
    }
    return taken;
}

void agent_config_look(struct agent *a)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (file_read(AT_FDCWD, a->config_path, &text, &err) == 0) {
        if (span_eq(buf_span(&text), buf_span(&a->file)))
            return;
        (void)take(a, buf_span(&text), true, &err);
        buf_free(&a->file);
        a->file = text;
        text = (struct buf)BUF_INIT(0);
    }
    agent_set_problem(a, AGENT_CONFIG, err);
}
