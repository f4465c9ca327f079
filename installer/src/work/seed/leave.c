// SPDX-License-Identifier: Apache-2.0
// What was brought to the nodes' disks is taken from them by their agents, one after the other.
#include "base/mem.h"
#include "io/crypto.h"
#include "work/seed/agents.h"
#include "work/seed/facts.h"
#include "work/seed/pods.h"
#include "work/seed/secrets.h"

struct leave {
    const struct seed_options *options;
    struct seed_nodes *nodes;
    struct agents agents;
    struct seed_left *left;
    bool store;
};

// A node that is away has to be looked at again.
static void add_left(struct leave *l, const struct seed_node *n, const char *why)
{
    struct arena *arena = l->nodes->arena;
    const char *files = "";

    if (n->node.layout && n->node.layout->routes)
        files = arena_printf(arena, ", and hosts.toml with its name in %s/%s",
                             n->node.folder ? n->node.folder : n->node.layout->folder,
                             n->node.layout->routes);
    vec_push_arena(
        arena, &l->left->items,
        (struct seed_left_node){
            .node = n->node.name,
            .why = arena_printf(arena, "%s; on its disk may be " SEED_HOME "%s", why, files)});
}

static int command(struct leave *l, struct seed_node *n, const char *path, struct err **err)
{
    int absent = agents_status(&l->agents, n, l->nodes->arena, err);

    return absent ? absent : agents_command(&l->agents, n, "POST", path, SPAN_EMPTY, err);
}

// 1: a loader that has never become an agent, which has brought nothing.
static int take_away(struct leave *l, struct seed_node *n, struct err **err)
{
    int absent = command(l, n, SEED_API "/routes/remove", err);

    if (absent == 0 && l->store)
        absent = command(l, n, SEED_API "/store/remove", err);
    return absent;
}

static int leave_node(struct leave *l, struct seed_node *n, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *error CLEANUP(err_cleanup) = NULL;
    int result = take_away(l, n, &error);

    if (result < 0 && err_kind(error) == ERR_CANCELLED)
        return err_move(err, &error);
    if (result < 0) {
        err_format(error, &text);
        add_left(l, n, buf_str(&text));
    } else {
        report_info(l->options->report, "seed", "node %s: %s", n->node.name,
                    result     ? "nothing was brought there yet"
                    : l->store ? "routes and store are removed"
                               : "routes are removed, the store stays");
    }
    return 0;
}

static int leave_all(struct leave *l, struct err **err)
{
    const char **why CLEANUP(mem_cleanup) = mem_zalloc(l->nodes->items.len + 1, sizeof(*why));

    if (pods_look(l->options, l->nodes, NULL, why, err) < 0)
        return -1;
    VEC_FOREACH (struct seed_node *, it, &l->nodes->items) {
        const char *reason = why[it - l->nodes->items.items];

        if (it->pod && leave_node(l, it, err) < 0)
            return -1;
        if (!it->pod && *reason)
            add_left(l, it, reason);
    }
    return 0;
}

int seed_leave(const struct seed_options *o, bool store, struct seed_nodes *nodes,
               struct seed_left *left, struct err **err)
{
    struct leave l = {.options = o, .nodes = nodes, .left = left, .store = store};
    struct arena *secret = NULL;
    int result = -1;

    if (facts_read(o, nodes, err) < 0)
        return -1;
    secret = arena_new();
    l.agents = (struct agents){.kube = o->kube, .budget = o->budget, .port = agents_port(o)};
    if (secrets_token(o, secret, &l.agents.token, err) == 0)
        result = leave_all(&l, err);
    arena_wipe(secret);
    arena_free(secret);
    return result;
}
