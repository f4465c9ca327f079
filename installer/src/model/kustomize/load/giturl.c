// SPDX-License-Identifier: Apache-2.0
// Git sources as kustomize writes them in `resources`: host, repository, folder within it, and the
// query parameters ref (or version), timeout and submodules. This is the one place that knows them.
// They are not the URLs of base/url.h: scp's "git@host:path", a host without a scheme, "git::" in
// front, and "//" within the path are all allowed. `url`, which is what remains, is one again,
// unless it is scp's.
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/opt.h"
#include "base/path.h"
#include "model/kustomize.h"

#define TIMEOUT_MS 27000

static bool skip_nocase(struct span *s, const char *prefix)
{
    size_t len = strlen(prefix);
    if (s->len < len || strncasecmp(s->ptr, prefix, len) != 0)
        return false;
    *s = span_tail(*s, len);
    return true;
}

// "%2F" and "+" of a query undone, in the arena; NULL for what Go refuses.
static const char *unescape(struct arena *arena, struct span s)
{
    char *out = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char byte = 0;
        char hex[2] = {0};
        if (s.ptr[i] != '%') {
            out[len++] = s.ptr[i] == '+' ? ' ' : s.ptr[i];
            continue;
        }
        for (size_t j = 0; j < 2 && i + 1 + j < s.len; j++)
            hex[j] = (char)tolower((unsigned char)s.ptr[i + 1 + j]);
        if (!span_unhex(span_of(hex, 2), &byte, 1))
            return NULL;
        out[len++] = (char)byte;
        i += 2;
    }
    return out;
}

static void parse_timeout(const char *text, struct kustomize_git *git)
{
    uint64_t seconds = 0;
    int64_t ms = 0;
    if (span_u64(span_str(text), &seconds) && seconds > 0 && seconds < 1000000)
        git->timeout_ms = (int64_t)seconds * 1000;
    else if (opt_duration(text, &ms) && ms > 0)
        git->timeout_ms = ms;
}

// As Go's strconv.ParseBool; what is no boolean leaves the default.
static void parse_submodules(struct span text, struct kustomize_git *git)
{
    static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        if (span_is(text, no[i]))
            git->submodules = false;
    }
}

// As Go's url.ParseQuery: of equal keys the first counts, and one bad piece voids the whole query.
static void parse_query(struct arena *arena, struct span query, struct kustomize_git *git)
{
    enum { REF, VERSION, TIMEOUT, SUBMODULES, KEYS };
    static const char *const keys[] = {"ref", "version", "timeout", "submodules"};
    const char *found[KEYS] = {NULL};
    struct span item, key, value;
    while (span_next(&query, '&', &item)) {
        if (!span_cut(item, '=', &key, &value)) {
            key = item;
            value = SPAN_EMPTY;
        }
        const char *name = unescape(arena, key), *text = unescape(arena, value);
        if (!name || !text || span_find(item, ';') < item.len)
            return;
        for (size_t i = 0; i < KEYS; i++) {
            if (!found[i] && strcmp(name, keys[i]) == 0)
                found[i] = text;
        }
    }
    if (found[VERSION])
        git->ref = found[VERSION];
    if (found[REF] && *found[REF])
        git->ref = found[REF];
    if (found[TIMEOUT])
        parse_timeout(found[TIMEOUT], git);
    if (found[SUBMODULES])
        parse_submodules(span_str(found[SUBMODULES]), git);
}

// The end of a user name at the start, with its "@"; 0 when there is none.
static size_t user_end(struct span s)
{
    if (!s.len || !isalpha((unsigned char)s.ptr[0]))
        return 0;
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] == '@')
            return i + 1;
        if (!isalnum((unsigned char)s.ptr[i]) && s.ptr[i] != '-')
            return 0;
    }
    return 0;
}

struct host {
    const char *scheme;
    struct span user, name; // `name` with its separator
    bool file;
};

static const char *take_scheme(struct span *s)
{
    static const char *const schemes[] = {"ssh://", "https://", "http://", "file://"};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (skip_nocase(s, schemes[i]))
            return schemes[i];
    }
    return "";
}

// The end of the host: a slash, or a colon in the style of scp.
static size_t host_end(struct span s, bool scp)
{
    size_t slash = span_find(s, '/'), colon = span_find(s, ':');
    if (scp && colon < s.len && (slash == s.len || (colon > 0 && colon < slash)))
        return colon;
    return slash;
}

// GitHub's is written in several ways; kustomize clones from two.
static void normalize_github(struct host *h)
{
    bool ssh = strcmp(h->scheme, "ssh://") == 0 || h->user.len;
    h->scheme = ssh ? "" : "https://";
    h->user = ssh ? h->user : SPAN_EMPTY;
    h->name = ssh ? SPAN("github.com:") : SPAN("github.com/");
}

static bool parse_host(struct span *s, struct host *h)
{
    (void)skip_nocase(s, "git::");
    h->scheme = take_scheme(s);
    size_t user = user_end(*s);
    h->user = span_head(*s, user);
    *s = span_tail(*s, user);
    struct span rest = *s;
    bool github = skip_nocase(&rest, "github.com/") || skip_nocase(&rest, "github.com:");
    bool scp = !*h->scheme && (user || github);
    if (!*h->scheme && !scp)
        return false;
    h->file = strcmp(h->scheme, "file://") == 0;
    if (h->file)
        return true;
    size_t end = host_end(*s, scp);
    h->name = end < s->len ? span_head(*s, end + 1) : *s;
    *s = span_tail(*s, h->name.len);
    if (github)
        normalize_github(h);
    return h->name.len > 0;
}

static bool split_at(struct span s, size_t at, size_t skip, struct span *repo, struct span *path)
{
    *repo = span_head(s, at);
    *path = span_tail(s, at + skip);
    return true;
}

// Azure's "_git/", "//" and ".git" mark the end of the repository; else it has two parts.
static bool split_path(struct span s, bool file, struct span *repo, struct span *path)
{
    size_t azure = span_search(s, SPAN("_git/"));
    if (azure < s.len) {
        size_t end = azure + 5 + span_find(span_tail(s, azure + 5), '/');
        return split_at(s, end, 1, repo, path);
    }
    size_t slashes = span_search(s, SPAN("//"));
    if (slashes < s.len)
        return split_at(s, slashes, 2, repo, path);
    size_t suffix = span_search(s, SPAN(".git"));
    if (suffix < s.len)
        return split_at(s, suffix + 4, 0, repo, path);
    if (file)
        return split_at(s, s.len, 0, repo, path);
    size_t first = span_find(s, '/');
    if (first == s.len)
        return false;
    size_t second = first + 1 + span_find(span_tail(s, first + 1), '/');
    return split_at(s, second, 1, repo, path);
}

bool kustomize_git_parse(struct arena *arena, const char *entry, struct kustomize_git *git)
{
    struct span s = span_str(entry), query = SPAN_EMPTY, repo, path;
    if (*entry == '/')
        return false;
    size_t mark = span_find(s, '?');
    if (mark < s.len)
        query = span_tail(s, mark + 1);
    s = span_head(s, mark);
    *git = (struct kustomize_git){
        .raw = arena_str(arena, entry), .ref = "", .timeout_ms = TIMEOUT_MS, .submodules = true};
    parse_query(arena, query, git);
    struct host host = {.user = SPAN_EMPTY, .name = SPAN_EMPTY};
    if (!parse_host(&s, &host) || !split_path(s, host.file, &repo, &path) || !repo.len)
        return false;
    while (path.len && path.ptr[0] == '/')
        path = span_tail(path, 1);
    char *text CLEANUP(mem_cleanup) = mem_strn(path.ptr, path.len);
    char *clean CLEANUP(mem_cleanup) = path_clean(text);
    if (strcmp(clean, "..") == 0 || strncmp(clean, "../", 3) == 0)
        return false;
    git->path = arena_str(arena, strcmp(clean, ".") == 0 ? "" : clean);
    git->url = arena_printf(arena, "%s%.*s%.*s%.*s", host.scheme, SPAN_ARG(host.user),
                            SPAN_ARG(host.name), SPAN_ARG(repo));
    return true;
}
