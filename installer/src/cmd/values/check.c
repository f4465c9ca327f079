// SPDX-License-Identifier: Apache-2.0
// The command `values check`.
#include "cmd/values.h"
#include "cmd/values/input.h"
#include "cmd/values/print.h"

struct check_options {
    struct input_options input;
    bool all;
};

static const struct opt check_table[] = {
    INPUT_OPTIONS(struct check_options),
    {.type = OPT_FLAG,
     .name = "all",
     .offset = offsetof(struct check_options, all),
     .help = "with what is mostly meant: values that the chart itself has and does not read"},
    COMMAND_COMMON_OPTIONS,
};

static void check_defaults(void *options)
{
    input_defaults(options);
}

static int check_run(struct command_env *env, const void *options, struct err **err)
{
    const struct check_options *o = options;
    struct input input CLEANUP(input_close) = {0};
    struct values_findings *findings CLEANUP(values_findings_cleanup) = NULL;
    size_t mistakes;

    if (input_open(env, &o->input, &input, err) < 0)
        return -1;
    findings = values_check(input.view);
    if (env->json)
        mistakes = print_findings_json(findings, o->all, env->out);
    else
        mistakes = print_findings(findings, o->all, env->out);
    if (!mistakes)
        return 0;
    err_set(err, ERR_CONFIG, "%zu mistake%s in the values", mistakes, mistakes == 1 ? "" : "s");
    return err_hint(err, "'sandstrap values trace PATH' shows who sets and who reads a value");
}

const struct command cmd_values_check = {
    .spec =
        {
            .name = "values check",
            .summary = "find values that no template reads, and other mistakes in them",
            .details =
                "Misspelt keys, keys on a wrong level, values that a later layer sets again,\n"
                "wrong types, images whose parts are in the wrong fields. Exits with 3 when\n"
                "there is a mistake. Needs no cluster.",
            .options = check_table,
            .option_count = ARRAY_LEN(check_table),
        },
    .options_size = sizeof(struct check_options),
    .defaults = check_defaults,
    .run = check_run,
};
