// SPDX-License-Identifier: Apache-2.0
// The command `status`.
#include "cmd/status.h"

#include "base/timer.h"
#include "cluster/look.h"
#include "io/http.h"
#include "model/bundle.h"
#include "model/kube.h"
#include "model/kustomize.h"
#include "work/artifacts.h"
#include "work/layers.h"

enum { STATUS_TIMEOUT_MS = 60000 };

struct status_options {
    struct command_common common;
    const char *entrypoint;
    const char *bundle;
    const char *lock;
    const char *kubeconfig;
    const char *context;
    int64_t timeout_ms;
    bool lab;
};

#define AT(field) offsetof(struct status_options, field)

static const struct opt status_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct status_options),
    COMMAND_BUNDLE_OPTION(struct status_options),
    {.type = OPT_TEXT,
     .name = "lock",
     .value = "FILE",
     .offset = AT(lock),
     .help = "the lock that the bundle has to be of (bundles/sandbox.lock)"},
    COMMAND_CLUSTER_OPTIONS(struct status_options),
    {.type = OPT_DURATION,
     .name = "timeout",
     .value = "TIME",
     .offset = AT(timeout_ms),
     .help = "wait this long for the API server (1m)"},
    COMMAND_LAB_OPTION(struct status_options),
    COMMAND_COMMON_OPTIONS,
};

static void status_defaults(void *options)
{
    ((struct status_options *)options)->timeout_ms = STATUS_TIMEOUT_MS;
}

static void print_text(const struct layers *layers, const struct look *l, struct buf *out)
{
    buf_printf(out, "%-20s %-10s %s\n", "LAYER", "STATE", "READY");
    for (size_t i = 0; i < layers->count; i++) {
        struct look_count count = look_count(l, i);

        buf_printf(out, "%-20s %-10s %zu/%zu\n", layers->items[i].name,
                   count.unready ? "not ready" : "ready", count.objects - count.unready,
                   count.objects);
    }
    if (l->count)
        buf_add_char(out, '\n');
    finding_list(l->findings, l->count, l->count, out);
}

static void print_json(const struct layers *layers, const struct look *l, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *list = node_new_seq(d), *findings = node_new_seq(d);

    for (size_t i = 0; i < layers->count; i++) {
        struct look_count count = look_count(l, i);
        struct node *n = node_new_map(d);

        node_set_str(d, n, "name", span_str(layers->items[i].name));
        node_set(d, n, SPAN("ready"), node_new_bool(d, count.unready == 0));
        node_set(d, n, SPAN("objects"), node_new_int(d, (int64_t)count.objects));
        node_set(d, n, SPAN("unready"), node_new_int(d, (int64_t)count.unready));
        node_push(d, list, n);
    }
    for (size_t i = 0; i < l->count; i++)
        node_push(d, findings, finding_node(&l->findings[i], d));
    node_set(d, root, SPAN("layers"), list);
    node_set(d, root, SPAN("findings"), findings);
    doc_write_json(root, false, out);
    buf_add_char(out, '\n');
}

// The exit code tells a failure from what is only on its way.
static int judge(const struct layers *layers, const struct look *l, struct err **err)
{
    size_t unready = 0;
    enum err_kind kind = ERR_TIMEOUT;

    if (!l->count)
        return 0;
    for (size_t i = 0; i < layers->count; i++)
        unready += look_count(l, i).unready;
    for (size_t i = 0; i < l->count; i++)
        if (l->findings[i].state >= READY_FAILING)
            kind = ERR_TERMINAL;
    return err_set(err, kind, "%zu object%s not ready", unready, unready == 1 ? " is" : "s are");
}

static int look(struct command_env *env, const struct status_options *o, struct http *http,
                const struct layers *layers, struct err **err)
{
    struct budget budget = {.deadline = timer_add(timer_now(), o->timeout_ms),
                            .cancel = env->cancel};
    struct kubeconfig_options where = {.path = o->kubeconfig, .context = o->context};
    struct kubeconfig *config CLEANUP(kubeconfig_cleanup) = kubeconfig_load(&where, err);
    struct kube_options kube_options = {.budget = budget};
    struct kube *kube CLEANUP(kube_cleanup) = NULL;
    struct facts facts CLEANUP(facts_close) = {0};
    struct look l CLEANUP(look_free) = {0};

    if (!config)
        return -1;
    kube = kube_new(env->loop, http, config, &kube_options, err);
    if (!kube)
        return -1;
    facts_open(&facts, env->loop, kube, env->report, false);
    if (look_settled(&l, &facts, layers, &budget, err) < 0)
        return -1;
    (env->json ? print_json : print_text)(layers, &l, env->out);
    return judge(layers, &l, err);
}

static int status_run(struct command_env *env, const void *options, struct err **err)
{
    const struct status_options *o = options;
    struct http_options http_options = {.report = env->report};
    struct http *http CLEANUP(http_cleanup) = http_new(env->loop, &http_options, err);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct bundle *bundle CLEANUP(bundle_cleanup) = NULL;
    struct kustomize_result tree CLEANUP(kustomize_result_free) = {0};
    struct layers layers;

    if (!http)
        return -1;
    bundle = artifacts_open_bundle(o->bundle ? o->bundle : ARTIFACTS_BUNDLE, o->lab, err);
    if (!bundle || artifacts_check_lock(bundle, o->lock, o->lab, env->report, err) < 0 ||
        artifacts_render_bundle(bundle, o->entrypoint, env->report, &tree, err) < 0 ||
        layers_split(&tree, arena, &layers, err) < 0)
        return -1;
    return look(env, o, http, &layers, err);
}

const struct command cmd_status = {
    .spec =
        {
            .name = "status",
            .summary = "show which layers are ready, and why the others are not",
            .details = "Looks once, at what the bundle (bundles/sandbox.bundle) brings up. Exit\n"
                       "code 0 when everything is ready, 8 when something is on its way, 9 when\n"
                       "something fails.",
            .options = status_table,
            .option_count = ARRAY_LEN(status_table),
        },
    .options_size = sizeof(struct status_options),
    .defaults = status_defaults,
    .run = status_run,
};
