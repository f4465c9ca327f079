// SPDX-License-Identifier: Apache-2.0
// The command `probe`: the sources of a bundle are asked for by their names, from wherever it
// runs, as Flux's controllers would; what they have to be is asked of an agent.
#include "cmd/probe.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/http.h"
#include "model/bundle.h"
#include "model/seed.h"
#include "work/serve.h"

// A Service that was just made leads nowhere until each node's kube-proxy has heard of it.
enum { PROBE_TRIES = 6, PROBE_PAUSE_MS = 2000 };

struct probe_options {
    struct command_common common;
    const char *agent;
    const char *identity;
    const char *authority;
};

static const struct opt probe_table[] = {
    {.type = OPT_OPERAND,
     .value = "AGENT",
     .offset = offsetof(struct probe_options, agent),
     .help = "http://ADDRESS:PORT of an agent"},
    {.type = OPT_OPERAND,
     .value = "BUNDLE",
     .offset = offsetof(struct probe_options, identity),
     .help = "identity of the bundle, as 64 hexadecimal digits"},
    {.type = OPT_TEXT,
     .name = "authority",
     .value = "FILE",
     .offset = offsetof(struct probe_options, authority),
     .help = "whom certificates have to be of"},
    COMMAND_COMMON_OPTIONS,
};

// There may be no folder to write to.
static struct bundle *open_in_memory(struct span head, const struct digest *identity,
                                     struct err **err)
{
    int fd CLEANUP(fd_cleanup) = memfd_create("head", MFD_CLOEXEC);
    char *path CLEANUP(mem_cleanup) = mem_printf("/proc/self/fd/%d", fd);

    if (fd < 0 || write(fd, head.ptr, head.len) != (ssize_t)head.len) {
        err_set_errno(err, ERR_INTERNAL, errno, "no memory for the head of the bundle");
        return NULL;
    }
    return bundle_open_head(path, identity, err);
}

static struct bundle *ask_head(struct command_env *env, const struct probe_options *o,
                               struct err **err)
{
    struct http_options options = {.report = env->report};
    struct http *http CLEANUP(http_cleanup) = NULL;
    struct http_response r CLEANUP(http_response_free) = {0};
    char *url CLEANUP(mem_cleanup) = mem_printf("%s" SEED_API "/bundles/%s", o->agent, o->identity);
    struct http_request request = {
        .url = url, .retry = HTTP_RETRY_ALL, .max_bytes = BUNDLE_INDEX_MAX_BYTES};
    struct digest identity;

    if (!digest_parse_hex(span_str(o->identity), &identity)) {
        err_set(err, ERR_USAGE, "'%s' is no identity of a bundle", o->identity);
        return NULL;
    }
    http = http_new(env->loop, &options, err);
    if (!http || http_perform(http, &request, &r, err) < 0 || http_check_status(&r, err) < 0)
        return NULL;
    return open_in_memory(buf_span(&r.body), &identity, err);
}

// What fails is told at the last try only.
static int check(struct command_env *env, const struct bundle *bundle, const char *authority,
                 struct serve_tried *tried, struct err **err)
{
    struct serve_check_options where = {.ca_file = authority, .by_name = true, .sample = true};

    for (int i = 1; i < PROBE_TRIES; i++) {
        struct err *failure CLEANUP(err_cleanup) = NULL;

        if (serve_check(env->loop, bundle, &where, tried, &failure) == 0)
            return 0;
        if (err_kind(failure) != ERR_SOURCE)
            return err_move(err, &failure);
        if (loop_sleep(env->loop, PROBE_PAUSE_MS, err) < 0)
            return -1;
    }
    where.report = env->report;
    return serve_check(env->loop, bundle, &where, tried, err);
}

static int probe_run(struct command_env *env, const void *options, struct err **err)
{
    const struct probe_options *o = options;
    struct bundle *bundle CLEANUP(bundle_cleanup) = ask_head(env, o, err);
    struct serve_tried tried;

    if (!bundle || check(env, bundle, o->authority, &tried, err) < 0)
        return -1;
    buf_printf(env->out, "%u kinds of sources answered with %" PRIu64 " bytes\n", tried.fetched,
               tried.bytes);
    return 0;
}

const struct command cmd_probe = {
    .spec =
        {
            .name = "probe",
            .summary = "check that a bundle's sources answer under their names from here",
            .details = "What the pods run with which 'up --airgap' proves that Flux will find its\n"
                       "sources: of each kind the smallest is fetched by its upstream name, and\n"
                       "compared with what an agent says the bundle has. Exit code 6 names what\n"
                       "does not answer.",
            .options = probe_table,
            .option_count = ARRAY_LEN(probe_table),
        },
    .options_size = sizeof(struct probe_options),
    .run = probe_run,
};
