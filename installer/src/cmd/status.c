// SPDX-License-Identifier: Apache-2.0
// The command `status`.
#include "cmd/status.h"

#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "cluster/look.h"
#include "cmd/status/sealed.h"
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
    const char *record;
    int64_t timeout_ms;
    bool sealed;
    bool events;
    bool logs;
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
    {.type = OPT_FLAG,
     .name = "sealed",
     .offset = AT(sealed),
     .help = "prove that all images and sources in the cluster are the bundle's"},
    COMMAND_RECORD_OPTION(struct status_options),
    {.type = OPT_FLAG,
     .name = "events",
     .offset = AT(events),
     .help = "show the last events of what is not ready"},
    {.type = OPT_FLAG,
     .name = "logs",
     .offset = AT(logs),
     .help = "show the last lines that its containers wrote"},
    COMMAND_LAB_OPTION(struct status_options),
    COMMAND_COMMON_OPTIONS,
};

static void status_defaults(void *options)
{
    ((struct status_options *)options)->timeout_ms = STATUS_TIMEOUT_MS;
}

// What is seen of all layers.
struct seen {
    const struct layers *layers;
    struct look look;
    const struct layers_difference *differences; // from the tree
    size_t count;
};

static size_t count_of(const struct seen *s, enum layers_difference_kind kind, size_t layer)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += s->differences[i].kind == kind && s->differences[i].layer == layer;
    return n;
}

static void print_layer(const struct seen *s, size_t i, struct buf *out)
{
    const struct layer *layer = &s->layers->items[i];
    struct look_count count = look_count(&s->look, i);
    size_t changed = count_of(s, LAYERS_MISSING, i) + count_of(s, LAYERS_DIFFERS, i);
    size_t compared = layer->count - count_of(s, LAYERS_UNKNOWN, i);
    char *ready CLEANUP(mem_cleanup) =
        mem_printf("%zu/%zu", count.objects - count.unready, count.objects);

    buf_printf(out, "%-20s %-10s %-10s %zu/%zu\n", layer->name,
               count.unready ? "not ready"
               : changed     ? "changed"
                             : "ready",
               ready, compared - changed, compared);
}

static void print_difference(const struct seen *s, const struct layers_difference *d,
                             struct buf *out)
{
    buf_printf(out, "%s: %s ", s->layers->items[d->layer].name, d->object);
    if (d->kind == LAYERS_MISSING)
        buf_add_str(out, "is missing\n");
    else
        buf_printf(out, "differs from the tree: %s\n", d->detail);
}

// What is not there and has a state is a finding already.
static bool is_found(const struct seen *s, const struct layers_difference *d)
{
    for (size_t i = 0; d->kind == LAYERS_MISSING && i < s->look.count; i++)
        if (strcmp(s->look.findings[i].object, d->object) == 0 &&
            strcmp(s->look.findings[i].reason, "NotFound") == 0)
            return true;
    return false;
}

static void print_text(const struct seen *s, struct buf *out)
{
    const struct look *l = &s->look;

    buf_printf(out, "%-20s %-10s %-10s %s\n", "LAYER", "STATE", "READY", "APPLIED");
    for (size_t i = 0; i < s->layers->count; i++)
        print_layer(s, i, out);
    if (l->count)
        buf_add_char(out, '\n');
    finding_list(l->findings, l->count, l->count, out);
    for (size_t i = 0, told = 0; i < s->count; i++) {
        if (s->differences[i].kind == LAYERS_UNKNOWN || is_found(s, &s->differences[i]))
            continue;
        if (!told++)
            buf_add_char(out, '\n');
        print_difference(s, &s->differences[i], out);
    }
}

static struct node *layer_node(const struct seen *s, size_t i, struct doc *d)
{
    struct look_count count = look_count(&s->look, i);
    struct node *n = node_new_map(d);

    node_set_str(d, n, "name", span_str(s->layers->items[i].name));
    node_set(d, n, SPAN("ready"), node_new_bool(d, count.unready == 0));
    node_set(d, n, SPAN("objects"), node_new_int(d, (int64_t)count.objects));
    node_set(d, n, SPAN("unready"), node_new_int(d, (int64_t)count.unready));
    node_set(d, n, SPAN("missing"), node_new_int(d, (int64_t)count_of(s, LAYERS_MISSING, i)));
    node_set(d, n, SPAN("differing"), node_new_int(d, (int64_t)count_of(s, LAYERS_DIFFERS, i)));
    return n;
}

static struct node *difference_node(const struct seen *s, const struct layers_difference *from,
                                    struct doc *d)
{
    static const char *const names[] = {"missing", "differs", "unknown"};
    struct node *n = node_new_map(d);

    node_set_str(d, n, "layer", span_str(s->layers->items[from->layer].name));
    node_set_str(d, n, "object", span_str(from->object));
    node_set_str(d, n, "state", span_str(names[from->kind]));
    node_set_str(d, n, "detail", span_str(from->detail));
    return n;
}

static void print_json(const struct seen *s, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *list = node_new_seq(d), *findings = node_new_seq(d),
                *differences = node_new_seq(d);

    for (size_t i = 0; i < s->layers->count; i++)
        node_push(d, list, layer_node(s, i, d));
    for (size_t i = 0; i < s->look.count; i++)
        node_push(d, findings, finding_node(&s->look.findings[i], d));
    for (size_t i = 0; i < s->count; i++)
        node_push(d, differences, difference_node(s, &s->differences[i], d));
    node_set(d, root, SPAN("layers"), list);
    node_set(d, root, SPAN("findings"), findings);
    node_set(d, root, SPAN("differences"), differences);
    doc_write_json(root, false, out);
    buf_add_char(out, '\n');
}

// What cannot be compared is no difference: who may only look still sees the rest.
static void tell_unknown(const struct seen *s, struct report *report)
{
    for (size_t layer = 0; layer < s->layers->count; layer++) {
        size_t unknown = count_of(s, LAYERS_UNKNOWN, layer);

        for (size_t i = 0; i < s->count; i++) {
            const struct layers_difference *d = &s->differences[i];

            if (d->kind != LAYERS_UNKNOWN || d->layer != layer)
                continue;
            report_object(report, "layers", s->layers->items[layer].name, d->object,
                          "not compared with the tree (%zu in all): %s", unknown, d->detail);
            break;
        }
    }
}

static void add_count(struct buf *text, size_t n, const char *one, const char *many)
{
    if (n)
        buf_printf(text, "%s%zu %s", text->len ? ", " : "", n, n == 1 ? one : many);
}

// The exit code tells a failure from what is only on its way, or for `up` to do.
static int judge(const struct seen *s, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t unready = 0, missing = 0, differing = 0;
    enum err_kind kind = ERR_TIMEOUT;

    for (size_t i = 0; i < s->layers->count; i++) {
        unready += look_count(&s->look, i).unready;
        missing += count_of(s, LAYERS_MISSING, i);
        differing += count_of(s, LAYERS_DIFFERS, i);
    }
    if (!s->look.count && !missing && !differing)
        return 0;
    for (size_t i = 0; i < s->look.count; i++)
        if (s->look.findings[i].state >= READY_FAILING)
            kind = ERR_TERMINAL;
    add_count(&text, unready, "object is not ready", "objects are not ready");
    add_count(&text, missing, "object is missing", "objects are missing");
    add_count(&text, differing, "object differs from the tree", "objects differ from the tree");
    err_set(err, kind, "%s", buf_str(&text));
    return missing || differing ? err_hint(err, "'sandstrap up' applies the tree") : -1;
}

static void seen_free(struct seen *s)
{
    look_free(&s->look);
}

static int look(struct command_env *env, const struct status_options *o, struct kube *kube,
                const struct layers *layers, const struct budget *budget, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct facts facts CLEANUP(facts_close) = {0};
    struct seen seen CLEANUP(seen_free) = {.layers = layers};
    struct layers_compare_options compare = {
        .loop = env->loop, .kube = kube, .manager = LAYERS_MANAGER, .budget = budget};

    facts_open(&facts, env->loop, kube, env->report, false);
    facts.evidence_more =
        (o->events ? EVIDENCE_MORE_EVENTS : 0u) | (o->logs ? EVIDENCE_MORE_LOGS : 0u);
    if (layers_compare(&compare, layers, arena, &seen.differences, &seen.count, err) < 0 ||
        look_settled(&seen.look, &facts, layers, budget, err) < 0)
        return -1;
    tell_unknown(&seen, env->report);
    (env->json ? print_json : print_text)(&seen, env->out);
    return judge(&seen, err);
}

// With a cluster: what of the tree is ready there, or what there is not from the bundle.
static int look_at(struct command_env *env, const struct status_options *o,
                   const struct bundle *bundle, const struct layers *layers, struct err **err)
{
    struct budget budget = {.deadline = timer_add(timer_now(), o->timeout_ms),
                            .cancel = env->cancel};
    struct kubeconfig_options where = {.path = o->kubeconfig, .context = o->context};
    struct kube_options kube_options = {.budget = budget};
    struct kube_connection to CLEANUP(kube_disconnect) = {0};

    if (kube_connect(&to, env->loop, &where, &kube_options, env->report, err) < 0)
        return -1;
    return o->sealed ? status_sealed(env, to.kube, bundle, o->record, &budget, err)
                     : look(env, o, to.kube, layers, &budget, err);
}

static int status_run(struct command_env *env, const void *options, struct err **err)
{
    const struct status_options *o = options;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct bundle *bundle CLEANUP(bundle_cleanup) =
        artifacts_open_bundle(o->bundle ? o->bundle : ARTIFACTS_BUNDLE, o->lab, err);
    struct kustomize_result tree CLEANUP(kustomize_result_free) = {0};
    struct layers layers;

    if (!bundle || artifacts_check_lock(bundle, o->lock, o->lab, env->report, err) < 0 ||
        artifacts_render_bundle(bundle, o->entrypoint, env->report, &tree, err) < 0 ||
        layers_split(&tree, arena, &layers, err) < 0)
        return -1;
    return look_at(env, o, bundle, &layers, err);
}

const struct command cmd_status = {
    .spec =
        {
            .name = "status",
            .summary = "show which layers are ready, and why the others are not",
            .details =
                "Looks once, at what the bundle (bundles/sandbox.bundle) brings up. Exit\n"
                "code 0 when everything is ready and as the tree has it, 8 when something\n"
                "is on its way, missing or changed, 9 when something fails. With --sealed: 5\n"
                "when an image or a source in the cluster is not the bundle's.",
            .options = status_table,
            .option_count = ARRAY_LEN(status_table),
        },
    .options_size = sizeof(struct status_options),
    .defaults = status_defaults,
    .run = status_run,
};
