// SPDX-License-Identifier: Apache-2.0
// The agent's life.
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/worker.h"
#include "io/crypto.h"
#include "work/agent/incoming.h"
#include "work/agent/inner.h"
#include "work/agent/peers.h"
#include "work/agent/store.h"
#include "work/agent/wanted.h"

static void look(void *data)
{
    struct agent *a = data;

    access_look(&a->access);
    agent_config_look(a);
    wanted_try_again(a);
    if (a->problems[AGENT_SERVE])
        a->changed(a->data); // to be opened anew: what was in its way may be gone
    agent_keep_routes(a);
    a->look_timer = loop_add_timer(a->loop, timer_add(timer_now(), AGENT_ROUTES_CHECK_MS), look, a);
}

static void copy_options(struct agent *a, const struct agent_options *o)
{
    a->loop = o->loop;
    a->report = o->report;
    a->home = mem_str(o->home);
    a->store_path = path_join(o->home, "store");
    a->bundles_path = path_join(o->home, "bundles");
    a->config_path = mem_str(o->config);
    a->token_path = mem_str(o->token);
    a->node = mem_str(o->node);
    a->address = mem_str(o->address);
    a->changed = o->changed;
    a->data = o->data;
}

// The runtime asks on the loopback, unless this agent is only on one of its addresses, as several
// are that share a machine.
static int open_routes(struct agent *a, const struct agent_options *o, struct err **err)
{
    struct address own = address_of(span_str(o->address));
    const char *host = address_is_loopback(&own) ? o->address : "127.0.0.1";
    char *endpoint CLEANUP(mem_cleanup) = mem_printf("http://%s:%d", host, a->port);
    const struct agent_routes_options options = {
        .root = o->root, .home = o->home, .layout = o->layout, .endpoint = endpoint};

    a->routes = agent_routes_new(&options, err);
    return a->routes ? 0 : -1;
}

struct agent *agent_new(const struct agent_options *o, struct err **err)
{
    struct agent *a CLEANUP(agent_cleanup) = MEM_NEW(struct agent);

    copy_options(a, o);
    a->file = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    a->arena = arena_new();
    a->peers = peers_new(a);
    agent_new_nonce(a);
    a->http = http_new(o->loop, NULL, err);
    if (!a->http || agent_store_open(a, err) < 0)
        return NULL;
    access_look(&a->access);
    agent_config_look(a);
    a->port = a->configured ? a->config.port : SEED_PORT;
    a->tls_port = a->configured ? a->config.tls_port : SEED_TLS_PORT;
    if (open_routes(a, o, err) < 0)
        return NULL;
    look(a);
    return STEAL(a);
}

void agent_free(struct agent *a)
{
    if (!a)
        return;
    loop_remove_timer(a->loop, a->look_timer);
    loop_remove_timer(a->loop, a->collect_timer);
    peers_free(a->peers);
    incoming_stop(a);
    worker_free(a->healer);
    vec_free(&a->incoming);
    http_free(a->http);
    wanted_free(a);
    blobstore_close(a->store);
    agent_routes_free(a->routes);
    access_free(&a->access);
    asked_free(&a->asked);
    seed_config_free(&a->config);
    arena_free(a->arena);
    buf_free(&a->file);
    for (size_t i = 0; i < AGENT_PROBLEMS; i++)
        err_free(a->problems[i]);
    free(a->home);
    free(a->store_path);
    free(a->bundles_path);
    free(a->config_path);
    free(a->token_path);
    free(a->node);
    free(a->address);
    free(a);
}

int agent_port(const struct agent *a)
{
    return a->port;
}

int agent_tls_port(const struct agent *a)
{
    return a->tls_port;
}

const char *agent_store_path(const struct agent *a)
{
    return a->store ? a->store_path : NULL;
}

void agent_serves(struct agent *a, const struct digest *identities, size_t count,
                  const struct err *problem)
{
    VEC_FOREACH (struct wanted **, w, &a->wanted) {
        (*w)->served = false;
        for (size_t i = 0; i < count; i++)
            (*w)->served |= digest_eq(&(*w)->identity, &identities[i]);
    }
    agent_set_problem(a, AGENT_SERVE, problem);
    if (problem && err_kind(problem) == ERR_INTEGRITY)
        agent_store_heal(a);
    a->routed |= count > 0;
    agent_keep_routes(a);
}

// Of what has a name: blobs are asked for by their digests.
void agent_served(void *agent, const char *kind, struct span what, bool missing)
{
    static const char *const named[] = {"manifest", "git", "chart", "file"};
    struct agent *a = agent;

    for (size_t i = 0; i < ARRAY_LEN(named); i++)
        if (strcmp(kind, named[i]) == 0)
            asked_count(&a->asked, what, missing);
}
