// SPDX-License-Identifier: Apache-2.0
// The upstream host that a request means, and what it may be answered from.
#include "work/serve/ask.h"
#include "base/url.h"
#include "work/serve/serving.h"

// --- whom it is for ---

// Also one that only what was replaced has: it is answered for that host then, or not at all.
static bool has_host(const struct ask *a, struct span host)
{
    const struct serve_content *c;

    for (size_t i = 0; (c = ask_generation(a, i)); i++)
        if (content_has_host(c, host))
            return true;
    return false;
}

// A host of the bundles that `named` means, or else "": with its port, or without one that only
// this server has.
static struct span known_host(const struct ask *a, struct span named)
{
    char folded[CONTENT_HOST_BYTES];
    struct span host = content_host(named, folded);
    size_t colon = span_rfind(host, ':');

    if (!host.len)
        return SPAN_EMPTY;
    if (!has_host(a, host))
        host = span_head(host, colon);
    return has_host(a, host) ? arena_span(a->arena, host) : SPAN_EMPTY;
}

// "?ns=" of containerd's mirrors; it names a registry, also one that is not served.
static bool host_of_query(struct ask *a)
{
    char folded[CONTENT_HOST_BYTES];
    struct span ns;

    if (!span_starts(a->path, "/v2/") || !url_query(a->arena, a->http->query, "ns", &ns) || !ns.len)
        return false;
    a->host = arena_span(a->arena, content_host(ns, folded));
    return true;
}

// "/github.com/org/repo": the rest of the path is the host's. A registry's path begins with /v2/,
// whose repository it is that may begin with a host (registry.c).
static void host_of_path(struct ask *a)
{
    struct span path = span_tail(a->path, 1), first = span_head(path, span_find(path, '/'));

    a->host = known_host(a, first);
    if (a->host.len)
        a->path = span_tail(path, first.len);
}

// A name as upstream hosts have them, on their port: DNS may lead here what no bundle has, and it
// must not get what another registry calls the same. People name a server by its port, its address
// or one word.
static bool may_mean_another(struct span named)
{
    char folded[CONTENT_HOST_BYTES];
    struct span host = content_host(named, folded);
    bool has_letter = false;

    for (size_t i = 0; i < host.len; i++)
        has_letter |= host.ptr[i] >= 'a' && host.ptr[i] <= 'z';
    return has_letter && span_find(host, '.') < host.len && span_find(host, ':') == host.len;
}

void ask_find_host(struct ask *a)
{
    a->by_name = !may_mean_another(a->http->host);
    if (host_of_query(a))
        return;
    a->host = known_host(a, a->http->host);
    if (!a->host.len)
        a->host = known_host(a, a->http->sni);
    if (!a->host.len)
        host_of_path(a);
}

// --- what it may be answered from ---

const struct serve_content *ask_generation(const struct ask *a, size_t i)
{
    if (i == 0)
        return a->content;
    return i < a->serve->generation_count ? a->serve->generations[i]->content : NULL;
}

void ask_hold(struct ask *a, struct generation *g)
{
    generation_hold(g);
    vec_push_arena(a->arena, &a->held, g);
}

void ask_found(struct ask *a, size_t i)
{
    struct generation *g = a->serve->generations[i];

    if (i == 0)
        return; // is held from the beginning
    g->asked_at = timer_now();
    ask_hold(a, g);
}

int ask_open(struct ask *a, const struct digest *digest, struct content_bytes *bytes,
             struct err **err)
{
    const struct serve_content *c;

    for (size_t i = 0; (c = ask_generation(a, i)); i++) {
        int found = content_open(c, digest, bytes, err);

        if (found > 0)
            ask_found(a, i);
        if (found)
            return found;
    }
    return 0;
}
