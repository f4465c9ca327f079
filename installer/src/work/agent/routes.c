// SPDX-License-Identifier: Apache-2.0
// Until the files on the node are written: says so.
#include "work/agent/routes.h"

#include "base/mem.h"

struct agent_routes {
    struct agent_routes_state state;
};

struct agent_routes *agent_routes_new(const struct agent_routes_options *o UNUSED,
                                      struct err **err UNUSED)
{
    struct agent_routes *r = MEM_NEW(struct agent_routes);

    r->state.problem = "this agent writes no routes yet";
    return r;
}

void agent_routes_free(struct agent_routes *r)
{
    free(r);
}

void agent_routes_keep(struct agent_routes *r UNUSED, const struct span *hosts UNUSED,
                       size_t count UNUSED)
{
}

int agent_routes_remove(struct agent_routes *r UNUSED, struct err **err UNUSED)
{
    return 0;
}

const struct agent_routes_state *agent_routes_state(const struct agent_routes *r)
{
    return &r->state;
}
