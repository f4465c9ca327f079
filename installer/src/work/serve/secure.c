// SPDX-License-Identifier: Apache-2.0
// HTTPS: the certificates that the server answers with, and for whom.
#include "work/serve/authority.h"
#include "work/serve/serving.h"

// SNI has no port; the host of a bundle may have one ("reg:5000").
static bool has_with_port(const struct serve_content *c, struct span host)
{
    MAP_FOREACH (e, &c->hosts)
        if (e->key.len > host.len && e->key.ptr[host.len] == ':' &&
            span_eq(span_head(e->key, host.len), host))
            return true;
    return false;
}

static bool serves(void *data, struct span host)
{
    const struct serve *s = data;

    // What was replaced still answers for its digests, also to clients that connect again.
    for (size_t i = 0; i < s->generation_count; i++) {
        const struct serve_content *c = s->generations[i]->content;

        if (content_has_host(c, host) || has_with_port(c, host))
            return true;
    }
    return false;
}

int secure_open(struct serve *s, const struct serve_options *options, struct err **err)
{
    if (options->cert || options->key) {
        if (!options->cert || !options->key || options->authority)
            return err_set(err, ERR_USAGE,
                           "a certificate needs its key, and then there is no authority: --cert "
                           "FILE --key FILE, or --authority DIR");
        s->authority = authority_of_files(options->cert, options->key, s->report, err);
    } else if (options->authority) {
        s->authority = authority_open(options->authority, serves, s, s->report, err);
    } else {
        return 0;
    }
    if (!s->authority)
        return -1;
    s->tls = httpd_tls_new(authority_certificate, s->authority);
    return 0;
}

void secure_free(struct serve *s)
{
    httpd_tls_free(s->tls);
    authority_free(s->authority);
}

// The host of "HOST:PORT" or "[::1]:PORT", which names this machine when it is no wildcard.
static struct span host_of(struct span address)
{
    struct span host = span_head(address, span_rfind(address, ':'));

    if (span_starts(host, "[") && span_ends(host, "]"))
        host = span_of(host.ptr + 1, host.len - 2);
    if (span_is(host, "0.0.0.0") || span_is(host, "::") || span_is(host, "unix") ||
        span_is(host, "fd"))
        return SPAN_EMPTY;
    return host;
}

int secure_listen(struct serve *s, const char *address, struct err **err)
{
    if (!s->tls) {
        err_set(err, ERR_USAGE, "HTTPS at %s needs a certificate", address);
        return err_hint(err, "--authority DIR makes an authority there at first use; or --cert "
                             "FILE --key FILE");
    }
    authority_add_name(s->authority, host_of(span_str(address)));
    return httpd_listen(s->httpd, address, s->tls, err);
}
