// SPDX-License-Identifier: Apache-2.0
// From what is there to what is wanted.
#include "work/seed/config.h"

#include <stdlib.h>

#include "base/when.h"
#include "work/seed/agents.h"

struct making {
    struct arena *arena;
    struct seed_config old, fresh;
};

static void making_free(struct making *m)
{
    seed_config_free(&m->old);
    seed_config_free(&m->fresh);
    arena_free(m->arena);
}

void config_free(struct config *c)
{
    buf_free(&c->text);
    buf_free(&c->peers);
}

// One that is not understood, as after a change of versions, is as none.
static int read_old(const struct seed_options *o, struct making *m, struct err **err)
{
    const struct kube_resource *maps = kube_find(o->kube, SPAN("v1"), SPAN("ConfigMap"), err);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct span text;

    if (!maps || kube_get(o->kube, maps, SEED_NAMESPACE, SEED_NAME, &answer, err) < 0)
        return -1;
    text = arena_span(m->arena, node_text(node_path(answer.object, "data", "agent.json")));
    if (text.len && seed_config_read(text, m->arena, &m->old, &ignored) < 0) {
        seed_config_free(&m->old);
        m->old = (struct seed_config){0};
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static bool contains(const struct span *list, size_t count, struct span text)
{
    for (size_t i = 0; i < count; i++)
        if (span_eq(list[i], text))
            return true;
    return false;
}

// Where no node and no pod tells: private ones (RFC 1918, 6598, 4193).
static const char *const private_networks[] = {"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12",
                                               "192.168.0.0/16", "fc00::/7"};

// Those of pods that are gone stay: the next ones may be there again.
static void add_networks(const struct seed_nodes *nodes, struct making *m)
{
    VEC_FOREACH (const struct span *, it, &m->old.networks)
        vec_push(&m->fresh.networks, *it);
    VEC_FOREACH (const struct span *, it, &nodes->facts->networks)
        if (!contains(m->fresh.networks.items, m->fresh.networks.len, *it))
            vec_push(&m->fresh.networks, *it);
    for (size_t i = 0; !nodes->facts->networks.len && i < ARRAY_LEN(private_networks); i++)
        if (!contains(m->fresh.networks.items, m->fresh.networks.len,
                      span_str(private_networks[i])))
            vec_push(&m->fresh.networks, span_str(private_networks[i]));
    if (m->fresh.networks.len)
        qsort(m->fresh.networks.items, m->fresh.networks.len, sizeof(*m->fresh.networks.items),
              compare);
}

static void add_bundles(const struct seed_options *o, const struct digest *blobs, struct making *m)
{
    const struct digest *identity = bundle_identity(o->bundle);

    vec_push(&m->fresh.bundles, (struct seed_bundle){.identity = *identity, .blobs = *blobs});
    VEC_FOREACH (const struct seed_bundle *, it, &m->old.bundles) {
        if (!digest_eq(&it->identity, identity)) {
            vec_push(&m->fresh.bundles, *it);
            break;
        }
    }
}

static void fill(const struct seed_options *o, const struct seed_nodes *nodes,
                 const struct digest *blobs, struct making *m, struct config *c)
{
    size_t count;
    const struct span *hosts = bundle_hosts(o->bundle, true, m->arena, &count);

    add_bundles(o, blobs, m);
    add_networks(nodes, m);
    for (size_t i = 0; i < count; i++)
        vec_push(&m->fresh.hosts, hosts[i]);
    VEC_FOREACH (const struct seed_node *, it, &nodes->items) {
        if (it->skipped && !it->away)
            continue;
        vec_push(&m->fresh.peers, span_str(it->node.address));
        buf_printf(&c->peers, "%s\n", it->node.address);
    }
    m->fresh.budget_bytes = o->store_budget;
    m->fresh.port = agents_port(o);
    m->fresh.tls_port = o->tls_port ? o->tls_port : SEED_TLS_PORT;
}

int config_make(const struct seed_options *o, const struct seed_nodes *nodes,
                const struct digest *blobs, struct config *c, struct err **err)
{
    struct making m CLEANUP(making_free) = {.arena = arena_new()};
    struct buf old CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    uint64_t now = (uint64_t)when_now();

    if (read_old(o, &m, err) < 0)
        return -1;
    fill(o, nodes, blobs, &m, c);
    c->serial = m.fresh.serial = m.old.serial;
    seed_config_write(&m.old, &old);
    seed_config_write(&m.fresh, &c->text);
    if (span_eq(buf_span(&old), buf_span(&c->text)))
        return 0;
    // Agents that kept a store over a `down` know serials of before: time tells of all of them.
    c->serial = m.fresh.serial = now > m.old.serial ? now : m.old.serial + 1;
    buf_truncate(&c->text, 0);
    seed_config_write(&m.fresh, &c->text);
    return 0;
}
