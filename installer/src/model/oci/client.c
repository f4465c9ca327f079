// SPDX-License-Identifier: Apache-2.0
// Requests to a registry.
#include <stdlib.h>

#include "base/mem.h"
#include "model/oci/auth.h"
#include "model/oci/client.h"

static const char *const manifest_headers[] = {
    "Accept: application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json",
    NULL,
};

struct oci *oci_new(struct http *h, struct err **err)
{
    struct oci *o CLEANUP(oci_cleanup) = MEM_NEW(struct oci);

    o->http = h;
    if (auth_load(&o->auth, err) < 0)
        return NULL;
    return STEAL(o);
}

void oci_free(struct oci *o)
{
    if (!o)
        return;
    auth_free(&o->auth);
    free(o);
}

// Performs with the credentials known so far, and again with those that a 401 asks for. That ends:
// auth_answer() refuses when what it gave before was of no use. A 401 of another server, to which
// the registry redirects, is no question of the registry's.
int client_perform(struct oci *o, const struct oci_ref *ref, const struct http_request *wanted,
                   struct http_response *response, struct err **err)
{
    struct http_request request = *wanted;

    auth_apply(&o->auth, ref, &request);
    if (http_perform(o->http, &request, response, err) < 0)
        return -1;
    while (response->status == STATUS_UNAUTHORIZED && !response->elsewhere) {
        if (auth_answer(&o->auth, o->http, ref, response, err) < 0)
            return -1;
        http_response_free(response);
        *response = (struct http_response){0};
        auth_apply(&o->auth, ref, &request);
        if (http_perform(o->http, &request, response, err) < 0)
            return -1;
    }
    if (http_check_status(response, err) < 0)
        return -1;
    auth_note_answer(&o->auth, ref);
    return 0;
}

void client_manifest_request(struct arena *arena, const struct oci_ref *ref,
                             struct http_request *request)
{
    struct span name = digest_is_set(&ref->digest) ? span_str(DIGEST_TEXT(&ref->digest)) : ref->tag;

    *request = (struct http_request){
        .url = arena_printf(arena, "https://%.*s/v2/%.*s/manifests/%.*s", SPAN_ARG(ref->host),
                            SPAN_ARG(ref->repository), SPAN_ARG(name)),
        .headers = manifest_headers,
        .text = true,
        .follow = true,
        .retry = HTTP_RETRY_ALL,
        .max_bytes = OCI_MANIFEST_MAX_BYTES};
}

int oci_get_manifest(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                     struct span *bytes, struct span *media_type, struct err **err)
{
    struct http_request request;
    struct http_response response CLEANUP(http_response_free) = {0};

    client_manifest_request(arena, ref, &request);
    if (client_perform(o, ref, &request, &response, err) < 0 ||
        http_check_no_page(&response, "a manifest", err) < 0)
        return -1;
    *bytes = arena_span(arena, buf_span(&response.body));
    *media_type = arena_span(arena, span_str(http_header(&response, "content-type")));
    return 0;
}

int oci_blob_request(struct oci *o, struct arena *arena, const struct oci_ref *ref,
                     const struct digest *digest, struct http_request *request, struct err **err)
{
    char *url = arena_printf(arena, "https://%.*s/v2/%.*s/blobs/%s", SPAN_ARG(ref->host),
                             SPAN_ARG(ref->repository), DIGEST_TEXT(digest));
    struct http_request head = {
        .method = "HEAD", .url = url, .retry = HTTP_RETRY_ALL, .follow = true};
    struct http_response response CLEANUP(http_response_free) = {0};

    *request =
        (struct http_request){.url = url, .follow = true, .retry = HTTP_RETRY_ALL, .resume = true};
    // Nothing is known of this repository yet: one HEAD brings a challenge, or says that there is
    // none.
    if (!auth_is_settled(&o->auth, ref) && client_perform(o, ref, &head, &response, err) < 0)
        return -1;
    auth_apply(&o->auth, ref, request);
    return 0;
}
