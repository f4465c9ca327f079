// SPDX-License-Identifier: Apache-2.0
// One conversation with a server: its greeting, and commands that build on it.
#include "model/git/session.h"

#include <string.h>

#include "base/mem.h"
#include "base/url.h"

#define REFS_MAX_BYTES ((uint64_t)64 << 20)

#define GREETING_PATH "/info/refs?service=git-upload-pack"
#define ADVERTISEMENT "application/x-git-upload-pack-advertisement"
#define RESULT "application/x-git-upload-pack-result"

void greeting_free(struct greeting *g)
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

int session_server_error(struct span line, struct err **err)
{
    return err_set(err, ERR_SOURCE, "the server says: %.*s", SPAN_ARG(span_trim(line)));
}

// The next line of text; a line "ERR <message>" is the server's error.
int session_next_line(struct span *rest, enum pktline_kind *kind, struct span *line,
                      struct err **err)
{
    struct span message;

    if (pktline_next(rest, true, kind, line, err) < 0)
        return -1;
    message = *line;
    return *kind == PKTLINE_DATA && span_skip(&message, "ERR ") ? session_server_error(message, err)
                                                                : 0;
}

static int read_greeting(struct greeting *g, struct err **err)
{
    struct span rest = buf_span(&g->body), line;
    enum pktline_kind kind;

    // "# service=..." and a flush come first with the smart protocol over HTTP.
    while (rest.len) {
        if (session_next_line(&rest, &kind, &line, err) < 0)
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

int session_greet(const struct git_remote *remote, struct greeting *g, struct err **err)
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

int session_ask(const struct git_remote *remote, const struct greeting *g, const struct buf *body,
                struct http_response *response, struct err **err)
{
    char *url CLEANUP(mem_cleanup) = mem_printf("%s/git-upload-pack", g->url);

    return exchange(remote, url, body, RESULT, g->v2, response, err);
}

void session_begin_command(const struct greeting *g, const char *name, struct buf *body)
{
    pktline_add(body, "command=%s\n", name);
    if (g->object_format)
        pktline_add(body, "object-format=sha1\n");
    pktline_add_delim(body);
}
