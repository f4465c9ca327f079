// SPDX-License-Identifier: Apache-2.0
// Seed, routes and probe, one after the other.
#include "cmd/sandbox/airgap.h"

#include <inttypes.h>

#include "base/file.h"
#include "base/timer.h"
#include "work/routes.h"
#include "work/seed.h"

struct airgap {
    struct seed_nodes nodes; // none with --routes-to
};

bool airgap_is_wanted(const struct sandbox *s)
{
    return s->options->airgap || s->options->routes_to;
}

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

static int check_usage(const struct sandbox_options *o, struct err **err)
{
    if (o->airgap && o->routes_to)
        return err_set(err, ERR_USAGE, "--airgap and --routes-to do not go together");
    if (o->routes_to && !o->routes_ca)
        return err_set(err, ERR_USAGE, "--routes-to needs --routes-ca, the ca.crt of that server");
    return 0;
}

int airgap_check(struct sandbox *s, struct err **err)
{
    const struct seed_options options = seed_options(s);

    if (!airgap_is_wanted(s))
        return 0;
    s->airgap = ARENA_NEW(s->arena, struct airgap);
    s->airgap->nodes.arena = s->arena;
    if (check_usage(s->options, err) < 0)
        return -1;
    if (s->options->airgap && seed_check(&options, &s->airgap->nodes, err) < 0)
        return -1;
    phases_end(&s->phases, "nodes");
    return 0;
}

// --- bringing ---

static int bring_seed(struct sandbox *s, struct span *ca_pem, struct err **err)
{
    const struct seed_options options = seed_options(s);
    struct seed_result result = {0};

    if (seed_bring(&options, &s->airgap->nodes, &result, err) < 0)
        return -1;
    *ca_pem = result.ca_pem;
    phases_add(&s->phases, (struct phase){.name = "seed",
                                          .state = "done",
                                          .counts = true,
                                          .changed = result.written,
                                          .took_ms = timer_now() - s->phases.since});
    report_info(s->env->report, "seed",
                "the nodes serve the bundle: %" PRIu64 " MB sent, %" PRIu64 " MB were there",
                result.sent_bytes / 1000000, result.skipped_bytes / 1000000);
    return 0;
}

static int read_ca(struct sandbox *s, struct span *ca_pem, struct err **err)
{
    struct buf pem CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (file_read(AT_FDCWD, s->options->routes_ca, &pem, err) < 0)
        return -1;
    *ca_pem = arena_span(s->arena, buf_span(&pem));
    return 0;
}

static int probe(struct sandbox *s, const struct routes_options *options, struct err **err)
{
    const struct seed_nodes *nodes = &s->airgap->nodes;
    struct routes_node *list = arena_array(s->arena, nodes->items.len + 1, sizeof(*list));
    size_t count = 0;

    VEC_FOREACH (const struct seed_node *, it, &nodes->items)
        if (!it->skipped)
            list[count++] = (struct routes_node){it->node.name, it->pod};
    if (routes_probe(options, list, count, err) < 0)
        return -1;
    phases_end_waiting(&s->phases, "probe");
    return 0;
}

int airgap_bring(struct sandbox *s, const struct layers_patches **patches, struct err **err)
{
    struct layers_patches *made = ARENA_NEW(s->arena, struct layers_patches);
    struct routes_options options = {.loop = s->env->loop,
                                     .kube = s->kube,
                                     .record = s->record,
                                     .report = s->env->report,
                                     .budget = s->budget,
                                     .bundle = s->bundle,
                                     .layers = &s->layers,
                                     .ns = SEED_NAMESPACE,
                                     .service = SEED_NAME,
                                     .elsewhere = s->options->routes_to,
                                     .tls_port = SEED_TLS_PORT};

    *patches = NULL;
    if (!airgap_is_wanted(s))
        return 0;
    if (s->options->airgap ? bring_seed(s, &options.ca_pem, err) < 0
                           : read_ca(s, &options.ca_pem, err) < 0)
        return -1;
    if (routes_make(&options, s->arena, made, err) < 0)
        return -1;
    phases_end(&s->phases, "routes");
    if (probe(s, &options, err) < 0)
        return -1;
    *patches = made;
    return 0;
}
