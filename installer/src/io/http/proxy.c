// SPDX-License-Identifier: Apache-2.0
// Which proxy the environment asks for, by the rules that Kubernetes tools follow
// (golang.org/x/net/http/httpproxy), so that sandstrap takes the way that kubectl takes.
#include "io/http/http_int.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/mem.h"

enum { SOCKS_PORT = 1080 };

static struct proxy env_either(const char *upper, const char *lower)
{
    const char *names[] = {upper, lower};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return (struct proxy){value, names[i]};
    }
    return (struct proxy){0};
}

static struct proxy_env proxy_env_read(void)
{
    struct proxy_env env = {
        .https = env_either("HTTPS_PROXY", "https_proxy"),
        .no_proxy = env_either("NO_PROXY", "no_proxy").url,
    };

    if (!getenv("REQUEST_METHOD")) // a CGI program's HTTP_PROXY is a request header (httpoxy)
        env.http = env_either("HTTP_PROXY", "http_proxy");
    return env;
}

static bool is_loopback(const struct url *url, const struct address *host)
{
    return (url->host.len == 9 && strncasecmp(url->host.ptr, "localhost", 9) == 0) ||
           address_is_loopback(host);
}

// Cuts a ":port" off; 0 when there is none. An IPv6 address without brackets has no port.
static uint64_t cut_port(struct span *entry)
{
    size_t colon = span_rfind(*entry, ':');
    uint64_t port = 0;

    if (colon == entry->len || span_find(*entry, ':') != colon) {
        if (entry->len == 0 || entry->ptr[0] != '[')
            return 0;
        if (colon == entry->len || entry->ptr[colon - 1] != ']')
            return 0;
    }
    if (!span_u64(span_tail(*entry, colon + 1), &port))
        return 0;
    *entry = span_head(*entry, colon);
    return port;
}

// "example.com" stands for itself and what is below it, ".example.com" for what is below only.
static bool domain_matches(struct span entry, struct span host)
{
    struct span tail;
    bool below_only = span_skip(&entry, "*.") || span_skip(&entry, ".");

    if (host.len < entry.len || entry.len == 0)
        return false;
    tail = span_tail(host, host.len - entry.len);
    if (strncasecmp(tail.ptr, entry.ptr, entry.len) != 0)
        return false;
    if (host.len == entry.len)
        return !below_only;
    return host.ptr[host.len - entry.len - 1] == '.';
}

static bool entry_matches(struct span entry, const struct url *url, const struct address *host)
{
    struct network network;
    struct address address;
    uint64_t port;

    if (span_is(entry, "*"))
        return true;
    if (span_find(entry, '/') < entry.len)
        return network_of(entry, &network) && network_has(&network, host);
    port = cut_port(&entry);
    if (port && port != (uint64_t)url->port)
        return false;
    address = address_of(entry);
    if (address.bits)
        return address_same_prefix(&address, host, (unsigned)address.bits);
    return domain_matches(entry, url->host);
}

struct proxy proxy_choose(const struct proxy_env *env, const struct url *url)
{
    static const struct proxy none = {0};
    struct proxy proxy = url_is(url, "https") ? env->https : env->http;
    struct address host = address_of(url->host);
    struct span rest = span_str(env->no_proxy), entry;

    if (!proxy.url || is_loopback(url, &host))
        return none;
    while (span_next(&rest, ',', &entry)) {
        entry = span_trim(entry);
        if (entry.len && entry_matches(entry, url, &host))
            return none;
    }
    return proxy;
}

struct proxy proxy_for(const struct http_site *site, const struct url *url)
{
    struct proxy_env env;

    if (site->proxy_url)
        return (struct proxy){*site->proxy_url ? site->proxy_url : NULL, site->proxy_source};
    env = proxy_env_read();
    return proxy_choose(&env, url);
}

// The parts of its URL, which are pieces of *text; the caller frees that.
static struct url take_apart(const struct proxy *proxy, char **text)
{
    const char *url = proxy->url ? proxy->url : "";
    struct url parts;

    *text = mem_printf("%s%s", strstr(url, "://") ? "" : "http://", url);
    if (!url_parse(span_str(*text), &parts))
        parts = (struct url){.host = SPAN_EMPTY};
    if (!parts.port)
        parts.port = SOCKS_PORT;
    return parts;
}

int proxy_port(const struct proxy *proxy)
{
    char *text CLEANUP(mem_cleanup) = NULL;

    return take_apart(proxy, &text).port;
}

char *proxy_name(const struct proxy *proxy)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    struct url parts = take_apart(proxy, &text);
    const char *source = proxy->source ? proxy->source : "the configuration";

    return mem_printf("%.*s:%d (%s)", SPAN_ARG(parts.host), parts.port, source);
}
