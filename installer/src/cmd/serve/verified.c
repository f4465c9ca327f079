// SPDX-License-Identifier: Apache-2.0
// Opening and verifying what is served.
#include "cmd/serve/verified.h"

#include "base/mem.h"
#include "model/blobstore.h"
#include "model/bundle.h"
#include "work/artifacts.h"

// --- what is to be said ---

static void note(struct report *r, const struct report_event *event)
{
    struct verified *v = (struct verified *)r;

    if (event->level == REPORT_WARN)
        vec_push(&v->warnings, mem_str(event->text));
    else if (event->level == REPORT_INFO)
        vec_push(&v->lines, mem_str(event->text));
}

// --- bundles and stores ---

static int add_bundle(struct verified *v, const struct verified_wanted *wanted, const char *path,
                      struct cancel *cancel, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = artifacts_open_bundle(path, wanted->lab, err);

    if (!b || artifacts_verify(b, cancel, err) < 0)
        return -1;
    report_info(&v->notes, "serve", "%s is verified: %s", path, DIGEST_TEXT(bundle_identity(b)));
    return serve_add_bundle(v->content, STEAL(b), err);
}

static void note_wrong(void *data, const struct digest *digest)
{
    struct verified *v = data;

    report_warn(&v->notes, "serve", "the blob %s of the store is wrong", DIGEST_TEXT(digest));
}

static int add_store(struct verified *v, const char *path, struct cancel *cancel, struct err **err)
{
    struct blobstore *store CLEANUP(blobstore_cleanup) =
        blobstore_open(path, BLOBSTORE_READ, 0, err);
    struct blobstore_sum sum;

    if (!store)
        return -1;
    if (blobstore_verify(store, cancel, note_wrong, v, &sum, err) < 0)
        return err_kind(*err) == ERR_INTEGRITY
                   ? err_hint(err, "'sandstrap store verify' takes away what is wrong")
                   : -1;
    report_info(&v->notes, "serve", "%s is verified: %zu blob%s, %llu bytes", path, sum.blobs,
                PLURAL(sum.blobs), (unsigned long long)sum.bytes);
    return serve_add_store(v->content, STEAL(store), SERVE_WHOLE, err);
}

int verified_open(struct verified *v, const struct verified_wanted *wanted, struct cancel *cancel,
                  struct err **err)
{
    v->notes.emit = note;
    v->content = serve_content_new(&v->notes);
    if (!wanted->bundles->len && !wanted->store)
        return add_bundle(v, wanted, ARTIFACTS_BUNDLE, cancel, err);
    for (size_t i = 0; i < wanted->bundles->len; i++)
        if (add_bundle(v, wanted, wanted->bundles->items[i], cancel, err) < 0)
            return -1;
    return wanted->store ? add_store(v, wanted->store, cancel, err) : 0;
}

struct serve_content *verified_take(struct verified *v, struct report *report)
{
    VEC_FOREACH (char **, line, &v->lines)
        report_info(report, "serve", "%s", *line);
    VEC_FOREACH (char **, line, &v->warnings)
        report_warn(report, "serve", "%s", *line);
    return STEAL(v->content);
}

void verified_free(struct verified *v)
{
    VEC_FOREACH (char **, line, &v->lines)
        free(*line);
    VEC_FOREACH (char **, line, &v->warnings)
        free(*line);
    vec_free(&v->lines);
    vec_free(&v->warnings);
    serve_content_free(STEAL(v->content));
}
