// SPDX-License-Identifier: Apache-2.0
// A request from its head to its end: who answers it, and that it is counted and told.
#include "base/url.h"
#include "work/serve/ask.h"
#include "work/serve/serving.h"

// Each knows its own requests; the first that takes one has it.
static ask_fn *const kinds[] = {
    registry_ask, git_ask, files_ask, charts_ask, people_ask,
};

static void dispatch(struct ask *a)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i](a))
            return;
    answer_missing(a, arena_printf(a->arena, "%.*s%.*s%s%.*s", SPAN_ARG(a->host), SPAN_ARG(a->path),
                                   a->http->query.len ? "?" : "", SPAN_ARG(a->http->query)));
}

void dispatch_begin(void *data, struct httpd_request *r)
{
    struct serve *s = data;
    struct arena *arena = arena_new();
    struct ask *a = ARENA_NEW(arena, struct ask);

    *a = (struct ask){.serve = s,
                      .http = r,
                      .arena = arena,
                      .content = s->generations[0]->content,
                      .host = SPAN_EMPTY};
    r->data = a;
    ask_hold(a, s->generations[0]);
    if (s->first.take && s->first.take(s->first.data, r, &a->own)) {
        a->kind = "agent";
        return;
    }
    if (!url_unescape(arena, r->path, &a->path) || !span_starts(a->path, "/")) {
        answer_text(a, 400, "the path of the request is not understood");
        return;
    }
    ask_find_host(a);
    dispatch(a);
}

// What was asked for: by its upstream name, or as the client wrote it.
static struct span name_of(const struct ask *a)
{
    if (a->what)
        return span_str(a->what);
    if (!a->host.len)
        return a->http->path;
    return span_str(arena_printf(a->arena, "%.*s%.*s", SPAN_ARG(a->host), SPAN_ARG(a->path)));
}

void dispatch_end(void *data, struct httpd_request *r)
{
    struct serve *s = data;
    struct ask *a = r->data;
    const char *kind = a->kind ? a->kind : "other";

    metrics_count(&s->metrics, r, kind, a->missing);
    log_request(s->log, r, a->host, kind, name_of(a));
    if (s->first.served && r->status && (r->status < 400 || a->missing))
        s->first.served(s->first.data, kind, name_of(a), a->missing);
    if (a->own)
        s->first.done(s->first.data, r, a->own);
    VEC_FOREACH (struct generation **, g, &a->held)
        generation_let_go(*g);
    arena_free(a->arena);
}
