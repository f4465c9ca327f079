// SPDX-License-Identifier: Apache-2.0
// Images and charts of registries, as their clients ask for them: manifest by tag and by digest,
// the platforms' manifests of an index, configs, layers.
#include "model/oci.h"
#include "base/vec.h"
#include "io/crypto.h"
#include "work/serve/check/client.h"

// Of a document that nobody says the type of.
#define OCI_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"

// One kind of client, and the repository that it asks for.
struct walk {
    struct check_ask *ask;
    struct oci_ref ref;
    const char *base, *query;   // of its URLs: what is before "manifests/" and what is at the end
    bool asks_by_tag;           // GETs what a tag names; else only HEAD, then GET by digest
    bool resumes;               // cuts the connection in the middle of the largest layer
    bool looks;                 // HEADs what it has already
    VEC(struct oci_blob) named; // what the indexes name, with their media types
    struct digest largest;      // layer
    struct http_response answer;
};

static void walk_free(struct walk *w)
{
    vec_free(&w->named);
    http_response_free(&w->answer);
}

static const char *const accept[] = {
    "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json, */*",
    NULL};

static char *manifest_url(const struct walk *w, const char *reference)
{
    return arena_printf(w->ask->arena, "%s/manifests/%s%s", w->base, reference, w->query);
}

// --- manifests and indexes ---

// What has to be said of a document, by itself or by what names it.
static const char *type_of(const struct walk *w, struct span bytes, const struct digest *digest,
                           struct err **err)
{
    struct arena *arena = w->ask->arena;
    struct span said = w->ask->artifact->media_type;
    struct oci_manifest manifest;
    struct oci_index index;
    int is_index;

    VEC_FOREACH (const struct oci_blob *, named, &w->named)
        if (digest_eq(&named->digest, digest))
            said = named->media_type;
    is_index = oci_index_parse(arena, bytes, said, &index, err);
    if (is_index < 0 || (!is_index && oci_manifest_parse(arena, bytes, said, &manifest, err) < 0))
        return NULL;
    said = is_index ? index.media_type : manifest.media_type;
    if (!said.len)
        said = is_index ? SPAN(OCI_INDEX_TYPE) : SPAN(OCI_MANIFEST_TYPE);
    return arena_printf(arena, "%.*s", SPAN_ARG(said));
}

// The document is in w->answer.body after.
static int get_document(struct walk *w, const char *reference, const struct digest *digest,
                        struct err **err)
{
    const char *url = manifest_url(w, reference), *type;
    struct http_request request = {.url = url, .headers = accept};
    const struct check_header typed[] = {{"Content-Type", NULL}, {NULL, NULL}};
    const char *said;

    if (check_document(w->ask, &request, typed, digest, &w->answer, err) < 0)
        return -1;
    type = type_of(w, buf_span(&w->answer.body), digest, err);
    if (!type)
        return err_wrap(err, "GET %s", url);
    said = http_header(&w->answer, "Content-Type");
    if (strcmp(type, said) != 0)
        return err_set(err, ERR_SOURCE, "GET %s: Content-Type is '%s', expected '%s'", url, said,
                       type);
    return 0;
}

// What the tag names now, without its bytes: containerd and helm begin so.
static int look_at_tag(struct walk *w, const struct bundle_blob *first, struct err **err)
{
    char *tag = arena_printf(w->ask->arena, "%.*s", SPAN_ARG(w->ref.tag));
    const struct http_request request = {
        .method = "HEAD", .url = manifest_url(w, tag), .headers = accept};
    const struct check_header headers[] = {
        {"Content-Type", NULL},
        {"Docker-Content-Digest", DIGEST_TEXT(&first->digest)},
        {"Content-Length", arena_printf(w->ask->arena, "%llu", (unsigned long long)first->size)},
        {NULL, NULL}};

    if (check_request(w->ask, &request, headers, &w->answer, err) < 0)
        return -1;
    return w->asks_by_tag ? get_document(w, tag, &first->digest, err) : 0;
}

// An index's entries, for what is said of the documents below it.
static int note_named(struct walk *w, struct err **err)
{
    struct oci_index index;
    int is_index = oci_index_parse(w->ask->arena, buf_span(&w->answer.body),
                                   w->ask->artifact->media_type, &index, err);

    for (size_t i = 0; is_index > 0 && i < index.count; i++)
        vec_push(&w->named, index.entries[i].blob);
    return is_index < 0 ? -1 : 0;
}

// --- blobs ---

static int look_at_blob(struct walk *w, const char *url, const struct bundle_blob *blob,
                        struct err **err)
{
    const struct http_request request = {.method = "HEAD", .url = url};
    const struct check_header headers[] = {
        {"Content-Length", arena_printf(w->ask->arena, "%llu", (unsigned long long)blob->size)},
        {NULL, NULL}};

    return check_request(w->ask, &request, headers, &w->answer, err);
}

// What a client has from another repository it does not fetch again.
static int get_blob(struct walk *w, const struct digest *digest, struct err **err)
{
    const struct bundle_blob *blob = check_blob_of(w->ask, digest, err);
    struct map *known = w->ask->client->known;
    const char *url =
        arena_printf(w->ask->arena, "%s/blobs/%s%s", w->base, DIGEST_TEXT(digest), w->query);

    if (!blob)
        return -1;
    if (map_get(known, digest_key(&blob->digest)))
        return w->looks ? look_at_blob(w, url, blob, err) : 0;
    if (check_bytes(w->ask, url, blob, w->resumes && digest_eq(digest, &w->largest), err) < 0)
        return -1;
    map_put(known, digest_key(&blob->digest), (void *)blob);
    return 0;
}

static int get_content(struct walk *w, const struct oci_manifest *m, struct err **err)
{
    uint64_t most = 0;

    for (size_t i = 0; i < m->layer_count; i++) {
        if (m->layers[i].size <= most)
            continue;
        most = m->layers[i].size;
        w->largest = m->layers[i].digest;
    }
    if (get_blob(w, &m->config.digest, err) < 0)
        return -1;
    for (size_t i = 0; i < m->layer_count; i++)
        if (get_blob(w, &m->layers[i].digest, err) < 0)
            return -1;
    return 0;
}

static int get_manifest(struct walk *w, const struct digest *digest, struct err **err)
{
    struct oci_manifest manifest;

    if (get_document(w, DIGEST_TEXT(digest), digest, err) < 0 ||
        oci_manifest_parse(w->ask->arena, buf_span(&w->answer.body), SPAN_EMPTY, &manifest, err) <
            0)
        return -1;
    return get_content(w, &manifest, err);
}

// --- the whole ---

static const struct bundle_blob *blob_at(const struct check_ask *a, size_t i)
{
    size_t count;

    return &bundle_blobs(a->bundle, &count)[a->artifact->blobs[i]];
}

static bool is_manifest(const struct bundle_artifact *artifact, size_t blob)
{
    for (size_t i = 0; i < artifact->manifest_count; i++)
        if (artifact->manifests[i].blob == blob)
            return true;
    return false;
}

// The indexes come first, the outermost before those below it.
static int get_indexes(struct walk *w, struct err **err)
{
    const struct bundle_artifact *artifact = w->ask->artifact;

    for (size_t i = 0; i < artifact->blob_count && !is_manifest(artifact, artifact->blobs[i]);
         i++) {
        const struct digest *digest = &blob_at(w->ask, i)->digest;

        if (get_document(w, DIGEST_TEXT(digest), digest, err) < 0 || note_named(w, err) < 0)
            return -1;
    }
    return 0;
}

static int walk_all(struct walk *w, struct err **err)
{
    const struct bundle_artifact *artifact = w->ask->artifact;
    const struct bundle_blob *first = blob_at(w->ask, 0);
    size_t count;

    // With a digest in the reference nobody looks at the tag.
    if (w->ref.tag.len && !digest_is_set(&w->ref.digest) && look_at_tag(w, first, err) < 0)
        return -1;
    if (artifact->manifest_count == 0)
        return get_manifest(w, &first->digest, err);
    if (get_indexes(w, err) < 0)
        return -1;
    for (size_t i = 0; i < artifact->manifest_count; i++)
        if (get_manifest(w,
                         &bundle_blobs(w->ask->bundle, &count)[artifact->manifests[i].blob].digest,
                         err) < 0)
            return -1;
    return 0;
}

static int walk_begin(struct walk *w, struct check_ask *a, struct err **err)
{
    *w = (struct walk){.ask = a, .query = ""};
    return oci_ref_parse(a->arena, a->artifact->name, &w->ref, err);
}

int check_containerd(struct check_ask *a, struct err **err)
{
    struct walk w CLEANUP(walk_free);
    struct buf ns CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (walk_begin(&w, a, err) < 0)
        return -1;
    http_escape(w.ref.registry, &ns);
    w.base = arena_printf(a->arena, "%s://%s/v2/%.*s", a->client->scheme, a->client->at,
                          SPAN_ARG(w.ref.repository));
    w.query = arena_printf(a->arena, "?ns=%s", buf_str(&ns));
    w.resumes = true;
    return walk_all(&w, err);
}

int check_crio(struct check_ask *a, struct err **err)
{
    struct walk w CLEANUP(walk_free);

    if (walk_begin(&w, a, err) < 0)
        return -1;
    w.base = arena_printf(a->arena, "%s://%s/v2/%.*s/%.*s", a->client->scheme, a->client->at,
                          SPAN_ARG(w.ref.registry), SPAN_ARG(w.ref.repository));
    w.asks_by_tag = true;
    return walk_all(&w, err);
}

int check_registry(struct check_ask *a, struct err **err)
{
    struct walk w CLEANUP(walk_free);
    struct http_request ping = {0};

    if (walk_begin(&w, a, err) < 0)
        return -1;
    ping.url = arena_printf(a->arena, "%s://%.*s/v2/", a->client->scheme, SPAN_ARG(w.ref.host));
    w.base = arena_printf(a->arena, "%s%.*s", ping.url, SPAN_ARG(w.ref.repository));
    w.asks_by_tag = w.looks = true;
    if (check_request(a, &ping, NULL, &w.answer, err) < 0)
        return -1;
    return walk_all(&w, err);
}
