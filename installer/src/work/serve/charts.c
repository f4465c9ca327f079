// SPDX-License-Identifier: Apache-2.0
// Helm repositories over https: an index of the pinned versions, and their archives beside it,
// wherever upstream has them.
#include "base/mem.h"
#include "base/path.h"
#include "work/serve/ask.h"

// What is asked for, whatever slashes a client puts together: "HOST/PATH" of the repository and the
// name in it.
struct wanted {
    struct span key;
    const char *name;
};

static void read_path(const struct ask *a, struct wanted *w)
{
    char *clean CLEANUP(mem_cleanup) = path_clean(arena_span(a->arena, a->path).ptr);
    struct span path = span_str(clean);
    size_t slash = span_rfind(path, '/');

    w->name = arena_span(a->arena, span_tail(path, slash + 1)).ptr;
    w->key = span_str(arena_printf(a->arena, "%.*s%.*s", SPAN_ARG(a->host), (int)slash, path.ptr));
}

static void answer_index(struct ask *a, const struct content_charts *charts)
{
    a->what = arena_printf(a->arena, "%.*s/index.yaml", SPAN_ARG(charts->url));
    httpd_answer(a->http,
                 &(struct httpd_answer){
                     .status = 200,
                     .type = "application/yaml", // RFC 9512
                     .etag = arena_printf(a->arena, "\"%s\"", DIGEST_TEXT(&charts->index_digest)),
                     .ranges = true,
                     .bytes = charts->index});
}

// An archive by its name, which has chart and version in it: also one of before, whose index a
// client may still have.
static const struct content_chart *find_archive(struct ask *a, const struct wanted *w)
{
    const struct serve_content *c;

    for (size_t i = 0; (c = ask_generation(a, i)); i++) {
        const struct content_charts *charts = map_get(&c->charts, w->key);
        const struct content_chart *chart =
            charts ? map_get(&charts->files, span_str(w->name)) : NULL;

        if (chart) {
            ask_found(a, i);
            return chart;
        }
    }
    return NULL;
}

static void answer_archive(struct ask *a, const struct wanted *w, const struct content_chart *chart)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct content_bytes bytes;
    int found;

    a->what = arena_printf(a->arena, "%.*s/%s", SPAN_ARG(w->key), w->name);
    found = chart ? ask_open(a, &chart->digest, &bytes, &err) : 0;
    if (found > 0)
        answer_blob(a, &bytes, &chart->digest, "application/gzip", NULL); // RFC 6713
    else if (found < 0)
        answer_failure(a, err);
    else
        answer_missing(a, a->what);
}

bool charts_ask(struct ask *a)
{
    const struct content_charts *charts;
    const struct content_chart *chart;
    struct wanted w;

    if (!a->host.len)
        return false;
    read_path(a, &w);
    charts = map_get(&a->content->charts, w.key);
    chart = find_archive(a, &w);
    if (!charts && !chart)
        return false;
    a->kind = "chart";
    if (!span_is(a->http->method, "GET") && !span_is(a->http->method, "HEAD"))
        answer_wrong_method(a, "GET, HEAD");
    else if (charts && strcmp(w.name, "index.yaml") == 0)
        answer_index(a, charts);
    else
        answer_archive(a, &w, chart);
    return true;
}
