// SPDX-License-Identifier: Apache-2.0
// From the index of a bundle to what is served under which name; source_<kind>.c has the kinds.
// What is small is read and kept; all else stays where it is.
#include "work/serve/content/source.h"

static int add_artifact(struct adding *a, struct err **err)
{
    switch (a->artifact->kind) {
    case BUNDLE_CHART:
        return bundle_is_oci(a->artifact) ? source_add_oci(a, err) : source_add_chart(a, err);
    case BUNDLE_IMAGE: return source_add_oci(a, err);
    case BUNDLE_FILE: return source_add_file(a, err);
    case BUNDLE_GIT: return source_add_git(a, err);
    case BUNDLE_TREE: break;
    }
    return 0;
}

int content_add(struct serve_content *c, struct bundle *take, const struct blobstore *store,
                bool whole, struct err **err)
{
    struct content_source *source = ARENA_NEW(c->arena, struct content_source);
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(take, &count);

    source->bundle = take;
    source->store = store;
    source->whole = whole;
    source->label = arena_printf(c->arena, "%s (sha256:%.12s)",
                                 store ? blobstore_path(store) : bundle_path(take),
                                 DIGEST_HEX(bundle_identity(take)));
    vec_push(&c->sources, source);
    for (size_t i = 0; i < count; i++) {
        struct adding a = {c, source, &all[i]};

        if (source_has(&a, 0) && add_artifact(&a, err) < 0)
            return err_wrap_as(err, ERR_INTEGRITY, "bundle %s: %s %.*s", bundle_path(take),
                               bundle_kind_name(all[i].kind), SPAN_ARG(all[i].name));
    }
    return source_write_indexes(c, err) < 0 ? -1 : source_join_gits(c, err);
}

int serve_add_bundle(struct serve_content *c, struct bundle *take, struct err **err)
{
    struct bundle *refused CLEANUP(bundle_cleanup) = bundle_since(take) ? take : NULL;

    if (refused) {
        err_set(err, ERR_CONFIG, "bundle %s is a delta since %s, and cannot be served by itself",
                bundle_path(take), DIGEST_TEXT(bundle_since(take)));
        return err_hint(err, "'sandstrap store add' puts it into a store that has that bundle, "
                             "which 'sandstrap serve --store' serves");
    }
    return content_add(c, take, NULL, true, err);
}
