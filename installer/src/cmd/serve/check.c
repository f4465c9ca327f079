// SPDX-License-Identifier: Apache-2.0
// The bundles of the command line, checked one after the other.
#include "cmd/serve/check.h"

#include "base/mem.h"
#include "work/artifacts.h"

static void add_up(struct serve_tried *all, const struct serve_tried *one)
{
    all->fetched += one->fetched;
    all->failed += one->failed;
    all->bytes += one->bytes;
}

// The others go on when one is not right.
static int check_one(struct command_env *env, struct bundle *b,
                     const struct serve_check_options *where, struct serve_tried *all,
                     struct err **err)
{
    struct err *failure CLEANUP(err_cleanup) = NULL;
    struct serve_tried tried;
    int result;

    if (!b)
        return -1;
    result = serve_check(env->loop, b, where, &tried, &failure);
    add_up(all, &tried);
    return result < 0 && !tried.failed ? err_move(err, &failure) : 0;
}

static int check_files(struct command_env *env, const struct verified_wanted *wanted,
                       const struct serve_check_options *where, struct serve_tried *all,
                       struct err **err)
{
    const char *usual = ARTIFACTS_BUNDLE;
    bool none = !wanted->bundles->len && !wanted->store;
    const char *const *paths = none ? &usual : wanted->bundles->items;
    size_t count = none ? 1 : wanted->bundles->len;

    for (size_t i = 0; i < count; i++) {
        struct bundle *b CLEANUP(bundle_cleanup) =
            artifacts_open_bundle(paths[i], wanted->lab, err);

        if (check_one(env, b, where, all, err) < 0)
            return -1;
    }
    return 0;
}

static int check_store(struct command_env *env, const char *path,
                       const struct serve_check_options *where, struct serve_tried *all,
                       struct err **err)
{
    struct blobstore *store CLEANUP(blobstore_cleanup) =
        blobstore_open(path, BLOBSTORE_READ, 0, err);
    struct digest *list CLEANUP(mem_cleanup) = NULL;
    size_t count = 0;

    if (!store || blobstore_list(store, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char *head CLEANUP(mem_cleanup) = blobstore_head_path(store, &list[i]);
        struct bundle *b CLEANUP(bundle_cleanup) = bundle_open_head(head, &list[i], err);

        if (check_one(env, b, where, all, err) < 0)
            return -1;
    }
    return 0;
}

static void write_sum(struct command_env *env, const struct serve_tried *all)
{
    unsigned long long bytes = all->bytes;

    if (env->json)
        buf_printf(env->out, "{\"right\":%u,\"wrong\":%u,\"bytes\":%llu}\n", all->fetched,
                   all->failed, bytes);
    else
        buf_printf(env->out, "%u right, %u wrong; %llu bytes fetched\n", all->fetched, all->failed,
                   bytes);
}

int check_server(struct command_env *env, const struct verified_wanted *wanted,
                 const struct serve_check_options *where, struct err **err)
{
    struct serve_tried all = {0};

    if (!where->plain)
        report_info(env->report, "serve",
                    "not checked, for want of HTTP: clients that ask the "
                    "server by its own name, as containerd's mirrors");
    if (!where->tls)
        report_info(env->report, "serve", "HTTPS is not checked");
    if (check_files(env, wanted, where, &all, err) < 0 ||
        (wanted->store && check_store(env, wanted->store, where, &all, err) < 0))
        return -1;
    write_sum(env, &all);
    if (all.failed)
        return err_set(err, ERR_SOURCE,
                       "the server has not all that the bundles name: %u of %u "
                       "checks failed",
                       all.failed, all.fetched + all.failed);
    return 0;
}

char *check_place(const char *address, int port)
{
    struct span all = span_str(address), host = span_head(all, span_rfind(all, ':'));

    if (span_starts(all, "unix:") || span_starts(all, "fd:"))
        return NULL;
    if (host.len == 0 || span_is(host, "0.0.0.0"))
        host = SPAN("127.0.0.1");
    else if (span_is(host, "[::]"))
        host = SPAN("[::1]");
    return mem_printf("%.*s:%d", SPAN_ARG(host), port);
}
