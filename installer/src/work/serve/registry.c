// SPDX-License-Identifier: Apache-2.0
// The OCI registry: images and charts under the names that they have upstream. What is asked is
// understood by model/oci; here it is looked up. Nothing is negotiated: what is stored is what is
// sent, whatever a client accepts, and credentials that come unasked are ignored.
#include <stdlib.h>

#include "base/url.h"
#include "work/serve/ask.h"

#define JSON_TYPE "application/json"
#define READS "GET, HEAD"

// --- answers ---

static void answer(struct ask *a, int status, const char *type, const char *headers,
                   struct span bytes)
{
    const struct httpd_answer answer = {
        .status = status, .type = type, .headers = headers, .bytes = bytes};

    httpd_answer(a->http, &answer);
}

static void answer_error(struct ask *a, int status, const char *code, const char *message,
                         struct span detail)
{
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    oci_format_error(code, message, detail, &body);
    answer(a, status, JSON_TYPE, status == 405 ? "Allow: " READS "\r\n" : NULL, buf_span(&body));
}

static void answer_unknown(struct ask *a, const char *code, const char *more)
{
    const char *message = arena_printf(a->arena, "%s%s", missing_message(a, a->what), more);

    answer_error(a, 404, code, message, span_str(a->what));
}

static void answer_bad(struct ask *a, const struct oci_question *q)
{
    bool unknown = span_ends(span_str(q->code), "_UNKNOWN");

    answer_error(a, unknown ? 404 : 400, q->code, q->why, q->what);
}

// --- whose it is ---

// Docker's short names: "busybox" is "library/busybox" of docker.io.
static const struct content_repository *in_registry(const struct ask *a,
                                                    const struct serve_content *c,
                                                    struct span registry, struct span name)
{
    const struct content_repository *r = content_repository(c, registry, name);

    if (r || !span_is(registry, "docker.io") || span_find(name, '/') < name.len)
        return r;
    name = span_str(arena_printf(a->arena, "library/%.*s", SPAN_ARG(name)));
    return content_repository(c, registry, name);
}

// The host that the path begins with; "" when it does not. Mirrors of CRI-O and podman cannot have
// a colon there: "reg.test_5000" is "reg.test:5000" unless it is a host itself.
static struct span host_in_path(const struct serve_content *c, const struct oci_question *q,
                                char text[CONTENT_HOST_BYTES])
{
    struct span host = content_host(q->host, text);
    size_t at = span_rfind(host, '_');

    if (at < host.len && !content_has_host(c, host))
        text[at] = ':';
    return host;
}

// Of the host that is asked; of the one that the path names, when this is no other; or, when this
// server is asked by its own name, the one that is called so.
static const struct content_repository *find_in(const struct ask *a, const struct serve_content *c,
                                                const struct oci_question *q)
{
    char text[CONTENT_HOST_BYTES];
    struct span host = host_in_path(c, q, text);
    const struct content_repository *r = NULL;

    if (a->host.len)
        r = in_registry(a, c, a->host, q->repository);
    if (!r && host.len && (!a->host.len || span_eq(host, a->host)))
        r = in_registry(a, c, host, q->behind);
    if (r || a->host.len || !a->by_name)
        return r;
    r = content_only_repository(c, q->repository);
    return r ? r : in_registry(a, c, SPAN("docker.io"), q->repository);
}

// For the log, and for whoever misses it: "ghcr.io/stefanprodan/podinfo:6.9.1".
static void set_what(struct ask *a, const struct content_repository *r,
                     const struct oci_question *q)
{
    struct span host = r ? r->registry : a->host, name = r ? r->name : q->repository;
    const char *between = q->tag.len ? ":" : digest_is_set(&q->digest) ? "@" : "";

    a->what = arena_printf(a->arena, "%.*s%s%.*s%s%.*s%s", SPAN_ARG(host), host.len ? "/" : "",
                           SPAN_ARG(name), between, SPAN_ARG(q->tag), DIGEST_TEXT(&q->digest));
}

// Who asks for a name without its host, or with another one, is told which there are.
static const char *where_else(struct ask *a, struct span name)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    MAP_FOREACH (entry, &a->content->repositories)
        if (span_eq(((const struct content_repository *)entry->value)->name, name))
            buf_printf(&text, "%s%.*s", text.len ? " and " : "; there is ", SPAN_ARG(entry->key));
    return arena_str(a->arena, buf_str(&text));
}

// The repository as it is now, or else, for digests, as it was last; NULL when there never was one.
static const struct content_repository *find(struct ask *a, const struct oci_question *q)
{
    const struct content_repository *r = NULL;
    const struct serve_content *c;

    for (size_t i = 0; !r && (c = ask_generation(a, i)); i++) {
        r = find_in(a, c, q);
        if (!digest_is_set(&q->digest))
            break;
    }
    set_what(a, r, q);
    if (!r)
        answer_unknown(a, "NAME_UNKNOWN", where_else(a, q->host.len ? q->behind : q->repository));
    return r;
}

// --- manifests ---

static int by_tag(const void *key, const void *item)
{
    return span_cmp(*(const struct span *)key, ((const struct content_tag *)item)->tag);
}

static const struct content_document *by_tag_of(const struct content_repository *r, struct span tag)
{
    const struct content_tag *found = NULL;

    if (r->tags.len)
        found = bsearch(&tag, r->tags.items, r->tags.len, sizeof(*r->tags.items), by_tag);
    return found ? found->document : NULL;
}

// In every generation: a pull that began before a new bundle came goes on.
static const struct content_document *by_digest(struct ask *a, const struct oci_question *q)
{
    const struct serve_content *c;

    for (size_t i = 0; (c = ask_generation(a, i)); i++) {
        const struct content_repository *r = find_in(a, c, q);
        const struct content_document *found =
            r ? map_get(&r->documents, digest_key(&q->digest)) : NULL;

        if (found) {
            ask_found(a, i);
            return found;
        }
    }
    return NULL;
}

// What the index says of a manifest: "linux/arm64"; NULL when it does not name it.
static const char *platform_in(struct arena *arena, const struct content_document *document,
                               const struct digest *digest)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct oci_index index;

    if (span_search(document->bytes, span_str(DIGEST_TEXT(digest))) == document->bytes.len ||
        oci_index_parse(arena, document->bytes, span_str(document->media_type), &index, &err) != 1)
        return NULL;
    for (size_t i = 0; i < index.count; i++) {
        if (!digest_eq(&index.entries[i].blob.digest, digest))
            continue;
        oci_platform_format(&index.entries[i].platform, &text);
        return index.entries[i].has_platform ? arena_str(arena, buf_str(&text)) : NULL;
    }
    return NULL;
}

// Indexes are served as they are upstream, with the manifests of the bundle's platforms only.
static const char *why_absent(struct ask *a, const struct content_repository *r,
                              const struct digest *digest)
{
    const char *platform = NULL;

    MAP_FOREACH (document, &r->documents)
        if (!platform)
            platform = platform_in(a->arena, document->value, digest);
    if (!platform)
        return "";
    return arena_printf(a->arena, "; it is for %s, a platform that was not bundled", platform);
}

static void answer_manifest(struct ask *a, const struct oci_question *q)
{
    const struct content_repository *r = find(a, q);
    const struct content_document *found = NULL;
    struct httpd_answer answer;

    if (!r)
        return;
    found = q->tag.len ? by_tag_of(r, q->tag) : by_digest(a, q);
    if (!found) {
        answer_unknown(a, "MANIFEST_UNKNOWN", q->tag.len ? "" : why_absent(a, r, &q->digest));
        return;
    }
    answer = (struct httpd_answer){.status = 200,
                                   .type = found->media_type,
                                   .headers = found->headers,
                                   .etag = found->etag,
                                   .bytes = found->bytes};
    httpd_answer(a->http, &answer);
}

// --- blobs ---

// Any blob of any bundle by its digest, in a repository that there is: also a manifest.
static void answer_layer(struct ask *a, const struct oci_question *q)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct content_bytes bytes;
    const char *headers;
    int found;

    if (!find(a, q))
        return;
    found = ask_open(a, &q->digest, &bytes, &err);
    if (found < 0) {
        answer_failure(a, err);
        return;
    }
    if (!found) {
        answer_unknown(a, "BLOB_UNKNOWN", "");
        return;
    }
    headers = arena_printf(a->arena, "Docker-Content-Digest: %s\r\n", DIGEST_TEXT(&q->digest));
    answer_blob(a, &bytes, &q->digest, NULL, headers);
}

// --- lists ---

// The page behind this one (RFC 8288); NULL when there is none.
static const char *link_to(struct ask *a, const struct oci_question *q, struct span next)
{
    struct span ns;
    const char *of = "";

    if (url_query(a->arena, a->http->query, "ns", &ns))
        of = arena_printf(a->arena, "&ns=%.*s", SPAN_ARG(a->host));
    return arena_printf(a->arena, "Link: <%.*s?n=%zu&last=%.*s%s>; rel=\"next\"\r\n",
                        SPAN_ARG(a->http->path), q->limit, SPAN_ARG(next), of);
}

static void answer_list(struct ask *a, const struct oci_question *q, const struct span *names,
                        size_t count)
{
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span next;
    bool more = oci_format_list(q, q->repository, names, count, &next, &body);

    answer(a, 200, JSON_TYPE, more ? link_to(a, q, next) : NULL, buf_span(&body));
}

static void answer_tags(struct ask *a, const struct oci_question *q)
{
    const struct content_repository *r = find(a, q);
    struct span *names;

    if (!r)
        return;
    names = arena_array(a->arena, r->tags.len + 1, sizeof(*names));
    for (size_t i = 0; i < r->tags.len; i++)
        names[i] = r->tags.items[i].tag;
    answer_list(a, q, names, r->tags.len);
}

static int by_bytes(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

// The repositories of the registry that is asked; of all, with their hosts in front, when none is:
// under these names this server has them, too.
static void answer_catalog(struct ask *a, const struct oci_question *q)
{
    const struct map *all = &a->content->repositories;
    struct span *names = arena_array(a->arena, map_len(all) + 1, sizeof(*names));
    size_t count = 0;

    MAP_FOREACH (entry, all) {
        const struct content_repository *r = entry->value;

        if (!a->host.len)
            names[count++] = entry->key;
        else if (span_eq(r->registry, a->host))
            names[count++] = r->name;
    }
    qsort(names, count, sizeof(*names), by_bytes);
    answer_list(a, q, names, count);
}

// Never a 404, by the specification.
static void answer_referrers(struct ask *a, const struct oci_question *q)
{
    answer(a, 200, OCI_INDEX_TYPE,
           q->artifact_type.len ? "OCI-Filters-Applied: artifactType\r\n" : NULL,
           SPAN(OCI_NO_REFERRERS));
}

// --- what is asked ---

static const char *kind_of(enum oci_ask ask)
{
    switch (ask) {
    case OCI_ASK_CATALOG:
    case OCI_ASK_TAGS: return "list";
    case OCI_ASK_MANIFEST: return "manifest";
    case OCI_ASK_BLOB: return "blob";
    case OCI_ASK_REFERRERS: return "referrers";
    default: return "registry";
    }
}

bool registry_ask(struct ask *a)
{
    struct oci_question q;
    bool reads = span_is(a->http->method, "GET") || span_is(a->http->method, "HEAD");

    oci_question_parse(a->arena, a->path, a->http->query, &q);
    if (q.ask == OCI_ASK_OTHER)
        return false;
    a->kind = kind_of(q.ask);
    if (!reads || q.ask == OCI_ASK_UPLOAD) {
        answer_error(a, 405, "UNSUPPORTED",
                     "bundles are served here: nothing can be pushed or deleted", SPAN_EMPTY);
        return true;
    }
    switch (q.ask) {
    case OCI_ASK_PING:
        answer(a, 200, JSON_TYPE, "Docker-Distribution-Api-Version: registry/2.0\r\n", SPAN("{}"));
        break;
    case OCI_ASK_CATALOG: answer_catalog(a, &q); break;
    case OCI_ASK_TAGS: answer_tags(a, &q); break;
    case OCI_ASK_MANIFEST: answer_manifest(a, &q); break;
    case OCI_ASK_BLOB: answer_layer(a, &q); break;
    case OCI_ASK_REFERRERS: answer_referrers(a, &q); break;
    default: answer_bad(a, &q); break;
    }
    return true;
}
