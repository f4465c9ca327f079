// SPDX-License-Identifier: Apache-2.0
// The command `keys rotate`.
#include "cmd/keys.h"
#include "cmd/keys/open.h"

static const struct opt rotate_table[] = {
    KEYS_NAMESPACE_OPTION("of the controller, where several have keys"),
    COMMAND_CLUSTER_OPTIONS(struct keys_options),
    COMMAND_RECORD_OPTION(struct keys_options),
    COMMAND_COMMON_OPTIONS,
};

static int rotate_run(struct command_env *env, const void *options, struct err **err)
{
    struct keys_session s CLEANUP(keys_close) = {0};

    if (keys_open(&s, env, options, "keys rotate", err) < 0 || keys_rotate(&s.cluster, err) < 0)
        return -1;
    report_info(env->report, "keys", "files of 'keys export' do not have the new key yet");
    return 0;
}

const struct command cmd_keys_rotate = {
    .spec = {.name = "keys rotate",
             .summary = "make a new sealing key in the cluster, which seals from now on",
             .details =
                 "The old ones stay and open what they sealed. The controller, which reads its\n"
                 "keys only when it starts, is restarted and waited for.",
             .options = rotate_table,
             .option_count = ARRAY_LEN(rotate_table)},
    .options_size = sizeof(struct keys_options),
    .run = rotate_run,
};
