// SPDX-License-Identifier: Apache-2.0
// JSON pointers and references.
#include "model/chart/schema/location.h"

void pointer_add_token(struct buf *out, struct span token)
{
    buf_add_char(out, '/');
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '~')
            buf_add_str(out, "~0");
        else if (token.ptr[i] == '/')
            buf_add_str(out, "~1");
        else
            buf_add_char(out, token.ptr[i]);
    }
}

void pointer_add_encoded(struct buf *out, struct span pointer)
{
    for (size_t i = 0; i < pointer.len; i++) {
        unsigned char c = (unsigned char)pointer.ptr[i];

        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
            (c && strchr("-_.~$&+=:@/", c)))
            buf_add_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

struct span pointer_join(struct arena *a, struct span left, char between, struct span right)
{
    char *joined = arena_aligned(a, left.len + right.len + 2, 1);

    if (left.len)
        memcpy(joined, left.ptr, left.len);
    joined[left.len] = between;
    if (right.len)
        memcpy(joined + left.len + 1, right.ptr, right.len);
    return span_of(joined, left.len + 1 + right.len);
}

static bool is_escaped(struct span token)
{
    return span_find(token, '~') < token.len || span_find(token, '/') < token.len;
}

struct span pointer_append(struct arena *a, struct span pointer, struct span token)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (!is_escaped(token))
        return pointer_join(a, pointer, '/', token);
    buf_add_span(&text, pointer);
    pointer_add_token(&text, token);
    return arena_span(a, buf_span(&text));
}

struct span pointer_append_index(struct arena *a, struct span pointer, size_t index)
{
    return span_str(arena_printf(a, "%.*s/%zu", SPAN_ARG(pointer), index));
}

// "~1" as "/"; false for a "~" of another kind.
static bool unescape(struct arena *a, struct span token, struct span *out)
{
    char *text;
    size_t len = 0;

    *out = token;
    if (span_find(token, '~') == token.len)
        return true;
    text = arena_alloc(a, token.len + 1);
    for (size_t i = 0; i < token.len; i++) {
        char c = token.ptr[i];

        if (c == '~') {
            if (++i == token.len || (token.ptr[i] != '0' && token.ptr[i] != '1'))
                return false;
            c = token.ptr[i] == '0' ? '~' : '/';
        }
        text[len++] = c;
    }
    *out = span_of(text, len);
    return true;
}

const struct node *pointer_lookup(struct arena *a, const struct node *n, struct span pointer)
{
    struct span token;
    uint64_t index;

    if (!pointer.len)
        return n;
    pointer = span_tail(pointer, 1);
    for (bool more = true; more && n;) {
        size_t end = span_find(pointer, '/');

        more = end < pointer.len;
        if (!unescape(a, span_head(pointer, end), &token))
            return NULL;
        pointer = span_tail(pointer, end + 1);
        if (node_is(n, NODE_MAP))
            n = node_get_span(n, token);
        else if (node_is(n, NODE_SEQ) && span_u64(token, &index))
            n = index < node_len(n) ? node_item(n, (size_t)index) : NULL;
        else
            n = NULL;
    }
    return n;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool location_decode(struct arena *a, struct span text, struct span *out)
{
    char *decoded = arena_alloc(a, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '%') {
            decoded[len++] = text.ptr[i];
            continue;
        }
        int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;

        if (high < 0 || low < 0)
            return false;
        decoded[len++] = (char)((unsigned)high << 4 | (unsigned)low);
        i += 2;
    }
    *out = span_of(decoded, len);
    return true;
}

// "http" of "http://x": the length of the scheme, or 0.
static size_t scheme_len(struct span url)
{
    size_t colon = span_find(url, ':');

    for (size_t i = 0; i < colon; i++) {
        char c = url.ptr[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

        if (!letter && (!i || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            return 0;
    }
    return colon < url.len ? colon : 0;
}

// Where the path of a URL with a scheme starts, and where it ends.
static size_t path_start(struct span url)
{
    size_t at = scheme_len(url) + 1;
    struct span rest = span_tail(url, at);

    if (!span_skip(&rest, "//"))
        return at;
    return at + 2 + span_find(rest, '/');
}

static size_t path_end(struct span url)
{
    return span_find(url, '?');
}

// A path without "." and ".." (RFC 3986, 5.2.4).
static void add_plain_path(struct buf *out, struct span path)
{
    size_t root = out->len;
    struct span segment;

    for (bool more = true; more;) {
        size_t end = span_find(path, '/');

        segment = span_head(path, end);
        more = end < path.len;
        path = span_tail(path, end + 1);
        if (span_is(segment, "..")) {
            struct span sofar = span_of(out->data ? out->data + root : "", out->len - root);

            sofar = span_head(sofar, sofar.len ? sofar.len - 1 : 0);
            buf_truncate(
                out, root + (span_rfind(sofar, '/') < sofar.len ? span_rfind(sofar, '/') + 1 : 0));
        } else if (!span_is(segment, ".")) {
            buf_add_span(out, segment);
            if (more)
                buf_add_char(out, '/');
        }
    }
}

// A reference without a scheme against a URL that has one.
static void add_relative(struct buf *out, struct span base, struct span reference)
{
    size_t start = path_start(base), end = path_end(base);
    struct span path = span_of(base.ptr + start, end > start ? end - start : 0);
    bool opaque = path.len && start == scheme_len(base) + 1 && path.ptr[0] != '/';

    if (!reference.len || opaque) {
        buf_add_span(out, base);
    } else if (span_starts(reference, "//")) {
        buf_add_span(out, span_head(base, scheme_len(base) + 1));
        buf_add_span(out, reference);
    } else {
        struct span target = span_head(reference, path_end(reference));
        struct buf whole CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        buf_add_span(out, span_head(base, start));
        if (target.len && target.ptr[0] != '/' && span_rfind(path, '/') < path.len)
            buf_add_span(&whole, span_head(path, span_rfind(path, '/') + 1));
        buf_add_span(&whole, target.len ? target : path);
        buf_add_char(out, '/');
        add_plain_path(out,
                       span_tail(buf_span(&whole), buf_span(&whole).len && whole.data[0] == '/'));
        buf_add_span(out, span_tail(reference, target.len));
    }
}

bool location_resolve(struct arena *a, struct span base, struct span reference, struct span *url,
                      struct span *fragment)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t hash = span_find(reference, '#');

    if (!location_decode(a, span_tail(reference, hash + 1), fragment))
        return false;
    reference = span_head(reference, hash);
    for (size_t i = 0; i < reference.len; i++) {
        if ((unsigned char)reference.ptr[i] <= ' ' || reference.ptr[i] == 0x7f)
            return false;
    }
    if (!scheme_len(reference) && span_find(reference, ':') < path_end(reference) &&
        span_find(reference, ':') < span_find(reference, '/'))
        return false; // looks like a scheme, and is none
    if (scheme_len(reference))
        buf_add_span(&text, reference);
    else
        add_relative(&text, base, reference);
    *url = arena_span(a, buf_span(&text));
    return !text.overflow;
}
