// SPDX-License-Identifier: Apache-2.0
#include "work/agent/wanted.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/crypto.h"
#include "model/bundle.h"

static char *path_of(const struct agent *a, const struct digest *identity, const char *ending)
{
    char *name CLEANUP(mem_cleanup) = mem_printf("%s%s", DIGEST_HEX(identity), ending);

    return path_join(a->bundles_path, name);
}

char *wanted_head_path(const struct agent *a, const struct digest *identity)
{
    return path_of(a, identity, ".head");
}

char *wanted_list_path(const struct agent *a, const struct digest *identity)
{
    return path_of(a, identity, ".blobs");
}

struct wanted *wanted_find(const struct agent *a, const struct digest *identity)
{
    VEC_FOREACH (struct wanted *const *, w, &a->wanted)
        if (digest_eq(&(*w)->identity, identity))
            return *w;
    return NULL;
}

static void free_one(struct wanted *w)
{
    seed_blobs_free(&w->blobs);
    free(w->here);
    free(w);
}

void wanted_free(struct agent *a)
{
    VEC_FOREACH (struct wanted **, w, &a->wanted)
        free_one(*w);
    vec_free(&a->wanted);
}

// --- what is there ---

static void look_for_blobs(struct agent *a, struct wanted *w)
{
    w->lacks = 0;
    w->lacks_bytes = 0;
    for (size_t i = 0; i < w->blobs.items.len; i++) {
        const struct seed_blob *blob = &w->blobs.items.items[i];

        w->here[i] = a->store && blobstore_has(a->store, &blob->digest, blob->size);
        if (w->here[i])
            continue;
        w->lacks++;
        w->lacks_bytes += blob->size;
    }
}

static int read_list(struct agent *a, struct wanted *w, struct span text, struct err **err)
{
    struct digest digest = crypto_sha256(text);

    if (!digest_eq(&digest, &w->list))
        return err_set(err, ERR_INTEGRITY, "the list of blobs of bundle %s has the digest %s",
                       DIGEST_TEXT(&w->identity), DIGEST_TEXT(&digest));
    if (seed_blobs_read(text, &w->blobs, err) < 0)
        return -1;
    w->here = mem_zalloc(w->blobs.items.len + 1, sizeof(*w->here));
    w->has_list = true;
    look_for_blobs(a, w);
    return 0;
}

static void forget_list(struct wanted *w)
{
    w->has_list = false;
    w->lacks = 0;
    w->lacks_bytes = 0;
    seed_blobs_free(&w->blobs);
    free(STEAL(w->here));
}

static bool is_head(const char *path, const struct digest *identity, struct err **err)
{
    struct bundle *head CLEANUP(bundle_cleanup) = bundle_open_head(path, identity, err);

    return head != NULL;
}

// What an earlier agent left is taken if it is right.
static struct wanted *look_at(struct agent *a, const struct seed_bundle *bundle)
{
    struct wanted *w = MEM_NEW(struct wanted);
    char *head CLEANUP(mem_cleanup) = wanted_head_path(a, &bundle->identity);
    char *list CLEANUP(mem_cleanup) = wanted_list_path(a, &bundle->identity);
    struct buf text CLEANUP(buf_free) = BUF_INIT(WANTED_LIST_MAX_BYTES);
    struct err *none CLEANUP(err_cleanup) = NULL, *wrong CLEANUP(err_cleanup) = NULL;

    w->identity = bundle->identity;
    w->list = bundle->blobs;
    w->has_head = is_head(head, &w->identity, &none);
    if (file_read(AT_FDCWD, list, &text, &wrong) == 0)
        (void)read_list(a, w, buf_span(&text), &wrong);
    return w;
}

// --- installing ---

static void install(struct agent *a, struct wanted *w, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = wanted_head_path(a, &w->identity);
    struct buf head CLEANUP(buf_free) = BUF_INIT(WANTED_HEAD_MAX_BYTES);

    w->installed = file_read(AT_FDCWD, path, &head, err) == 0 &&
                   blobstore_install(a->store, &w->identity, buf_span(&head), err) == 0;
}

static void collect_later(struct agent *a);

static bool is_whole(const struct wanted *w)
{
    return w->has_head && w->has_list && !w->lacks;
}

// The oldest first, so that the newest is it in the store, too. What cannot be written on a full
// disk may be in the store already: then it is served, all the same.
static void install_whole(struct agent *a)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    bool any = false, all = true;

    for (size_t i = a->wanted.len; i-- && a->store && !err;) {
        struct wanted *w = a->wanted.items[i];

        all &= is_whole(w);
        if (!is_whole(w) || w->installed)
            continue;
        install(a, w, &err);
        any = true;
    }
    agent_set_problem(a, AGENT_STORE, err);
    if (any)
        a->changed(a->data);
    if (all && !err)
        collect_later(a);
}

void wanted_try_again(struct agent *a)
{
    VEC_FOREACH (struct wanted *const *, w, &a->wanted)
        if (is_whole(*w) && !(*w)->installed) {
            install_whole(a);
            return;
        }
}

void wanted_has_blob(struct agent *a, const struct digest *digest)
{
    VEC_FOREACH (struct wanted **, it, &a->wanted) {
        struct wanted *w = *it;

        for (size_t i = 0; i < w->blobs.items.len; i++)
            if (!w->here[i] && digest_eq(&w->blobs.items.items[i].digest, digest)) {
                w->here[i] = true;
                w->lacks--;
                w->lacks_bytes -= w->blobs.items.items[i].size;
            }
        if (!w->lacks && !w->installed)
            install_whole(a);
    }
}

void wanted_look(struct agent *a)
{
    VEC_FOREACH (struct wanted **, w, &a->wanted) {
        look_for_blobs(a, *w);
        (*w)->installed = false;
    }
    install_whole(a);
}

int wanted_take_head(struct agent *a, struct wanted *w, struct span head, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = wanted_head_path(a, &w->identity);

    if (w->has_head)
        return 0;
    if (file_write(path, head, FILE_PUBLIC, err) < 0)
        return -1;
    if (!is_head(path, &w->identity, err)) {
        unlink(path);
        return -1;
    }
    w->has_head = true;
    install_whole(a);
    return 0;
}

int wanted_take_list(struct agent *a, struct wanted *w, struct span list, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = wanted_list_path(a, &w->identity);

    if (w->has_list)
        return 0;
    if (read_list(a, w, list, err) < 0)
        return -1;
    if (file_write(path, list, FILE_PUBLIC, err) < 0) {
        forget_list(w);
        return -1;
    }
    install_whole(a);
    return 0;
}

void wanted_lacks(const struct agent *a, const struct wanted *w, struct seed_blobs *out)
{
    for (size_t i = 0; i < w->blobs.items.len; i++) {
        struct seed_blob blob = w->blobs.items.items[i];

        if (w->here[i])
            continue;
        blob.have = a->store ? blobstore_part(a->store, &blob.digest) : 0;
        if (blob.have > blob.size)
            blob.have = 0;
        vec_push(&out->items, blob);
    }
}

// --- what is not needed ---

static bool is_needed(void *data, const struct digest *digest)
{
    const struct agent *a = data;
    struct seed_blob wanted = {.digest = *digest};

    VEC_FOREACH (struct wanted *const *, w, &a->wanted)
        if ((*w)->blobs.items.len &&
            bsearch(&wanted, (*w)->blobs.items.items, (*w)->blobs.items.len, sizeof(wanted),
                    seed_blob_compare))
            return true;
    return false;
}

// Bundles that are installed and not in the configuration; how many there were.
static int remove_others(struct agent *a, struct err **err)
{
    struct digest *identities CLEANUP(mem_cleanup) = NULL;
    size_t count;
    int removed = 0;

    if (blobstore_list(a->store, &identities, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char *head CLEANUP(mem_cleanup) = wanted_head_path(a, &identities[i]);
        char *list CLEANUP(mem_cleanup) = wanted_list_path(a, &identities[i]);

        if (wanted_find(a, &identities[i]))
            continue;
        if (blobstore_remove(a->store, &identities[i], err) < 0)
            return -1;
        unlink(head);
        unlink(list);
        removed++;
    }
    return removed;
}

void wanted_collect(struct agent *a)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct blobstore_sum freed;
    int removed;

    if (!a->store || !a->configured || timer_now() < a->collect_at)
        return;
    VEC_FOREACH (struct wanted **, w, &a->wanted)
        if (!(*w)->has_list)
            return;
    removed = remove_others(a, &err);
    if (removed < 0 || blobstore_collect(a->store, false, is_needed, a, &freed, &err) < 0) {
        agent_set_problem(a, AGENT_STORE, err);
        return;
    }
    if (freed.blobs)
        report_info(a->report, "agent",
                    "%zu blob%s that no bundle needs any more: %llu bytes are free again",
                    freed.blobs, PLURAL(freed.blobs), (unsigned long long)freed.bytes);
    if (removed)
        a->changed(a->data);
}

static void on_collect(void *data)
{
    struct agent *a = data;

    a->collect_timer = 0;
    wanted_collect(a);
}

enum { FILE_MAY_BE_OLD_MS = 120000, COLLECT_LATER_MS = 1000 };

void wanted_trust(struct agent *a, bool at_once)
{
    a->collect_at = timer_add(timer_now(), at_once ? 0 : FILE_MAY_BE_OLD_MS);
}

static void collect_later(struct agent *a)
{
    int64_t at = timer_add(timer_now(), COLLECT_LATER_MS);

    if (at < a->collect_at)
        at = a->collect_at;
    loop_remove_timer(a->loop, a->collect_timer);
    a->collect_timer = loop_add_timer(a->loop, at, on_collect, a);
}

// --- another configuration ---

static struct wanted *keep_or_look(struct agent *a, const struct seed_bundle *bundle)
{
    for (size_t i = 0; i < a->wanted.len; i++) {
        struct wanted *w = a->wanted.items[i];

        if (digest_eq(&w->identity, &bundle->identity) && digest_eq(&w->list, &bundle->blobs)) {
            vec_remove(&a->wanted, i);
            return w;
        }
    }
    return look_at(a, bundle);
}

void wanted_update(struct agent *a)
{
    VEC(struct wanted *) next = {0};

    VEC_FOREACH (const struct seed_bundle *, bundle, &a->config.bundles)
        vec_push(&next, keep_or_look(a, bundle));
    wanted_free(a);
    a->wanted.items = next.items;
    a->wanted.len = next.len;
    a->wanted.cap = next.cap;
    install_whole(a);
}
