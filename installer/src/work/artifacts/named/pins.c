// SPDX-License-Identifier: Apache-2.0
// Comparing a bundle with a lock: what a bundle says of itself is only worth something when the
// lock, which is in the repository, says the same.
#include <string.h>
#include <unistd.h>

#include "io/crypto.h"
#include "work/artifacts.h"

struct pins {
    const struct bundle *bundle;
    const struct lock *lock;
    const char *path; // of the lock
    bool is_its_own;  // the bundle says that it was built from this lock
};

// A bundle that says itself that it is of another lock is only out of date.
static int differs(const struct pins *p, const char *kind, struct span name, const char *how,
                   struct err **err)
{
    err_set(err, p->is_its_own ? ERR_INTEGRITY : ERR_CONFIG, "bundle %s: %s %.*s is not %s lock %s",
            bundle_path(p->bundle), kind, SPAN_ARG(name), how, p->path);
    return err_hint(err, p->is_its_own ? "somebody has changed the bundle: build it again with "
                                         "'sandstrap bundle build'"
                                       : "the bundle is of another lock: build it again with "
                                         "'sandstrap bundle build'");
}

static enum bundle_kind kind_of(enum lock_kind kind)
{
    switch (kind) {
    case LOCK_CHART: return BUNDLE_CHART;
    case LOCK_FILE: return BUNDLE_FILE;
    case LOCK_GIT: return BUNDLE_GIT;
    case LOCK_IMAGE: break;
    }
    return BUNDLE_IMAGE;
}

static bool has_digest(const struct bundle *b, size_t blob, const struct digest *digest)
{
    size_t count;

    return digest_eq(&bundle_blobs(b, &count)[blob].digest, digest);
}

static bool is_same(const struct bundle *b, const struct bundle_artifact *a,
                    const struct lock_entry *e)
{
    if (e->kind == LOCK_GIT)
        return span_eq(a->revision, e->commit) && has_digest(b, a->blobs[0], &e->pack);
    if (!has_digest(b, a->blobs[0], &e->digest) || a->manifest_count != e->manifest_count)
        return false;
    for (size_t i = 0; i < e->manifest_count; i++)
        if (!span_eq(a->manifests[i].platform, e->manifests[i].platform) ||
            !has_digest(b, a->manifests[i].blob, &e->manifests[i].digest))
            return false;
    return true;
}

static bool has_images(const struct bundle *b)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);

    for (size_t i = 0; i < count; i++)
        if (all[i].kind == BUNDLE_IMAGE)
            return true;
    return false;
}

// Each pin has its artifact; a bundle that was built without images has none of them.
static int check_entries(const struct pins *p, size_t *found, struct err **err)
{
    size_t count;
    const struct lock_entry *entries = lock_entries(p->lock, &count);
    bool images = has_images(p->bundle);

    for (size_t i = 0; i < count; i++) {
        const struct lock_entry *e = &entries[i];
        const struct bundle_artifact *a = NULL;

        if (e->kind == LOCK_IMAGE && !images)
            continue;
        a = bundle_find(p->bundle, kind_of(e->kind), e->name, e->ref);
        if (!a)
            return differs(p, lock_kind_name(e->kind), e->name, "in it, but in", err);
        if (!is_same(p->bundle, a, e))
            return differs(p, lock_kind_name(e->kind), e->name, "what is pinned in", err);
        (*found)++;
    }
    return 0;
}

// The first artifact that no pin asks for.
static int check_rest(const struct pins *p, struct err **err)
{
    static const enum lock_kind kinds[] = {
        [BUNDLE_CHART] = LOCK_CHART,
        [BUNDLE_FILE] = LOCK_FILE,
        [BUNDLE_GIT] = LOCK_GIT,
        [BUNDLE_IMAGE] = LOCK_IMAGE,
    };
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(p->bundle, &count);

    for (size_t i = 0; i < count; i++)
        if (all[i].kind != BUNDLE_TREE &&
            !lock_find(p->lock, kinds[all[i].kind], all[i].name, all[i].version))
            return differs(p, bundle_kind_name(all[i].kind), all[i].name, "in", err);
    return 0;
}

static struct span entrypoint_of(const struct bundle *b)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);

    return count && all[count - 1].kind == BUNDLE_TREE ? all[count - 1].name : SPAN_EMPTY;
}

static int check(struct pins *p, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct span entrypoint = entrypoint_of(p->bundle);
    struct digest digest;
    size_t found = 0;

    lock_format(p->lock, &text);
    digest = crypto_sha256(buf_span(&text));
    p->is_its_own = digest_eq(bundle_lock_digest(p->bundle), &digest);
    if (!span_eq(entrypoint, lock_entrypoint(p->lock)))
        return differs(p, "entrypoint", entrypoint, "that of", err);
    if (check_entries(p, &found, err) < 0 || check_rest(p, err) < 0)
        return -1;
    return p->is_its_own ? 0 : differs(p, "its", SPAN("origin"), "from", err);
}

static bool is_same_word(const struct bundle *b, const char *what, struct span of_lock,
                         struct span of_bundle, struct report *report)
{
    if (span_eq(of_lock, of_bundle))
        return true;
    report_warn(report, "bundle",
                "lock %s is not compared with bundle %s: its %s is %.*s, that of the bundle %.*s",
                ARTIFACTS_LOCK, bundle_path(b), what, SPAN_ARG(of_lock), SPAN_ARG(of_bundle));
    return false;
}

// The lock of the place where locks are, if it is one for this bundle: of the same entrypoint, and
// from the same upstream.
static struct lock *find_lock(const struct bundle *b, struct report *report, struct err **err)
{
    struct lock *lock CLEANUP(lock_cleanup) = NULL;

    if (access(ARTIFACTS_LOCK, F_OK) < 0) {
        report_info(report, "bundle", "there is no lock %s to compare bundle %s with",
                    ARTIFACTS_LOCK, bundle_path(b));
        return NULL;
    }
    lock = lock_read(ARTIFACTS_LOCK, err);
    if (!lock || !is_same_word(b, "origin", lock_origin(lock), bundle_origin(b), report) ||
        !is_same_word(b, "entrypoint", lock_entrypoint(lock), entrypoint_of(b), report))
        return NULL;
    return STEAL(lock);
}

int artifacts_check_lock(const struct bundle *b, const char *path, bool lab, struct report *report,
                         struct err **err)
{
    struct lock *lock CLEANUP(lock_cleanup) =
        path ? artifacts_read_lock(path, lab, err) : find_lock(b, report, err);
    struct pins p = {.bundle = b, .lock = lock, .path = path ? path : ARTIFACTS_LOCK};

    if (!lock)
        return *err ? -1 : 0;
    return check(&p, err);
}
