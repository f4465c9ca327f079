// SPDX-License-Identifier: Apache-2.0
// Files, and charts of repositories over https, as downloads get them and as helm does.
#include "model/chart.h"
#include "work/serve/check/client.h"

static const struct bundle_blob *only_blob(const struct check_ask *a)
{
    size_t count;

    return &bundle_blobs(a->bundle, &count)[a->artifact->blobs[0]];
}

int check_file(struct check_ask *a, struct err **err)
{
    return check_bytes(a, check_url(a, a->artifact->name), only_blob(a), true, err);
}

int check_file_path(struct check_ask *a, struct err **err)
{
    return check_bytes(a, check_url_in_path(a, a->artifact->name), only_blob(a), false, err);
}

// --- charts ---

static int find_archive(struct check_ask *a, const struct chart_name *name, const char **url,
                        struct err **err)
{
    char *repository = check_url(a, name->repository);
    const struct http_request request = {.url =
                                             arena_printf(a->arena, "%s/index.yaml", repository)};
    struct http_response r CLEANUP(http_response_free) = {0};
    struct chart_index *index CLEANUP(chart_index_cleanup) = NULL;
    struct chart_listed listed;
    const char *hex = DIGEST_HEX(&only_blob(a)->digest);

    if (check_request(a, &request, NULL, &r, err) < 0)
        return -1;
    index = chart_index_read(buf_span(&r.body), request.url, err);
    if (!index || chart_index_find(index, name->chart, name->version, &listed, err) < 0)
        return -1;
    if (listed.digest.len && !span_is(listed.digest, hex))
        return err_set(err, ERR_SOURCE, "GET %s: it gives the digest %.*s to %.*s, expected %s",
                       request.url, SPAN_ARG(listed.digest), SPAN_ARG(a->artifact->name), hex);
    *url = span_search(listed.url, SPAN("://")) < listed.url.len
               ? check_url(a, listed.url)
               : arena_printf(a->arena, "%s/%.*s", repository, SPAN_ARG(listed.url));
    return 0;
}

int check_charts(struct check_ask *a, struct err **err)
{
    struct chart_name name;
    const char *url = NULL;

    if (!chart_name_parse(a->artifact->name, &name))
        return err_set(err, ERR_INTEGRITY, "its name is none of a chart");
    if (find_archive(a, &name, &url, err) < 0)
        return -1;
    return check_bytes(a, url, only_blob(a), false, err);
}
