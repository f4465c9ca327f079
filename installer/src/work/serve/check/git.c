// SPDX-License-Identifier: Apache-2.0
// Pinned commits, as git and Flux's source-controller (go-git) fetch them: the pack that comes is
// unpacked, and made again as the bundle has it.
#include "model/git.h"
#include "io/crypto.h"
#include "work/serve/check/client.h"

static const struct digest *pack_digest(const struct check_ask *a)
{
    size_t count;

    return &bundle_blobs(a->bundle, &count)[a->artifact->blobs[0]].digest;
}

// What the ref names on the server, which has to be the pinned commit.
static int resolve(struct check_ask *a, const struct git_remote *remote, struct git_target *target,
                   struct err **err)
{
    char *ref = arena_printf(a->arena, "%.*s", SPAN_ARG(a->artifact->version));
    char hex[GIT_OID_HEX + 1];

    if (git_resolve(remote, ref, target, err) < 0)
        return -1;
    git_oid_format(&target->commit, hex);
    if (span_is(a->artifact->revision, hex))
        return 0;
    return err_set(err, ERR_INTEGRITY, "%s: %s is commit %s, expected %.*s", remote->url,
                   *ref ? ref : "the default branch", hex, SPAN_ARG(a->artifact->revision));
}

static int compare(struct check_ask *a, const char *url, struct span pack,
                   const struct git_target *target, struct err **err)
{
    struct git_store *store CLEANUP(git_store_cleanup) = git_store_new(pack, url, NULL, err);
    struct buf again CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    struct digest digest;

    *a->client->bytes += pack.len;
    if (!store || git_pack(store, target, &again, err) < 0)
        return err_wrap(err, "%s", url);
    digest = crypto_sha256(buf_span(&again));
    if (digest_eq(&digest, pack_digest(a)))
        return 0;
    return err_set(err, ERR_INTEGRITY, "%s: its objects have the digest %s, expected %s", url,
                   DIGEST_TEXT(&digest), DIGEST_TEXT(pack_digest(a)));
}

int check_git(struct check_ask *a, struct err **err)
{
    const struct git_remote remote = {a->client->http, check_url(a, a->artifact->name)};
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    struct git_target target;

    if (resolve(a, &remote, &target, err) < 0 || git_fetch(&remote, &target, &pack, err) < 0)
        return -1;
    return compare(a, remote.url, buf_span(&pack), &target, err);
}

// --- without depth ---

// The request of protocol v0 that has no capabilities but the agent's: the pack then follows as it
// is.
static char *want(const struct check_ask *a, const struct git_target *target)
{
    const char *agent = "agent=go-git/5.x";
    char hex[GIT_OID_HEX + 1];
    size_t len;

    git_oid_format(target->annotated ? &target->tag : &target->commit, hex);
    len = 4 + sizeof("want ") - 1 + GIT_OID_HEX + 1 + strlen(agent) + 1;
    return arena_printf(a->arena, "%04zxwant %s %s\n00000009done\n", len, hex, agent);
}

int check_go_git(struct check_ask *a, struct err **err)
{
    static const char *const type[] = {"Content-Type: application/x-git-upload-pack-request", NULL};
    static const struct check_header result[] = {
        {"Content-Type", "application/x-git-upload-pack-result"}, {NULL, NULL}};
    const struct git_remote remote = {a->client->http, check_url(a, a->artifact->name)};
    struct http_request request = {.method = "POST", .headers = type};
    struct http_response r CLEANUP(http_response_free) = {0};
    struct git_target target;
    struct span pack;

    if (resolve(a, &remote, &target, err) < 0)
        return -1;
    request.url = arena_printf(a->arena, "%s/git-upload-pack", remote.url);
    request.body = span_str(want(a, &target));
    request.max_bytes = GIT_PACK_MAX_BYTES;
    if (check_request(a, &request, result, &r, err) < 0)
        return -1;
    pack = buf_span(&r.body);
    if (!span_skip(&pack, "0008NAK\n"))
        return err_set(err, ERR_SOURCE, "POST %s: the answer is no pack: %.*s", request.url,
                       SPAN_ARG(span_head(pack, 200)));
    return compare(a, request.url, pack, &target, err);
}
