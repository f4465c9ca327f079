// SPDX-License-Identifier: Apache-2.0
// Seed, routes and probe, one after the other.
#include "cmd/sandbox/airgap.h"

#include <inttypes.h>

#include "base/timer.h"
#include "cmd/sandbox/lead.h"
#include "model/journal.h"
#include "work/seed.h"

struct airgap {
    struct seed_nodes nodes;
};

static struct seed_options seed_options(const struct sandbox *s)
{
    const struct sandbox_options *o = s->options;

    return (struct seed_options){.loop = s->env->loop,
                                 .kube = s->kube,
                                 .record = s->record,
                                 .report = s->env->report,
                                 .budget = s->budget,
                                 .bundle = s->bundle,
                                 .image = o->seed_image,
                                 .store_budget = o->store_budget,
                                 .routes_by_hand = o->routes_by_hand};
}

int airgap_check_options(const struct sandbox_options *o, struct err **err)
{
    const char *name = o->seed_image       ? "--seed-image"
                       : o->store_budget   ? "--store-budget"
                       : o->routes_by_hand ? "--routes-by-hand"
                                           : NULL;

    if (o->airgap || !name)
        return 0;
    return err_set(err, ERR_USAGE, "%s says nothing without --airgap", name);
}

int airgap_check(struct sandbox *s, struct err **err)
{
    const struct seed_options options = seed_options(s);

    if (!s->options->airgap)
        return 0;
    s->airgap = ARENA_NEW(s->arena, struct airgap);
    s->airgap->nodes.arena = s->arena;
    if (seed_check(&options, &s->airgap->nodes, err) < 0)
        return -1;
    phases_end(&s->phases, "nodes");
    return 0;
}

// The controllers were led to the agents: without the gap's part they would lose whom to trust.
int airgap_check_record(const struct sandbox *s, struct err **err)
{
    const struct identity agents = {SPAN(""), SPAN("ConfigMap"), SPAN(SEED_NAMESPACE),
                                    SPAN(SEED_NAME)};

    if (s->options->airgap || !journal_find(record_journal(s->record), &agents))
        return 0;
    err_set(err, ERR_USAGE, "this sandbox was brought up with --airgap: its nodes serve a bundle");
    return err_hint(err, "say --airgap again; 'sandstrap down' ends it");
}

// --- bringing ---

static int bring_seed(struct sandbox *s, struct seed_result *result, struct err **err)
{
    const struct seed_options options = seed_options(s);
    int brought = seed_bring(&options, &s->airgap->nodes, result, err);

    phases_add(&s->phases, (struct phase){.name = "seed",
                                          .state = brought < 0 ? "failed" : "done",
                                          .counts = true,
                                          .changed = result->written,
                                          .took_ms = timer_now() - s->phases.since});
    if (brought < 0)
        return -1;
    report_info(s->env->report, "seed",
                "the nodes serve the bundle: %" PRIu64 " MB sent, %" PRIu64 " MB were there",
                result->sent_bytes / 1000000, result->skipped_bytes / 1000000);
    return 0;
}

// Nodes that have an agent by now.
static const struct routes_node *served_nodes(const struct sandbox *s, size_t *count)
{
    const struct seed_nodes *nodes = &s->airgap->nodes;
    struct routes_node *list = arena_array(s->arena, nodes->items.len + 1, sizeof(*list));

    *count = 0;
    VEC_FOREACH (const struct seed_node *, it, &nodes->items)
        if (!it->skipped)
            list[(*count)++] = (struct routes_node){.name = it->node.name,
                                                    .address = it->node.address,
                                                    .agent = it->pod,
                                                    .no_network = it->node.no_network};
    return list;
}

int airgap_bring(struct sandbox *s, struct layers_options *options, struct layers_patches *patches,
                 struct err **err)
{
    struct routes_target target = lead_target();
    struct routes_probe probe = {.loader = seed_loader(), .agent_port = SEED_PORT};
    struct seed_result result = {0};

    if (!s->options->airgap)
        return 0;
    if (bring_seed(s, &result, err) < 0)
        return -1;
    target.port = SEED_TLS_PORT;
    target.ca_pem = result.ca_pem;
    probe.binary = result.binary;
    probe.binary_bytes = result.binary_bytes;
    probe.nodes = served_nodes(s, &probe.count);
    return lead(s, &target, &probe, options, patches, err);
}
