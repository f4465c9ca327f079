// SPDX-License-Identifier: Apache-2.0
// Helm repositories over https.
#include "work/artifacts/fetch/repository.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/crypto.h"
#include "work/artifacts/fetch/cache.h"
#include "work/artifacts/fetch/sources.h"

struct repositories {
    struct http *http;
    struct report *report;
    struct arena *arena;
    struct map indexes; // by the repository's URL
};

struct repositories *repositories_new(struct http *h, struct report *report)
{
    struct repositories *r = MEM_NEW(struct repositories);

    *r = (struct repositories){.http = h, .report = report, .arena = arena_new()};
    return r;
}

void repositories_free(struct repositories *r)
{
    if (!r)
        return;
    MAP_FOREACH (e, &r->indexes)
        chart_index_free(e->value);
    map_free(&r->indexes);
    arena_free(r->arena);
    free(r);
}

// Credentials go to hosts that the netrc names, and to no other one: an archive may be elsewhere.
static int get(const struct repositories *r, const char *url, size_t max_bytes, bool text,
               struct http_response *response, struct err **err)
{
    struct http_request request = {.url = url,
                                   .netrc = true,
                                   .text = text,
                                   .follow = true,
                                   .retry = HTTP_RETRY_ALL,
                                   .max_bytes = max_bytes};

    report_info(r->report, "fetch", "getting %s", url);
    return http_perform(r->http, &request, response, err) < 0 ? -1
                                                              : http_check_status(response, err);
}

// NULL with the error; else it is the repositories'.
static struct chart_index *get_index(struct repositories *r, struct span repository,
                                     struct err **err)
{
    struct chart_index *index = map_get(&r->indexes, repository);
    struct http_response response CLEANUP(http_response_free) = {0};
    const char *url = arena_printf(r->arena, "%.*s/index.yaml", SPAN_ARG(repository));

    if (index)
        return index;
    if (get(r, url, CHART_INDEX_MAX_BYTES, true, &response, err) < 0 ||
        http_check_no_page(&response, "the index of a Helm repository", err) < 0)
        return NULL;
    index = chart_index_read(buf_span(&response.body), url, err);
    if (index)
        map_put(&r->indexes, arena_span(r->arena, repository), index);
    return index;
}

static void warn(const struct repositories *r, const struct chart_name *name, const char *what)
{
    report_warn(r->report, "lock", "%.*s/index.yaml: chart %.*s %.*s %s",
                SPAN_ARG(name->repository), SPAN_ARG(name->chart), SPAN_ARG(name->version), what);
}

// The digest that the index has, if it is one that can be compared.
static bool has_digest(const struct repositories *r, const struct chart_name *name,
                       const struct chart_listed *listed, struct digest *digest)
{
    struct span hex = listed->digest;

    (void)span_skip(&hex, "sha256:");
    if (digest_parse_hex(hex, digest))
        return true;
    if (hex.len)
        warn(r, name, "has a digest that is no SHA-256: its archive is not compared with it");
    return false;
}

static void tell(const struct repositories *r, const struct chart_name *name,
                 const struct chart_listed *listed)
{
    if (listed->removed)
        warn(r, name, "is marked as removed");
    if (listed->deprecated)
        warn(r, name, "is marked as deprecated");
    if (listed->ambiguous)
        warn(r, name, "is there more than once, with different digests: the first one is taken");
}

// Where the archive is: http or https, and the latter as the index was, unless its digest vouches
// for the archive.
static char *archive_url(const struct chart_name *name, const struct chart_listed *listed,
                         bool is_vouched, struct err **err)
{
    char *base CLEANUP(mem_cleanup) = mem_printf("%.*s/", SPAN_ARG(name->repository));
    char *resolved CLEANUP(mem_cleanup) = NULL;
    struct url from, to;

    if (url_parse(span_str(base), &from))
        resolved = url_resolve(&from, listed->url);
    if (!resolved || !url_parse(span_str(resolved), &to)) {
        err_set(err, ERR_SOURCE, "the URL '%.*s' of its archive is none", SPAN_ARG(listed->url));
        return NULL;
    }
    if (!url_is(&to, "https") && !url_is(&to, "http")) {
        err_set(err, ERR_UNSUPPORTED, "its archive is at %s", resolved);
        err_hint(err, "Flux does not follow that either: take a HelmRepository of type oci");
        return NULL;
    }
    if (url_is(&from, "https") && !url_is(&to, "https") && !is_vouched) {
        err_set(err, ERR_SOURCE, "its archive is at %s, without TLS, and the index has no digest",
                resolved);
        return NULL;
    }
    return STEAL(resolved);
}

static int differs(const struct digest *is, const struct digest *said, const char *by,
                   struct err **err)
{
    err_set(err, ERR_INTEGRITY, "its archive has the digest %s, %s says %s", DIGEST_TEXT(is), by,
            DIGEST_TEXT(said));
    return err_hint(err, "upstream has changed what it serves: look at the difference before "
                         "locking it");
}

static int download(struct repositories *r, const struct chart_name *name, const struct digest *pin,
                    struct buf *out, struct err **err)
{
    const struct chart_index *index = get_index(r, name->repository, err);
    struct http_response response CLEANUP(http_response_free) = {0};
    char *url CLEANUP(mem_cleanup) = NULL;
    struct digest said, is;
    struct chart_listed listed;
    bool is_said;

    if (!index || chart_index_find(index, name->chart, name->version, &listed, err) < 0)
        return -1;
    if (!pin)
        tell(r, name, &listed);
    is_said = has_digest(r, name, &listed, &said);
    url = archive_url(name, &listed, pin || is_said, err);
    if (!url || get(r, url, CHART_MAX_BYTES, false, &response, err) < 0 ||
        http_check_no_page(&response, "a chart", err) < 0)
        return -1;
    is = crypto_sha256(buf_span(&response.body));
    if (pin && !digest_eq(&is, pin))
        return differs(&is, pin, "the lock", err);
    if (is_said && !digest_eq(&is, &said))
        return differs(&is, &said, "the index", err);
    cache_put_digest(&is, buf_span(&response.body));
    buf_add_span(out, buf_span(&response.body));
    return buf_check(out, ERR_SOURCE, url, err);
}

int repositories_versions(struct repositories *r, const struct chart_name *name,
                          chart_versions *out, struct err **err)
{
    char *url CLEANUP(mem_cleanup) = mem_printf("%.*s", SPAN_ARG(name->repository));
    const struct chart_index *index =
        sources_refuse_secrets(url, err) < 0 ? NULL : get_index(r, name->repository, err);

    if (!index)
        return -1;
    chart_index_versions(index, name->chart, out);
    if (out->len)
        return 0;
    return err_set(err, ERR_SOURCE, "%.*s/index.yaml has no chart %.*s", SPAN_ARG(name->repository),
                   SPAN_ARG(name->chart));
}

int repositories_archive(struct repositories *r, const struct chart_name *name,
                         const struct digest *pin, struct buf *out, struct err **err)
{
    char *url CLEANUP(mem_cleanup) = mem_printf("%.*s", SPAN_ARG(name->repository));

    if (sources_refuse_secrets(url, err) < 0)
        return -1;
    if (pin && cache_get_digest(pin, out))
        return 0;
    return download(r, name, pin, out, err);
}
