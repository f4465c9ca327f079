// SPDX-License-Identifier: Apache-2.0
// Names and ports of a bundle's hosts.
#include "work/routes/names.h"

#include <stdlib.h>

#include "base/address.h"

// What the names of Docker's hub are asked for as, by one client or another.
static const char *const docker_hosts[] = {"docker.io", "index.docker.io", "registry-1.docker.io"};

static void add_host(struct names *n, struct span host, struct arena *arena)
{
    VEC_FOREACH (const struct span *, it, &n->hosts)
        if (span_eq(*it, host))
            return;
    vec_push_arena(arena, &n->hosts, host);
}

static void add_port(struct names *n, int port, struct arena *arena)
{
    VEC_FOREACH (const int *, it, &n->ports)
        if (*it == port)
            return;
    vec_push_arena(arena, &n->ports, port);
}

// "reg:5000" without its port.
static struct span cut_port(struct span host, int *port)
{
    size_t colon = span_rfind(host, ':');
    uint64_t number;

    *port = NAMES_HTTPS_PORT;
    if (colon == host.len || !span_u64(span_tail(host, colon + 1), &number) || number > UINT16_MAX)
        return host;
    *port = (int)number;
    return span_head(host, colon);
}

static void add(struct names *n, struct span host, struct arena *arena)
{
    int port;
    struct span name = cut_port(host, &port);

    if (address_of(name).bits) {
        vec_push_arena(arena, &n->bare, host);
        return;
    }
    add_port(n, port, arena);
    if (!span_is(name, docker_hosts[0])) {
        add_host(n, name, arena);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(docker_hosts); i++)
        add_host(n, span_str(docker_hosts[i]), arena);
}

static int by_text(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

struct names names_of(const struct bundle *b, struct arena *arena)
{
    struct names n = {0};
    size_t count;
    const struct span *hosts = bundle_hosts(b, false, arena, &count);

    add_port(&n, NAMES_HTTPS_PORT, arena);
    for (size_t i = 0; i < count; i++)
        add(&n, hosts[i], arena);
    if (n.hosts.len)
        qsort(n.hosts.items, n.hosts.len, sizeof(*n.hosts.items), by_text);
    qsort(n.ports.items, n.ports.len, sizeof(*n.ports.items), by_number);
    return n;
}
