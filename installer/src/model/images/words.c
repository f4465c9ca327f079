// SPDX-License-Identifier: Apache-2.0
// Words of texts, and which of them are references (the grammar of github.com/distribution).
#include <string.h>

#include "base/url.h"
#include "model/images.h"

static bool is_of(char c, const char *others)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(others, c));
}

static bool is_tag(struct span tag)
{
    enum { TAG_MAX_BYTES = 128 };

    for (size_t i = 0; i < tag.len; i++) {
        char c = tag.ptr[i];

        if (!(c >= 'A' && c <= 'Z') && !is_of(c, i ? "_.-" : "_"))
            return false;
    }
    return tag.len && tag.len <= TAG_MAX_BYTES;
}

static bool is_digest(struct span digest)
{
    enum { SHA256_DIGITS = 64 };

    if (!span_skip(&digest, "sha256:") || digest.len != SHA256_DIGITS)
        return false;
    for (size_t i = 0; i < digest.len; i++)
        if (!strchr("0123456789abcdef", digest.ptr[i]))
            return false;
    return true;
}

static bool is_path(struct span path)
{
    for (size_t i = 0; i < path.len; i++)
        if (!is_of(path.ptr[i], i && i + 1 < path.len ? "._-/" : ""))
            return false;
    return path.len > 0;
}

static bool is_host(struct span host)
{
    struct span name = span_head(host, span_find(host, ':'));
    struct span port = span_tail(host, name.len);
    uint64_t number;

    if (span_skip(&port, ":") && !span_u64(port, &number))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!(name.ptr[i] >= 'A' && name.ptr[i] <= 'Z') && !is_of(name.ptr[i], ".-"))
            return false;
    return !url_host_is_inside(name);
}

bool images_is_reference(struct span word)
{
    struct span name = span_head(word, span_find(word, '@'));
    struct span digest = span_tail(word, name.len);
    size_t slash = span_rfind(name, '/'), first = span_find(name, '/');
    struct span last = span_tail(name, slash);
    size_t colon = span_find(last, ':');
    struct span tag = span_tail(last, colon);
    struct span path = span_tail(span_head(name, name.len - tag.len), first + 1);
    bool has_digest = span_skip(&digest, "@"), has_tag = span_skip(&tag, ":");

    return first < name.len && is_host(span_head(name, first)) && is_path(path) &&
           (has_tag || has_digest) && (!has_tag || is_tag(tag)) &&
           (!has_digest || is_digest(digest));
}

bool images_next_word(struct span *text, struct span *word)
{
    static const char ends[] = " \t\r\n\"'`,;()<>[]{}|\\";
    size_t start = 0, end;

    while (start < text->len && memchr(ends, text->ptr[start], sizeof(ends)))
        start++;
    for (end = start; end < text->len; end++)
        if (memchr(ends, text->ptr[end], sizeof(ends)))
            break;
    *word = span_of(text->ptr + start, end - start);
    *text = span_tail(*text, end);
    return word->len > 0;
}
