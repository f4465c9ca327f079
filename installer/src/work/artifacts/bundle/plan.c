// SPDX-License-Identifier: Apache-2.0
// What of a bundle is small: the tree, files, charts of Helm repositories, packs of git ones.
#include "work/artifacts/bundle/plan.h"

#include "io/crypto.h"

void plan_init(struct plan *p, const struct lock *lock)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct digest digest;
    size_t count;
    const struct span *platforms = lock_platforms(lock, &count);

    lock_format(lock, &text);
    digest = crypto_sha256(buf_span(&text));
    *p = (struct plan){.bundle = bundle_plan_new(lock_origin(lock), &digest), .arena = arena_new()};
    bundle_plan_kube_version(p->bundle, lock_kube_version(lock));
    for (size_t i = 0; i < count; i++)
        bundle_plan_platform(p->bundle, platforms[i]);
}

void plan_free(struct plan *p)
{
    bundle_plan_free(p->bundle);
    arena_free(p->arena);
}

size_t plan_piece(struct plan *p, struct span data)
{
    struct digest digest = crypto_sha256(data);
    struct plan_piece piece = {.data = data};

    piece.blob = bundle_plan_blob(p->bundle, &digest, data.len);
    vec_push_arena(p->arena, &p->pieces, piece);
    return piece.blob;
}

// An artifact of one blob, which is copied.
static void add_artifact(struct plan *p, const struct bundle_artifact *a, struct span data)
{
    size_t blob = plan_piece(p, arena_span(p->arena, data));
    struct bundle_artifact whole = *a;

    whole.blobs = &blob;
    whole.blob_count = 1;
    bundle_plan_artifact(p->bundle, &whole);
}

void plan_tree(struct plan *p, const char *folder, struct span tar)
{
    struct digest digest = crypto_sha256(tar);
    struct bundle_artifact a = {
        .kind = BUNDLE_TREE, .name = span_str(folder), .revision = span_str(DIGEST_TEXT(&digest))};

    add_artifact(p, &a, tar);
}

int plan_file(struct plan *p, const struct lock_entry *e, struct sources *sources, struct err **err)
{
    struct buf data CLEANUP(buf_free) = BUF_INIT(PLAN_SMALL_MAX_BYTES);
    struct bundle_artifact a = {
        .kind = BUNDLE_FILE, .name = e->name, .revision = span_str(DIGEST_TEXT(&e->digest))};

    if (sources_file(sources, e->name.ptr, &data, err) < 0)
        return -1;
    add_artifact(p, &a, buf_span(&data));
    return 0;
}

int plan_git(struct plan *p, const struct lock_entry *e, struct sources *sources, struct err **err)
{
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    struct sources_git *git = sources_git(sources, e->name.ptr, e->ref.ptr, err);
    struct bundle_artifact a = {
        .kind = BUNDLE_GIT, .name = e->name, .version = e->ref, .revision = e->commit};
    struct digest digest;

    if (!git || git_pack(git->store, &git->target, &pack, err) < 0)
        return -1;
    digest = crypto_sha256(buf_span(&pack));
    if (!digest_eq(&digest, &e->pack))
        return err_set(err, ERR_INTEGRITY, "its pack has the digest %s, the lock says %s",
                       DIGEST_TEXT(&digest), DIGEST_TEXT(&e->pack));
    add_artifact(p, &a, buf_span(&pack));
    return 0;
}

int plan_chart(struct plan *p, const struct lock_entry *e, struct repositories *repositories,
               struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct bundle_artifact a = {
        .kind = BUNDLE_CHART, .name = e->name, .revision = span_str(DIGEST_TEXT(&e->digest))};
    struct chart_name name;

    if (!chart_name_parse(e->name, &name))
        return err_set(err, ERR_CONFIG, "the lock has no chart and version in its name");
    if (repositories_archive(repositories, &name, &e->digest, &tgz, err) < 0)
        return -1;
    add_artifact(p, &a, buf_span(&tgz));
    return 0;
}
