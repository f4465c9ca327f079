// SPDX-License-Identifier: Apache-2.0
// The command `chart render`.
#include "cmd/chart.h"
#include "cmd/chart/print.h"
#include "cmd/chart/values.h"
#include "work/artifacts.h"

struct chart_command {
    struct command_common common;
    const char *name;
    const char *ns;
    const char *kube_version;
    struct opt_list api_versions;
    bool is_upgrade;
    struct values_options values;
    bool skip_schema;
    bool crds;
    bool no_hooks;
    bool skip_tests;
    struct opt_list show_only;
    struct artifacts_named_chart named;
};

#define AT(field) offsetof(struct chart_command, field)

static const struct opt chart_table[] = {
    {.type = OPT_OPERAND,
     .value = "CHART",
     .offset = AT(named.chart),
     .help =
         "a folder, an archive, oci://HOST/PATH/NAME:VERSION or https://HOST/PATH/NAME:VERSION"},
    {.type = OPT_TEXT,
     .name = "name",
     .value = "NAME",
     .offset = AT(name),
     .help = "of the release (release-name)"},
    {.type = OPT_TEXT,
     .name = "namespace",
     .letter = 'n',
     .value = "NAME",
     .offset = AT(ns),
     .help = "of the release (default)"},
    {.type = OPT_LIST,
     .name = "values",
     .letter = 'f',
     .value = "FILE",
     .offset = AT(values.files),
     .help = "values over those of the chart, '-' for standard input; the last file wins"},
    {.type = OPT_LIST,
     .name = "set",
     .value = "PATH=VALUE",
     .offset = AT(values.set),
     .help = "set values: a.b=1,c[0]=x,d={1,2}"},
    {.type = OPT_LIST,
     .name = "set-string",
     .value = "PATH=TEXT",
     .offset = AT(values.set_string),
     .help = "the same, always as text"},
    {.type = OPT_LIST,
     .name = "set-json",
     .value = "PATH=JSON",
     .offset = AT(values.set_json),
     .help = "the same, values as JSON; or a whole map: {\"a\": 1}"},
    {.type = OPT_LIST,
     .name = "set-file",
     .value = "PATH=FILE",
     .offset = AT(values.set_file),
     .help = "the same, values from files, as text"},
    {.type = OPT_LIST,
     .name = "set-literal",
     .value = "PATH=TEXT",
     .offset = AT(values.set_literal),
     .help = "one value, as the text stands there"},
    {.type = OPT_FLAG,
     .name = "skip-schema-validation",
     .offset = AT(skip_schema),
     .help = "do not hold values against values.schema.json"},
    {.type = OPT_TEXT,
     .name = "kube-version",
     .value = "VERSION",
     .offset = AT(kube_version),
     .help = "what .Capabilities.KubeVersion says (v1.36.0)"},
    {.type = OPT_LIST,
     .name = "api-versions",
     .letter = 'a',
     .value = "GROUP/VERSION",
     .offset = AT(api_versions),
     .help = "what .Capabilities.APIVersions has more, also GROUP/VERSION/KIND"},
    {.type = OPT_FLAG,
     .name = "is-upgrade",
     .offset = AT(is_upgrade),
     .help = "set .Release.IsUpgrade instead of .Release.IsInstall"},
    {.type = OPT_LIST,
     .name = "show-only",
     .letter = 's',
     .value = "PATH",
     .offset = AT(show_only),
     .help = "only what these templates write: templates/x.yaml, with wildcards"},
    {.type = OPT_FLAG,
     .name = "include-crds",
     .offset = AT(crds),
     .help = "with the definitions in crds/"},
    {.type = OPT_FLAG, .name = "no-hooks", .offset = AT(no_hooks), .help = "without hooks"},
    {.type = OPT_FLAG, .name = "skip-tests", .offset = AT(skip_tests), .help = "without tests"},
    {.type = OPT_TEXT,
     .name = "bundle",
     .value = "FILE",
     .offset = AT(named.from.bundle),
     .help = "the bundle that everything remote comes from"},
    {.type = OPT_TEXT,
     .name = "lock",
     .value = "FILE",
     .offset = AT(named.from.lock),
     .help = "check what is remote against this lock (bundles/sandbox.lock)"},
    {.type = OPT_TEXT,
     .name = "ca-file",
     .value = "FILE",
     .offset = AT(named.from.ca_file),
     .help = "certificate authorities of upstream servers"},
    {.type = OPT_FLAG,
     .name = "lab",
     .offset = AT(named.from.lab),
     .help = "accept what was made in the lab, from look-alikes"},
    COMMAND_COMMON_OPTIONS,
};

// --- rendering ---

struct spans {
    struct span *items;
    size_t len, cap;
};

// The items of all lists that an option was given with, separated by commas.
static void split(const struct opt_list *list, struct spans *out)
{
    for (size_t i = 0; i < list->len; i++) {
        struct span rest = span_str(list->items[i]), item;

        while (span_next(&rest, ',', &item))
            vec_push(out, item);
    }
}

static struct chart_rendering *render(const struct chart_command *o, const struct chart *chart,
                                      struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *given = values_read(d, &o->values, err);
    struct spans api_versions = {0};
    struct chart_rendering *rendering = NULL;

    split(&o->api_versions, &api_versions);
    struct chart_target target = {.release = span_str(o->name),
                                  .space = span_str(o->ns),
                                  .is_upgrade = o->is_upgrade,
                                  .kube_version = span_str(o->kube_version),
                                  .api_versions = api_versions.items,
                                  .api_version_count = api_versions.len,
                                  .skip_schema = o->skip_schema,
                                  .user = CHART_USER_RENDER,
                                  .given_doc = d};
    if (given)
        rendering = chart_render(chart, given, &target, err);
    vec_free(&api_versions);
    return rendering;
}

static int print(struct command_env *env, const struct chart_command *o,
                 const struct chart_rendering *rendering, struct err **err)
{
    struct spans show_only = {0};
    int status = 0;

    if (env->json && o->show_only.len)
        return err_set(err, ERR_USAGE, "--show-only does not go with --output json");
    for (size_t i = 0; i < o->show_only.len; i++)
        vec_push(&show_only, span_str(o->show_only.items[i]));
    struct chart_print options = {.crds = o->crds,
                                  .no_hooks = o->no_hooks,
                                  .skip_tests = o->skip_tests,
                                  .show_only = show_only.items,
                                  .show_only_count = show_only.len};
    print_rendering_notes(env->report, rendering);
    if (env->json)
        status = print_rendering_json(rendering, &options, env->out, err);
    else
        status = chart_print(rendering, &options, env->out, err);
    vec_free(&show_only);
    return status;
}

static void chart_defaults(void *options)
{
    struct chart_command *o = options;

    o->name = "release-name";
    o->ns = "default";
}

static int chart_run(struct command_env *env, const void *options, struct err **err)
{
    const struct chart_command *o = options;
    struct artifacts_named_chart named = o->named;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) = NULL;
    struct chart *chart CLEANUP(chart_cleanup) = NULL;

    named.from.loop = env->loop;
    named.from.report = env->report;
    chart = artifacts_load_chart(&named, err);
    if (chart)
        rendering = render(o, chart, err);

    env->document = true;
    return rendering ? print(env, o, rendering, err) : -1;
}

const struct command cmd_chart_render = {
    .spec =
        {
            .name = "chart render",
            .summary = "render a Helm chart as helm template does",
            .details =
                "Needs no Helm, no cluster and no network, but for a chart that is named by\n"
                "its URL: that one comes from the bundle, the content cache or upstream,\n"
                "checked against the lock.",
            .options = chart_table,
            .option_count = ARRAY_LEN(chart_table),
        },
    .options_size = sizeof(struct chart_command),
    .defaults = chart_defaults,
    .run = chart_run,
};
