// SPDX-License-Identifier: Apache-2.0
// The command `up`.
#include "base/mem.h"
#include "cmd/sandbox.h"
#include "cmd/sandbox/airgap.h"
#include "cmd/sandbox/journey.h"
#include "cmd/sandbox/lead.h"
#include "cmd/sandbox/report.h"
#include "work/layers.h"
#include "work/teardown.h"

static const struct opt up_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct sandbox_options),
    COMMAND_BUNDLE_OPTION(struct sandbox_options),
    SANDBOX_LOCK_OPTION,
    COMMAND_CLUSTER_OPTIONS(struct sandbox_options),
    COMMAND_RECORD_OPTION(struct sandbox_options),
    COMMAND_CA_FILE_OPTION(struct sandbox_options),
    SANDBOX_TIME_OPTIONS,
    SANDBOX_OPTION(OPT_TEXT, "from", "LAYER", from,
                   "apply from this layer on; earlier ones are only waited for"),
    SANDBOX_OPTION(OPT_TEXT, "to", "LAYER", to, "stop after this layer"),
    SANDBOX_OPTION(OPT_FLAG, "no-prune", NULL, no_prune, "what left the tree stays"),
    SANDBOX_AIRGAP_OPTIONS,
    COMMAND_LAB_OPTION(struct sandbox_options),
    COMMAND_COMMON_OPTIONS,
};

// Which layers are wanted, and whether what they wait for can come.
static int check(struct sandbox *s, struct layers_options *options, struct err **err)
{
    const struct sandbox_options *o = s->options;

    *options = (struct layers_options){.budget = s->budget,
                                       .fail_after_ms = o->fail_after_ms,
                                       .window_ms = LAYERS_WINDOW_MS,
                                       .manager = LAYERS_MANAGER,
                                       .no_prune = o->no_prune};
    return layers_range(&s->layers, o->from, o->to, &options->first, &options->last, err) < 0 ||
                   layers_check(s->kube, &s->layers, options->last, s->tree.doc, err) < 0
               ? -1
               : 0;
}

struct first_write {
    struct sandbox *sandbox;
    size_t last;
};

static int check_leftovers(void *data, struct err **err)
{
    const struct first_write *w = data;

    return leftovers_check(w->sandbox->kube, &w->sandbox->layers, w->last, err);
}

static int bring(struct sandbox *s, const struct layers_options *options,
                 struct layers_causes *causes, struct err **err)
{
    struct layers_result *results CLEANUP(mem_cleanup) = NULL;
    struct layers_options recorded = *options;
    struct layers_patches patches = {0};
    struct keys_cluster keys = sandbox_keys(s);
    struct keys_done done;
    int result;

    recorded.record = s->record;
    if (airgap_bring(s, &recorded, &patches, err) < 0 ||
        lead_elsewhere(s, &recorded, &patches, err) < 0 || keys_restore(&keys, &done, err) < 0)
        return -1;
    phases_end(&s->phases, "keys");
    results = mem_zalloc(s->layers.count, sizeof(*results));
    result = layers_up(s->env->loop, s->kube, &s->layers, &recorded, s->env->report, results,
                       causes, err);
    report_layers(s, results, *err);
    return result;
}

int up_open(struct sandbox *s, const char *command, struct command_env *env,
            const struct sandbox_options *o, struct layers_options *options, struct err **err)
{
    if (airgap_check_options(o, err) < 0 || sandbox_start(s, command, env, o, err) < 0 ||
        lead_open(s, err) < 0 || sandbox_open_tree(s, err) < 0 || lead_check(s, err) < 0 ||
        sandbox_connect(s, err) < 0 || check(s, options, err) < 0)
        return -1;
    phases_end(&s->phases, "check");
    return airgap_check(s, err) < 0 || sandbox_open_record(s, err) < 0 ||
                   airgap_check_record(s, err) < 0 || lead_check_record(s, err) < 0
               ? -1
               : 0;
}

int up_bring(struct sandbox *s, const struct layers_options *options, struct layers_causes *causes,
             struct err **err)
{
    struct first_write first = {s, options->last};
    int result;

    phases_begin(&s->phases, "up");
    record_ask_first(s->record, check_leftovers, &first);
    result = bring(s, options, causes, err);
    record_ask_first(s->record, NULL, NULL);
    return result;
}

static int up_run(struct command_env *env, const void *options, struct err **err)
{
    struct sandbox s CLEANUP(sandbox_close) = {0};
    struct layers_options layers;
    struct layers_causes causes = {0};
    int result;

    if (up_open(&s, "up", env, options, &layers, err) < 0)
        return -1;
    causes.arena = s.arena;
    result = up_bring(&s, &layers, &causes, err);
    report_result(&s, NULL, &causes, *err);
    return result;
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
                "Then it deletes what it brought earlier and the tree has no more.\n"
                "With --airgap the nodes need neither the Internet nor a registry: the bundle is\n"
                "brought to them through the API server first, and served there.\n"
                "May be interrupted and run again at any time.",
            .options = up_table,
            .option_count = ARRAY_LEN(up_table),
        },
    .options_size = sizeof(struct sandbox_options),
    .defaults = sandbox_defaults,
    .run = up_run,
};
