// SPDX-License-Identifier: Apache-2.0
// The life of a struct http, and of the requests on it.
#include "io/http/http_int.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

static const char *find_ca_file(void)
{
    static const char *const usual[] = {
        "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
        "/etc/pki/tls/certs/ca-bundle.crt",                  // older RHEL
        "/etc/ssl/ca-bundle.pem",                            // SUSE
        "/etc/ssl/cert.pem",                                 // Alpine
    };

    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        if (access(usual[i], R_OK) == 0)
            return usual[i];
    return NULL;
}

static int choose_ca_file(struct http *h, const char *named, struct err **err)
{
    const char *source = "--ca-file";

    if (!named) {
        named = getenv("SSL_CERT_FILE");
        source = "SSL_CERT_FILE";
    }
    if (named && *named && access(named, R_OK) < 0)
        return err_set(err, ERR_CONFIG, "the CA file %s of %s cannot be read", named, source);
    h->ca_file = mem_str(named && *named ? named : find_ca_file());
    return 0;
}

struct http *http_new(struct loop *loop, const struct http_options *options, struct err **err)
{
    static const struct http_options defaults = {0};
    const struct http_options *o = options ? options : &defaults;
    struct http *h CLEANUP(http_cleanup) = MEM_NEW(struct http);

    h->loop = loop;
    list_init(&h->transfers);
    list_init(&h->queued);
    list_init(&h->news);
    list_init(&h->connections);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_set(err, ERR_INTERNAL, "libcurl does not start");
        return NULL;
    }
    multi_open(h);
    h->report = o->report;
    h->user_agent = mem_str(o->user_agent ? o->user_agent : "sandstrap/" SANDSTRAP_VERSION);
    h->connect_to = mem_str(o->connect_to);
    if (choose_ca_file(h, o->ca_file, err) < 0)
        return NULL;
    return STEAL(h);
}

void http_free(struct http *h)
{
    if (!h)
        return;
    while (!list_is_empty(&h->transfers))
        transfer_free(LIST_ITEM(h->transfers.next, struct http_transfer, link));
    if (h->multi) {
        multi_close(h);
        curl_global_cleanup();
    }
    free(h->ca_file);
    free(h->user_agent);
    free(h->connect_to);
    free(h);
}

struct loop *http_loop(struct http *h)
{
    return h->loop;
}

struct report *http_report(struct http *h)
{
    return h->report;
}

struct http_transfer *http_start(struct http *h, const struct http_request *request,
                                 const struct http_handler *handler)
{
    return transfer_new(h, request, handler, false);
}

void http_abort(struct http_transfer *t)
{
    if (!t)
        return;
    if (t->busy)
        t->aborted = true;
    else
        transfer_free(t);
}
