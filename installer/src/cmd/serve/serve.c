// SPDX-License-Identifier: Apache-2.0
// The command `serve`.
#include "cmd/serve.h"

#include <signal.h>

#include "base/mem.h"
#include "cmd/serve/check.h"
#include "cmd/serve/reload.h"

#define LISTEN "127.0.0.1:8080"

struct serve_command {
    struct command_common common;
    struct opt_list bundles;
    struct opt_list listen;
    struct opt_list tls;
    const char *store;
    const char *authority;
    const char *cert;
    const char *key;
    const char *access_log;
    bool lab;
    bool check;
    const char *at;
    const char *at_tls;
};

#define SERVE_OPTION(type_, name_, value_, field_, help_)                                          \
    {                                                                                              \
        .type = (type_), .name = (name_), .value = (value_),                                       \
        .offset = offsetof(struct serve_command, field_), .help = (help_)                          \
    }

static const struct opt serve_table[] = {
    {.type = OPT_OPERANDS,
     .value = "[BUNDLE]...",
     .offset = offsetof(struct serve_command, bundles),
     .help = "what is served (bundles/sandbox.bundle)"},
    SERVE_OPTION(OPT_TEXT, "store", "DIR", store, "serve all bundles that are in this store"),
    SERVE_OPTION(OPT_LIST, "listen", "ADDRESS", listen, "for HTTP (127.0.0.1:8080)"),
    SERVE_OPTION(OPT_LIST, "tls", "ADDRESS", tls, "for HTTPS, as in :443"),
    SERVE_OPTION(OPT_TEXT, "authority", "DIR", authority,
                 "where ca.crt and ca.key are, or are made at first use"),
    SERVE_OPTION(OPT_TEXT, "cert", "FILE", cert, "a certificate of one's own for HTTPS, PEM"),
    SERVE_OPTION(OPT_TEXT, "key", "FILE", key, "its key"),
    SERVE_OPTION(OPT_TEXT, "access-log", "FILE", access_log,
                 "where a line for each request goes (standard output)"),
    COMMAND_LAB_OPTION(struct serve_command),
    SERVE_OPTION(OPT_FLAG, "check", NULL, check,
                 "fetch every artifact as each kind of client does, compare it, and end"),
    SERVE_OPTION(OPT_TEXT, "at", "ADDRESS", at, "check the server there over HTTP"),
    SERVE_OPTION(OPT_TEXT, "at-tls", "ADDRESS", at_tls, "check the server there over HTTPS"),
    COMMAND_COMMON_OPTIONS,
};

// --- where ---

// The address with the port that it got.
static void add_address(struct buf *out, const char *address, int port)
{
    struct span all = span_str(address);

    if (span_starts(all, "unix:") || span_starts(all, "fd:"))
        buf_add_str(out, address);
    else
        buf_printf(out, "%.*s:%d", SPAN_ARG(span_head(all, span_rfind(all, ':'))), port);
}

static int listen_at(struct serve *s, const struct opt_list *addresses, bool tls, struct buf *said,
                     struct err **err)
{
    for (size_t i = 0; i < addresses->len; i++) {
        int port = serve_listen(s, addresses->items[i], tls, err);

        if (port < 0)
            return -1;
        buf_printf(said, "%s%s at ", said->len ? ", " : "", tls ? "HTTPS" : "HTTP");
        add_address(said, addresses->items[i], port);
    }
    return 0;
}

static int listen_all(struct serve *s, const struct serve_command *o, struct buf *said,
                      struct err **err)
{
    const char *items[] = {LISTEN};
    struct opt_list usual = {.items = items, .len = 1};

    if (!o->listen.len && !o->tls.len)
        return listen_at(s, &usual, false, said, err);
    if (listen_at(s, &o->listen, false, said, err) < 0 ||
        listen_at(s, &o->tls, true, said, err) < 0)
        return -1;
    if (o->tls.len && o->authority)
        buf_printf(said, "; its authority: %s/ca.crt", o->authority);
    return 0;
}

// --- what ---

static struct verified_wanted wanted_of(const struct serve_command *o)
{
    return (struct verified_wanted){.bundles = &o->bundles, .store = o->store, .lab = o->lab};
}

// None for a check, unless it is asked for.
static const char *access_log(const struct serve_command *o)
{
    if (o->access_log)
        return o->access_log;
    return o->common.quiet || o->check ? NULL : "-";
}

// A server of the verified bundles, which listens to nothing yet.
static struct serve *open_server(struct command_env *env, const struct serve_command *o,
                                 struct err **err)
{
    const struct serve_options options = {.report = env->report,
                                          .access_log = access_log(o),
                                          .log_json = env->json,
                                          .authority = o->authority,
                                          .cert = o->cert,
                                          .key = o->key};
    const struct verified_wanted wanted = wanted_of(o);
    struct verified verified CLEANUP(verified_free) = {0};
    int opened = verified_open(&verified, &wanted, env->cancel, err);
    struct serve_content *content CLEANUP(serve_content_cleanup) =
        verified_take(&verified, env->report);
    struct serve *s = opened == 0 ? serve_new(env->loop, &options, err) : NULL;

    if (s)
        serve_put(s, STEAL(content));
    return s;
}

// --- checking ---

static int check_at(struct command_env *env, const struct serve_command *o, const char *plain,
                    const char *tls, struct err **err)
{
    const struct verified_wanted wanted = wanted_of(o);
    char *ca CLEANUP(mem_cleanup) = o->authority ? mem_printf("%s/ca.crt", o->authority) : NULL;
    const struct serve_check_options where = {
        .report = env->report, .plain = plain, .tls = tls, .ca_file = ca};

    return check_server(env, &wanted, &where, err);
}

// On the first address of each list, or any port of the loopback.
static int listen_and_check(struct command_env *env, struct serve *s, const struct serve_command *o,
                            struct err **err)
{
    const char *any = "127.0.0.1:0";
    const char *listen = o->listen.len ? o->listen.items[0] : any;
    const char *tls = o->tls.len ? o->tls.items[0] : any;
    char *plain_place CLEANUP(mem_cleanup) = NULL;
    char *tls_place CLEANUP(mem_cleanup) = NULL;
    int port = serve_listen(s, listen, false, err);

    if (port < 0)
        return -1;
    plain_place = check_place(listen, port);
    if (o->tls.len || o->authority || o->cert) {
        port = serve_listen(s, tls, true, err);
        if (port < 0)
            return -1;
        tls_place = check_place(tls, port);
    }
    return check_at(env, o, plain_place, tls_place, err);
}

// --- the server ---

static int listen_and_serve(struct command_env *env, struct serve *s, const struct serve_command *o,
                            struct err **err)
{
    const struct verified_wanted wanted = wanted_of(o);
    struct reload *reload CLEANUP(reload_cleanup) =
        reload_new(env->loop, s, &wanted, env->report, err);
    struct buf said CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!reload || listen_all(s, o, &said, err) < 0)
        return -1;
    report_info(env->report, "serve", "ready: %s", buf_str(&said));
    return serve_run(s, err);
}

// One that comes while the bundles are verified waits until reload.c takes it: it must not end the
// process.
static void hold_hangup(void)
{
    sigset_t hangup;

    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hangup, NULL);
}

static int serve_command_run(struct command_env *env, const void *options, struct err **err)
{
    const struct serve_command *o = options;
    struct serve *s CLEANUP(serve_cleanup) = NULL;

    if (o->at || o->at_tls)
        return o->check ? check_at(env, o, o->at, o->at_tls, err)
                        : err_set(err, ERR_USAGE, "--at and --at-tls go with --check");
    if (!o->check)
        hold_hangup();
    s = open_server(env, o, err);
    if (!s)
        return -1;
    return o->check ? listen_and_check(env, s, o, err) : listen_and_serve(env, s, o, err);
}

const struct command cmd_serve = {
    .spec = {.name = "serve",
             .summary = "serve bundles under the names that their artifacts have upstream",
             .details =
                 "One server that is OCI registry, git server, Helm repository and file server\n"
                 "for every host that the bundles name: a request's host is that of ?ns=, of the\n"
                 "Host header or SNI, or the first part of its path. What is not in the bundles\n"
                 "is not found; nothing is passed on. Each bundle is verified before.\n\n"
                 "SIGHUP opens the bundles again, SIGTERM ends the server when its answers are\n"
                 "sent. docs/serve.md has more.",
             .options = serve_table,
             .option_count = ARRAY_LEN(serve_table)},
    .options_size = sizeof(struct serve_command),
    .takes_hangup = true,
    .run = serve_command_run,
};
