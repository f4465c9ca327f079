// SPDX-License-Identifier: Apache-2.0
// The command `nodes`.
#include "cmd/nodes.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/timer.h"
#include "io/doc.h"
#include "model/bundle.h"
#include "model/kube.h"
#include "model/runtime.h"
#include "model/seed.h"

enum { NODES_TIMEOUT_MS = 60000 };

struct nodes_options {
    struct command_common common;
    const char *kubeconfig;
    const char *context;
    const char *bundle;
    const char *emit;
};

#define AT(field) offsetof(struct nodes_options, field)

static const struct opt nodes_table[] = {
    {.type = OPT_TEXT,
     .name = "emit",
     .value = "DIR",
     .offset = AT(emit),
     .help = "write there what an administrator runs on the nodes that a pod cannot lead"},
    {.type = OPT_TEXT,
     .name = "bundle",
     .value = "FILE",
     .offset = AT(bundle),
     .help = "whose registries --emit is about, where a runtime has to be told each"},
    COMMAND_CLUSTER_OPTIONS(struct nodes_options),
    COMMAND_COMMON_OPTIONS,
};

struct nodes {
    struct arena *arena;
    VEC(struct runtime_node) items;
};

// --- from the API ---

static int on_node(void *data, const struct node *object, struct err **err)
{
    struct nodes *nodes = data;
    struct runtime_node n;

    if (runtime_node_read(object, nodes->arena, &n, err) < 0)
        return -1;
    vec_push_arena(nodes->arena, &nodes->items, n);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct runtime_node *)a)->name, ((const struct runtime_node *)b)->name);
}

static int list_nodes(struct command_env *env, const struct nodes_options *o, struct nodes *nodes,
                      struct err **err)
{
    struct budget budget = {.deadline = timer_add(timer_now(), NODES_TIMEOUT_MS),
                            .cancel = env->cancel};
    struct kubeconfig_options where = {.path = o->kubeconfig, .context = o->context};
    struct kube_options kube_options = {.budget = budget};
    struct kube_connection to CLEANUP(kube_disconnect) = {0};
    struct kube_selection all = {.budget = budget};

    if (kube_connect(&to, env->loop, &where, &kube_options, env->report, err) < 0)
        return -1;
    all.resource = kube_find(to.kube, SPAN("v1"), SPAN("Node"), err);
    if (!all.resource || kube_list(to.kube, &all, on_node, nodes, NULL, err) < 0)
        return -1;
    if (nodes->items.len)
        qsort(nodes->items.items, nodes->items.len, sizeof(*nodes->items.items), by_name);
    return 0;
}

// --- what is said of them ---

static const char *routes_of(const struct runtime_node *n)
{
    return n->trouble ? "administrator" : n->doubt ? "perhaps" : "pod";
}

static const char *why_of(const struct runtime_node *n)
{
    return n->trouble ? n->trouble : n->doubt;
}

static void print_text(const struct nodes *nodes, struct buf *out)
{
    buf_printf(out, "%-24s %-14s %-28s %s\n", "NODE", "LAYOUT", "RUNTIME", "ROUTES BY");
    VEC_FOREACH (const struct runtime_node *, n, &nodes->items)
        buf_printf(out, "%-24s %-14s %-28s %s\n", n->name, n->layout ? n->layout->name : "-",
                   n->runtime,
                   n->trouble ? "an administrator"
                   : n->doubt ? "a pod, perhaps"
                              : "a pod");
    VEC_FOREACH (const struct runtime_node *, n, &nodes->items) {
        if (why_of(n))
            buf_printf(out, "%s: %s\n", n->name, why_of(n));
        if (!n->ready)
            buf_printf(out, "%s: it is not ready: %s\n", n->name, n->not_ready);
    }
}

static void set_text(struct doc *d, struct node *map, const char *key, const char *text)
{
    if (text)
        node_set_str(d, map, key, span_str(text));
}

static void print_json(const struct nodes *nodes, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *list = node_new_seq(d);

    VEC_FOREACH (const struct runtime_node *, n, &nodes->items) {
        struct node *map = node_new_map(d);

        set_text(d, map, "name", n->name);
        set_text(d, map, "platform", n->platform);
        set_text(d, map, "runtime", n->runtime);
        set_text(d, map, "layout", n->layout ? n->layout->name : NULL);
        set_text(d, map, "folder", n->folder);
        set_text(d, map, "pause", n->pause);
        set_text(d, map, "routes", routes_of(n));
        set_text(d, map, "why", why_of(n));
        node_set(d, map, SPAN("ready"), node_new_bool(d, n->ready));
        node_push(d, list, map);
    }
    doc_write_json(list, false, out);
    buf_add_char(out, '\n');
}

// --- files for an administrator ---

// Which hosts, where each has to be named; none is known without a bundle.
static int check_hosts(const struct nodes *nodes, const struct nodes_options *o, struct err **err)
{
    VEC_FOREACH (const struct runtime_node *, n, &nodes->items)
        if (!o->bundle && n->layout && n->layout->way == RUNTIME_ADMIN) {
            err_set(err, ERR_USAGE, "the runtime of node %s (%s) has to be told each registry",
                    n->name, n->layout->name);
            return err_hint(err, "--bundle FILE says which ones there are");
        }
    return 0;
}

static int emit_file(struct command_env *env, const struct nodes *nodes, size_t first,
                     const struct span *hosts, size_t count, const char *dir, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *endpoint CLEANUP(mem_cleanup) = mem_printf("http://127.0.0.1:%d", SEED_PORT);
    const char *file =
        runtime_emit(&nodes->items.items[first], span_str(endpoint), hosts, count, &text);
    char *path CLEANUP(mem_cleanup) = file ? path_join(dir, file) : NULL;

    if (!file)
        return 0;
    for (size_t i = 0; i < nodes->items.len; i++) {
        struct buf other CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        const char *same =
            runtime_emit(&nodes->items.items[i], span_str(endpoint), hosts, count, &other);

        if (!same || !why_of(&nodes->items.items[i]) || !span_eq(buf_span(&other), buf_span(&text)))
            continue;
        if (i < first)
            return 0; // written for that one
        buf_printf(&names, " %s", nodes->items.items[i].name);
    }
    if (!names.len)
        return 0;
    if (file_make_dirs(dir, err) < 0 || file_write(path, buf_span(&text), FILE_PUBLIC, err) < 0)
        return -1;
    if (!env->json)
        buf_printf(env->out, "%s: for%s\n", path, buf_str(&names));
    return 0;
}

static int emit(struct command_env *env, const struct nodes *nodes, const struct nodes_options *o,
                struct err **err)
{
    struct bundle *bundle CLEANUP(bundle_cleanup) = NULL;
    const struct span *hosts = NULL;
    size_t count = 0;

    if (check_hosts(nodes, o, err) < 0)
        return -1;
    if (o->bundle) {
        bundle = bundle_open(o->bundle, err);
        if (!bundle)
            return -1;
        hosts = bundle_hosts(bundle, true, nodes->arena, &count);
    }
    for (size_t i = 0; i < nodes->items.len; i++)
        if (emit_file(env, nodes, i, hosts, count, o->emit, err) < 0)
            return -1;
    return 0;
}

static int nodes_run(struct command_env *env, const void *options, struct err **err)
{
    const struct nodes_options *o = options;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct nodes nodes = {.arena = arena};

    if (list_nodes(env, o, &nodes, err) < 0)
        return -1;
    if (env->json)
        print_json(&nodes, env->out);
    else
        print_text(&nodes, env->out);
    return o->emit ? emit(env, &nodes, o, err) : 0;
}

const struct command cmd_nodes = {
    .spec =
        {
            .name = "nodes",
            .summary = "tell how the nodes' runtimes can be led to a bundle",
            .details =
                "In an air gap a pod writes where a node's runtime gets its images from. Where "
                "that is\n"
                "not enough, --emit writes what an administrator runs or applies: docs/nodes.md.",
            .options = nodes_table,
            .option_count = ARRAY_LEN(nodes_table),
        },
    .options_size = sizeof(struct nodes_options),
    .run = nodes_run,
};
