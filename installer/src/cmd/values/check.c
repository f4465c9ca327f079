// SPDX-License-Identifier: Apache-2.0
// The command `values check`.
#include "cmd/values.h"
#include "cmd/values/print.h"
#include "cmd/values/releases.h"

struct check_options {
    struct input_options input;
    const char *release, *entrypoint;
    bool all;
};

static const struct opt check_table[] = {
    INPUT_RELEASE(struct check_options),
    COMMAND_ENTRYPOINT_OPTION(struct check_options),
    {.type = OPT_FLAG,
     .name = "all",
     .offset = offsetof(struct check_options, all),
     .help = "with what is mostly meant: values that the chart itself has and does not read"},
    INPUT_OPTIONS(struct check_options),
    COMMAND_COMMON_OPTIONS,
};

static void check_defaults(void *options)
{
    input_defaults(options);
}

// What a chart has made is the mistake of a person only where the tree has the same value for the
// umbrella: then it is told there. False for all else.
static bool lead_back(const struct releases *releases, const struct input *input,
                      struct arena *arena, struct values_finding *finding)
{
    struct handed_on handed = {0};
    const struct node *value;

    if (!finding->is_made)
        return true;
    if (!releases_trace_back(releases, input, finding->label, finding->path, finding->value, arena,
                             &handed))
        return false;
    value = values_at(handed.umbrella->given, handed.keys.items, handed.keys.len);
    finding->file = doc_file_name(handed.umbrella->given_doc, value->file);
    finding->line = value->line;
    finding->path = arena_printf(arena, "%s (%s of %s)", handed.path, finding->path, input->label);
    return true;
}

static int check(const struct releases *releases, struct input *input, struct arena *arena,
                 struct print_findings *out, struct err **err)
{
    struct values_findings *findings;
    size_t kept = 0;

    if (input_look(input, err) < 0)
        return input->label ? err_wrap(err, "%s", input->label) : -1;
    findings = values_check(input->view);
    VEC_FOREACH (struct values_finding *, it, &findings->items)
        if (lead_back(releases, input, arena, it))
            findings->items.items[kept++] = *it;
    findings->items.len = kept;
    print_findings_add(out, findings, input->label);
    values_findings_free(findings);
    return 0;
}

static int check_all(struct command_env *env, const struct check_options *o,
                     const struct releases *releases, struct print_findings *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    bool one = releases->deep && o->release && strcmp(o->release, "-") != 0;
    struct input *only = one ? releases_find(releases, o->release, err) : NULL;

    *out = (struct print_findings){.all = o->all, .json = env->json, .out = env->out};
    if (one && !only)
        return -1;
    VEC_FOREACH (struct input *const *, it, &releases->items)
        if ((!only || *it == only) && check(releases, *it, arena, out, err) < 0)
            return -1;
    print_findings_end(out);
    return 0;
}

static int check_run(struct command_env *env, const void *options, struct err **err)
{
    const struct check_options *o = options;
    struct releases releases CLEANUP(releases_close) = {0};
    struct print_findings out;

    if (releases_open(env, &o->input, o->entrypoint, &releases, err) < 0 ||
        check_all(env, o, &releases, &out, err) < 0)
        return -1;
    if (!out.mistakes)
        return 0;
    err_set(err, ERR_CONFIG, "%zu mistake%s in the values", out.mistakes,
            out.mistakes == 1 ? "" : "s");
    return err_hint(err, "'sandstrap values trace' shows who sets and who reads a value");
}

const struct command cmd_values_check = {
    .spec =
        {
            .name = "values check",
            .summary = "find values that no template reads, and other mistakes in them",
            .details =
                "Misspelt keys, keys on a wrong level, values that a later layer sets again,\n"
                "wrong types, images whose parts are in the wrong fields: of one release of\n"
                "the tree, of all (none named, or -), or of a chart. Exits with 3 when there is\n"
                "a mistake. Needs no cluster.",
            .options = check_table,
            .option_count = ARRAY_LEN(check_table),
        },
    .options_size = sizeof(struct check_options),
    .defaults = check_defaults,
    .run = check_run,
};
