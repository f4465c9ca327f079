// SPDX-License-Identifier: Apache-2.0
// The agent's configuration.
#include "base/address.h"
#include "model/seed/reading.h"
#include "model/seed/writing.h"

#define FORMAT "sandstrap-node-config/1"

enum { PORT_MOST = 65535 };

void seed_config_free(struct seed_config *c)
{
    vec_free(&c->bundles);
    vec_free(&c->peers);
    vec_free(&c->networks);
    vec_free(&c->hosts);
}

void seed_config_write(const struct seed_config *c, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *bundles = node_new_seq(d);

    VEC_FOREACH (const struct seed_bundle *, it, &c->bundles) {
        struct node *bundle = node_new_map(d);

        writing_digest(d, bundle, "identity", &it->identity);
        writing_digest(d, bundle, "blobs", &it->blobs);
        node_push(d, bundles, bundle);
    }
    writing_text(d, root, "format", FORMAT);
    writing_number(d, root, "serial", c->serial);
    node_set(d, root, SPAN("bundles"), bundles);
    writing_texts(d, root, "peers", c->peers.items, c->peers.len);
    writing_texts(d, root, "networks", c->networks.items, c->networks.len);
    writing_texts(d, root, "hosts", c->hosts.items, c->hosts.len);
    writing_number(d, root, "budget", c->budget_bytes);
    writing_number(d, root, "port", (uint64_t)c->port);
    writing_number(d, root, "tlsPort", (uint64_t)c->tls_port);
    writing_end(root, out);
}

// --- reading ---

static void read_bundles(struct reading *r, const struct node *root, struct seed_config *c)
{
    static const char *const known[] = {"identity", "blobs", NULL};

    NODE_FOREACH_ITEM (item, reading_list(r, root, "bundles")) {
        reading_fields(r, item, known);
        vec_push(&c->bundles, (struct seed_bundle){.identity = reading_digest(r, item, "identity"),
                                                   .blobs = reading_digest(r, item, "blobs")});
    }
}

static void read_peers(struct reading *r, const struct node *root, struct seed_config *c)
{
    NODE_FOREACH_ITEM (item, reading_list(r, root, "peers")) {
        struct span peer = reading_item(r, item, "peers");

        if (!address_of(peer).bits)
            reading_refuse(r, "peers", "has what is no address");
        vec_push(&c->peers, peer);
    }
}

static void read_networks(struct reading *r, const struct node *root, struct seed_config *c)
{
    NODE_FOREACH_ITEM (item, reading_list(r, root, "networks")) {
        struct span text = reading_item(r, item, "networks");
        struct network network;

        if (!network_of(text, &network))
            reading_refuse(r, "networks", "has what is no network, as in 10.244.0.0/16");
        vec_push(&c->networks, text);
    }
}

// A host becomes the name of a folder.
static bool may_be_host(struct span host)
{
    for (size_t i = 0; i < host.len; i++)
        if (host.ptr[i] <= ' ' || host.ptr[i] == '/' || host.ptr[i] == '"' || host.ptr[i] == '\\' ||
            host.ptr[i] == 0x7f)
            return false;
    return host.len && host.ptr[0] != '.';
}

static void read_hosts(struct reading *r, const struct node *root, struct seed_config *c)
{
    NODE_FOREACH_ITEM (item, reading_list(r, root, "hosts")) {
        struct span host = reading_item(r, item, "hosts");

        if (!may_be_host(host))
            reading_refuse(r, "hosts", "has what is no host");
        vec_push(&c->hosts, host);
    }
}

static int read_port(struct reading *r, const struct node *root, const char *key)
{
    uint64_t port = reading_number(r, root, key);

    if (port == 0 || port > PORT_MOST)
        reading_refuse(r, key, "is no port");
    return (int)port;
}

int seed_config_read(struct span text, struct arena *arena, struct seed_config *c, struct err **err)
{
    static const char *const known[] = {"format", "serial", "bundles", "peers",   "networks",
                                        "hosts",  "budget", "port",    "tlsPort", NULL};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct reading r = {.what = "the node's configuration", .arena = arena};
    const struct node *root = reading_open(&r, d, text, FORMAT);

    *c = (struct seed_config){0};
    if (!root)
        return reading_end(&r, err);
    reading_fields(&r, root, known);
    c->serial = reading_number(&r, root, "serial");
    read_bundles(&r, root, c);
    read_peers(&r, root, c);
    read_networks(&r, root, c);
    read_hosts(&r, root, c);
    c->budget_bytes = reading_number(&r, root, "budget");
    c->port = read_port(&r, root, "port");
    c->tls_port = read_port(&r, root, "tlsPort");
    if (r.error)
        seed_config_free(c);
    return reading_end(&r, err);
}
