// SPDX-License-Identifier: Apache-2.0
// Talking to a server: capabilities, refs, one commit. Version 2 of the protocol is asked for;
// a server that answers with version 0 is spoken to in that.
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "model/git.h"
#include "model/git/pktline.h"

#define REFS_MAX_BYTES ((uint64_t)64 << 20)

#define GREETING_PATH "/info/refs?service=git-upload-pack"
#define ADVERTISEMENT "application/x-git-upload-pack-advertisement"
#define RESULT "application/x-git-upload-pack-result"

// What the first answer told.
struct greeting {
    char *url; // of the repository, after redirects
    bool v2;
    bool object_format; // v2: the server wants to know which one
    struct buf body;    // v0: the list of refs is in here
};

static void greeting_free(struct greeting *g)
{
    buf_free(&g->body);
    free(g->url);
}

// GET without a body, POST with one. The answer must be of that media type.
static int exchange(const struct git_remote *remote, const char *url, const struct buf *body,
                    const char *kind, bool v2, struct http_response *response, struct err **err)
{
    const char *headers[4] = {0};
    size_t n = 0;
    struct http_request request = {
        .url = url,
        .headers = headers,
        .netrc = true,
        .text = true,
        .follow = true,
        .retry = HTTP_RETRY_ALL,
        .max_bytes = body ? GIT_PACK_MAX_BYTES : REFS_MAX_BYTES,
    };

    if (v2)
        headers[n++] = "Git-Protocol: version=2";
    if (body) {
        request.method = "POST";
        request.body = buf_span(body);
        headers[n++] = "Content-Type: application/x-git-upload-pack-request";
    }
    if (http_perform(remote->http, &request, response, err) < 0 ||
        http_check_status(response, err) < 0)
        return -1;
    if (!span_starts(span_str(http_header(response, "content-type")), kind)) {
        const char *type = http_header(response, "content-type");

        err_set(err, ERR_SOURCE, "%s does not answer as a git repository, but with %s",
                response->url, type ? type : "no content type");
        return err_hint(err, "is the URL that of a repository, and does it need credentials?");
    }
    return 0;
}

// The repository's URL is where the redirects of the first request ended, as git does it: a POST
// that is redirected would become a GET. The credentials of the first URL go along within its
// origin only.
static void note_url(const struct git_remote *remote, const struct http_response *response,
                     struct greeting *g)
{
    struct span end = span_str(response->url), userinfo = SPAN_EMPTY;
    struct url first, last;

    if (!span_ends(end, GREETING_PATH) || !url_parse(span_str(remote->url), &first) ||
        !url_parse(end, &last)) {
        g->url = mem_str(remote->url);
        return;
    }
    end = span_head(end, end.len - strlen(GREETING_PATH));
    end = span_tail(end, (size_t)(last.authority.ptr - end.ptr));
    if (url_same_origin(&first, &last))
        userinfo = first.userinfo;
    g->url = mem_printf("%.*s://%.*s%s%.*s", SPAN_ARG(last.scheme), SPAN_ARG(userinfo),
                        userinfo.len ? "@" : "", SPAN_ARG(end));
}

static int server_error(struct span line, struct err **err)
{
    return err_set(err, ERR_SOURCE, "the server says: %.*s", SPAN_ARG(span_trim(line)));
}

// The next line of text; a line "ERR <message>" is the server's error.
static int next_line(struct span *rest, enum pktline_kind *kind, struct span *line,
                     struct err **err)
{
    struct span message;

    if (pktline_next(rest, true, kind, line, err) < 0)
        return -1;
    message = *line;
    return *kind == PKTLINE_DATA && span_skip(&message, "ERR ") ? server_error(message, err) : 0;
}

static int read_greeting(struct greeting *g, struct err **err)
{
    struct span rest = buf_span(&g->body), line;
    enum pktline_kind kind;

    // "# service=..." and a flush come first with the smart protocol over HTTP.
    while (rest.len) {
        if (next_line(&rest, &kind, &line, err) < 0)
            return -1;
        if (kind != PKTLINE_DATA)
            continue;
        g->v2 = g->v2 || span_is(line, "version 2");
        g->object_format = g->object_format || span_starts(line, "object-format=");
        if (span_search(line, SPAN("object-format=sha256")) < line.len)
            return err_set(err, ERR_UNSUPPORTED, "the repository uses SHA-256 object names");
    }
    return 0;
}

static int greet(const struct git_remote *remote, struct greeting *g, struct err **err)
{
    char *url CLEANUP(mem_cleanup) = mem_printf("%s" GREETING_PATH, remote->url);
    struct http_response response CLEANUP(http_response_free) = {0};

    if (exchange(remote, url, NULL, ADVERTISEMENT, true, &response, err) < 0)
        return -1;
    note_url(remote, &response, g);
    g->body = response.body;
    response.body = (struct buf)BUF_INIT(0);
    return read_greeting(g, err);
}

static int ask(const struct git_remote *remote, const struct greeting *g, const struct buf *body,
               struct http_response *response, struct err **err)
{
    char *url CLEANUP(mem_cleanup) = mem_printf("%s/git-upload-pack", g->url);

    return exchange(remote, url, body, RESULT, g->v2, response, err);
}

// The names that a ref may have on the server, most wanted first, and its peeled form.
struct wanted {
    char *name;   // "refs/tags/v1"
    char *peeled; // "refs/tags/v1^{}"
    struct git_oid oid;
    bool found, found_peeled;
};

static void wanted_free(struct wanted *w)
{
    free(w->name);
    free(w->peeled);
}

static void see_ref(struct wanted *w, struct span name, struct span oid)
{
    struct git_oid parsed;

    if (!git_oid_parse(oid, &parsed))
        return;
    if (span_is(name, w->peeled)) {
        w->oid = parsed;
        w->found = w->found_peeled = true;
    } else if (span_is(name, w->name) && !w->found_peeled) {
        w->oid = parsed;
        w->found = true;
    }
}

// v0: "<oid> <name>", capabilities behind a NUL in the first line.
static int read_refs_v0(const struct greeting *g, struct wanted *w, struct err **err)
{
    struct span rest = buf_span(&g->body), line, oid, name;
    enum pktline_kind kind;

    while (rest.len) {
        if (next_line(&rest, &kind, &line, err) < 0)
            return -1;
        line = span_head(line, span_find(line, '\0'));
        if (kind == PKTLINE_DATA && span_cut(line, ' ', &oid, &name))
            see_ref(w, name, oid);
    }
    return 0;
}

// v2: "<oid> <name>[ peeled:<oid>][ symref-target:…]".
static void see_line_v2(struct wanted *w, struct span line)
{
    struct span oid, name, attribute;

    if (!span_next(&line, ' ', &oid) || !span_next(&line, ' ', &name))
        return;
    see_ref(w, name, oid);
    while (span_next(&line, ' ', &attribute))
        if (span_is(name, w->name) && span_skip(&attribute, "peeled:"))
            see_ref(w, span_str(w->peeled), attribute);
}

static void begin_command(const struct greeting *g, const char *name, struct buf *body)
{
    pktline_add(body, "command=%s\n", name);
    if (g->object_format)
        pktline_add(body, "object-format=sha1\n");
    pktline_add_delim(body);
}

static int list_refs_v2(const struct git_remote *remote, const struct greeting *g, struct wanted *w,
                        struct err **err)
{
    struct http_response response CLEANUP(http_response_free) = {0};
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span rest, line;
    enum pktline_kind kind;

    begin_command(g, "ls-refs", &body);
    pktline_add(&body, "peel\n");
    pktline_add(&body, "ref-prefix %s\n", w->name);
    pktline_add_flush(&body);
    if (ask(remote, g, &body, &response, err) < 0)
        return -1;
    rest = buf_span(&response.body);
    while (rest.len) {
        if (next_line(&rest, &kind, &line, err) < 0)
            return -1;
        if (kind == PKTLINE_DATA)
            see_line_v2(w, line);
    }
    return 0;
}

static int name_ref(const char *ref, struct wanted *w, struct err **err)
{
    struct span s = span_str(ref);

    if (!s.len)
        w->name = mem_str("HEAD");
    else if (span_skip(&s, "tag/"))
        w->name = mem_printf("refs/tags/%s", s.ptr);
    else if (span_skip(&s, "branch/"))
        w->name = mem_printf("refs/heads/%s", s.ptr);
    else if (span_starts(s, "refs/"))
        w->name = mem_str(ref);
    else
        return err_set(err, ERR_CONFIG, "'%s' is no git reference", ref);
    w->peeled = mem_printf("%s^{}", w->name);
    return 0;
}

static int resolve(const struct git_remote *remote, const char *ref, struct git_oid *commit,
                   struct err **err)
{
    struct greeting g CLEANUP(greeting_free) = {0};
    struct wanted w CLEANUP(wanted_free) = {0};

    if (name_ref(ref, &w, err) < 0 || greet(remote, &g, err) < 0)
        return -1;
    if ((g.v2 ? list_refs_v2(remote, &g, &w, err) : read_refs_v0(&g, &w, err)) < 0)
        return -1;
    if (!w.found) {
        err_set(err, ERR_SOURCE, "the repository has no %s", w.name);
        return err_hint(err, "is the tag or branch spelt as upstream has it?");
    }
    *commit = w.oid;
    return 0;
}

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

int git_resolve(const struct git_remote *remote, const char *ref, struct git_oid *commit,
                struct err **err)
{
    struct span s = span_str(ref);

    if (check_url(remote, err) < 0)
        return -1;
    if (span_skip(&s, "commit/")) {
        if (!git_oid_parse(s, commit))
            return err_set(err, ERR_CONFIG, "git %s: '%s' is no commit id", remote->url, s.ptr);
        return 0;
    }
    if (resolve(remote, ref, commit, err) < 0)
        return wrap(remote, err);
    return 0;
}

// Side-band: 1 pack data, 2 progress, 3 the server's last words.
static int take_band(struct span payload, struct buf *pack, struct err **err)
{
    if (!payload.len)
        return 0;
    if (payload.ptr[0] == 3)
        return server_error(span_tail(payload, 1), err);
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
        if (next_line(&rest, &kind, &line, err) < 0)
            return -1;
        if (kind == PKTLINE_DATA && span_is(line, last_line))
            return take_pack(rest, pack, err);
    }
    return err_set(err, ERR_SOURCE, "the answer has no pack");
}

static void want_v2(const struct greeting *g, const char *oid, struct buf *body)
{
    begin_command(g, "fetch", body);
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

static int fetch(const struct git_remote *remote, const struct git_oid *commit, struct buf *pack,
                 struct err **err)
{
    struct greeting g CLEANUP(greeting_free) = {0};
    struct http_response response CLEANUP(http_response_free) = {0};
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char oid[GIT_OID_HEX + 1];

    git_oid_format(commit, oid);
    if (greet(remote, &g, err) < 0)
        return -1;
    if (g.v2)
        want_v2(&g, oid, &body);
    else
        want_v0(oid, &body);
    if (ask(remote, &g, &body, &response, err) < 0)
        return -1;
    return read_answer(buf_span(&response.body), g.v2 ? "packfile" : "NAK", pack, err);
}

int git_fetch(const struct git_remote *remote, const struct git_oid *commit, struct buf *pack,
              struct err **err)
{
    char oid[GIT_OID_HEX + 1];

    if (fetch(remote, commit, pack, err) == 0)
        return 0;
    git_oid_format(commit, oid);
    err_wrap(err, "commit %s", oid);
    return wrap(remote, err);
}
