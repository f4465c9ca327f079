// SPDX-License-Identifier: Apache-2.0
// Images and charts of registries: their manifests and indexes are read and kept, each with the
// media type that clients have to be told.
#include "work/serve/content/source.h"

#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"

static struct content_repository *repository_of(struct serve_content *c, const struct oci_ref *ref)
{
    struct span registry = source_add_host(c, ref->registry);
    struct content_repository *r =
        (struct content_repository *)content_repository(c, registry, ref->repository);
    struct span key;

    if (r)
        return r;
    r = ARENA_NEW(c->arena, struct content_repository);
    r->registry = registry;
    r->name = arena_span(c->arena, ref->repository);
    key = span_str(
        arena_printf(c->arena, "%.*s/%.*s", SPAN_ARG(registry), SPAN_ARG(ref->repository)));
    map_put(&c->repositories, key, r);
    map_put(&c->names, r->name, map_get(&c->names, r->name) ? (void *)&content_several : (void *)r);
    return r;
}

// Tags stay sorted; the first one of a name is served.
static void add_tag(struct adding *a, struct content_repository *r, struct span tag,
                    const struct content_document *document)
{
    struct serve_content *c = a->content;
    size_t at = 0;

    while (at < r->tags.len && span_cmp(r->tags.items[at].tag, tag) < 0)
        at++;
    if (at < r->tags.len && span_eq(r->tags.items[at].tag, tag)) {
        if (!digest_eq(&r->tags.items[at].document->digest, &document->digest))
            report_warn(c->report, "serve",
                        "%.*s/%.*s:%.*s of %s is not served: another bundle has that name with %s",
                        SPAN_ARG(r->registry), SPAN_ARG(r->name), SPAN_ARG(tag), a->source->label,
                        DIGEST_TEXT(&r->tags.items[at].document->digest));
        return;
    }
    vec_push_arena(c->arena, &r->tags, (struct content_tag){0});
    memmove(r->tags.items + at + 1, r->tags.items + at,
            (r->tags.len - 1 - at) * sizeof(*r->tags.items));
    r->tags.items[at] =
        (struct content_tag){.tag = arena_span(c->arena, tag), .document = document};
}

static struct content_document *add_document(struct serve_content *c, struct content_repository *r,
                                             const struct digest *digest, struct span bytes,
                                             struct span media_type)
{
    struct content_document *d = map_get(&r->documents, digest_key(digest));

    if (d)
        return d;
    d = ARENA_NEW(c->arena, struct content_document);
    *d = (struct content_document){
        .digest = *digest,
        .media_type = arena_printf(c->arena, "%.*s", SPAN_ARG(media_type)),
        .bytes = arena_span(c->arena, bytes),
        .headers = arena_printf(c->arena, "Docker-Content-Digest: %s\r\n", DIGEST_TEXT(digest)),
        .etag = arena_printf(c->arena, "\"%s\"", DIGEST_TEXT(digest))};
    map_put(&r->documents, digest_key(&d->digest), d);
    return d;
}

// The documents of an artifact, which come in the order that the format says: indexes, then for
// each platform a manifest, its config and its layers.
struct documents {
    struct arena *arena;
    struct map types; // of what an index names, by digest: struct oci_index_entry
    size_t at;        // the blob that is next
};

static void documents_free(struct documents *d)
{
    map_free(&d->types);
    arena_free(d->arena);
}

// A type as it can stand in a header; `usual` instead of none, or of anything else.
static struct span type_or(struct span type, struct span usual)
{
    for (size_t i = 0; i < type.len; i++)
        if (type.ptr[i] <= ' ' || type.ptr[i] > '~')
            return usual;
    return type.len ? type : usual;
}

// What it says itself goes before what the index or the registry said of it.
static int read_media_type(struct documents *d, struct span bytes, struct span said,
                           struct span *media_type, struct err **err)
{
    struct oci_index index;
    struct oci_manifest manifest;
    int is_index = oci_index_parse(d->arena, bytes, said, &index, err);

    if (is_index < 0)
        return -1;
    if (is_index) {
        for (size_t i = 0; i < index.count; i++)
            map_put(&d->types, digest_key(&index.entries[i].blob.digest),
                    (void *)&index.entries[i]);
        *media_type = type_or(index.media_type, SPAN(OCI_INDEX_TYPE));
        d->at++;
        return 0;
    }
    if (oci_manifest_parse(d->arena, bytes, said, &manifest, err) < 0)
        return -1;
    *media_type = type_or(manifest.media_type, SPAN(OCI_MANIFEST));
    d->at += 2 + manifest.layer_count;
    return 0;
}

static int next_document(struct adding *a, struct documents *d, struct content_repository *r,
                         const struct content_document **document, struct err **err)
{
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(OCI_MANIFEST_MAX_BYTES);
    const struct digest *digest = &source_blob(a, d->at)->digest;
    const struct oci_index_entry *entry = map_get(&d->types, digest_key(digest));
    struct span media_type;

    if (content_read(a->source, digest, &bytes, err) < 0 ||
        read_media_type(d, buf_span(&bytes),
                        entry ? entry->blob.media_type : a->artifact->media_type, &media_type,
                        err) < 0)
        return -1;
    *document = add_document(a->content, r, digest, buf_span(&bytes), media_type);
    return 0;
}

// Behind the manifest that is missing, its config and its layers: another platform's, or the end.
static size_t behind_missing(const struct adding *a, size_t at)
{
    size_t next = a->artifact->blob_count;

    for (size_t i = 0; i < a->artifact->manifest_count; i++)
        for (size_t j = at + 1; j < next; j++)
            if (a->artifact->blobs[j] == a->artifact->manifests[i].blob)
                next = j;
    return next;
}

int source_add_oci(struct adding *a, struct err **err)
{
    struct documents d CLEANUP(documents_free) = {.arena = arena_new()};
    const struct content_document *document, *first = NULL;
    struct content_repository *r;
    struct oci_ref ref;

    if (oci_ref_parse(d.arena, a->artifact->name, &ref, err) < 0)
        return -1;
    r = repository_of(a->content, &ref);
    while (d.at < a->artifact->blob_count) {
        if (!source_has(a, d.at)) {
            d.at = behind_missing(a, d.at);
            continue;
        }
        if (next_document(a, &d, r, &document, err) < 0)
            return -1;
        if (!first)
            first = document;
    }
    if (first && ref.tag.len)
        add_tag(a, r, ref.tag, first);
    return 0;
}
