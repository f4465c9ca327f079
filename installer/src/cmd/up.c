// SPDX-License-Identifier: Apache-2.0
// The command `up`.
#include "cmd/up.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/timer.h"
#include "io/http.h"
#include "model/bundle.h"
#include "model/kube.h"
#include "model/kustomize.h"
#include "work/artifacts.h"
#include "work/layers.h"

enum { UP_CAUSES_SHOWN = 10 };

struct up_options {
    struct command_common common;
    const char *entrypoint;
    const char *bundle;
    const char *lock;
    const char *kubeconfig;
    const char *context;
    const char *ca_file;
    const char *from;
    const char *to;
    int64_t timeout_ms;
    int64_t fail_after_ms;
    bool lab;
};

#define AT(field) offsetof(struct up_options, field)

static const struct opt up_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct up_options),
    COMMAND_BUNDLE_OPTION(struct up_options),
    {.type = OPT_TEXT,
     .name = "lock",
     .value = "FILE",
     .offset = AT(lock),
     .help = "the lock that the bundle has to be of (bundles/sandbox.lock)"},
    COMMAND_CLUSTER_OPTIONS(struct up_options),
    COMMAND_CA_FILE_OPTION(struct up_options),
    {.type = OPT_DURATION,
     .name = "timeout",
     .value = "TIME",
     .offset = AT(timeout_ms),
     .help = "give up after this long (1h)"},
    {.type = OPT_DURATION,
     .name = "fail-after",
     .value = "TIME",
     .offset = AT(fail_after_ms),
     .help = "a failure that stands this long without progress is final (3m)"},
    {.type = OPT_TEXT,
     .name = "from",
     .value = "LAYER",
     .offset = AT(from),
     .help = "apply from this layer on; earlier ones are only waited for"},
    {.type = OPT_TEXT,
     .name = "to",
     .value = "LAYER",
     .offset = AT(to),
     .help = "stop after this layer"},
    COMMAND_LAB_OPTION(struct up_options),
    COMMAND_COMMON_OPTIONS,
};

static void up_defaults(void *options)
{
    struct up_options *o = options;

    o->timeout_ms = LAYERS_TIMEOUT_MS;
    o->fail_after_ms = LAYERS_FAIL_AFTER_MS;
}

// The bundle, verified from the first byte to the last; built first when there is none.
static struct bundle *open_bundle(struct command_env *env, const struct up_options *o,
                                  struct http *http, struct err **err)
{
    const char *path = o->bundle ? o->bundle : ARTIFACTS_BUNDLE;
    struct artifacts_build_options build = {
        .lock = o->lock ? o->lock : ARTIFACTS_LOCK,
        .entrypoint = o->entrypoint ? o->entrypoint : ARTIFACTS_ENTRYPOINT,
        .lab = o->lab,
        .report = env->report,
    };
    struct bundle *b CLEANUP(bundle_cleanup) = NULL;

    if (!o->bundle && access(path, F_OK) < 0 &&
        artifacts_build(env->loop, http, &build, path, NULL, err) < 0)
        return NULL;
    b = artifacts_open_bundle(path, o->lab, err);
    if (!b || artifacts_verify(b, env->cancel, err) < 0 ||
        artifacts_check_lock(b, o->lock, o->lab, env->report, err) < 0)
        return NULL;
    report_info(env->report, "bundle", "%s is verified: %s", path, DIGEST_TEXT(bundle_identity(b)));
    return STEAL(b);
}

// A layer that work began on, but that is not ready.
static const char *unready_word(const struct err *error)
{
    switch (err_kind(error)) {
    case ERR_TIMEOUT: return "timed out";
    case ERR_CANCELLED: return "not ready";
    default: return "failed";
    }
}

static const char *state_word(const struct layers_result *result, const struct err *error)
{
    if (result->ready || !error)
        return result->ready ? "ready" : "-";
    return result->reached ? unready_word(error) : "-";
}

static struct node *error_node(const struct err *error, struct doc *d)
{
    struct node *n = node_new_map(d);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    node_set_str(d, n, "kind", span_str(err_kind_name(err_kind(error))));
    node_set_str(d, n, "text", buf_span(&text));
    if (err_hint_text(error))
        node_set_str(d, n, "hint", span_str(err_hint_text(error)));
    return n;
}

static void print_json(const struct layers *layers, const struct layers_result *results,
                       const struct layers_causes *causes, const struct err *error, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *list = node_new_seq(d), *findings = node_new_seq(d);

    for (size_t i = 0; i < layers->count; i++) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "name", span_str(layers->items[i].name));
        node_set_str(d, n, "state", span_str(state_word(&results[i], error)));
        node_set(d, n, SPAN("ready"), node_new_bool(d, results[i].ready));
        node_set(d, n, SPAN("objects"), node_new_int(d, (int64_t)layers->items[i].count));
        node_set(d, n, SPAN("written"), node_new_int(d, (int64_t)results[i].applied));
        node_set(d, n, SPAN("milliseconds"), node_new_int(d, results[i].took_ms));
        node_push(d, list, n);
    }
    for (size_t i = 0; i < causes->count; i++)
        node_push(d, findings, finding_node(&causes->findings[i], d));
    node_set(d, root, SPAN("layers"), list);
    node_set(d, root, SPAN("findings"), findings);
    if (error)
        node_set(d, root, SPAN("error"), error_node(error, d));
    doc_write_json(root, false, out);
    buf_add_char(out, '\n');
}

static void print_text(const struct layers *layers, const struct layers_result *results,
                       const struct layers_causes *causes, const struct err *error, struct buf *out)
{
    char took[32];

    buf_printf(out, "%-20s %-10s %8s %8s %8s\n", "LAYER", "STATE", "OBJECTS", "WRITTEN", "TIME");
    for (size_t i = 0; i < layers->count; i++)
        buf_printf(out, "%-20s %-10s %8zu %8zu %8s\n", layers->items[i].name,
                   state_word(&results[i], error), layers->items[i].count, results[i].applied,
                   results[i].reached ? timer_format(results[i].took_ms, took) : "");
    // A single one is all in the error.
    if (causes->count > 1 || (causes->count && causes->findings[0].evidence)) {
        buf_add_char(out, '\n');
        finding_list(causes->findings, causes->count, UP_CAUSES_SHOWN, out);
    }
}

static int bring_up(struct command_env *env, const struct up_options *o, struct http *http,
                    const struct doc *tree, const struct layers *layers,
                    const struct budget *budget, struct err **err)
{
    struct kubeconfig_options where = {.path = o->kubeconfig, .context = o->context};
    struct kubeconfig *config CLEANUP(kubeconfig_cleanup) = kubeconfig_load(&where, err);
    struct kube_options kube_options = {.budget = *budget};
    struct kube *kube CLEANUP(kube_cleanup) = NULL;
    struct layers_options options = {.budget = *budget,
                                     .fail_after_ms = o->fail_after_ms,
                                     .window_ms = LAYERS_WINDOW_MS,
                                     .manager = LAYERS_MANAGER};
    struct layers_result *results CLEANUP(mem_cleanup) = NULL;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct layers_causes causes = {.arena = arena};
    struct kube_version version;
    int result;

    if (!config || layers_range(layers, o->from, o->to, &options.first, &options.last, err) < 0)
        return -1;
    kube = kube_new(env->loop, http, config, &kube_options, err);
    if (!kube || kube_server_version(kube, &version, err) < 0)
        return -1;
    report_info(env->report, "kube", "%s is Kubernetes %s", kubeconfig_server(config),
                version.text);
    if (layers_check(kube, layers, options.last, tree, err) < 0)
        return -1;
    results = mem_zalloc(layers->count, sizeof(*results));
    result = layers_up(env->loop, kube, layers, &options, env->report, results, &causes, err);
    (env->json ? print_json : print_text)(layers, results, &causes, *err, env->out);
    return result;
}

static int up_run(struct command_env *env, const void *options, struct err **err)
{
    const struct up_options *o = options;
    struct budget budget = {.deadline = timer_add(timer_now(), o->timeout_ms),
                            .cancel = env->cancel};
    struct http_options http_options = {.report = env->report, .ca_file = o->ca_file};
    struct http *http CLEANUP(http_cleanup) = http_new(env->loop, &http_options, err);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct kustomize_result tree CLEANUP(kustomize_result_free) = {0};
    struct bundle *bundle CLEANUP(bundle_cleanup) = NULL;
    struct layers layers;

    if (!http)
        return -1;
    bundle = open_bundle(env, o, http, err);
    if (!bundle || artifacts_render_bundle(bundle, o->entrypoint, env->report, &tree, err) < 0 ||
        layers_split(&tree, arena, &layers, err) < 0)
        return -1;
    return bring_up(env, o, http, tree.doc, &layers, &budget, err);
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
    .options_size = sizeof(struct up_options),
    .defaults = up_defaults,
    .run = up_run,
};
