// SPDX-License-Identifier: Apache-2.0
// From nothing to agents that serve the bundle on every node; what is there already is seen, and
// not done again.
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "work/seed/config.h"
#include "work/seed/fleet.h"
#include "work/seed/needed.h"
#include "work/seed/objects.h"
#include "work/seed/put.h"
#include "work/seed/upload.h"

struct bring {
    const struct seed_options *options;
    struct seed_nodes *nodes;
    struct seed_result *result;
    struct program program;
    struct images_classes classes; // in the nodes' arena
    struct seed_blobs needed;
    struct buf list; // of these, as it is sent
    struct config config;
    struct doc *doc; // of the objects; with secrets in it
    struct secrets secrets;
    struct agents agents;
};

static void bring_free(struct bring *b)
{
    if (b->secrets.arena) {
        arena_wipe(b->secrets.arena);
        arena_free(b->secrets.arena);
    }
    if (b->doc)
        arena_wipe(doc_arena(b->doc));
    doc_free(b->doc);
    config_free(&b->config);
    buf_free(&b->list);
    seed_blobs_free(&b->needed);
    program_close(&b->program);
}

// --- what is wanted ---

static int prepare(struct bring *b, struct err **err)
{
    const struct seed_options *o = b->options;
    const struct span platform = span_str(program_platform());
    struct digest digest;

    b->doc = doc_new();
    b->secrets.arena = arena_new();
    if (program_open(o->binary, &b->program, err) < 0)
        return -1;
    needed_find(o->bundle, &platform, 1, &b->needed);
    seed_blobs_write(&b->needed, false, &b->list);
    digest = crypto_sha256(buf_span(&b->list));
    images_classes(b->nodes, &b->classes);
    if (secrets_find(o, &b->secrets, err) < 0 ||
        config_make(o, b->nodes, &digest, &b->config, err) < 0)
        return -1;
    b->agents = (struct agents){
        .kube = o->kube, .budget = o->budget, .token = b->secrets.token, .port = agents_port(o)};
    b->result->binary = b->program.digest;
    b->result->binary_bytes = b->program.size;
    b->result->ca_pem = arena_span(b->nodes->arena, b->secrets.ca_cert);
    return 0;
}

// --- objects ---

static bool is_wanted(const struct bring *b, const char *set)
{
    VEC_FOREACH (const struct images_class *, it, &b->classes.items)
        if (strcmp(it->name, set) == 0)
            return true;
    return false;
}

// Nodes come and go, and so do their classes.
static int remove_old_sets(struct bring *b, struct err **err)
{
    VEC_FOREACH (const struct facts_set *, it, &b->nodes->facts->sets) {
        if (is_wanted(b, it->name))
            continue;
        if (put_away(b->options, "apps/v1", "DaemonSet", it->name, err) < 0)
            return -1;
        b->result->written++;
    }
    return 0;
}

static int make_objects(struct bring *b, struct err **err)
{
    const struct objects_wanted wanted = {.options = b->options,
                                          .nodes = b->nodes,
                                          .classes = &b->classes,
                                          .secrets = &b->secrets,
                                          .binary = b->program.digest,
                                          .binary_bytes = b->program.size,
                                          .config = buf_span(&b->config.text),
                                          .peers = buf_span(&b->config.peers)};
    struct objects_list list = {0};

    objects_make(&wanted, b->doc, &list);
    return remove_old_sets(b, err) < 0 ||
                   put_objects(b->options, list.items, list.len, &b->result->written, err) < 0
               ? -1
               : 0;
}

// --- what the agents are told ---

// By the configuration, and nothing of it was taken away since: by a `down` that did not come to
// its end.
static bool is_configured(const struct bring *b, const struct seed_node *n)
{
    const struct seed_status_bundle *bundle = agents_bundle(n, b->options->bundle);
    bool routed = n->status.routed.len || n->status.problem || b->options->routes_by_hand;

    return n->status.serial >= b->config.serial && bundle && (routed || !bundle->served);
}

// The ConfigMap reaches them within a minute; this is for at once.
static int configure(struct bring *b, struct seed_node *n, struct err **err)
{
    if (is_configured(b, n))
        return 0;
    return agents_command(&b->agents, n, "PUT", SEED_API "/config", buf_span(&b->config.text),
                          err) < 0 ||
                   agents_status(&b->agents, n, b->nodes->arena, err) < 0
               ? -1
               : 0;
}

// Gives a document of the bundle to an agent that has not got it.
static int give(struct bring *b, const struct seed_node *n, const char *path, struct span text,
                struct err **err)
{
    const struct digest *identity = bundle_identity(b->options->bundle);
    const struct agents_request get = {.path = path, .content = identity};
    const struct agents_request put = {
        .method = "PUT", .path = path, .content = identity, .body = text};
    struct buf there CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES * 2);
    int status = 0;

    if (agents_ask(&b->agents, n->pod, &get, &status, &there, err) < 0)
        return -1;
    if (status == 200 && span_eq(buf_span(&there), text))
        return 0;
    return agents_do(&b->agents, n, &put, err);
}

static int tell_agents(struct bring *b, struct err **err)
{
    struct buf head CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES * 2);
    char *path CLEANUP(mem_cleanup) =
        mem_printf(SEED_API "/bundles/%s", DIGEST_HEX(bundle_identity(b->options->bundle)));
    char *list CLEANUP(mem_cleanup) = mem_printf("%s/blobs", path);

    if (bundle_head(b->options->bundle, &head, err) < 0)
        return -1;
    VEC_FOREACH (struct seed_node *, it, &b->nodes->items) {
        const struct seed_status_bundle *bundle;

        if (it->skipped)
            continue;
        if (configure(b, it, err) < 0)
            return -1;
        bundle = agents_bundle(it, b->options->bundle);
        if (!(bundle && bundle->served) && (give(b, it, path, buf_span(&head), err) < 0 ||
                                            give(b, it, list, buf_span(&b->list), err) < 0))
            return -1;
    }
    return 0;
}

int seed_bring(const struct seed_options *o, struct seed_nodes *nodes, struct seed_result *result,
               struct err **err)
{
    struct bring b CLEANUP(bring_free) = {.options = o,
                                          .nodes = nodes,
                                          .result = result,
                                          .program = {.fd = -1},
                                          .list = BUF_INIT(BUF_DOC_MAX),
                                          .config = CONFIG_INIT};
    const struct fleet fleet = {o, nodes, &b.classes, &b.program, &b.agents};

    if (prepare(&b, err) < 0 || make_objects(&b, err) < 0 || fleet_start(&fleet, err) < 0 ||
        tell_agents(&b, err) < 0 || upload_run(&fleet, &b.needed, result, err) < 0)
        return -1;
    return fleet_settle(&fleet, err);
}
