// SPDX-License-Identifier: Apache-2.0
// URLs: parsing, origins, secrets.
#include "base/url.h"

#include <ctype.h>
#include <strings.h>

#include "base/mem.h"

// --- parsing ---

static bool is_scheme(struct span s)
{
    if (!s.len || !isalpha((unsigned char)s.ptr[0]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && !strchr("+-.", s.ptr[i]))
            return false;
    return true;
}

static bool is_clean(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f || s.ptr[i] == '\\')
            return false;
    return true;
}

// The place of the first of these characters, or the span's length.
static size_t find_any(struct span s, const char *set)
{
    size_t at = 0;

    while (at < s.len && !(s.ptr[at] && strchr(set, s.ptr[at])))
        at++;
    return at;
}

static bool same_nocase(struct span a, struct span b)
{
    return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static int default_port(const struct url *url)
{
    if (url_is(url, "https"))
        return 443;
    if (url_is(url, "http"))
        return 80;
    return url_is(url, "ssh") ? 22 : 0;
}

// "host", "host:port", "[address]:port"; an empty port is the default one (RFC 3986 section 3.2.3).
static bool parse_host(struct span s, struct url *url)
{
    size_t end = s.len && s.ptr[0] == '[' ? span_find(s, ']') : span_find(s, ':');
    uint64_t port = 0;

    url->host = span_head(s, end);
    if (s.len && s.ptr[0] == '[') {
        if (end == s.len)
            return false;
        url->host = span_tail(url->host, 1);
        end++;
    }
    s = span_tail(s, end);
    url->port = default_port(url);
    if (!s.len)
        return true;
    if (!span_skip(&s, ":") || (s.len && (!span_u64(s, &port) || port > UINT16_MAX)))
        return false;
    if (s.len)
        url->port = (int)port;
    return true;
}

bool url_parse(struct span text, struct url *url)
{
    size_t colon = span_search(text, SPAN("://"));
    struct span rest = span_tail(text, colon + 3), authority;
    size_t at;

    *url = (struct url){.scheme = span_head(text, colon), .userinfo = SPAN_EMPTY};
    if (colon == text.len || !is_scheme(url->scheme) || !is_clean(text))
        return false;
    authority = span_head(rest, find_any(rest, "/?#"));
    rest = span_tail(rest, authority.len);
    at = span_rfind(authority, '@');
    if (at < authority.len) {
        url->userinfo = span_head(authority, at);
        authority = span_tail(authority, at + 1);
    }
    url->authority = authority;
    url->path = span_head(rest, find_any(rest, "?#"));
    rest = span_tail(rest, url->path.len);
    url->query = span_head(rest, span_find(rest, '#'));
    url->fragment = span_tail(span_tail(rest, url->query.len), 1);
    url->query = span_tail(url->query, 1);
    return parse_host(authority, url);
}

bool url_is(const struct url *url, const char *scheme)
{
    return same_nocase(url->scheme, span_str(scheme));
}

struct span url_trim(struct span text)
{
    while (span_ends(text, "/"))
        text.len--;
    return text;
}

char *url_resolve(const struct url *base, struct span reference)
{
    struct span folder = span_head(base->path, span_rfind(base->path, '/'));
    struct url url;

    if (!is_clean(reference))
        return NULL;
    if (url_parse(reference, &url))
        return mem_strn(reference.ptr, reference.len);
    if (span_starts(reference, "//"))
        return mem_printf("%.*s:%.*s", SPAN_ARG(base->scheme), SPAN_ARG(reference));
    if (span_skip(&reference, "/"))
        folder = SPAN_EMPTY;
    return mem_printf("%.*s://%.*s%.*s/%.*s", SPAN_ARG(base->scheme), SPAN_ARG(base->authority),
                      SPAN_ARG(folder), SPAN_ARG(reference));
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return same_nocase(a->scheme, b->scheme) && same_nocase(a->host, b->host) && a->port == b->port;
}

// --- decoding ---

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The byte of "%41" at the start; -1 when there is none.
static int escaped_byte(struct span s)
{
    int high, low;

    if (s.len < 3)
        return -1;
    high = hex_digit(s.ptr[1]);
    low = hex_digit(s.ptr[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool url_unescape(struct arena *arena, struct span text, struct span *out)
{
    char *copy;
    size_t len = 0;

    if (span_find(text, '\0') < text.len)
        return false;
    *out = text;
    if (span_find(text, '%') == text.len)
        return true;
    copy = arena_alloc(arena, text.len);
    for (size_t i = 0; i < text.len; i++) {
        int byte = (unsigned char)text.ptr[i];

        if (byte == '%') {
            byte = escaped_byte(span_tail(text, i));
            if (byte <= 0)
                return false;
            i += 2;
        }
        copy[len++] = (char)byte;
    }
    *out = span_of(copy, len);
    return true;
}

bool url_query(struct arena *arena, struct span query, const char *name, struct span *value)
{
    struct span pair, key, text;

    while (span_next(&query, '&', &pair)) {
        key = pair;
        text = SPAN_EMPTY;
        (void)span_cut(pair, '=', &key, &text);
        if (span_is(key, name))
            return url_unescape(arena, text, value);
    }
    return false;
}

// --- secrets ---

static bool contains_word(struct span name, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= name.len; i++)
        if (strncasecmp(name.ptr + i, word, len) == 0)
            return true;
    return false;
}

// By the name alone: "X-Amz-Signature", "private_token", "sig" of a shared access signature.
static bool is_secret_name(struct span name)
{
    static const char *const parts[] = {"token",      "secret",     "passw",      "apikey",
                                        "api_key",    "api-key",    "credential", "signature",
                                        "access_key", "access-key", "accesskey"};
    static const char *const whole[] = {"sig", "key", "auth", "jwt", "pass", "pwd"};

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (contains_word(name, parts[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
        if (same_nocase(name, span_str(whole[i])))
            return true;
    return false;
}

bool url_has_secret(const struct url *url)
{
    struct span query = url->query, pair, name, value;

    while (span_next(&query, '&', &pair))
        if (span_cut(pair, '=', &name, &value) && value.len && is_secret_name(name))
            return true;
    return url->userinfo.len > 0;
}

// --- masking ---

// What is written; the caller has made room for all that may come.
struct out {
    char *text;
    size_t len;
};

static void add(struct out *out, struct span s)
{
    memcpy(out->text + out->len, s.ptr, s.len);
    out->len += s.len;
}

// Where a URL in a text ends: at a space or a quote, and before the punctuation of the sentence and
// the ":line:column" that it may stand in.
static size_t end_of_url(struct span s)
{
    size_t end = 0;

    while (end < s.len && (unsigned char)s.ptr[end] > ' ' && !strchr("\"'<>`", s.ptr[end]))
        end++;
    while (end > 0 && strchr(":,;.)", s.ptr[end - 1]))
        end--;
    return end;
}

// A password with an unencoded slash hides the "@" from the rules: then the last one counts.
static size_t end_of_userinfo(struct span url, size_t authority)
{
    struct span head = span_head(url, authority);
    size_t at = span_rfind(head, '@');
    size_t colon = span_find(head, ':');
    uint64_t port;

    if (at < head.len)
        return at;
    if (colon == head.len || head.ptr[0] == '[' || colon + 1 == head.len ||
        span_u64(span_tail(head, colon + 1), &port))
        return url.len;
    return span_rfind(url, '@');
}

static void add_query(struct out *out, struct span query)
{
    while (query.len) {
        struct span pair = span_head(query, find_any(query, "&#")), name, value;

        query = span_tail(query, pair.len);
        if (span_cut(pair, '=', &name, &value) && value.len && !span_starts(value, "***") &&
            is_secret_name(name)) {
            add(out, name);
            add(out, SPAN("=***"));
        } else {
            add(out, pair);
        }
        add(out, span_head(query, 1));
        query = span_tail(query, 1);
    }
}

// A URL without its scheme.
static void add_url(struct out *out, struct span url)
{
    size_t at = end_of_userinfo(url, find_any(url, "/?#"));
    size_t mark;

    if (at < url.len) {
        add(out, SPAN("***"));
        url = span_tail(url, at);
    }
    mark = find_any(url, "?#");
    add(out, span_head(url, mark + 1));
    add_query(out, span_tail(url, mark + 1));
}

char *url_masked(const char *text)
{
    struct span rest = span_str(text);
    struct out out = {.len = 0};

    // A mask adds three bytes at most, to a "://" or a name of no less.
    out.text = mem_alloc(2 * rest.len + 1);
    while (rest.len) {
        size_t colon = span_search(rest, SPAN("://"));
        struct span url;

        add(&out, span_head(rest, colon + 3));
        rest = span_tail(rest, colon + 3);
        url = span_head(rest, end_of_url(rest));
        add_url(&out, url);
        rest = span_tail(rest, url.len);
    }
    out.text[out.len] = '\0';
    return out.text;
}

bool url_host_is_inside(struct span host)
{
    static const char *const ends[] = {".svc",         ".cluster.local", ".local",
                                       ".localhost",   ".example",       ".example.com",
                                       ".example.net", ".example.org",   ".internal"};

    if (span_ends(host, ".")) // a name from the root on
        host.len--;
    if (span_find(host, '.') == host.len || span_starts(host, "127.") || span_starts(host, "0."))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (span_ends(host, ends[i]) || span_is(host, ends[i] + 1))
            return true;
    return false;
}
