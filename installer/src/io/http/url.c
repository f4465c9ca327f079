// SPDX-License-Identifier: Apache-2.0
// URLs: parsing, masking of secrets, escaping.
#include "io/http/http_int.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static void curlu_cleanup(CURLU **u)
{
    curl_url_cleanup(*u);
}

static void curl_text_cleanup(char **text)
{
    curl_free(*text);
}

// A copy of one part in our own memory, or NULL.
static char *part_of(CURLU *u, CURLUPart part, unsigned flags)
{
    char *text CLEANUP(curl_text_cleanup) = NULL;

    if (curl_url_get(u, part, &text, flags) != CURLUE_OK)
        return NULL;
    return mem_str(text);
}

// "[::1]" without its brackets.
static char *host_of(CURLU *u)
{
    char *host = part_of(u, CURLUPART_HOST, 0);
    size_t len = host ? strlen(host) : 0;

    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        memmove(host, host + 1, len - 2);
        host[len - 2] = '\0';
    }
    return host;
}

static bool is_web_scheme(const char *scheme)
{
    return strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0;
}

int url_parse(const char *url, struct url_parts *parts, struct err **err)
{
    CURLU *u CLEANUP(curlu_cleanup) = curl_url();
    char *user CLEANUP(mem_cleanup) = NULL;
    char *port CLEANUP(mem_cleanup) = NULL;
    uint64_t number = 0;

    *parts = (struct url_parts){0};
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
        char *masked CLEANUP(mem_cleanup) = http_url_masked(url);
        return err_set(err, ERR_SOURCE, "'%s' is not a URL", masked);
    }
    parts->scheme = part_of(u, CURLUPART_SCHEME, 0);
    parts->host = host_of(u);
    user = part_of(u, CURLUPART_USER, 0);
    parts->has_userinfo = user != NULL;
    port = part_of(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (port && span_u64(span_str(port), &number))
        parts->port = (int)number;
    if (!parts->host || !is_web_scheme(parts->scheme)) {
        char *masked CLEANUP(mem_cleanup) = http_url_masked(url);
        return err_set(err, ERR_SOURCE, "%s: only http and https URLs can be fetched", masked);
    }
    return 0;
}

void url_parts_free(struct url_parts *parts)
{
    free(parts->scheme);
    free(parts->host);
    *parts = (struct url_parts){0};
}

static bool contains_word(struct span name, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= name.len; i++)
        if (strncasecmp(name.ptr + i, word, len) == 0)
            return true;
    return false;
}

static bool looks_secret(struct span name)
{
    static const char *const words[] = {"token",  "sig",     "secret",    "passw",
                                        "apikey", "api_key", "credential"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (contains_word(name, words[i]))
            return true;
    return false;
}

static void add_query_masked(struct buf *out, struct span query)
{
    struct span pair, name, value;
    bool first = true;

    while (span_next(&query, '&', &pair)) {
        buf_add_str(out, first ? "?" : "&");
        first = false;
        if (span_cut(pair, '=', &name, &value) && looks_secret(name)) {
            buf_add_span(out, name);
            buf_add_str(out, "=***");
        } else {
            buf_add_span(out, pair);
        }
    }
}

// Works on the text, not on a parsed URL: what does not parse is masked as well.
char *http_url_masked(const char *url)
{
    struct buf out = BUF_INIT(BUF_TEXT_MAX);
    struct span rest = span_str(url), scheme = SPAN_EMPTY, authority, query;
    size_t colon = span_search(rest, SPAN("://"));
    size_t at;

    if (colon < rest.len) {
        scheme = span_head(rest, colon + 3);
        rest = span_tail(rest, colon + 3);
    }
    authority = span_head(rest, strcspn(rest.ptr, "/?#"));
    rest = span_tail(rest, authority.len);
    buf_add_span(&out, scheme);
    at = span_rfind(authority, '@');
    if (at < authority.len) {
        buf_add_str(&out, "***");
        authority = span_tail(authority, at);
    }
    buf_add_span(&out, authority);
    if (span_cut(rest, '?', &rest, &query)) {
        buf_add_span(&out, rest);
        add_query_masked(&out, query);
    } else {
        buf_add_span(&out, rest);
    }
    return buf_take(&out);
}

void http_escape(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < 0x80 && (isalnum(c) || (c && strchr("-._~", c))))
            buf_add_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}
