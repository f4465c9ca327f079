// SPDX-License-Identifier: Apache-2.0
// The command `serve`.
#include "work/serve.h"
#include "base/mem.h"
#include "cmd/serve.h"
#include "cmd/serve/check.h"
#include "work/artifacts.h"

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

// --- what is served ---

static int add_bundle(struct command_env *env, const struct serve_command *o, const char *path,
                      struct serve_content *content, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = artifacts_open_bundle(path, o->lab, err);

    if (!b || artifacts_verify(b, env->cancel, err) < 0)
        return -1;
    report_info(env->report, "serve", "%s is verified: %s", path, DIGEST_TEXT(bundle_identity(b)));
    return serve_add_bundle(content, STEAL(b), err);
}

static void tell_wrong(void *data, const struct digest *digest)
{
    const struct command_env *env = data;

    report_warn(env->report, "serve", "the blob %s of the store is wrong", DIGEST_TEXT(digest));
}

static int add_store(struct command_env *env, const char *path, struct serve_content *content,
                     struct err **err)
{
    struct blobstore *s CLEANUP(blobstore_cleanup) = blobstore_open(path, BLOBSTORE_READ, 0, err);
    struct blobstore_sum verified;

    if (!s)
        return -1;
    if (blobstore_verify(s, env->cancel, tell_wrong, env, &verified, err) < 0)
        return err_kind(*err) == ERR_INTEGRITY
                   ? err_hint(err, "'sandstrap store verify' takes away what is wrong")
                   : -1;
    report_info(env->report, "serve", "%s is verified: %zu blob%s, %llu bytes", path,
                verified.blobs, PLURAL(verified.blobs), (unsigned long long)verified.bytes);
    return serve_add_store(content, STEAL(s), err);
}

static int add_bundles(struct command_env *env, const struct serve_command *o,
                       struct serve_content *content, struct err **err)
{
    if (!o->bundles.len && !o->store)
        return add_bundle(env, o, ARTIFACTS_BUNDLE, content, err);
    for (size_t i = 0; i < o->bundles.len; i++)
        if (add_bundle(env, o, o->bundles.items[i], content, err) < 0)
            return -1;
    return o->store ? add_store(env, o->store, content, err) : 0;
}

// --- where ---

static int listen_at(struct command_env *env, struct serve *s, const struct opt_list *addresses,
                     bool tls, struct err **err)
{
    for (size_t i = 0; i < addresses->len; i++) {
        int port = serve_listen(s, addresses->items[i], tls, err);

        if (port < 0)
            return -1;
        report_info(env->report, "serve", "%s at %s, port %d", tls ? "HTTPS" : "HTTP",
                    addresses->items[i], port);
    }
    return 0;
}

static int listen_all(struct command_env *env, struct serve *s, const struct serve_command *o,
                      struct err **err)
{
    const char *items[] = {LISTEN};
    struct opt_list usual = {.items = items, .len = 1};

    if (!o->listen.len && !o->tls.len)
        return listen_at(env, s, &usual, false, err);
    return listen_at(env, s, &o->listen, false, err) < 0 ||
                   listen_at(env, s, &o->tls, true, err) < 0
               ? -1
               : 0;
}

// --- checking ---

static int check_at(struct command_env *env, const struct serve_command *o, const char *plain,
                    const char *tls, struct err **err)
{
    const struct check_wanted wanted = {&o->bundles, o->store, o->lab};
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

static int serve_command_run(struct command_env *env, const void *options, struct err **err)
{
    const struct serve_command *o = options;
    struct serve_options serve_options = {.report = env->report,
                                          .access_log = o->access_log     ? o->access_log
                                                        : o->common.quiet ? NULL
                                                                          : "-",
                                          .log_json = env->json,
                                          .authority = o->authority,
                                          .cert = o->cert,
                                          .key = o->key};
    struct serve_content *content CLEANUP(serve_content_cleanup) = serve_content_new(env->report);
    struct serve *s CLEANUP(serve_cleanup) = NULL;

    if (o->at || o->at_tls)
        return o->check ? check_at(env, o, o->at, o->at_tls, err)
                        : err_set(err, ERR_USAGE, "--at and --at-tls go with --check");
    if (o->check && !o->access_log)
        serve_options.access_log = NULL;
    if (add_bundles(env, o, content, err) < 0)
        return -1;
    s = serve_new(env->loop, &serve_options, err);
    if (!s)
        return -1;
    serve_put(s, STEAL(content));
    if (o->check)
        return listen_and_check(env, s, o, err);
    return listen_all(env, s, o, err) < 0 ? -1 : serve_run(s, err);
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
    .run = serve_command_run,
};
