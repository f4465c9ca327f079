// SPDX-License-Identifier: Apache-2.0
// Plain files, by the URL that they have upstream: what a release page offers comes as a download
// gets it there in the end, without the redirects on the way.
#include "work/serve/ask.h"

// What a program or a browser makes of it, by the end of the name.
static const char *type_of(struct span name)
{
    static const struct {
        const char *end, *type;
    } types[] = {
        {".yaml", "application/yaml"}, // RFC 9512
        {".yml", "application/yaml"},
        {".json", "application/json"},
        {".tgz", "application/gzip"}, // RFC 6713
        {".gz", "application/gzip"},
        {".zip", "application/zip"},
        {".tar", "application/x-tar"},
        {".zst", "application/zstd"}, // RFC 8878
        {".txt", "text/plain; charset=utf-8"},
        {".md", "text/plain; charset=utf-8"},
        {".sh", "text/plain; charset=utf-8"},
        {".asc", "text/plain; charset=utf-8"},
        {".sha256", "text/plain; charset=utf-8"},
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (span_ends(name, types[i].end))
            return types[i].type;
    return NULL;
}

// "Content-Disposition: attachment" with the name to store it under (RFC 6266). Names that would
// have to be escaped are left to the client, which has the URL.
static const char *disposition(struct arena *arena, struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] <= ' ' || (unsigned char)name.ptr[i] >= 0x7f ||
            name.ptr[i] == '"' || name.ptr[i] == '\\')
            return NULL;
    return arena_printf(arena, "Content-Disposition: attachment; filename=\"%.*s\"\r\n",
                        SPAN_ARG(name));
}

// A query is part of the name: another one may mean other bytes.
static struct span key_of(const struct ask *a)
{
    struct span query = a->http->query;

    return span_str(arena_printf(a->arena, "%.*s%.*s%s%.*s", SPAN_ARG(a->host), SPAN_ARG(a->path),
                                 query.len ? "?" : "", SPAN_ARG(query)));
}

bool files_ask(struct ask *a)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span name = span_tail(a->path, span_rfind(a->path, '/') + 1);
    struct content_bytes bytes;
    const struct content_file *file;
    int found;

    if (!a->host.len)
        return false;
    file = map_get(&a->content->files, key_of(a));
    if (!file)
        return false;
    a->kind = "file";
    a->what = arena_printf(a->arena, "%.*s", SPAN_ARG(file->url));
    if (!span_is(a->http->method, "GET") && !span_is(a->http->method, "HEAD")) {
        answer_wrong_method(a, "GET, HEAD");
        return true;
    }
    found = ask_open(a, &file->digest, &bytes, &err);
    if (found > 0)
        answer_blob(a, &bytes, &file->digest, type_of(name), disposition(a->arena, name));
    else if (found < 0)
        answer_failure(a, err);
    else
        answer_missing(a, a->what);
    return true;
}
