// SPDX-License-Identifier: Apache-2.0
// The routes of work/routes, applied by the steps of work/layers.
#include "cmd/sandbox/lead.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/timer.h"
#include "io/crypto.h"
#include "model/journal.h"
#include "model/seed.h"

enum { CA_MAX_BYTES = 256 << 10 }; // of a ConfigMap, which holds 1 MiB

static int apply(struct sandbox *s, const struct layer *layer, const struct layers_options *options,
                 size_t *written, struct err **err)
{
    return layers_ahead(s->env->loop, s->kube, layer, options, s->env->report, written, err);
}

struct routes_target lead_target(void)
{
    return (struct routes_target){.layer = SEED_LAYER,
                                  .ns = SEED_NAMESPACE,
                                  .name = SEED_NAME,
                                  .label = SPAN(SEED_LABEL),
                                  .value = SPAN(SEED_NAME)};
}

static int make(struct sandbox *s, const struct routes_options *routes, struct routes_at *at,
                struct layers_options *options, struct layers_patches *patches, struct err **err)
{
    struct layer service = routes_service(routes), endpoints, ahead;
    size_t written = 0;

    if (apply(s, &service, options, &written, err) < 0 || routes_find(routes, at, err) < 0)
        return -1;
    endpoints = routes_endpoints(routes, at);
    if (apply(s, &endpoints, options, &written, err) < 0 ||
        routes_make(routes, at, patches, &ahead, err) < 0 ||
        apply(s, &ahead, options, &written, err) < 0)
        return -1;
    options->patches = patches;
    phases_add(&s->phases, (struct phase){.name = "routes",
                                          .state = "done",
                                          .counts = true,
                                          .changed = written,
                                          .took_ms = timer_now() - s->phases.since});
    return 0;
}

int lead(struct sandbox *s, const struct routes_target *target, const struct routes_probe *probe,
         struct layers_options *options, struct layers_patches *patches, struct err **err)
{
    const struct routes_options routes = {.loop = s->env->loop,
                                          .kube = s->kube,
                                          .report = s->env->report,
                                          .budget = s->budget,
                                          .bundle = s->bundle,
                                          .doc = s->tree.doc,
                                          .layers = &s->layers,
                                          .target = *target};
    struct routes_at at;
    bool proved;

    if (make(s, &routes, &at, options, patches, err) < 0)
        return -1;
    if (!probe)
        return 0;
    if (routes_prove(&routes, &at, probe, &proved, err) < 0)
        return -1;
    if (proved)
        report_info(s->env->report, "routes",
                    "every node and every kind of source finds the bundle");
    phases_end_waiting(&s->phases, "probe");
    return 0;
}

static int read_ca(struct sandbox *s, struct span *pem, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(CA_MAX_BYTES);
    const char *path = s->options->routes_ca;
    size_t count;

    if (file_read(AT_FDCWD, path, &text, err) < 0 ||
        crypto_check_certs(buf_span(&text), path, &count, err) < 0)
        return -1;
    *pem = arena_span(s->arena, buf_span(&text));
    return 0;
}

int lead_open(struct sandbox *s, struct err **err)
{
    const struct sandbox_options *o = s->options;
    struct routes_target *target;

    if (!o->routes_to && !o->routes_ca)
        return 0;
    if (o->airgap)
        return err_set(err, ERR_USAGE, "--airgap and --routes-to do not go together");
    if (!o->routes_to || !o->routes_ca) {
        err_set(err, ERR_USAGE, "--routes-to and --routes-ca belong together");
        return err_hint(err, "--routes-ca names the ca.crt of the authority of 'sandstrap serve'");
    }
    target = ARENA_NEW(s->arena, struct routes_target);
    *target = lead_target();
    s->elsewhere = target;
    return routes_read_address(span_str(o->routes_to), target, err) < 0
               ? -1
               : read_ca(s, &target->ca_pem, err);
}

int lead_check(const struct sandbox *s, struct err **err)
{
    return s->options->airgap || s->elsewhere ? routes_check(&s->layers, err) : 0;
}

int lead_check_record(const struct sandbox *s, struct err **err)
{
    const struct identity endpoints = {SPAN("discovery.k8s.io"), SPAN("EndpointSlice"),
                                       SPAN(SEED_NAMESPACE), SPAN(SEED_NAME)};

    if (s->elsewhere || !journal_find(record_journal(s->record), &endpoints))
        return 0;
    err_set(err, ERR_USAGE,
            "this sandbox was brought up with --routes-to: its controllers are led "
            "to a server elsewhere");
    return err_hint(err, "say --routes-to and --routes-ca again; 'sandstrap down' ends it");
}

int lead_elsewhere(struct sandbox *s, struct layers_options *options,
                   struct layers_patches *patches, struct err **err)
{
    if (!s->elsewhere)
        return 0;
    if (lead(s, s->elsewhere, NULL, options, patches, err) < 0)
        return -1;
    report_info(s->env->report, "routes", "Flux's controllers are led to %s",
                s->options->routes_to);
    return 0;
}
