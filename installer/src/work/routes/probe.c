// SPDX-License-Identifier: Apache-2.0
// The proof that routes lead where they should, before anything depends on them.
#include "work/routes.h"

#include <unistd.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "work/routes/asked.h"
#include "work/routes/fetchers.h"
#include "work/routes/network.h"
#include "work/routes/probe_pods.h"
#include "work/routes/probe_run.h"

#define PROVED_MANAGER "sandstrap-probe" // whose it is

struct proof {
    const struct routes_options *o;
    const struct routes_at *at;
    const struct routes_probe *p;
    struct arena *arena;
    struct doc *doc;
    const struct bundle_artifact *image;
    struct span token;
    uint64_t *before; // of each node
    struct run_pods pods;
};

// --- what was proved ---

// Everything that a proof depends on.
static const char *mark_of(const struct proof *f)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct digest digest;

    buf_printf(&text, "%s\n%.*s\n%.*s\n", DIGEST_HEX(bundle_identity(f->o->bundle)),
               SPAN_ARG(f->at->ip), SPAN_ARG(f->o->target.ca_pem));
    for (size_t i = 0; i < f->p->count; i++)
        buf_printf(&text, "%s\n", f->p->nodes[i].name);
    digest = crypto_sha256(buf_span(&text));
    return arena_str(f->arena, DIGEST_HEX(&digest));
}

static int note(const struct proof *f, const char *mark, struct err **err)
{
    static const char yaml[] = "apiVersion: v1\nkind: Service\nmetadata: {annotations: {}}\n";
    struct node *service = doc_read_yaml_one(f->doc, SPAN(yaml), "probe", err);
    struct node *metadata = node_get(service, "metadata");
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request = {
        .verb = KUBE_APPLY, .body = service, .manager = PROVED_MANAGER, .budget = f->o->budget};

    node_set_str(f->doc, metadata, "name", span_str(f->o->target.name));
    node_set_str(f->doc, metadata, "namespace", span_str(f->o->target.ns));
    node_set_str(f->doc, node_get(metadata, "annotations"), ROUTES_PROVED, span_str(mark));
    request.resource = kube_find_for(f->o->kube, service, err);
    return request.resource ? kube_perform(f->o->kube, &request, &answer, err) : -1;
}

// --- the pods ---

static void add_node(struct proof *f, size_t i)
{
    const struct routes_node *node = &f->p->nodes[i];
    const char *name = arena_printf(f->arena, PROBE_NAME "-%d-%zu", (int)getpid(), i);

    vec_push_arena(f->arena, &f->pods.items,
                   (struct run_pod){
                       .object = probe_node_pod(f->doc, f->o, name, f->image->name, node),
                       .what = arena_printf(f->arena, "node %s", node->name),
                   });
}

static void add_source(struct proof *f, const struct node *controller,
                       const struct patch_route *route)
{
    struct span ns = node_get_text(node_get(controller, "metadata"), "namespace");
    const char *name = arena_printf(f->arena, PROBE_NAME "-%d", (int)getpid());

    vec_push_arena(f->arena, &f->pods.items,
                   (struct run_pod){
                       .object = probe_source_pod(f->doc, f->o, f->p, name, controller,
                                                  f->image->name, route, f->p->nodes[0].address),
                       .what = arena_printf(f->arena, "namespace %.*s", SPAN_ARG(ns)),
                   });
}

// One from the namespace of each controller.
static int add_sources(struct proof *f, struct err **err)
{
    struct names *names = ARENA_NEW(f->arena, struct names);
    struct patch_route route = {f->at->ip, names, f->o->target.ca_pem};
    struct fetchers fetchers = {0};
    struct span last = SPAN_EMPTY;

    *names = names_of(f->o->bundle, f->arena);
    if (fetchers_find(f->o->layers, f->arena, &fetchers, err) < 0)
        return -1;
    VEC_FOREACH (const struct fetcher *, it, &fetchers.items) {
        struct span ns = node_get_text(node_get(it->deployment, "metadata"), "namespace");

        if (!span_eq(ns, last))
            add_source(f, it->deployment, &route);
        last = ns;
    }
    return 0;
}

// --- what came of them ---

static int count(const struct proof *f, size_t i, uint64_t *served, struct err **err)
{
    return asked(f->o, f->p->nodes[i].agent, f->p->agent_port, f->token, f->image->name, served,
                 err);
}

// A pod that started from somewhere else proves nothing good.
static int judge_node(struct proof *f, size_t i, struct err **err)
{
    struct run_pod *pod = &f->pods.items.items[i];
    uint64_t after;

    if (pod->outcome != RUN_ENDED_WELL)
        return 0;
    if (count(f, i, &after, err) < 0)
        return -1;
    if (after > f->before[i])
        return 0;
    pod->outcome = RUN_FAILED;
    pod->why = "the image was pulled, but not from the agent there: the node's runtime has other "
               "routes";
    return 0;
}

static int judge(struct proof *f, struct err **err)
{
    struct buf failed CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    for (size_t i = 0; i < f->p->count; i++)
        if (judge_node(f, i, err) < 0)
            return -1;
    VEC_FOREACH (const struct run_pod *, it, &f->pods.items) {
        if (it->outcome == RUN_REFUSED)
            report_warn(f->o->report, "routes", "%s is not proved, the pod was refused: %s",
                        it->what, it->why);
        if (it->outcome == RUN_FAILED)
            buf_printf(&failed, "%s%s: %s", failed.len ? "; " : "", it->what, it->why);
    }
    if (!failed.len)
        return 0;
    err_set(err, ERR_PREFLIGHT, "the bundle is not reached: %s", buf_str(&failed));
    return err_hint(err,
                    "pods were started from %.*s, and asked for the sources as Flux would; "
                    "'sandstrap nodes' tells what each node needs",
                    SPAN_ARG(f->image->name));
}

static int prove(struct proof *f, bool with_sources, struct err **err)
{
    f->before = arena_array(f->arena, f->p->count + 1, sizeof(*f->before));
    f->pods.arena = f->arena;
    if (asked_token(f->o, f->arena, &f->token, err) < 0)
        return -1;
    for (size_t i = 0; i < f->p->count; i++) {
        if (count(f, i, &f->before[i], err) < 0)
            return -1;
        add_node(f, i);
    }
    if (with_sources && add_sources(f, err) < 0)
        return -1;
    report_info(f->o->report, "routes", "probing with %zu pod%s from %.*s", f->pods.items.len,
                PLURAL(f->pods.items.len), SPAN_ARG(f->image->name));
    return run_pods(f->o, f->p->loader, &f->pods, err) < 0 ? -1 : judge(f, err);
}

int routes_prove(const struct routes_options *o, const struct routes_at *at,
                 const struct routes_probe *p, bool *proved, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct proof f = {
        .o = o, .at = at, .p = p, .arena = arena, .doc = doc, .image = probe_image(o->bundle)};
    const char *mark = mark_of(&f);
    bool missing = network_is_missing(p);

    *proved = f.image && p->count && !span_is(at->proved, mark);
    if (*proved && prove(&f, !missing, err) < 0)
        return -1;
    if (missing)
        return network_check(o, p, err);
    return *proved ? note(&f, mark, err) : 0;
}
