// SPDX-License-Identifier: Apache-2.0
// Logins of hosts in ~/.netrc, the file that git and curl read too (ftp(1), "The .netrc file").
#include "io/http/http_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { NETRC_MAX_BYTES = 1 << 20 };

// The end of the word that `s` starts with; in double quotes it may hold spaces, and a backslash
// stands for what follows it.
static size_t end_of_word(struct span s, bool quoted)
{
    size_t at = quoted;

    while (at < s.len && (quoted ? s.ptr[at] != '"' : (unsigned char)s.ptr[at] > ' '))
        at += quoted && s.ptr[at] == '\\' ? 2 : 1;
    return at < s.len ? at : s.len;
}

static bool next_word(struct arena *a, struct span *rest, struct span *word)
{
    struct span s = span_trim(*rest);
    bool quoted = span_starts(s, "\"");
    size_t end = end_of_word(s, quoted), len = 0;
    char *out;

    if (!s.len)
        return false;
    out = arena_alloc(a, end + 1);
    for (size_t i = quoted; i < end; i++) {
        if (quoted && s.ptr[i] == '\\' && i + 1 < end)
            i++;
        out[len++] = s.ptr[i];
    }
    *word = span_of(out, len);
    *rest = span_tail(s, end + quoted);
    return true;
}

static bool is_host(struct span word, struct span host)
{
    return word.len == host.len && strncasecmp(word.ptr, host.ptr, host.len) == 0;
}

// Steps over a comment, or over a macro, which ends with an empty line.
static bool skip_other(struct span word, struct span *rest)
{
    if (span_starts(word, "#"))
        *rest = span_tail(*rest, span_find(*rest, '\n'));
    else if (span_is(word, "macdef"))
        *rest = span_tail(*rest, span_search(*rest, SPAN("\n\n")));
    else
        return false;
    return true;
}

// The first entry of the host that has a user.
bool netrc_parse(struct arena *a, struct span text, struct span host, struct http_request *request)
{
    struct span word, value;
    bool ours = false;

    while (next_word(a, &text, &word)) {
        bool any = span_is(word, "default");

        if (skip_other(word, &text))
            continue;
        if (any || span_is(word, "machine")) {
            if (request->user)
                return true;
            ours = any || (next_word(a, &text, &value) && is_host(value, host));
        } else if (span_is(word, "login") && next_word(a, &text, &value) && ours) {
            request->user = value.ptr;
        } else if (span_is(word, "password") && next_word(a, &text, &value) && ours) {
            request->password = value.ptr;
        }
    }
    return request->user != NULL;
}

int netrc_find(struct arena *a, struct span host, struct http_request *request, struct err **err)
{
    const char *named = getenv("NETRC"), *home = getenv("HOME");
    char *path CLEANUP(mem_cleanup) =
        named && *named ? mem_str(named) : mem_printf("%s/.netrc", home ? home : "");
    struct buf text CLEANUP(buf_free) = BUF_INIT(NETRC_MAX_BYTES);

    if (!(named && *named) && access(path, F_OK) < 0)
        return 0;
    if (file_read(AT_FDCWD, path, &text, err) < 0)
        return -1;
    // A login without a password, or the other way round, is none.
    if (!netrc_parse(a, buf_span(&text), host, request) || !request->password)
        request->user = request->password = NULL;
    return 0;
}
