// SPDX-License-Identifier: Apache-2.0
// From a name to the manifests for some platforms, through indexes and indexes in indexes. The
// order of choice is that of containerd (images.Manifest() and platforms.Only()).
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "io/crypto.h"
#include "model/oci.h"

struct document {
    struct span bytes, media_type;
    struct digest digest;
};

struct search {
    struct oci_documents *documents;
    struct arena *arena;
    const struct oci_ref *ref;
    enum oci_content content;
    struct oci_platform wanted; // in this round
    unsigned looks;
    struct {
        struct oci_index *items;
        size_t len, cap;
    } used;             // indexes on the way to what was found, in all rounds
    size_t round;       // where those of this round start
    struct buf *offers; // "linux/arm64, linux/s390x": what there is instead
};

// An entry of an index, to be sorted into the order in which they are tried.
struct candidate {
    const struct oci_index_entry *entry;
    size_t rank; // behind all others without platform
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry; // of one array: as the index has them
}

// The document with that digest, or with the tag when none is set.
static int get(struct search *s, const struct digest *digest, struct document *d, struct err **err)
{
    struct oci_ref ref = *s->ref;

    ref.digest = *digest;
    if (s->looks++ == OCI_LOOKS_MAX)
        return err_set(err, ERR_UNSUPPORTED,
                       "more than %d manifests would have to be looked at to find the one for a "
                       "platform",
                       OCI_LOOKS_MAX);
    if (s->documents->manifest(s->documents, s->arena, &ref, &d->bytes, &d->media_type, err) < 0)
        return -1;
    d->digest = crypto_sha256(d->bytes);
    if (digest_is_set(digest) && !digest_eq(digest, &d->digest))
        return err_set(err, ERR_INTEGRITY, "the manifest has the digest %s, not %s",
                       DIGEST_TEXT(&d->digest), DIGEST_TEXT(digest));
    return 0;
}

// 1 when a machine of the platform that is wanted runs it.
static int fits_config(struct search *s, const struct oci_manifest *m, struct err **err)
{
    struct oci_platform have;
    struct span config;

    if (s->documents->config(s->documents, s->arena, &m->config, &config, err) < 0 ||
        oci_config_platform(s->arena, config, &have, err) < 0)
        return -1;
    if (oci_platform_rank(&s->wanted, &have) >= 0)
        return 1;
    if (s->offers->len)
        buf_add_str(s->offers, ", ");
    oci_platform_format(&have, s->offers);
    return 0;
}

// 1 when it is what is looked for, 0 when it is not. `entry`: of the index that names it, or NULL.
static int look_at_manifest(struct search *s, const struct document *d,
                            const struct oci_index_entry *entry, struct oci_manifest *m,
                            struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (oci_manifest_parse(s->arena, d->bytes, d->media_type, m, err) < 0)
        return -1;
    if (s->content == OCI_CHART)
        return 1;
    if (oci_manifest_check_image(m, &why) < 0)
        return entry && !entry->has_platform ? 0 : err_move(err, &why);
    return entry && entry->has_platform ? 1 : fits_config(s, m, err);
}

static struct candidate *candidates(struct search *s, const struct oci_index *index, size_t *count)
{
    struct candidate *list = arena_array(s->arena, index->count + 1, sizeof(*list));

    *count = 0;
    for (size_t i = 0; i < index->count; i++) {
        const struct oci_index_entry *entry = &index->entries[i];
        int rank = entry->has_platform ? oci_platform_rank(&s->wanted, &entry->platform) : 0;

        if (rank >= 0) {
            list[*count].entry = entry;
            list[(*count)++].rank = entry->has_platform ? (size_t)rank : SIZE_MAX;
            continue;
        }
        if (s->offers->len)
            buf_add_str(s->offers, ", ");
        oci_platform_format(&entry->platform, s->offers);
    }
    qsort(list, *count, sizeof(*list), compare_candidates);
    return list;
}

// The way is found from its end: each index goes in front of those below it.
static void use(struct search *s, const struct oci_index *index)
{
    VEC_FOREACH (const struct oci_index *, it, &s->used)
        if (digest_eq(&it->digest, &index->digest))
            return;
    vec_push_arena(s->arena, &s->used, *index);
    memmove(&s->used.items[s->round + 1], &s->used.items[s->round],
            (s->used.len - 1 - s->round) * sizeof(*index));
    s->used.items[s->round] = *index;
}

static int look_at(struct search *s, const struct document *d, const struct oci_index_entry *entry,
                   unsigned depth, struct oci_manifest *m, struct err **err)
{
    struct oci_index index;
    struct candidate *list;
    size_t count;
    int is_index = oci_index_parse(s->arena, d->bytes, d->media_type, &index, err);

    if (is_index <= 0)
        return is_index < 0 ? -1 : look_at_manifest(s, d, entry, m, err);
    if (depth == OCI_INDEX_DEPTH_MAX)
        return err_set(err, ERR_UNSUPPORTED, "indexes are nested deeper than %d",
                       OCI_INDEX_DEPTH_MAX);
    list = candidates(s, &index, &count);
    for (size_t i = 0; i < count; i++) {
        struct document below;
        int found = get(s, &list[i].entry->blob.digest, &below, err);

        if (found == 0)
            found = look_at(s, &below, list[i].entry, depth + 1, m, err);
        if (found > 0)
            use(s, &index);
        if (found != 0)
            return found;
    }
    return 0;
}

static int find_platform(struct search *s, const struct document *root, struct span platform,
                         struct oci_manifest *m, struct err **err)
{
    struct buf offers CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    int found;

    s->offers = &offers;
    s->looks = 0;
    s->round = s->used.len;
    if (!oci_platform_parse(s->arena, platform, &s->wanted))
        return err_set(err, ERR_CONFIG, "'%.*s' is no platform", SPAN_ARG(platform));
    found = look_at(s, root, NULL, 0, m, err);
    if (found != 0)
        return found < 0 ? -1 : 0;
    return err_set(err, ERR_SOURCE, "there is no image for %.*s, only for %s", SPAN_ARG(platform),
                   offers.len ? buf_str(&offers) : "nothing");
}

// Manifests share layers, and one may list a layer twice.
static void count_blob(struct map *counted, struct oci_resolved *r, const struct digest *digest,
                       uint64_t size)
{
    if (!map_put(counted, digest_key(digest), r))
        r->size += size;
}

static void count_bytes(struct oci_resolved *r)
{
    struct map counted CLEANUP(map_free) = MAP_INIT;

    for (size_t i = 0; i < r->index_count; i++)
        count_blob(&counted, r, &r->indexes[i].digest, r->indexes[i].bytes.len);
    for (size_t i = 0; i < r->manifest_count; i++) {
        const struct oci_manifest *m = &r->manifests[i];

        count_blob(&counted, r, &m->digest, m->bytes.len);
        count_blob(&counted, r, &m->config.digest, m->config.size);
        for (size_t j = 0; j < m->layer_count; j++)
            count_blob(&counted, r, &m->layers[j].digest, m->layers[j].size);
    }
}

static int resolve(struct search *s, const struct span *platforms, size_t count,
                   struct oci_resolved *r, struct err **err)
{
    struct oci_manifest *manifests = arena_array(s->arena, count + 1, sizeof(*manifests));
    struct document root;

    if (get(s, &s->ref->digest, &root, err) < 0)
        return -1;
    *r = (struct oci_resolved){
        .digest = root.digest, .manifests = manifests, .manifest_count = count};
    for (size_t i = 0; i < count; i++)
        if (find_platform(s, &root, platforms[i], &manifests[i], err) < 0)
            return -1;
    r->indexes = s->used.items;
    r->index_count = s->used.len;
    count_bytes(r);
    r->media_type = r->index_count ? r->indexes[0].media_type : manifests[0].media_type;
    return 0;
}

int oci_resolve(struct oci_documents *d, struct arena *arena, const struct oci_ref *ref,
                enum oci_content content, const struct span *platforms, size_t platform_count,
                struct oci_resolved *resolved, struct err **err)
{
    struct search s = {.documents = d, .arena = arena, .ref = ref, .content = content};
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (resolve(&s, platforms, platform_count, resolved, err) == 0)
        return 0;
    oci_ref_format(ref, &name);
    return err_wrap(err, "%s", buf_str(&name));
}
