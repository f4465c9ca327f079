// SPDX-License-Identifier: Apache-2.0
// The command `rebuild`: down and up as one, under one Lease.
#include "cmd/sandbox.h"
#include "cmd/sandbox/journey.h"
#include "cmd/sandbox/report.h"
#include "work/keys.h"

static const struct opt rebuild_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct sandbox_options),
    COMMAND_BUNDLE_OPTION(struct sandbox_options),
    SANDBOX_LOCK_OPTION,
    COMMAND_CLUSTER_OPTIONS(struct sandbox_options),
    COMMAND_RECORD_OPTION(struct sandbox_options),
    COMMAND_CA_FILE_OPTION(struct sandbox_options),
    SANDBOX_TIME_OPTIONS,
    SANDBOX_DOWN_OPTIONS("delete claims and volumes too; sealing keys are kept all the same"),
    SANDBOX_AIRGAP_OPTIONS,
    COMMAND_LAB_OPTION(struct sandbox_options),
    COMMAND_COMMON_OPTIONS,
};

// A copy of the sealing keys is in the cluster before anything is taken down.
static int secure_keys(struct sandbox *s, struct err **err)
{
    struct keys_cluster keys = sandbox_keys(s);
    size_t count;

    if (keys_secure(&keys, &count, err) < 0)
        return -1;
    if (count)
        report_info(s->env->report, "keys", "%zu sealing key%s copied to namespace %s", count,
                    count == 1 ? " is" : "s are", record_namespace(s->record));
    phases_end(&s->phases, "keys");
    return 0;
}

// What stays is listed; what would break the way up ends it here.
static int check_leftovers(struct sandbox *s, const struct down *d,
                           const struct layers_options *options, struct err **err)
{
    size_t left = d->result.leftovers.len;

    if (leftovers_check(s->kube, &s->layers, options->last, err) < 0)
        return err_kind(*err) == ERR_PREFLIGHT
                   ? err_wrap_as(err, ERR_LEFTOVERS,
                                 "the sandbox is down, and not brought up again")
                   : -1;
    if (left)
        report_warn(s->env->report, "teardown",
                    "%zu object%s left; what comes now does not need %s gone", left,
                    left == 1 ? " is" : "s are", left == 1 ? "it" : "them");
    phases_end(&s->phases, "check");
    return 0;
}

static int rebuild(struct sandbox *s, struct down *d, const struct layers_options *options,
                   struct layers_causes *causes, struct err **err)
{
    if (secure_keys(s, err) < 0 || down_take(s, d, err) < 0 ||
        check_leftovers(s, d, options, err) < 0)
        return -1;
    return up_bring(s, options, causes, err);
}

static int rebuild_run(struct command_env *env, const void *options, struct err **err)
{
    struct sandbox s CLEANUP(sandbox_close) = {0};
    struct down d CLEANUP(down_free) = {.keep_nodes = true};
    struct layers_options layers;
    struct layers_causes causes = {0};
    int result;

    if (up_open(&s, "rebuild", env, options, &layers, err) < 0 || down_plan(&s, &d, err) < 0)
        return -1;
    causes.arena = s.arena;
    result = rebuild(&s, &d, &layers, &causes, err);
    report_result(&s, &d, &causes, *err);
    return result;
}

const struct command cmd_rebuild = {
    .spec =
        {
            .name = "rebuild",
            .summary = "take the sandbox down and bring it up anew, keeping its sealing keys",
            .details =
                "First verifies the bundle and renders the tree, so that nothing is taken down\n"
                "which could not be brought up again; then 'down' and 'up' as one, without "
                "anybody\n"
                "else between them. Sealing keys are kept, so that committed SealedSecrets still\n"
                "open; other data stays too, unless --data is given. May be interrupted and run\n"
                "again at any time. Exit code 10, and no 'up', when what is left would break it.",
            .options = rebuild_table,
            .option_count = ARRAY_LEN(rebuild_table),
        },
    .options_size = sizeof(struct sandbox_options),
    .defaults = sandbox_defaults,
    .run = rebuild_run,
};
