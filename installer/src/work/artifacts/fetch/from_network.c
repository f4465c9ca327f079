// SPDX-License-Identifier: Apache-2.0
// Sources on the network. With a lock, what it pins comes from the cache when it is there, and is
// refused when upstream gives something else.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "work/artifacts/fetch/cache.h"
#include "work/artifacts/fetch/sources.h"

#define FILE_MAX_BYTES ((size_t)128 << 20)

struct network {
    struct sources base;
    struct loop *loop;
    struct http *http;
    const struct lock *lock;
    struct report *report;
};

static int download(struct network *n, const char *url, struct buf *out, struct err **err)
{
    struct http_request request = {.url = url,
                                   .netrc = true,
                                   .text = true,
                                   .follow = true,
                                   .retry = HTTP_RETRY_ALL,
                                   .max_bytes = FILE_MAX_BYTES};
    struct http_response response CLEANUP(http_response_free) = {0};

    report_info(n->report, "fetch", "getting %s", url);
    if (http_perform(n->http, &request, &response, err) < 0 ||
        http_check_status(&response, err) < 0)
        return -1;
    buf_add_span(out, buf_span(&response.body));
    return buf_check(out, ERR_SOURCE, url, err);
}

static int network_file(struct sources *s, const char *url, struct buf *out, struct err **err)
{
    struct network *n = (struct network *)s;
    const struct lock_entry *pin =
        n->lock ? lock_find(n->lock, LOCK_FILE, span_str(url), SPAN_EMPTY) : NULL;
    size_t start = out->len;
    struct digest digest;

    if (n->lock && !pin && !s->anew) {
        err_set(err, ERR_CONFIG, "%s is not in the lock", url);
        return err_hint(err, "the tree has changed: run 'sandstrap bundle lock' again");
    }
    if (pin && cache_get_digest(&pin->digest, out))
        return 0;
    if (download(n, url, out, err) < 0)
        return -1;
    digest = crypto_sha256(span_tail(buf_span(out), start));
    if (pin && !digest_eq(&digest, &pin->digest)) {
        err_set(err, ERR_INTEGRITY, "%s has the digest %s, the lock says %s", url,
                DIGEST_TEXT(&digest), DIGEST_TEXT(&pin->digest));
        return err_hint(err, "upstream has changed what it serves: look at the difference before "
                             "locking it");
    }
    cache_put_digest(&digest, span_tail(buf_span(out), start));
    return 0;
}

static int find_target(struct network *n, const struct git_remote *remote, struct sources_git *git,
                       struct err **err)
{
    const struct lock_entry *pin;

    if (!n->lock)
        return git_resolve(remote, git->ref, &git->target, err);
    pin = lock_find(n->lock, LOCK_GIT, span_str(git->url), span_str(git->ref));
    if (pin && git_oid_parse(pin->commit, &git->target.commit)) {
        git->target.annotated = git_oid_parse(pin->tag, &git->target.tag);
        git->pack = pin->pack;
        return 0;
    }
    if (n->base.anew)
        return git_resolve(remote, git->ref, &git->target, err);
    err_set(err, ERR_CONFIG, "git %s at '%s' is not in the lock", git->url, git->ref);
    return err_hint(err, "the tree has changed: run 'sandstrap bundle lock' again");
}

// A commit's name is only SHA-1: with a lock the pack has to be the one that it pins, too.
static int check_pack(struct sources_git *git, struct span pack, struct err **err)
{
    struct digest found = crypto_sha256(pack), wanted = git->pack;

    git->pack = found;
    if (!digest_is_set(&wanted) || digest_eq(&found, &wanted))
        return 0;
    err_set(err, ERR_INTEGRITY, "git %s at %s: its pack has the digest %s, the lock says %s",
            git->url, git->ref, DIGEST_TEXT(&found), DIGEST_TEXT(&wanted));
    return err_hint(err, "the commit is the same and its content is not: find out why before "
                         "locking it");
}

// "<commit>", or "<commit>-<tag>": with its tag it is another pack.
static void cache_key(const struct git_target *target, char key[2 * GIT_OID_HEX + 2])
{
    git_oid_format(&target->commit, key);
    if (!target->annotated)
        return;
    key[GIT_OID_HEX] = '-';
    git_oid_format(&target->tag, key + GIT_OID_HEX + 1);
}

static bool cached_store(struct network *n, struct sources_git *git, struct span key)
{
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct digest wanted = git->pack;

    if (!cache_get("git", key, &pack))
        return false;
    if (check_pack(git, buf_span(&pack), &ignored) == 0)
        git->store = git_store_new(buf_span(&pack), git->url, loop_cancel(n->loop), &ignored);
    if (git->store && git_check(git->store, &git->target, &ignored) == 0)
        return true;
    git_store_free(git->store);
    git->store = NULL;
    git->pack = wanted;
    return false;
}

static int fetch_git(struct network *n, const struct git_remote *remote, struct sources_git *git,
                     struct buf *packed, struct err **err)
{
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);

    report_info(n->report, "fetch", "getting git %s at %s", git->url,
                git->ref[0] ? git->ref : "its default branch");
    if (git_fetch(remote, &git->target, &pack, err) < 0)
        return -1;
    git->store = git_store_new(buf_span(&pack), git->url, loop_cancel(n->loop), err);
    if (!git->store)
        return -1;
    // The pack of our own making is kept: it says whether everything was there.
    if (git_pack(git->store, &git->target, packed, err) < 0)
        return err_wrap(err, "git %s at %s", git->url, git->ref);
    return check_pack(git, buf_span(packed), err);
}

static int network_git(struct sources *s, struct sources_git *git, struct err **err)
{
    struct network *n = (struct network *)s;
    struct git_remote remote = {.http = n->http, .url = git->url};
    struct buf packed CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    char key[2 * GIT_OID_HEX + 2];

    if (find_target(n, &remote, git, err) < 0)
        return -1;
    cache_key(&git->target, key);
    if (cached_store(n, git, span_str(key)))
        return 0;
    if (fetch_git(n, &remote, git, &packed, err) < 0) {
        git_store_free(git->store);
        git->store = NULL;
        return -1;
    }
    cache_put("git", span_str(key), buf_span(&packed));
    return 0;
}

// With a lock those that it pins; then their commits are of no interest.
static int network_tags(struct sources *s, const char *url, struct arena *arena, git_tags *out,
                        struct err **err)
{
    struct network *n = (struct network *)s;
    struct git_remote remote = {.http = n->http, .url = url};
    size_t count = 0;
    const struct lock_entry *entries = n->lock ? lock_entries(n->lock, &count) : NULL;

    for (size_t i = 0; i < count; i++) {
        struct git_tag tag = {.name = entries[i].ref};

        if (entries[i].kind == LOCK_GIT && span_is(entries[i].name, url) &&
            span_skip(&tag.name, "tag/"))
            vec_push_arena(arena, out, tag);
    }
    return n->lock ? 0 : git_list_tags(&remote, arena, out, err);
}

static void network_close(struct sources *s)
{
    free(s);
}

struct sources *sources_network(struct loop *loop, struct http *h, const struct lock *lock,
                                struct report *report)
{
    static const struct sources_ops ops = {network_file, network_git, network_tags, network_close};
    struct network *n = MEM_NEW(struct network);

    sources_init(&n->base, &ops);
    n->base.report = report;
    n->base.pinned = lock != NULL;
    n->loop = loop;
    n->http = h;
    n->lock = lock;
    n->report = report;
    return &n->base;
}

struct kustomize_resolver *artifacts_resolver(struct loop *loop, struct http *h,
                                              const struct lock *lock, struct report *report)
{
    return &sources_network(loop, h, lock, report)->resolver;
}
