// SPDX-License-Identifier: Apache-2.0
// What is for people and for what watches the server: asked of the server itself, not of an
// upstream host. "/" tells what is served, /healthz that it is, /metrics how much.
#include "base/mem.h"
#include "base/text.h"
#include "work/serve/ask.h"
#include "work/serve/serving.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

// How much of one host there is.
static size_t count_of(const struct map *names, struct span host)
{
    size_t count = 0;

    MAP_FOREACH (e, names)
        if (e->key.len > host.len && e->key.ptr[host.len] == '/' &&
            span_eq(span_head(e->key, host.len), host))
            count++;
    return count;
}

static void add_count(struct buf *out, size_t count, const char *one, const char *many)
{
    if (count)
        buf_printf(out, "  %zu %s", count, count == 1 ? one : many);
}

static void add_hosts(const struct serve_content *c, struct buf *out)
{
    MAP_FOREACH (host, &c->hosts) {
        buf_printf(out, "  %-24.*s", SPAN_ARG(host->key));
        add_count(out, count_of(&c->repositories, host->key), "image or chart repository",
                  "image and chart repositories");
        add_count(out, count_of(&c->gits, host->key), "git repository", "git repositories");
        add_count(out, count_of(&c->charts, host->key), "Helm repository", "Helm repositories");
        add_count(out, count_of(&c->files, host->key), "file", "files");
        buf_add_char(out, '\n');
    }
}

static void answer_overview(struct ask *a)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const struct serve_content *c = a->content;

    buf_add_str(&out, "sandstrap " SANDSTRAP_VERSION " serves\n\n");
    VEC_FOREACH (struct content_source *const *, source, &c->sources) {
        char *plain CLEANUP(mem_cleanup) = text_plain(span_str((*source)->label), false);

        buf_printf(&out, "  %s\n", plain);
    }
    buf_add_str(&out, "\nfor the hosts\n\n");
    add_hosts(c, &out);
    buf_printf(
        &out,
        "\nwhich clients reach in one of these ways:\n\n"
        "  containerd   certs.d/HOST/hosts.toml: server = \"%s://%.*s\"\n"
        "  by address   %.*s/HOST/..., as in skopeo copy docker://%.*s/HOST/NAME:TAG\n"
        "  by name      the host's name leads here, over HTTPS with this server's authority\n"
        "\n/v2/_catalog lists all repositories, /HOST/v2/_catalog those of one host.\n",
        a->http->tls ? "https" : "http", SPAN_ARG(a->http->host), SPAN_ARG(a->http->host),
        SPAN_ARG(a->http->host));
    answer_bytes(a, 200, "text/plain; charset=utf-8", buf_span(&out));
}

static void answer_metrics(struct ask *a)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const struct serve *s = a->serve;
    struct httpd_counts connections = httpd_counts(s->httpd);
    struct metrics_now now = {.connections = &connections,
                              .content = a->content,
                              .retired = s->generation_count - 1,
                              .log_dropped = log_dropped(s->log)};

    metrics_format(&s->metrics, &now, &out);
    answer_bytes(a, 200, METRICS_TYPE, buf_span(&out));
}

static void answer_health(struct ask *a)
{
    answer_text(a, 200, "ok");
}

bool people_ask(struct ask *a)
{
    static const struct {
        const char *path, *kind;
        void (*answer)(struct ask *a);
    } pages[] = {
        {"/", "overview", answer_overview},
        {"/healthz", "health", answer_health},
        {"/metrics", "metrics", answer_metrics},
    };

    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (a->host.len || !span_is(a->path, pages[i].path))
            continue;
        a->kind = pages[i].kind;
        if (span_is(a->http->method, "GET") || span_is(a->http->method, "HEAD"))
            pages[i].answer(a);
        else
            answer_wrong_method(a, "GET, HEAD");
        return true;
    }
    return false;
}
