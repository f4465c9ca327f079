// SPDX-License-Identifier: Apache-2.0
// The command `bundle build`.
#include "cmd/bundle.h"
#include "cmd/bundle/print.h"
#include "io/http.h"
#include "model/bundle.h"
#include "work/artifacts.h"

struct build_options {
    struct command_common common;
    const char *entrypoint;
    const char *lock;
    const char *file;
    const char *ca_file;
    const char *since;
    bool without_images;
    bool lab;
};

#define AT(field) offsetof(struct build_options, field)

static const struct opt build_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct build_options),
    {.type = OPT_TEXT,
     .name = "lock",
     .value = "FILE",
     .offset = AT(lock),
     .help = "the lock that says what goes in (bundles/sandbox.lock)"},
    {.type = OPT_TEXT,
     .name = "file",
     .letter = 'o',
     .value = "FILE",
     .offset = AT(file),
     .help = "the bundle to write (bundles/sandbox.bundle)"},
    {.type = OPT_TEXT,
     .name = "since",
     .value = "BUNDLE",
     .offset = AT(since),
     .help = "a delta, without the layers of images that this older bundle has"},
    {.type = OPT_FLAG,
     .name = "without-images",
     .offset = AT(without_images),
     .help = "leave container images out: the nodes pull them from upstream"},
    COMMAND_CA_FILE_OPTION(struct build_options),
    COMMAND_LAB_OPTION(struct build_options),
    COMMAND_COMMON_OPTIONS,
};

static void build_defaults(void *options)
{
    struct build_options *o = options;

    o->entrypoint = ARTIFACTS_ENTRYPOINT;
    o->lock = ARTIFACTS_LOCK;
    o->file = ARTIFACTS_BUNDLE;
}

static void print(struct command_env *env, const struct bundle *b, bool unchanged)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root;

    if (!env->json) {
        buf_printf(env->out, "%s: %s, %llu bytes, %s\n", bundle_path(b),
                   DIGEST_TEXT(bundle_identity(b)), (unsigned long long)bundle_size(b),
                   unchanged ? "unchanged" : "written");
        return;
    }
    root = print_bundle(d, b);
    node_set(d, root, SPAN("changed"), node_new_bool(d, !unchanged));
    print_json(env, root);
}

static int build_run(struct command_env *env, const void *options, struct err **err)
{
    const struct build_options *o = options;
    struct http_options http_options = {.report = env->report, .ca_file = o->ca_file};
    struct artifacts_build_options build = {.lock = o->lock,
                                            .entrypoint = o->entrypoint,
                                            .lab = o->lab,
                                            .since = o->since,
                                            .without_images = o->without_images,
                                            .report = env->report};
    struct http *http CLEANUP(http_cleanup) = http_new(env->loop, &http_options, err);
    struct bundle *bundle CLEANUP(bundle_cleanup) = NULL;
    bool unchanged;

    if (!http || artifacts_build(env->loop, http, &build, o->file, &unchanged, err) < 0)
        return -1;
    bundle = bundle_open(o->file, err);
    if (!bundle)
        return -1;
    print(env, bundle, unchanged);
    return 0;
}

const struct command cmd_bundle_build = {
    .spec =
        {
            .name = "bundle build",
            .summary = "fetch everything that a lock pins into one file",
            .details =
                "An interrupted build goes on where it was. The same lock and tree give the\n"
                "same bytes. A delta (--since) is for clusters and stores that have the older\n"
                "bundle: 'up --airgap' and 'store add' take it there like the whole one.",
            .options = build_table,
            .option_count = ARRAY_LEN(build_table),
        },
    .options_size = sizeof(struct build_options),
    .defaults = build_defaults,
    .run = build_run,
};
