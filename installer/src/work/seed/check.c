// SPDX-License-Identifier: Apache-2.0
// What would be in the way, found out before anything is written.
#include <string.h>

#include "work/seed/admission.h"
#include "work/seed/needed.h"
#include "work/seed/program.h"

static bool has_platform(const struct bundle *b, const char *platform)
{
    size_t count;
    const struct span *platforms = bundle_platforms(b, &count);

    for (size_t i = 0; i < count; i++)
        if (span_is(platforms[i], platform))
            return true;
    return false;
}

static void skip(const struct seed_options *o, struct seed_node *n, const char *why)
{
    n->skipped = true;
    n->why = why;
    report_warn(o->report, "seed", "node %s gets nothing: %s", n->node.name, why);
}

static void judge(const struct seed_options *o, const struct seed_nodes *nodes, struct seed_node *n)
{
    const struct runtime_node *node = &n->node;

    if (strcmp(node->platform, program_platform()) != 0) {
        skip(o, n,
             arena_printf(nodes->arena, "it is %s, and this sandstrap is for %s", node->platform,
                          program_platform()));
    } else if (!has_platform(o->bundle, node->platform)) {
        skip(o, n,
             arena_printf(nodes->arena, "it is %s, which the bundle was not made for",
                          node->platform));
    } else if (!node->ready && !node->no_network) {
        n->away = true;
        skip(o, n,
             arena_printf(nodes->arena, "it is not ready%s%s", *node->not_ready ? ": " : "",
                          node->not_ready));
    }
}

// --- what ends it ---

static void add_problem(struct buf *out, const struct seed_node *n, const char *what)
{
    buf_printf(out, "%snode %s: %s", out->len ? "; " : "", n->node.name, what);
}

static int check_routes(const struct seed_options *o, const struct seed_nodes *nodes,
                        struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct seed_node *, it, &nodes->items)
        if (!it->skipped && it->node.trouble)
            add_problem(&text, it, it->node.trouble);
    if (!text.len || o->routes_by_hand)
        return 0;
    err_set(err, ERR_PREFLIGHT, "a pod cannot lead every node's runtime to the bundle: %s",
            buf_str(&text));
    return err_hint(err, "'sandstrap nodes --emit DIR' writes what an administrator has to do on "
                         "each of them; then 'up --airgap --routes-by-hand'");
}

static int check_images(const struct seed_nodes *nodes, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct seed_node *, it, &nodes->items)
        if (!it->skipped && !it->image)
            add_problem(&text, it, "no pod runs there, and it names no image that it has");
    if (!text.len)
        return 0;
    err_set(err, ERR_PREFLIGHT, "there is no image that could carry the agent: %s", buf_str(&text));
    return err_hint(err, "'--seed-image NAME' names one that is on every node ('crictl images' "
                         "lists them there): any will do, also the runtime's pause image");
}

static int check_some(const struct seed_nodes *nodes, struct err **err)
{
    VEC_FOREACH (const struct seed_node *, it, &nodes->items)
        if (!it->skipped)
            return 0;
    if (!nodes->items.len)
        return err_set(err, ERR_PREFLIGHT, "the cluster has no node");
    return err_set(err, ERR_PREFLIGHT, "no node can be served: node %s: %s",
                   nodes->items.items[0].node.name, nodes->items.items[0].why);
}

static int check_room(const struct seed_options *o, const struct seed_nodes *nodes,
                      struct err **err)
{
    const struct span platform = span_str(program_platform());
    struct seed_blobs blobs = {0};
    uint64_t bytes;

    needed_find(o->bundle, &platform, 1, &blobs);
    bytes = needed_bytes(&blobs);
    seed_blobs_free(&blobs);
    if (!o->store_budget || bytes <= o->store_budget)
        return 0;
    return err_set(err, ERR_PREFLIGHT,
                   "each of %zu nodes needs %llu bytes of the bundle, and --store-budget is %llu",
                   nodes->items.len, (unsigned long long)bytes,
                   (unsigned long long)o->store_budget);
}

// As each class of nodes would have it.
static int check_admission(const struct seed_options *o, const struct seed_nodes *nodes,
                           struct err **err)
{
    struct images_classes classes = {0};
    struct program program CLEANUP(program_close) = {.fd = -1};
    struct objects_wanted wanted = {.options = o, .nodes = nodes, .classes = &classes};

    if (program_open(o->binary, &program, err) < 0)
        return -1;
    wanted.binary = program.digest;
    wanted.binary_bytes = program.size;
    images_classes(nodes, &classes);
    VEC_FOREACH (const struct images_class *, it, &classes.items)
        if (admission_try(&wanted, it, err) < 0)
            return -1;
    return 0;
}

static void tell(const struct seed_options *o, const struct seed_nodes *nodes)
{
    VEC_FOREACH (const struct seed_node *, it, &nodes->items) {
        const char *layout = it->node.layout ? it->node.layout->name : "unknown";

        if (!it->skipped)
            report_info(o->report, "seed", "node %s: %s (%s), its agent runs from %s",
                        it->node.name, it->node.runtime, layout, it->image);
        if (!it->skipped && it->node.doubt)
            report_trace(o->report, "seed", "node %s: %s", it->node.name, it->node.doubt);
    }
}

int seed_check(const struct seed_options *o, struct seed_nodes *nodes, struct err **err)
{
    if (facts_read(o, nodes, err) < 0)
        return -1;
    VEC_FOREACH (struct seed_node *, it, &nodes->items)
        judge(o, nodes, it);
    images_choose(nodes, o->image);
    if (check_some(nodes, err) < 0 || check_routes(o, nodes, err) < 0 ||
        check_images(nodes, err) < 0 || check_room(o, nodes, err) < 0 ||
        check_admission(o, nodes, err) < 0)
        return -1;
    tell(o, nodes);
    return 0;
}
