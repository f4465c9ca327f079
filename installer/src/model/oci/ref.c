// SPDX-License-Identifier: Apache-2.0
// References, by the grammar of distribution/reference.
#include "model/oci/ref.h"

enum { REPOSITORY_MAX = 255, TAG_MAX = 128 };

static int bad(struct span text, const char *why, struct err **err)
{
    return err_set(err, ERR_CONFIG, "'%.*s' is no image reference: %s", SPAN_ARG(text), why);
}

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_word(char c)
{
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

bool ref_is_repository(struct span s)
{
    struct span part;

    if (!s.len || s.len > REPOSITORY_MAX || s.ptr[s.len - 1] == '/')
        return false;
    while (span_next(&s, '/', &part)) {
        if (!part.len || !is_lower_or_digit(part.ptr[0]) ||
            !is_lower_or_digit(part.ptr[part.len - 1]))
            return false;
        for (size_t i = 0; i < part.len; i++)
            if (!is_lower_or_digit(part.ptr[i]) && part.ptr[i] != '.' && part.ptr[i] != '_' &&
                part.ptr[i] != '-')
                return false;
    }
    return true;
}

bool ref_is_tag(struct span s)
{
    if (!s.len || s.len > TAG_MAX || !is_word(s.ptr[0]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_word(s.ptr[i]) && s.ptr[i] != '.' && s.ptr[i] != '-')
            return false;
    return true;
}

bool ref_is_host(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_word(s.ptr[i]) && s.ptr[i] != '.' && s.ptr[i] != '-' && s.ptr[i] != ':' &&
            s.ptr[i] != '[' && s.ptr[i] != ']')
            return false;
    return s.len > 0;
}

bool ref_split_host(struct span name, struct span *host, struct span *rest)
{
    struct span first, behind;

    if (!span_cut(name, '/', &first, &behind))
        return false;
    if (span_find(first, '.') == first.len && span_find(first, ':') == first.len &&
        !span_is(first, "localhost"))
        return false;
    *host = first;
    *rest = behind;
    return true;
}

static int split_pins(struct span text, struct span *rest, struct oci_ref *ref, struct err **err)
{
    struct span digest;
    size_t slash, colon;

    if (span_cut(*rest, '@', rest, &digest) && !digest_parse(digest, &ref->digest))
        return bad(text, "its digest is not sha256: and 64 hexadecimal digits", err);
    slash = span_rfind(*rest, '/');
    colon = span_rfind(*rest, ':');
    if (colon < rest->len && (slash == rest->len || colon > slash)) {
        ref->tag = span_tail(*rest, colon + 1);
        *rest = span_head(*rest, colon);
        if (!ref_is_tag(ref->tag))
            return bad(text, "its tag has characters that no tag has", err);
    }
    if (ref->tag.len || digest_is_set(&ref->digest))
        return 0;
    err_set(err, ERR_CONFIG, "'%.*s' has neither tag nor digest", SPAN_ARG(text));
    return err_hint(err, "pin it: a tag that floats cannot be locked");
}

int oci_ref_parse(struct arena *arena, struct span text, struct oci_ref *ref, struct err **err)
{
    struct span rest = arena_span(arena, text);

    *ref = (struct oci_ref){.tag = SPAN_EMPTY};
    span_skip(&rest, "oci://");
    if (split_pins(text, &rest, ref, err) < 0)
        return -1;
    ref->registry = SPAN("docker.io");
    ref_split_host(rest, &ref->registry, &rest);
    if (span_is(ref->registry, "index.docker.io"))
        ref->registry = SPAN("docker.io");
    ref->host = span_is(ref->registry, "docker.io") ? SPAN("registry-1.docker.io") : ref->registry;
    ref->repository = rest;
    if (span_is(ref->registry, "docker.io") && span_find(rest, '/') == rest.len)
        ref->repository = span_str(arena_printf(arena, "library/%.*s", SPAN_ARG(rest)));
    if (!ref_is_host(ref->registry))
        return bad(text, "its registry is no host name", err);
    if (!ref_is_repository(ref->repository))
        return bad(text, "its repository has characters that no repository has", err);
    return 0;
}

void oci_ref_format(const struct oci_ref *ref, struct buf *out)
{
    buf_printf(out, "%.*s/%.*s", SPAN_ARG(ref->registry), SPAN_ARG(ref->repository));
    if (ref->tag.len)
        buf_printf(out, ":%.*s", SPAN_ARG(ref->tag));
    if (digest_is_set(&ref->digest))
        buf_printf(out, "@%s", DIGEST_TEXT(&ref->digest));
}
