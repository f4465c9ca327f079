// SPDX-License-Identifier: Apache-2.0
// From the command line to a verified tree and a cluster that answers.
#include "cmd/sandbox/open.h"

#include <unistd.h>

#include "base/timer.h"
#include "work/artifacts.h"
#include "work/layers.h"

void sandbox_defaults(void *options)
{
    struct sandbox_options *o = options;

    o->timeout_ms = LAYERS_TIMEOUT_MS;
    o->fail_after_ms = LAYERS_FAIL_AFTER_MS;
}

int sandbox_start(struct sandbox *s, const char *command, struct command_env *env,
                  const struct sandbox_options *options, struct err **err)
{
    struct http_options http_options = {.report = env->report, .ca_file = options->ca_file};

    s->env = env;
    s->options = options;
    s->command = command;
    s->budget = (struct budget){.deadline = timer_add(timer_now(), options->timeout_ms),
                                .cancel = env->cancel};
    s->arena = arena_new();
    phases_begin(&s->phases, command);
    s->http = http_new(env->loop, &http_options, err);
    return s->http ? 0 : -1;
}

void sandbox_close(struct sandbox *s)
{
    record_free(s->record);
    kube_free(s->kube);
    kubeconfig_free(s->config);
    kustomize_result_free(&s->tree);
    bundle_close(s->bundle);
    http_free(s->http);
    arena_free(s->arena);
    phases_free(&s->phases);
}

// Built first when there is none.
static int open_bundle(struct sandbox *s, struct err **err)
{
    const struct sandbox_options *o = s->options;
    const char *path = o->bundle ? o->bundle : ARTIFACTS_BUNDLE;
    struct artifacts_build_options build = {
        .lock = o->lock ? o->lock : ARTIFACTS_LOCK,
        .entrypoint = o->entrypoint ? o->entrypoint : ARTIFACTS_ENTRYPOINT,
        .lab = o->lab,
        .report = s->env->report,
    };

    if (!o->bundle && access(path, F_OK) < 0 &&
        artifacts_build(s->env->loop, s->http, &build, path, NULL, err) < 0)
        return -1;
    s->bundle = artifacts_open_bundle(path, o->lab, err);
    if (!s->bundle || artifacts_verify(s->bundle, s->env->cancel, err) < 0 ||
        artifacts_check_lock(s->bundle, o->lock, o->lab, s->env->report, err) < 0)
        return -1;
    report_info(s->env->report, "bundle", "%s is verified: %s", path,
                DIGEST_TEXT(bundle_identity(s->bundle)));
    return 0;
}

static int render(struct sandbox *s, struct err **err)
{
    return artifacts_render_bundle(s->bundle, s->options->entrypoint, s->env->report, &s->tree,
                                   err) < 0 ||
                   layers_split(&s->tree, s->arena, &s->layers, err) < 0
               ? -1
               : 0;
}

int sandbox_open_tree(struct sandbox *s, struct err **err)
{
    if (open_bundle(s, err) < 0)
        return -1;
    phases_end(&s->phases, "verify");
    if (render(s, err) < 0)
        return -1;
    phases_end(&s->phases, "render");
    return 0;
}

static int try_bundle(struct sandbox *s, struct err **err)
{
    const struct sandbox_options *o = s->options;

    s->bundle = artifacts_open_bundle(o->bundle ? o->bundle : ARTIFACTS_BUNDLE, o->lab, err);
    if (!s->bundle ||
        (o->lock && artifacts_check_lock(s->bundle, o->lock, o->lab, s->env->report, err) < 0))
        return -1;
    return 0;
}

// The tree on disk, of which the bundle is by chance, is none to insist on.
static int try_render(struct sandbox *s, struct err **err)
{
    struct err *error CLEANUP(err_cleanup) = NULL;

    if (render(s, &error) == 0)
        return 0;
    if (s->options->entrypoint || err_kind(error) == ERR_CANCELLED)
        return err_move(err, &error);
    s->layers = (struct layers){0};
    report_warn(s->env->report, "bundle", "goes on without the tree: %s", err_message(error));
    return 0;
}

int sandbox_try_tree(struct sandbox *s, struct err **err)
{
    const struct sandbox_options *o = s->options;
    struct err *error CLEANUP(err_cleanup) = NULL;
    bool is_asked_for = o->bundle || o->entrypoint || o->lock;

    if (!is_asked_for && access(ARTIFACTS_BUNDLE, F_OK) < 0)
        return 0;
    if (try_bundle(s, &error) < 0) {
        if (is_asked_for)
            return err_move(err, &error);
        report_warn(s->env->report, "bundle", "goes on without the bundle: %s", err_message(error));
        return 0;
    }
    if (try_render(s, err) < 0)
        return -1;
    phases_end(&s->phases, "render");
    return 0;
}

int sandbox_connect(struct sandbox *s, struct err **err)
{
    struct kubeconfig_options where = {.path = s->options->kubeconfig,
                                       .context = s->options->context};
    struct kube_options kube_options = {.budget = s->budget};
    struct kube_version version;

    s->config = kubeconfig_load(&where, err);
    if (!s->config)
        return -1;
    s->kube = kube_new(s->env->loop, s->http, s->config, &kube_options, err);
    if (!s->kube || kube_server_version(s->kube, &version, err) < 0)
        return -1;
    report_info(s->env->report, "kube", "%s is Kubernetes %s", kubeconfig_server(s->config),
                version.text);
    return 0;
}

int sandbox_open_record(struct sandbox *s, struct err **err)
{
    struct record_options options = {.loop = s->env->loop,
                                     .kube = s->kube,
                                     .command = s->command,
                                     .ns = s->options->record,
                                     .budget = s->budget,
                                     .report = s->env->report};

    s->record = record_open(&options, err);
    if (!s->record)
        return -1;
    phases_end(&s->phases, "record");
    return 0;
}

struct keys_cluster sandbox_keys(const struct sandbox *s)
{
    return (struct keys_cluster){.loop = s->env->loop,
                                 .kube = s->kube,
                                 .record = s->record,
                                 .budget = s->budget,
                                 .report = s->env->report};
}
