// SPDX-License-Identifier: Apache-2.0
// The command `values trace`.
#include "cmd/values.h"
#include "cmd/values/input.h"
#include "cmd/values/print.h"

struct trace_options {
    struct input_options input;
    const char *path;
};

static const struct opt trace_table[] = {
    {.type = OPT_OPERAND,
     .value = "PATH",
     .offset = offsetof(struct trace_options, path),
     .help = "of the value: image.tag, hosts[0], nodeSelector.kubernetes\\.io/os"},
    INPUT_OPTIONS(struct trace_options),
    COMMAND_COMMON_OPTIONS,
};

static void trace_defaults(void *options)
{
    input_defaults(options);
}

// A path that nobody has ever heard of is rather a mistake of the one who asks.
static int refuse_unknown(const struct input *input, const struct values_path *path,
                          const char *text, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const char *nearest = values_nearest(input->view, path, arena);

    err_set(err, ERR_USAGE, "nothing sets %s, and no template reads it", text);
    if (nearest)
        return err_hint(err, "did you mean %s?", nearest);
    return err_hint(err, "'sandstrap values show --all' prints all values");
}

static int trace_run(struct command_env *env, const void *options, struct err **err)
{
    const struct trace_options *o = options;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct input input CLEANUP(input_close) = {0};
    struct values_trace *trace CLEANUP(values_trace_cleanup) = NULL;
    struct values_path path = {0};
    const char *text;

    if (values_path_parse(arena, span_str(o->path), &path, err) < 0 ||
        input_open(env, &o->input, &input, err) < 0)
        return -1;
    trace = values_trace(input.view, &path);
    text = values_path_text(arena, path.items, path.len);
    if (!trace->settings.len && !trace->value && !trace->reads.len)
        return refuse_unknown(&input, &path, text, err);
    if (env->json)
        print_trace_json(trace, text, env->out);
    else
        print_trace(trace, text, env->out);
    return 0;
}

const struct command cmd_values_trace = {
    .spec =
        {
            .name = "values trace",
            .summary = "list every place that sets a value, and every line that reads it",
            .details = "From the defaults of the chart to the last layer, in the order in which\n"
                       "they are laid over each other. Needs no cluster.",
            .options = trace_table,
            .option_count = ARRAY_LEN(trace_table),
        },
    .options_size = sizeof(struct trace_options),
    .defaults = trace_defaults,
    .run = trace_run,
};
