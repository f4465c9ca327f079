// SPDX-License-Identifier: Apache-2.0
// The tags of a repository (distribution specification, end-8a and end-8b).
#include "base/mem.h"
#include "base/url.h"
#include "io/doc.h"
#include "model/oci/client.h"

enum { PAGES_MAX = 2000 };

static int add_page(struct span body, const char *url, struct arena *arena, oci_tags *out,
                    struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_json(d, body, url, ERR_SOURCE, err);

    if (!root)
        return -1;
    NODE_FOREACH_ITEM (tag, node_get(root, "tags"))
        vec_push_arena(arena, out, arena_span(arena, node_text(tag)));
    if (out->len > OCI_TAGS_MAX)
        return err_set(err, ERR_SOURCE, "%s: there are more than %d tags", url, OCI_TAGS_MAX);
    return 0;
}

// The URL of the next page: `Link: <...>; rel="next"`, seen from the page. *url is NULL behind the
// last one. Credentials are for the registry alone.
static int next_page(struct arena *arena, const struct http_response *response, const char **url,
                     struct err **err)
{
    struct span link = span_str(http_header(response, "link")), target;
    char *next CLEANUP(mem_cleanup) = NULL;
    struct url page, other;
    const char *is = *url;

    *url = NULL;
    if (!span_skip(&link, "<") || !span_cut(link, '>', &target, &link) ||
        span_search(link, SPAN("next")) == link.len || !url_parse(span_str(is), &page))
        return 0;
    next = url_resolve(&page, target);
    if (!next || !url_parse(span_str(next), &other) || !url_same_origin(&page, &other))
        return err_set(err, ERR_SOURCE, "%s: the next page is not the registry's own", is);
    *url = arena_str(arena, next);
    return 0;
}

int oci_list_tags(struct oci *o, struct arena *arena, const struct oci_ref *ref, oci_tags *out,
                  struct err **err)
{
    const char *url = arena_printf(arena, "https://%.*s/v2/%.*s/tags/list", SPAN_ARG(ref->host),
                                   SPAN_ARG(ref->repository));

    for (size_t page = 0; url; page++) {
        struct http_request request = {.url = url,
                                       .text = true,
                                       .follow = true,
                                       .retry = HTTP_RETRY_ALL,
                                       .max_bytes = OCI_MANIFEST_MAX_BYTES};
        struct http_response response CLEANUP(http_response_free) = {0};

        if (page == PAGES_MAX)
            return err_set(err, ERR_SOURCE, "%s: the list of tags has no end", url);
        if (client_perform(o, ref, &request, &response, err) < 0 ||
            http_check_no_page(&response, "a list of tags", err) < 0 ||
            add_page(buf_span(&response.body), url, arena, out, err) < 0 ||
            next_page(arena, &response, &url, err) < 0)
            return -1;
    }
    return 0;
}
