// SPDX-License-Identifier: Apache-2.0
// The command `up`.
#include <string.h>

#include "base/mem.h"
#include "cmd/sandbox.h"
#include "cmd/sandbox/open.h"
#include "cmd/sandbox/report.h"
#include "work/layers.h"

static const struct opt up_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct sandbox_options),
    COMMAND_BUNDLE_OPTION(struct sandbox_options),
    SANDBOX_LOCK_OPTION,
    COMMAND_CLUSTER_OPTIONS(struct sandbox_options),
    COMMAND_CA_FILE_OPTION(struct sandbox_options),
    SANDBOX_TIME_OPTIONS,
    SANDBOX_OPTION(OPT_TEXT, "from", "LAYER", from,
                   "apply from this layer on; earlier ones are only waited for"),
    SANDBOX_OPTION(OPT_TEXT, "to", "LAYER", to, "stop after this layer"),
    COMMAND_LAB_OPTION(struct sandbox_options),
    COMMAND_COMMON_OPTIONS,
};

static int bring_up(struct sandbox *s, struct err **err)
{
    const struct sandbox_options *o = s->options;
    struct layers_options options = {.budget = s->budget,
                                     .fail_after_ms = o->fail_after_ms,
                                     .window_ms = LAYERS_WINDOW_MS,
                                     .manager = LAYERS_MANAGER};
    struct layers_result *results CLEANUP(mem_cleanup) = NULL;
    struct layers_causes causes = {.arena = s->arena};
    int result;

    if (layers_range(&s->layers, o->from, o->to, &options.first, &options.last, err) < 0 ||
        sandbox_connect(s, err) < 0 ||
        layers_check(s->kube, &s->layers, options.last, s->tree.doc, err) < 0)
        return -1;
    phases_end(&s->phases, "up", "check");
    results = mem_zalloc(s->layers.count, sizeof(*results));
    result = layers_up(s->env->loop, s->kube, &s->layers, &options, s->env->report, results,
                       &causes, err);
    report_layers(s, results, *err);
    report_up(s, &causes, *err);
    return result;
}

static int up_run(struct command_env *env, const void *options, struct err **err)
{
    struct sandbox s CLEANUP(sandbox_close) = {0};

    if (sandbox_start(&s, env, options, err) < 0 || sandbox_open_tree(&s, "up", err) < 0)
        return -1;
    return bring_up(&s, err);
}

const struct command cmd_up = {
    .spec =
        {
            .name = "up",
            .summary = "bring the sandbox up, layer by layer, until all of it is ready",
            .details =
                "Verifies the bundle (bundles/sandbox.bundle; built from the lock when absent),\n"
                "renders the entrypoint, and for each layer applies what is not applied yet and\n"
                "waits until every object of it, and everything that grew out of them, is ready.\n"
                "May be interrupted and run again at any time.",
            .options = up_table,
            .option_count = ARRAY_LEN(up_table),
        },
    .options_size = sizeof(struct sandbox_options),
    .defaults = sandbox_defaults,
    .run = up_run,
};
