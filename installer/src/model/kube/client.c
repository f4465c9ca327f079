// SPDX-License-Identifier: Apache-2.0
// The client's life, and the calls that are not about objects.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct kube *kube_new(struct loop *loop, struct http *h, const struct kubeconfig *config,
                      const struct kube_options *options, struct err **err)
{
    static const struct kube_options defaults = {0};
    const struct kube_options *o = options ? options : &defaults;
    struct kube *k CLEANUP(kube_cleanup) = MEM_NEW(struct kube);

    k->loop = loop;
    k->http = h;
    k->config = config;
    k->report = http_report(h);
    k->silent_ms = o->silent_ms ? o->silent_ms : KUBE_SILENT_MS;
    k->watch_silent_ms = o->watch_silent_ms ? o->watch_silent_ms : KUBE_WATCH_SILENT_MS;
    k->manager = mem_str(o->manager ? o->manager : "sandstrap");
    k->budget = budget_or(&o->budget, &(struct budget){.cancel = loop_cancel(loop),
                                                       .pause_most_ms = KUBE_PAUSE_MOST_MS});
    k->credentials = credentials_new(k, err);
    return k->credentials ? STEAL(k) : NULL;
}

void kube_free(struct kube *k)
{
    if (!k)
        return;
    while (k->watches)
        kube_watch_stop(k->watches);
    call_abort_all(k);
    health_end(k);
    discovery_free(k->discovery);
    credentials_free(k->credentials);
    MAP_FOREACH (e, &k->warnings)
        free(e->value);
    map_free(&k->warnings);
    free(k->manager);
    free(k);
}

// "36+" on some distributions.
static int number_of(struct span text)
{
    uint64_t value = 0;

    while (span_ends(text, "+"))
        text.len--;
    return span_u64(text, &value) && value < INT32_MAX ? (int)value : 0;
}

// Certificates and tokens that are fresh on one side are not valid yet on the other.
static void warn_of_skew(const struct kube *k)
{
    int64_t skew = k->clock_skew_s;

    if (skew < -KUBE_CLOCK_SKEW_S || skew > KUBE_CLOCK_SKEW_S)
        report_warn(k->report, "kube", "the API server's clock is %lld s %s this host's",
                    (long long)(skew < 0 ? -skew : skew), skew < 0 ? "behind" : "ahead of");
}

int kube_server_version(struct kube *k, struct kube_version *version, struct err **err)
{
    struct call_spec spec = {.path = "/version", .what = "version"};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = call_get_json(k, &spec, d, NULL, err);
    struct span text = node_get_text(root, "gitVersion");

    if (!root)
        return -1;
    if (text.len == 0 || text.len >= sizeof(version->text))
        return err_set(err, ERR_API, "%s is not a Kubernetes API server",
                       kubeconfig_server(k->config));
    memcpy(version->text, text.ptr, text.len + 1);
    version->major = number_of(node_get_text(root, "major"));
    version->minor = number_of(node_get_text(root, "minor"));
    version->clock_skew_s = k->clock_skew_s;
    warn_of_skew(k);
    return 0;
}

int kube_get_raw(struct kube *k, const char *path, struct buf *out, struct err **err)
{
    char *what CLEANUP(mem_cleanup) = mem_printf("get %s", path);
    struct call_spec spec = {.path = path, .what = what, .accept = KUBE_ACCEPT_ANY};

    return call_get(k, &spec, out, NULL, err);
}

struct kube_raw {
    struct call *call;
    kube_raw_fn *done;
    void *data;
};

static void on_raw_done(void *data, struct call_result *result)
{
    struct kube_raw *r = data;

    r->done(r->data, result->reason,
            result->reason == KUBE_OK ? buf_span(&result->response->body) : SPAN_EMPTY);
    free(r);
}

struct kube_raw *kube_start_raw(struct kube *k, const char *path, const struct budget *budget,
                                kube_raw_fn *done, void *data)
{
    char *what CLEANUP(mem_cleanup) = mem_printf("get %s", path);
    struct call_spec spec = {
        .path = path, .what = what, .accept = KUBE_ACCEPT_ANY, .budget = *budget};
    struct kube_raw *r = MEM_NEW(struct kube_raw);

    r->done = done;
    r->data = data;
    r->call = call_start(k, &spec, on_raw_done, free, r);
    return r;
}

void kube_abort_raw(struct kube_raw *r)
{
    if (r)
        call_abort(r->call);
}

const char *kube_namespace(const struct kube *k)
{
    return kubeconfig_namespace(k->config);
}
