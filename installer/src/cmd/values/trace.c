// SPDX-License-Identifier: Apache-2.0
// The command `values trace`.
#include "cmd/values.h"
#include "cmd/values/print.h"
#include "cmd/values/releases.h"

struct trace_options {
    struct input_options input;
    const char *first, *second, *entrypoint;
};

static const struct opt trace_table[] = {
    {.type = OPT_OPERAND,
     .value = "RELEASE",
     .offset = offsetof(struct trace_options, first),
     .help = "NAME or NAMESPACE/NAME of a HelmRelease; left out with --chart"},
    {.type = OPT_OPERAND,
     .value = "[PATH]",
     .offset = offsetof(struct trace_options, second),
     .help = "of the value: image.tag, hosts[0], nodeSelector.kubernetes\\.io/os"},
    COMMAND_ENTRYPOINT_OPTION(struct trace_options),
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

// What an umbrella's chart has handed on: the setting by which it is known, and its own trace.
static void find_umbrella(const struct releases *releases, const struct input *input,
                          const struct values_trace *trace, struct arena *arena,
                          struct handed_on *found)
{
    for (size_t i = trace->settings.len; i-- > 0 && !found->umbrella;) {
        const struct values_setting *s = &trace->settings.items[i];
        struct handed_on handed = {0};

        if (!s->is_default &&
            releases_trace_back(releases, input, s->label, s->path, s->value, arena, &handed))
            *found = handed;
    }
}

static int print(struct command_env *env, const struct releases *releases, struct input *input,
                 const struct values_path *path, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const char *text = values_path_text(arena, path->items, path->len);
    struct values_trace *trace CLEANUP(values_trace_cleanup) = NULL;
    struct values_trace *above CLEANUP(values_trace_cleanup) = NULL;
    struct handed_on handed = {0};

    if (input_look(input, err) < 0)
        return -1;
    trace = values_trace(input->view, path);
    if (!trace->settings.len && !trace->value && !trace->reads.len)
        return refuse_unknown(input, path, text, err);
    find_umbrella(releases, input, trace, arena, &handed);
    if (handed.umbrella) {
        struct input *umbrella = releases_find(releases, handed.umbrella->label, err);

        if (!umbrella || input_look(umbrella, err) < 0)
            return -1;
        above = values_trace(umbrella->view, &handed.keys);
    }
    struct print_chain chain = {handed.umbrella ? handed.umbrella->label : NULL, handed.object,
                                handed.file, handed.path, above};
    (env->json ? print_trace_json : print_trace)(trace, text, &chain, env->out);
    return 0;
}

static int trace_run(struct command_env *env, const void *options, struct err **err)
{
    const struct trace_options *o = options;
    const char *release = o->input.chart ? NULL : o->first;
    const char *path = o->input.chart ? o->first : o->second;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct releases releases CLEANUP(releases_close) = {0};
    struct values_path keys = {0};
    struct input *input;

    if (!path || (o->input.chart && o->second)) {
        err_set(err, ERR_USAGE, "%s", path ? "there is one operand too many" : "no PATH is given");
        return err_hint(err, "sandstrap values trace RELEASE PATH, or --chart CHART PATH");
    }
    if (values_path_parse(arena, span_str(path), &keys, err) < 0 ||
        releases_open(env, &o->input, o->entrypoint, &releases, err) < 0)
        return -1;
    input = releases_find(&releases, release, err);
    return input ? print(env, &releases, input, &keys, err) : -1;
}

const struct command cmd_values_trace = {
    .spec =
        {
            .name = "values trace",
            .summary = "list every place that sets a value, and every line that reads it",
            .details = "From the defaults of the chart to the last layer, in the order in which\n"
                       "they are laid over each other; through an umbrella to the line of the\n"
                       "tree. Needs no cluster.",
            .options = trace_table,
            .option_count = ARRAY_LEN(trace_table),
        },
    .options_size = sizeof(struct trace_options),
    .defaults = trace_defaults,
    .run = trace_run,
};
