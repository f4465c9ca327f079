// SPDX-License-Identifier: Apache-2.0
// The command `images`.
#include "cmd/images.h"
#include "cmd/images/rows.h"

struct list_options {
    struct command_common common;
    const char *entrypoint, *bundle, *lock, *ca_file, *kube_version;
    bool lab, unmapped;
};

static const struct opt list_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct list_options),
    {.type = OPT_FLAG,
     .name = "unmapped",
     .offset = offsetof(struct list_options, unmapped),
     .help = "only images of registry1.dso.mil without a public equivalent"},
    {.type = OPT_TEXT,
     .name = "kube-version",
     .value = "VERSION",
     .offset = offsetof(struct list_options, kube_version),
     .help = "what charts are rendered for (the lock's)"},
    COMMAND_BUNDLE_OPTION(struct list_options),
    {.type = OPT_TEXT,
     .name = "lock",
     .value = "FILE",
     .offset = offsetof(struct list_options, lock),
     .help = "check what is remote against this lock (bundles/sandbox.lock)"},
    COMMAND_CA_FILE_OPTION(struct list_options),
    COMMAND_LAB_OPTION(struct list_options),
    COMMAND_COMMON_OPTIONS,
};

static int collect(struct command_env *env, const struct list_options *o, struct rows *rows,
                   struct err **err)
{
    struct artifacts_remote remote CLEANUP(artifacts_close_remote) = {0};
    struct artifacts_from from = {o->bundle, o->lock, o->ca_file, o->lab, env->loop, env->report};
    struct deep *deep CLEANUP(deep_cleanup) = NULL;
    struct artifacts_deep_options options = {.loop = env->loop,
                                             .entrypoint = o->entrypoint,
                                             .kube_version = o->kube_version,
                                             .report = env->report,
                                             .track_reads = true,
                                             .keep = true};

    if (artifacts_open_remote(&from, &remote, err) < 0)
        return -1;
    options.bundle = remote.bundle;
    options.lock = remote.lock;
    options.http = remote.http;
    deep = artifacts_deep(&options, err);
    if (!deep || rows_collect(deep, remote.bundle, remote.lock, rows, err) < 0)
        return -1;
    if (o->unmapped)
        rows_keep_unmapped(rows);
    (env->json ? rows_print_json : rows_print)(rows, env->out);
    return 0;
}

static int list_run(struct command_env *env, const void *options, struct err **err)
{
    const struct list_options *o = options;
    struct rows rows CLEANUP(rows_free) = {0};

    if (collect(env, o, &rows, err) < 0)
        return -1;
    if (!o->unmapped || !rows.items.len)
        return 0;
    err_set(err, ERR_CONFIG, "%zu image%s of registry1.dso.mil without a public equivalent",
            rows.items.len, rows.items.len == 1 ? "" : "s");
    return err_hint(err, "docs/image-registry-mappings.md has those that are known");
}

const struct command cmd_images = {
    .spec =
        {
            .name = "images",
            .summary = "list every image, who uses it, and where else it exists",
            .details =
                "Images of all objects that Flux and Helm make of the tree. With --unmapped\n"
                "it exits with 3 when there is one. Needs no cluster.",
            .options = list_table,
            .option_count = ARRAY_LEN(list_table),
        },
    .options_size = sizeof(struct list_options),
    .run = list_run,
};
