// SPDX-License-Identifier: Apache-2.0
// The command `values show`.
#include "cmd/values.h"
#include "cmd/values/releases.h"

struct show_options {
    struct input_options input;
    const char *release, *entrypoint;
    bool all, origin;
};

static const struct opt show_table[] = {
    INPUT_RELEASE(struct show_options),
    COMMAND_ENTRYPOINT_OPTION(struct show_options),
    {.type = OPT_FLAG,
     .name = "all",
     .offset = offsetof(struct show_options, all),
     .help = "with the defaults of the chart and its subcharts"},
    {.type = OPT_FLAG,
     .name = "origin",
     .offset = offsetof(struct show_options, origin),
     .help = "with the place that each value is from"},
    INPUT_OPTIONS(struct show_options),
    COMMAND_COMMON_OPTIONS,
};

static void show_defaults(void *options)
{
    input_defaults(options);
}

static int print(struct command_env *env, const struct show_options *o, struct input *input,
                 struct err **err)
{
    const struct doc *doc = input->given_doc;
    const struct node *values = input->given;

    if (o->all) {
        if (input_look(input, err) < 0)
            return -1;
        values = values_effective(input->view, &doc);
    }
    if (env->json) {
        doc_write_json(values, false, env->out);
        buf_add_char(env->out, '\n');
    } else {
        values_write(values, o->origin ? doc : NULL, env->out);
    }
    return 0;
}

static int show_run(struct command_env *env, const void *options, struct err **err)
{
    const struct show_options *o = options;
    struct releases releases CLEANUP(releases_close) = {0};
    struct input *input;

    env->document = true;
    if (releases_open(env, &o->input, o->entrypoint, &releases, err) < 0)
        return -1;
    input = releases_find(&releases, o->release, err);
    return input ? print(env, o, input, err) : -1;
}

const struct command cmd_values_show = {
    .spec =
        {
            .name = "values show",
            .summary = "print the values of a release as its templates see them",
            .details = "Values of all layers, laid over each other as helm-controller does.\n"
                       "Needs no cluster.",
            .options = show_table,
            .option_count = ARRAY_LEN(show_table),
        },
    .options_size = sizeof(struct show_options),
    .defaults = show_defaults,
    .run = show_run,
};
