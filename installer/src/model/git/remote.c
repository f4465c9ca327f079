// SPDX-License-Identifier: Apache-2.0
// What a remote repository is asked for: the commit that a ref names, and the pack of one commit.
#include "model/git.h"

#include "base/mem.h"
#include "base/url.h"
#include "model/git/refs.h"
#include "model/git/session.h"

static int wrap(const struct git_remote *remote, struct err **err)
{
    return err_wrap(err, "git %s", remote->url);
}

// "[user@]host:path", which git takes for ssh when no slash is before the colon.
static bool is_scp(struct span url, struct span *host, struct span *path)
{
    struct span user, rest;

    if (!span_cut(url, ':', host, path) || span_find(*host, '/') < host->len)
        return false;
    if (span_cut(*host, '@', &user, &rest))
        *host = rest;
    while (span_skip(path, "/"))
        ;
    return host->len > 0 && path->len > 0;
}

// Only smart HTTP is spoken here.
static int check_url(const struct git_remote *remote, struct err **err)
{
    struct span text = span_str(remote->url), host, path;
    struct url url;
    bool parsed = url_parse(text, &url);

    if (parsed && (url_is(&url, "http") || url_is(&url, "https")))
        return 0;
    if (parsed && (url_is(&url, "ssh") || url_is(&url, "git+ssh") || url_is(&url, "ssh+git"))) {
        host = url.host;
        path = url.path;
        (void)span_skip(&path, "/");
        err_set(err, ERR_UNSUPPORTED, "git %s: git over ssh is not supported", remote->url);
    } else if (!parsed && is_scp(text, &host, &path)) {
        err_set(err, ERR_UNSUPPORTED,
                "git %s: this names a repository in the form of scp, and git over ssh is not "
                "supported",
                remote->url);
    } else {
        err_set(err, ERR_UNSUPPORTED, "git %s: only http and https URLs are supported",
                remote->url);
        return -1;
    }
    return err_hint(err,
                    "use the repository's https URL, https://%.*s/%.*s, with a login in ~/.netrc "
                    "if it needs one",
                    SPAN_ARG(host), SPAN_ARG(path));
}

int git_resolve(const struct git_remote *remote, const char *ref, struct git_target *target,
                struct err **err)
{
    struct span s = span_str(ref);

    if (check_url(remote, err) < 0)
        return -1;
    if (span_skip(&s, "commit/")) {
        *target = (struct git_target){0};
        if (!git_oid_parse(s, &target->commit))
            return err_set(err, ERR_CONFIG, "git %s: '%s' is no commit id", remote->url, s.ptr);
        return 0;
    }
    if (refs_resolve(remote, ref, target, err) < 0)
        return wrap(remote, err);
    return 0;
}

int git_list_tags(const struct git_remote *remote, struct arena *arena, git_tags *out,
                  struct err **err)
{
    if (check_url(remote, err) < 0)
        return -1;
    return refs_list_tags(remote, arena, out, err) < 0 ? wrap(remote, err) : 0;
}

// Side-band: 1 pack data, 2 progress, 3 the server's last words.
static int take_band(struct span payload, struct buf *pack, struct err **err)
{
    if (!payload.len)
        return 0;
    if (payload.ptr[0] == 3)
        return session_server_error(span_tail(payload, 1), err);
    if (payload.ptr[0] == 1)
        buf_add_span(pack, span_tail(payload, 1));
    return buf_check(pack, ERR_SOURCE, "the pack", err);
}

// All up to the flush: without it, the answer is not whole.
static int take_pack(struct span rest, struct buf *pack, struct err **err)
{
    struct span payload;
    enum pktline_kind kind;

    while (rest.len) {
        if (pktline_next(&rest, false, &kind, &payload, err) < 0)
            return -1;
        if (kind != PKTLINE_DATA)
            return 0;
        if (take_band(payload, pack, err) < 0)
            return -1;
    }
    return err_set(err, ERR_SOURCE, "the answer ends in the middle of the pack");
}

// Sections up to "packfile" (v2), or lines up to NAK (v0), come before the pack.
static int read_answer(struct span rest, const char *last_line, struct buf *pack, struct err **err)
{
    struct span line;
    enum pktline_kind kind;

    while (rest.len) {
        if (session_next_line(&rest, &kind, &line, err) < 0)
            return -1;
        if (kind == PKTLINE_DATA && span_is(line, last_line))
            return take_pack(rest, pack, err);
    }
    return err_set(err, ERR_SOURCE, "the answer has no pack");
}

static void want_v2(const struct greeting *g, const char *oid, struct buf *body)
{
    session_begin_command(g, "fetch", body);
    pktline_add(body, "no-progress\n");
    pktline_add(body, "ofs-delta\n");
    pktline_add(body, "deepen 1\n");
    pktline_add(body, "want %s\n", oid);
    pktline_add(body, "done\n");
    pktline_add_flush(body);
}

static void want_v0(const char *oid, struct buf *body)
{
    pktline_add(body, "want %s side-band-64k ofs-delta no-progress shallow\n", oid);
    pktline_add(body, "deepen 1\n");
    pktline_add_flush(body);
    pktline_add(body, "done\n");
}

// A tag brings what it names along.
static int fetch(const struct git_remote *remote, const struct git_target *target, struct buf *pack,
                 struct err **err)
{
    struct greeting g CLEANUP(greeting_free) = {0};
    struct http_response response CLEANUP(http_response_free) = {0};
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char oid[GIT_OID_HEX + 1];

    git_oid_format(target->annotated ? &target->tag : &target->commit, oid);
    if (session_greet(remote, &g, err) < 0)
        return -1;
    if (g.v2)
        want_v2(&g, oid, &body);
    else
        want_v0(oid, &body);
    if (session_ask(remote, &g, &body, &response, err) < 0)
        return -1;
    return read_answer(buf_span(&response.body), g.v2 ? "packfile" : "NAK", pack, err);
}

int git_fetch(const struct git_remote *remote, const struct git_target *target, struct buf *pack,
              struct err **err)
{
    char oid[GIT_OID_HEX + 1];

    if (fetch(remote, target, pack, err) == 0)
        return 0;
    git_oid_format(target->annotated ? &target->tag : &target->commit, oid);
    err_wrap(err, "%s %s", target->annotated ? "tag" : "commit", oid);
    return wrap(remote, err);
}
