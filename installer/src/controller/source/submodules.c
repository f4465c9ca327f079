// SPDX-License-Identifier: Apache-2.0
// .gitmodules, a file in the form of git's configuration (gitconfig(5)), as go-git takes it: an
// entry with a path that leads out of the repository does not count.
#include <ctype.h>
#include <string.h>

#include "base/path.h"
#include "base/url.h"
#include "controller/source.h"

enum { NAME_MAX_BYTES = 4096 };

struct reader {
    struct arena *arena;
    struct span rest;
    const char *end; // of the text
    unsigned line;
    bool in_section;
    const char *name; // of the submodule whose section this is; NULL in any other one
    source_submodules *out;
    struct err **err;
};

static int fail(const struct reader *r, const char *what)
{
    return err_set(r->err, ERR_CONFIG, ".gitmodules:%u: %s", r->line, what);
}

static void skip_blanks(struct span *s)
{
    while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == '\t' || s->ptr[0] == '\r'))
        *s = span_tail(*s, 1);
}

static bool is_comment(struct span s)
{
    return span_starts(s, "#") || span_starts(s, ";");
}

// Entry `name`, which is there from its section's first line on.
static struct source_submodule *entry_of(struct reader *r)
{
    VEC_FOREACH (struct source_submodule *, it, r->out)
        if (strcmp(it->name, r->name) == 0)
            return it;
    vec_push_arena(r->arena, r->out, (struct source_submodule){.name = r->name});
    return &r->out->items[r->out->len - 1];
}

// [section], [section "subsection"] or [section.subsection]; "\" takes the next character of a
// quoted one as it is.
static int read_section(struct reader *r, struct span line, struct span *after)
{
    struct buf name CLEANUP(buf_free) = BUF_INIT(NAME_MAX_BYTES);
    struct span section = span_head(line, strcspn(arena_span(r->arena, line).ptr, " \t]\""));
    bool is_submodule = section.len == strlen("submodule") &&
                        strncasecmp(section.ptr, "submodule", section.len) == 0;

    line = span_tail(line, section.len);
    skip_blanks(&line);
    r->name = NULL;
    if (span_skip(&line, "\"")) {
        while (line.len && line.ptr[0] != '"') {
            if (line.ptr[0] == '\\' && line.len > 1)
                line = span_tail(line, 1);
            buf_add_char(&name, line.ptr[0]);
            line = span_tail(line, 1);
        }
        if (!span_skip(&line, "\""))
            return fail(r, "the name of a section has no end");
        if (buf_check(&name, ERR_CONFIG, "the name of a submodule", r->err) < 0)
            return -1;
        if (is_submodule)
            r->name = arena_str(r->arena, buf_str(&name));
        skip_blanks(&line);
    }
    if (!span_skip(&line, "]"))
        return fail(r, "a section has no ']'");
    if (r->name)
        (void)entry_of(r);
    *after = line;
    return 0;
}

static int add_escape(struct reader *r, char c, struct buf *out)
{
    static const char from[] = "\\\"ntb", to[] = "\\\"\n\t\b";
    const char *at = c ? strchr(from, c) : NULL;

    if (!at)
        return fail(r, "'\\' stands before a character that it does not go with");
    buf_add_char(out, to[at - from]);
    return 0;
}

// The next line without its end; false at the end of the file.
static bool next_line(struct reader *r, struct span *line)
{
    r->line++;
    return span_next(&r->rest, '\n', line);
}

// One character, or an escape, at the start of *line. A "\" at its end goes on with the next line.
static int add_character(struct reader *r, struct span *line, struct buf *out)
{
    char c = line->ptr[0];

    *line = span_tail(*line, 1);
    if (c != '\\') {
        buf_add_char(out, c);
        return 0;
    }
    if (!line->len || span_is(*line, "\r")) {
        if (line->ptr + line->len == r->end)
            return fail(r, "'\\' stands at the end");
        buf_add_char(out, '\n'); // it stays in the value, other than for git
        if (!next_line(r, line))
            *line = SPAN_EMPTY;
        return 0;
    }
    c = line->ptr[0];
    *line = span_tail(*line, 1);
    return add_escape(r, c, out);
}

// The value behind "=": quotes come off, what is outside of them ends before a comment and blanks.
static int read_value(struct reader *r, struct span line, struct buf *out)
{
    bool quoted = false;
    size_t kept = 0; // up to here nothing is trimmed

    skip_blanks(&line);
    while (line.len && (quoted || !is_comment(line))) {
        bool blank = strchr(" \t\r", line.ptr[0]) != NULL;

        if (line.ptr[0] == '"') {
            quoted = !quoted;
            line = span_tail(line, 1);
            kept = out->len;
            continue;
        }
        if (add_character(r, &line, out) < 0)
            return -1;
        if (quoted || !blank)
            kept = out->len;
    }
    if (quoted)
        return fail(r, "a quote is not closed");
    buf_truncate(out, kept);
    return buf_check(out, ERR_CONFIG, "a value in .gitmodules", r->err);
}

static int read_key(struct reader *r, struct span line)
{
    struct buf value CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span key;
    size_t len = 0;

    while (len < line.len && (isalnum((unsigned char)line.ptr[len]) || line.ptr[len] == '-'))
        len++;
    key = span_head(line, len);
    line = span_tail(line, len);
    skip_blanks(&line);
    if (!len || !isalpha((unsigned char)key.ptr[0]))
        return fail(r, "neither a section nor a key");
    if (span_skip(&line, "=")) {
        if (read_value(r, line, &value) < 0)
            return -1;
    } else if (line.len && !is_comment(line)) {
        return fail(r, "a key without '='");
    }
    if (!r->name)
        return 0;
    if (key.len == strlen("path") && strncasecmp(key.ptr, "path", key.len) == 0)
        entry_of(r)->path = arena_str(r->arena, buf_str(&value));
    else if (key.len == strlen("url") && strncasecmp(key.ptr, "url", key.len) == 0)
        entry_of(r)->url = arena_str(r->arena, buf_str(&value));
    return 0;
}

static int read_line(struct reader *r, struct span line)
{
    skip_blanks(&line);
    if (span_skip(&line, "[")) {
        if (read_section(r, line, &line) < 0)
            return -1;
        r->in_section = true;
        skip_blanks(&line);
        return !line.len || is_comment(line) ? 0 : fail(r, "something follows a section's ']'");
    }
    if (!line.len || is_comment(line))
        return 0;
    return r->in_section ? read_key(r, line) : fail(r, "neither a section nor a comment");
}

static bool leads_out(struct span path)
{
    struct span part;

    while (path.len) {
        size_t len = 0;

        while (len < path.len && path.ptr[len] != '/' && path.ptr[len] != '\\')
            len++;
        part = span_head(path, len);
        path = span_tail(path, len + 1);
        if (span_is(part, ".."))
            return true;
    }
    return false;
}

static const char *clean(struct arena *arena, const char *path)
{
    char *joined CLEANUP(mem_cleanup) = path_join("/", path[0] == '/' ? path + 1 : path);

    return arena_str(arena, joined + 1);
}

// "./x" and "../x" are seen from the repository's own URL, as if that were a folder.
static int make_absolute(struct reader *r, const char *repository_url, struct source_submodule *m)
{
    struct span url = span_str(m->url), prefix;
    struct url base;

    if (!span_starts(url, "./") && !span_starts(url, "../") && !span_is(url, ".."))
        return 0;
    if (!url_parse(span_str(repository_url), &base))
        return err_set(r->err, ERR_CONFIG,
                       ".gitmodules: submodule %s: its URL '%s' cannot be seen from '%s'", m->name,
                       m->url, repository_url);
    prefix = span_of(repository_url, (size_t)(base.path.ptr - repository_url));
    {
        char *folder = arena_printf(r->arena, "/%.*s", SPAN_ARG(base.path));
        char *path CLEANUP(mem_cleanup) = path_join(folder, m->url);

        m->url = arena_printf(r->arena, "%.*s%s", SPAN_ARG(prefix), path);
    }
    return 0;
}

int source_submodules_read(struct arena *arena, struct span gitmodules, const char *repository_url,
                           source_submodules *out, struct err **err)
{
    source_submodules all = {0};
    struct reader r = {.arena = arena,
                       .rest = gitmodules,
                       .end = gitmodules.ptr + gitmodules.len,
                       .out = &all,
                       .err = err};
    struct span line;

    if (memchr(gitmodules.ptr, '\0', gitmodules.len))
        return fail(&r, "is no text");
    while (next_line(&r, &line))
        if (read_line(&r, line) < 0)
            return -1;
    VEC_FOREACH (struct source_submodule *, it, &all) {
        if (!it->path || !it->path[0] || !it->url || !it->url[0])
            return err_set(err, ERR_CONFIG, ".gitmodules: submodule %s has no %s", it->name,
                           it->path && it->path[0] ? "url" : "path");
        if (leads_out(span_str(it->path)))
            continue;
        if (make_absolute(&r, repository_url, it) < 0)
            return -1;
        it->path = clean(arena, it->path);
        vec_push_arena(arena, out, *it);
    }
    return 0;
}
