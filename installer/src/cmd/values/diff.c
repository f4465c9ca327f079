// SPDX-License-Identifier: Apache-2.0
// The command `values diff`.
#include "cmd/values.h"
#include "cmd/values/input.h"
#include "cmd/values/print.h"

struct diff_options {
    struct input_options input;
    const char *old_chart, *new_chart;
};

static const struct opt diff_table[] = {
    {.type = OPT_OPERAND,
     .value = "OLD",
     .offset = offsetof(struct diff_options, old_chart),
     .help = "a chart: a folder, an archive or a reference"},
    {.type = OPT_OPERAND,
     .value = "NEW",
     .offset = offsetof(struct diff_options, new_chart),
     .help = "another version of it"},
    INPUT_OPTIONS(struct diff_options),
    COMMAND_COMMON_OPTIONS,
};

static void diff_defaults(void *options)
{
    input_defaults(options);
}

static int open_end(struct command_env *env, const struct diff_options *o, const char *chart,
                    struct input *input, struct err **err)
{
    struct input_options options = o->input;

    options.chart = chart;
    return input_open(env, &options, input, err);
}

static int diff_run(struct command_env *env, const void *options, struct err **err)
{
    const struct diff_options *o = options;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct input before CLEANUP(input_close) = {0}, after CLEANUP(input_close) = {0};
    values_changes changes = {0};

    if (o->input.chart) {
        err_set(err, ERR_USAGE, "--chart does not go with two charts");
        return err_hint(err, "sandstrap values diff OLD NEW");
    }
    if (open_end(env, o, o->old_chart, &before, err) < 0 ||
        open_end(env, o, o->new_chart, &after, err) < 0)
        return -1;
    values_diff(arena, values_effective(before.view, NULL), values_effective(after.view, NULL),
                &changes);
    if (env->json)
        print_changes_json(&changes, env->out);
    else
        print_changes(&changes, env->out);
    vec_free(&changes);
    return 0;
}

const struct command cmd_values_diff = {
    .spec =
        {
            .name = "values diff",
            .summary = "list the values that differ between two charts",
            .details = "What their templates see, with the same files of values (-f) over their\n"
                       "defaults. Needs no cluster.",
            .options = diff_table,
            .option_count = ARRAY_LEN(diff_table),
        },
    .options_size = sizeof(struct diff_options),
    .defaults = diff_defaults,
    .run = diff_run,
};
