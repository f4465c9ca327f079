// SPDX-License-Identifier: Apache-2.0
// The names and addresses of this machine.
#include "work/serve/own_names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"

enum {
    NAMES_MAX = 128, // of one certificate
    RESOLV_CONF_MAX_BYTES = 64 << 10,
};

bool own_names_has(const struct own_names *n, struct span name)
{
    VEC_FOREACH (const char **, it, &n->list)
        if (strlen(*it) == name.len && strncasecmp(*it, name.ptr, name.len) == 0)
            return true;
    return false;
}

static bool is_name(struct span name)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;

    if (crypto_is_host_name(name))
        return true;
    if (name.len >= sizeof(text))
        return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return inet_pton(AF_INET6, text, &six) == 1;
}

void own_names_add(struct own_names *n, struct span name)
{
    char *text;

    if (n->list.len == NAMES_MAX || own_names_has(n, name) || !is_name(name))
        return;
    text = mem_strn(name.ptr, name.len);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    vec_push(&n->list, text);
}

void own_names_free(struct own_names *n)
{
    VEC_FOREACH (const char **, it, &n->list)
        free((void *)*it);
    vec_free(&n->list);
}

// "search a.example b.example" and "domain a.example" (resolv.conf(5)).
static void add_in_domains(struct own_names *n, const char *host)
{
    struct buf conf CLEANUP(buf_free) = BUF_INIT(RESOLV_CONF_MAX_BYTES);
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct span rest, line, word;

    if (file_read(AT_FDCWD, "/etc/resolv.conf", &conf, &ignored) < 0)
        return;
    rest = buf_span(&conf);
    while (span_next(&rest, '\n', &line)) {
        if (!span_skip(&line, "search ") && !span_skip(&line, "domain "))
            continue;
        while (span_next(&line, ' ', &word)) {
            char *full CLEANUP(mem_cleanup) = mem_printf("%s.%.*s", host, SPAN_ARG(word));

            if (word.len && !span_is(word, "."))
                own_names_add(n, span_str(full));
        }
    }
}

static void add_host_name(struct own_names *n)
{
    char host[HOST_NAME_MAX + 1];

    if (gethostname(host, sizeof(host)) < 0)
        return;
    host[sizeof(host) - 1] = '\0';
    own_names_add(n, span_str(host));
    if (!strchr(host, '.'))
        add_in_domains(n, host);
}

static void add_address(struct own_names *n, const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN];
    const void *bytes;

    if (address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    else if (address->sa_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    else
        return;
    // An address of one link only is not reached by itself.
    if (address->sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)bytes))
        return;
    if (inet_ntop(address->sa_family, bytes, text, sizeof(text)))
        own_names_add(n, span_str(text));
}

static void add_addresses(struct own_names *n)
{
    struct ifaddrs *all = NULL;

    if (getifaddrs(&all) < 0)
        return;
    for (const struct ifaddrs *it = all; it; it = it->ifa_next)
        if (it->ifa_addr && it->ifa_flags & IFF_UP)
            add_address(n, it->ifa_addr);
    freeifaddrs(all);
}

void own_names_find(struct own_names *n)
{
    own_names_add(n, SPAN("localhost"));
    own_names_add(n, SPAN("127.0.0.1"));
    own_names_add(n, SPAN("::1"));
    add_host_name(n);
    add_addresses(n);
}
