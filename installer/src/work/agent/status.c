// SPDX-License-Identifier: Apache-2.0
// What the agent says of itself.
#include "base/mem.h"
#include "work/agent/inner.h"
#include "work/agent/wanted.h"

// A bundle without a list lacks it, and nobody here knows how much more.
static struct seed_status_bundle bundle_of(const struct wanted *w)
{
    bool known = w->has_head && w->has_list;

    return (struct seed_status_bundle){.identity = w->identity,
                                       .served = w->served,
                                       .lacks_blobs = w->lacks + (known ? 0 : 1),
                                       .lacks_bytes = w->lacks_bytes};
}

static const struct err *first_problem(const struct agent *a)
{
    for (size_t i = 0; i < AGENT_PROBLEMS; i++)
        if (a->problems[i])
            return a->problems[i];
    return NULL;
}

void agent_status_write(const struct agent *a, struct buf *out)
{
    const struct agent_routes_state *routes = agent_routes_state(a->routes);
    const struct err *problem = first_problem(a);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct seed_status s CLEANUP(seed_status_free) = {
        .version = SANDSTRAP_VERSION,
        .node = a->node,
        .nonce = a->nonce,
        .serial = a->config.serial,
        .received_bytes = a->received_bytes,
        .fetched_bytes = a->fetched_bytes,
        .layout = routes->layout,
        .problem = routes->problem,
        .remedy = routes->remedy,
    };

    if (a->store) {
        struct blobstore_room room = blobstore_room(a->store);

        s.store_bytes = room.used_bytes;
        s.free_bytes = room.free_bytes;
    }
    VEC_FOREACH (struct wanted *const *, w, &a->wanted)
        vec_push(&s.bundles, bundle_of(*w));
    VEC_FOREACH (const struct span *, host, &routes->routed)
        vec_push(&s.routed, *host);
    if (problem) {
        err_format(problem, &text);
        s.problem = buf_str(&text);
        s.remedy = err_hint_text(problem);
    }
    seed_status_write(&s, out);
}
