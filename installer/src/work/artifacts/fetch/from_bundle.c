// SPDX-License-Identifier: Apache-2.0
// Sources in a bundle. What is not in it is not to be had.
#include <stdlib.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "work/artifacts/fetch/sources.h"

struct packed {
    struct sources base;
    const struct bundle *bundle;
};

static const struct bundle_artifact *find(const struct packed *p, enum bundle_kind kind,
                                          const char *name, const char *version, struct err **err)
{
    const struct bundle_artifact *a =
        bundle_find(p->bundle, kind, span_str(name), span_str(version));

    if (a)
        return a;
    err_set(err, ERR_CONFIG, "%s %s%s%s is not in bundle %s", bundle_kind_name(kind), name,
            version[0] ? " at " : "", version, bundle_path(p->bundle));
    err_hint(err, "the tree has changed: run 'sandstrap bundle lock' and 'sandstrap bundle build'");
    return NULL;
}

static int read_blob(const struct packed *p, const struct bundle_artifact *a, struct buf *out,
                     struct err **err)
{
    size_t count;

    return bundle_read(p->bundle, &bundle_blobs(p->bundle, &count)[a->blobs[0]], out, err);
}

static int packed_file(struct sources *s, const char *url, struct buf *out, struct err **err)
{
    const struct packed *p = (const struct packed *)s;
    const struct bundle_artifact *a = find(p, BUNDLE_FILE, url, "", err);

    return a ? read_blob(p, a, out, err) : -1;
}

static int packed_git(struct sources *s, struct sources_git *git, struct err **err)
{
    const struct packed *p = (const struct packed *)s;
    const struct bundle_artifact *a = find(p, BUNDLE_GIT, git->url, git->ref, err);
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    struct git_pin pin = {0};

    if (!a || read_blob(p, a, &pack, err) < 0)
        return -1;
    if (!git_oid_parse(a->revision, &pin.target.commit))
        return err_set(err, ERR_INTEGRITY, "bundle %s: git %s has no commit",
                       bundle_path(p->bundle), git->url);
    if (git_pin_read(buf_span(&pack), &pin, err) < 0)
        return err_wrap(err, "bundle %s: git %s", bundle_path(p->bundle), git->url);
    git->target = pin.target;
    git->pack = crypto_sha256(buf_span(&pack));
    git->store = git_store_new(buf_span(&pack), git->url, NULL, err);
    return git->store ? 0 : -1;
}

static int packed_tags(struct sources *s, const char *url, struct arena *arena, git_tags *out,
                       struct err **err UNUSED)
{
    const struct packed *p = (const struct packed *)s;
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(p->bundle, &count);

    for (size_t i = 0; i < count; i++) {
        struct git_tag tag = {.name = all[i].version};

        if (all[i].kind == BUNDLE_GIT && span_is(all[i].name, url) && span_skip(&tag.name, "tag/"))
            vec_push_arena(arena, out, tag);
    }
    return 0;
}

static void packed_close(struct sources *s)
{
    free(s);
}

struct sources *sources_bundle(const struct bundle *b)
{
    static const struct sources_ops ops = {packed_file, packed_git, packed_tags, packed_close};
    struct packed *p = MEM_NEW(struct packed);

    sources_init(&p->base, &ops);
    p->base.pinned = true;
    p->bundle = b;
    return &p->base;
}

struct kustomize_resolver *artifacts_bundle_resolver(const struct bundle *b)
{
    return &sources_bundle(b)->resolver;
}
