// SPDX-License-Identifier: Apache-2.0
// The command `agent`: the server of the bundles and the agent that keeps them, at the same
// addresses.
#include "cmd/agent.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/address.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/agent/certificate.h"
#include "cmd/agent/served.h"
#include "model/seed.h"

// A node has some hundred clients at most; each that is busy takes some KiB.
enum { CONNECTIONS = 1024 };

struct agent_command {
    struct command_common common;
    const char *home, *config, *token, *tls, *root, *layout;
    const char *node, *address;
};

#define AGENT_OPTION(name_, value_, field_, help_)                                                 \
    {                                                                                              \
        .type = OPT_TEXT, .name = (name_), .value = (value_),                                      \
        .offset = offsetof(struct agent_command, field_), .help = (help_)                          \
    }

static const struct opt agent_table[] = {
    AGENT_OPTION("home", "DIR", home, "where the store is kept (" SEED_HOME ")"),
    AGENT_OPTION("config", "FILE", config, "what the agent is to have (" SEED_CONFIG ")"),
    AGENT_OPTION("token", "FILE", token, "what the installer signs with (" SEED_TOKEN ")"),
    AGENT_OPTION("tls", "DIR", tls, "tls.crt and tls.key for HTTPS (" SEED_TLS ")"),
    AGENT_OPTION("root", "DIR", root, "where the node's folders are (/host)"),
    AGENT_OPTION("layout", "NAME", layout, "of the node's runtime (found out)"),
    AGENT_OPTION("node", "NAME", node, "the node's name ($NODE_NAME)"),
    AGENT_OPTION("address", "ADDRESS", address, "the node's address ($HOST_IP)"),
    COMMAND_COMMON_OPTIONS,
};

static void set_defaults(void *options)
{
    struct agent_command *o = options;

    o->home = SEED_HOME;
    o->config = SEED_CONFIG;
    o->token = SEED_TOKEN;
    o->tls = SEED_TLS;
    o->root = "/host";
    o->node = getenv("NODE_NAME");
    o->address = getenv("HOST_IP");
}

// --- where ---

// Where the system has no IPv6, nobody asks there.
static void listen_if(struct serve *s, const char *host, int port)
{
    char *place CLEANUP(mem_cleanup) = mem_printf("%s:%d", host, port);
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    if (serve_listen(s, place, false, &ignored) < 0)
        return;
}

static int listen_at(struct serve *s, const char *host, int port, bool tls, struct err **err)
{
    struct address address = address_of(span_str(host));
    char *place CLEANUP(mem_cleanup) =
        mem_printf(address.bits == 128 ? "[%s]:%d" : "%s:%d", host, port);

    return serve_listen(s, place, tls, err) < 0 ? -1 : 0;
}

// On the node's address, and for its runtime on the loopback; several agents that share a machine
// have an address of the loopback each.
static int listen_all(struct serve *s, const struct agent *a, const struct agent_command *o,
                      bool tls, struct err **err)
{
    struct address own = address_of(span_str(o->address));

    if (listen_at(s, o->address, agent_port(a), false, err) < 0)
        return -1;
    if (tls && listen_at(s, o->address, agent_tls_port(a), true, err) < 0)
        return -1;
    if (address_is_loopback(&own))
        return 0;
    listen_if(s, "[::1]", agent_port(a));
    return listen_at(s, "127.0.0.1", agent_port(a), false, err);
}

// --- the whole ---

static struct agent *open_agent(struct command_env *env, const struct agent_command *o,
                                struct served *served, struct err **err)
{
    const struct agent_options options = {
        .loop = env->loop,
        .report = env->report,
        .home = o->home,
        .config = o->config,
        .token = o->token,
        .root = o->root,
        .layout = o->layout,
        .node = o->node,
        .address = o->address,
        .changed = served_changed,
        .data = served,
    };

    return agent_new(&options, err);
}

// Without a certificate there is no HTTPS: nodes need none.
static struct serve *open_server(struct command_env *env, const struct agent_command *o,
                                 struct agent *a, const char *cert, bool *tls, struct err **err)
{
    char *key CLEANUP(mem_cleanup) = path_join(o->tls, "tls.key");
    struct serve_options options = {
        .report = env->report,
        .access_log = o->common.quiet ? NULL : "-",
        .log_json = env->json,
        .connections = CONNECTIONS,
        .first = {.take = agent_take, .done = agent_done, .served = agent_served, .data = a},
    };

    *tls = access(cert, F_OK) == 0;
    if (*tls) {
        options.cert = cert;
        options.key = key;
    } else {
        report_warn(env->report, "agent", "%s is not there: nothing is served over HTTPS", cert);
    }
    return serve_new(env->loop, &options, err);
}

static int agent_command_run(struct command_env *env, const void *options, struct err **err)
{
    const struct agent_command *o = options;
    struct agent *a CLEANUP(agent_cleanup) = NULL;
    struct serve *s CLEANUP(serve_cleanup) = NULL;
    struct served *served CLEANUP(served_cleanup) = served_new(env->loop, env->report);
    char *cert CLEANUP(mem_cleanup) = path_join(o->tls, "tls.crt");
    struct certificate *certificate UNUSED CLEANUP(certificate_cleanup) = NULL; // only held
    bool tls;

    if (!o->node || !o->address || !address_of(span_str(o->address)).bits) {
        err_set(err, ERR_USAGE, "the agent needs the name and the address of its node");
        return err_hint(err, "--node NAME --address ADDRESS, or NODE_NAME and HOST_IP in the "
                             "environment");
    }
    a = open_agent(env, o, served, err);
    if (!a)
        return -1;
    s = open_server(env, o, a, cert, &tls, err);
    if (!s)
        return -1;
    served_connect(served, a, s);
    certificate = certificate_watch(env->loop, cert, s);
    if (listen_all(s, a, o, tls, err) < 0)
        return -1;
    report_info(env->report, "agent", "ready: port %d of %s%s", agent_port(a), o->address,
                tls ? ", and HTTPS" : "");
    return serve_run(s, err);
}

const struct command cmd_agent = {
    .spec = {.name = "agent",
             .summary = "what runs on each node of a cluster in an air gap",
             .details =
                 "'sandstrap up --airgap' starts it: nobody else has to. It keeps the bundles\n"
                 "that its configuration names, as the installer or the other nodes' agents give\n"
                 "them, serves them to the node and to Flux under their upstream names, and keeps\n"
                 "the routes of the node's container runtime in place.",
             .options = agent_table,
             .option_count = ARRAY_LEN(agent_table)},
    .options_size = sizeof(struct agent_command),
    .defaults = set_defaults,
    .run = agent_command_run,
};
