// SPDX-License-Identifier: Apache-2.0
// The command `down`.
#include "cmd/sandbox.h"
#include "cmd/sandbox/journey.h"
#include "cmd/sandbox/report.h"

static const struct opt down_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct sandbox_options),
    COMMAND_BUNDLE_OPTION(struct sandbox_options),
    SANDBOX_LOCK_OPTION,
    COMMAND_CLUSTER_OPTIONS(struct sandbox_options),
    COMMAND_RECORD_OPTION(struct sandbox_options),
    SANDBOX_TIME_OPTIONS,
    SANDBOX_OPTION(OPT_TEXT, "to", "LAYER", to, "take down what is above this layer only"),
    SANDBOX_DOWN_OPTIONS("delete claims, volumes and sealing keys too"),
    SANDBOX_OPTION(OPT_FLAG, "keep-store", NULL, keep_store,
                   "what an air gap's bundle takes on the nodes stays, for the next up"),
    SANDBOX_OPTION(OPT_FLAG, "dry-run", NULL, dry_run,
                   "print what would be done, in order, and change nothing"),
    COMMAND_LAB_OPTION(struct sandbox_options),
    COMMAND_COMMON_OPTIONS,
};

void down_free(struct down *d)
{
    teardown_plan_free(&d->plan);
}

// What an air gap needed there goes with the agents; with --keep-store all but the store.
static int leave_nodes(void *data, bool *left, struct err **err)
{
    struct down *d = data;
    const struct sandbox *s = d->sandbox;
    const struct seed_options options = {.loop = s->env->loop,
                                         .kube = s->kube,
                                         .record = s->record,
                                         .report = s->env->report,
                                         .budget = s->budget};
    struct seed_nodes nodes = {.arena = s->arena};

    if (seed_leave(&options, !s->options->keep_store, &nodes, &d->left, err) < 0)
        return -1;
    *left = d->left.items.len > 0;
    return 0;
}

int down_plan(struct sandbox *s, struct down *d, struct err **err)
{
    d->sandbox = s;
    phases_begin(&s->phases, "down");
    d->options = (struct teardown_options){
        .layers = s->layers.count ? &s->layers : NULL,
        .to = s->options->to,
        .data = s->options->data,
        .force_finalizers = s->options->force_finalizers,
        .keep_nodes = d->keep_nodes,
        .leave_nodes = leave_nodes,
        .data_of_nodes = d,
        .budget = s->budget,
        .fail_after_ms = s->options->fail_after_ms,
    };
    // What is planned is what there is: nobody writes any more.
    if (!s->options->dry_run && record_exists(s->record) && record_take(s->record, err) < 0)
        return -1;
    if (teardown_plan(s->env->loop, s->kube, s->record, &d->options, s->env->report, &d->plan,
                      err) < 0)
        return -1;
    phases_end(&s->phases, "plan");
    return 0;
}

// What stays in layers that go has no proof: the other ones are there.
static void tell_kept(struct down *d)
{
    struct teardown_result *result = &d->result;

    VEC_FOREACH (const struct teardown_kept *, kept, &result->kept)
        if (kept->left)
            vec_push_arena(result->arena, &result->leftovers,
                           (struct leftover){.id = kept->id,
                                             .cause = "somebody else's",
                                             .why = kept->why,
                                             .next = kept->next});
}

// A cluster's proof does not see the disks of its nodes.
static void tell_left(struct down *d)
{
    struct teardown_result *result = &d->result;
    const struct identity node = {.kind = SPAN("Node")};

    VEC_FOREACH (const struct seed_left_node *, n, &d->left.items) {
        struct leftover left = {.id = node, .cause = "node", .why = n->why};

        left.id.name = span_str(n->node);
        left.next = arena_printf(result->arena,
                                 "when it answers, run 'sandstrap down' again; if it never will: "
                                 "kubectl delete node %s",
                                 n->node);
        vec_push_arena(result->arena, &result->leftovers, left);
    }
}

// The proof: against what was there before the first `up`, when that is known.
static int find_leftovers(struct sandbox *s, struct down *d, struct err **err)
{
    const struct snapshot *before;

    if (d->options.to) {
        tell_kept(d);
        return 0;
    }
    if (record_snapshot(s->record, &before, err) < 0 ||
        leftovers_find(s->env->loop, s->kube, before, &d->plan, &d->result, err) < 0)
        return -1;
    tell_left(d);
    phases_end(&s->phases, "proof");
    return 0;
}

// What was stuck may have gone since: then the proof finds nothing, not even what is only a note.
static bool is_proved_gone(const struct down *d)
{
    return !d->options.to && !d->result.leftovers.len && !d->result.notes.len;
}

int down_take(struct sandbox *s, struct down *d, struct err **err)
{
    struct err *error CLEANUP(err_cleanup) = NULL;
    bool is_stuck;

    d->result.arena = s->arena;
    is_stuck = teardown_run(s->env->loop, s->kube, s->record, &d->plan, &d->options, s->env->report,
                            &d->result, &error) < 0 &&
               err_kind(error) == ERR_LEFTOVERS;
    report_teardown(s, &d->result, is_stuck ? NULL : error);
    if (error && !is_stuck)
        return err_move(err, &error);
    if (find_leftovers(s, d, err) < 0)
        return -1;
    return is_stuck && !is_proved_gone(d) ? err_move(err, &error) : 0;
}

static bool has_step(const struct teardown_plan *plan, enum teardown_phase phase)
{
    VEC_FOREACH (const struct teardown_step *, step, &plan->steps)
        if (step->phase == phase)
            return true;
    return false;
}

static bool keeps_data(const struct down *d)
{
    VEC_FOREACH (const struct teardown_kept *, kept, &d->result.kept)
        if (kept->data)
            return true;
    return false;
}

// The record goes last, when nothing is left that it has to be kept for.
static int forget(struct sandbox *s, struct down *d, struct err **err)
{
    size_t left = d->result.leftovers.len;

    if (left) {
        err_set(err, ERR_LEFTOVERS, "%zu object%s left", left, left == 1 ? " is" : "s are");
        return err_hint(err, "do what the list says for each, then run 'sandstrap down' again");
    }
    d->is_clean = !d->options.to && !keeps_data(d);
    if (!has_step(&d->plan, TEARDOWN_RECORD))
        return 0;
    if (record_take(s->record, err) < 0 || record_remove(s->record, err) < 0)
        return -1;
    phases_end_waiting(&s->phases, teardown_phase_name(TEARDOWN_RECORD));
    return 0;
}

static int down_run(struct command_env *env, const void *options, struct err **err)
{
    struct sandbox s CLEANUP(sandbox_close) = {0};
    struct down d CLEANUP(down_free) = {0};
    int result;

    if (sandbox_start(&s, "down", env, options, err) < 0 || sandbox_try_tree(&s, err) < 0 ||
        sandbox_connect(&s, err) < 0 || sandbox_open_record(&s, err) < 0 ||
        down_plan(&s, &d, err) < 0)
        return -1;
    if (s.options->dry_run) {
        report_plan(&s, &d.plan);
        return 0;
    }
    result = down_take(&s, &d, err);
    if (result == 0)
        result = forget(&s, &d, err);
    report_result(&s, &d, NULL, *err);
    return result;
}

const struct command cmd_down = {
    .spec =
        {
            .name = "down",
            .summary = "take the sandbox down, in order, and show that nothing is left",
            .details =
                "Takes down what 'up' brought, releases first, in the order in which nothing is\n"
                "orphaned, from the record that 'up' keeps in the cluster; a bundle or a checkout\n"
                "is not needed, but used when there is one. What was there before stays, and so\n"
                "does data: claims, volumes and sealing keys. Then everything in the cluster is\n"
                "compared with what there was before the first 'up'. May be interrupted and run\n"
                "again at any time. Exit code 10 when anything is left, with what to do about it.",
            .options = down_table,
            .option_count = ARRAY_LEN(down_table),
        },
    .options_size = sizeof(struct sandbox_options),
    .defaults = sandbox_defaults,
    .run = down_run,
};
