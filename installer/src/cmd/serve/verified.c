// SPDX-License-Identifier: Apache-2.0
// Opening and verifying what is served.
#include "cmd/serve/verified.h"

#include "work/artifacts.h"

static int open_bundle(struct verified *v, const struct verified_wanted *wanted, const char *path,
                       struct cancel *cancel, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = artifacts_open_bundle(path, wanted->lab, err);

    if (!b || artifacts_verify(b, cancel, err) < 0)
        return -1;
    vec_push(&v->bundles, STEAL(b));
    return 0;
}

static void note_wrong(void *data, const struct digest *digest)
{
    struct digest *first = data;

    if (!digest_is_set(first))
        *first = *digest;
}

static int open_store(struct verified *v, const char *path, struct cancel *cancel, struct err **err)
{
    struct digest wrong = {0};

    v->store = blobstore_open(path, BLOBSTORE_READ, 0, err);
    if (!v->store)
        return -1;
    if (blobstore_verify(v->store, cancel, note_wrong, &wrong, &v->sum, err) == 0)
        return 0;
    if (!digest_is_set(&wrong))
        return -1;
    err_wrap(err, "%s", DIGEST_TEXT(&wrong));
    return err_hint(err, "'sandstrap store verify' takes away what is wrong");
}

int verified_open(struct verified *v, const struct verified_wanted *wanted, struct cancel *cancel,
                  struct err **err)
{
    if (!wanted->bundles->len && !wanted->store)
        return open_bundle(v, wanted, ARTIFACTS_BUNDLE, cancel, err);
    for (size_t i = 0; i < wanted->bundles->len; i++)
        if (open_bundle(v, wanted, wanted->bundles->items[i], cancel, err) < 0)
            return -1;
    return wanted->store ? open_store(v, wanted->store, cancel, err) : 0;
}

struct serve_content *verified_content(struct verified *v, struct report *report, struct err **err)
{
    struct serve_content *content CLEANUP(serve_content_cleanup) = serve_content_new(report);

    VEC_FOREACH (struct bundle **, b, &v->bundles) {
        report_info(report, "serve", "%s is verified: %s", bundle_path(*b),
                    DIGEST_TEXT(bundle_identity(*b)));
        if (serve_add_bundle(content, STEAL(*b), err) < 0)
            return NULL;
    }
    if (!v->store)
        return STEAL(content);
    report_info(report, "serve", "%s is verified: %zu blob%s, %llu bytes", blobstore_path(v->store),
                v->sum.blobs, PLURAL(v->sum.blobs), (unsigned long long)v->sum.bytes);
    if (serve_add_store(content, STEAL(v->store), err) < 0)
        return NULL;
    return STEAL(content);
}

void verified_free(struct verified *v)
{
    VEC_FOREACH (struct bundle **, b, &v->bundles)
        bundle_close(*b);
    vec_free(&v->bundles);
    blobstore_close(v->store);
    *v = (struct verified){0};
}
