// SPDX-License-Identifier: Apache-2.0
// Addresses, names of hosts, mail addresses and URLs.
#include "model/chart/schema/format_checks.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/rune.h"

bool format_ipv4(struct span s, struct buf *why)
{
    struct span rest = s, piece;
    size_t dots = 0;

    for (size_t i = 0; i < s.len; i++)
        dots += s.ptr[i] == '.';
    if (dots != 3)
        return format_fail(why, "expected four decimals");
    while (format_next_piece(&rest, '.', &piece)) {
        uint64_t number;

        if (piece.len > 1 && piece.ptr[0] == '0')
            return format_fail(why, "leading zeros");
        if (!span_u64(piece, &number)) {
            buf_printf(why, "strconv.Atoi: parsing \"%.*s\": invalid syntax", SPAN_ARG(piece));
            return false;
        }
        if (number > 255)
            return format_fail(why, "decimal must be between 0 and 255");
    }
    return true;
}

bool format_ipv6(struct span s, struct buf *why)
{
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN + 1];
    size_t zone = span_find(s, '%');

    if (span_find(s, ':') == s.len)
        return format_fail(why, "missing colon");
    if (zone >= sizeof(text) || memchr(s.ptr, '\0', zone)) {
        buf_printf(why, "ParseAddr(\"%.*s\"): unable to parse IP", SPAN_ARG(s));
        return false;
    }
    memcpy(text, s.ptr, zone);
    text[zone] = '\0';
    if (inet_pton(AF_INET6, text, &address) != 1) {
        buf_printf(why, "ParseAddr(\"%.*s\"): unable to parse IP", SPAN_ARG(s));
        return false;
    }
    return zone == s.len || format_fail(why, "zone id is not a part of ipv6 address");
}

static bool is_alphanumeric(uint32_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

bool format_hostname(struct span s, struct buf *why)
{
    struct span label;

    if (span_ends(s, "."))
        s.len--;
    if (s.len > 253)
        return format_fail(why, "more than 253 characters long");
    while (format_next_piece(&s, '.', &label)) {
        if (label.len < 1 || label.len > 63)
            return format_fail(why, "label must be 1 to 63 characters long");
        if (label.ptr[0] == '-')
            return format_fail(why, "label starts with hyphen");
        if (label.ptr[label.len - 1] == '-')
            return format_fail(why, "label ends with hyphen");
        while (label.len) {
            uint32_t rune = rune_next(&label);

            if (!is_alphanumeric(rune) && rune != '-')
                return format_fail_rune(why, "invalid character ", rune, "");
        }
    }
    return true;
}

static bool check_local_part(struct span s, struct buf *why)
{
    if (s.len > 1 && s.ptr[0] == '"') {
        struct span inner = span_of(s.ptr + 1, s.len - 2);

        return (span_find(inner, '\\') == inner.len && span_find(inner, '"') == inner.len) ||
               format_fail(why, "backslash and quote are not allowed within quoted local part");
    }
    if (span_starts(s, "."))
        return format_fail(why, "starts with dot");
    if (span_ends(s, "."))
        return format_fail(why, "ends with dot");
    if (span_search(s, SPAN("..")) < s.len)
        return format_fail(why, "consecutive dots");
    while (s.len) {
        uint32_t rune = rune_next(&s);

        if (!is_alphanumeric(rune) &&
            (rune >= 0x80 || !rune || !strchr(".!#$%&'*+-/=?^_`{|}~", (int)rune)))
            return format_fail_rune(why, "invalid character ", rune, "");
    }
    return true;
}

// A host name, or an address in brackets.
static bool check_domain(struct span s, struct buf *why)
{
    struct buf inner CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *what = "domain";
    bool good;

    if (s.len > 1 && s.ptr[0] == '[' && span_ends(s, "]")) {
        s = span_of(s.ptr + 1, s.len - 2);
        what = span_skip(&s, "IPv6:") ? "ipv6 address" : "ipv4 address";
        good = what[3] == '6' ? format_ipv6(s, &inner) : format_ipv4(s, &inner);
    } else {
        good = format_hostname(s, &inner);
    }
    if (!good)
        buf_printf(why, "invalid %s: %s", what, buf_str(&inner));
    return good;
}

bool format_email(struct span s, struct buf *why)
{
    size_t at = span_rfind(s, '@');

    if (s.len > 254)
        return format_fail(why, "more than 255 characters long");
    if (at == s.len)
        return format_fail(why, "missing @");
    if (at > 64)
        return format_fail(why, "local part more than 64 characters long");
    return check_local_part(span_head(s, at), why) && check_domain(span_tail(s, at + 1), why);
}

// What is wrong with a URL in general, as Go's net/url says it.
static bool fail_url(struct span s, const char *problem, struct buf *why)
{
    buf_add_str(why, "parse ");
    buf_printf(why, "\"%.*s\": %s", SPAN_ARG(s), problem);
    return false;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// The length of the scheme, 0 without one; false for a first segment that could be a bad one.
static bool take_scheme(struct span s, size_t *len, struct buf *why)
{
    size_t colon = span_find(s, ':'), slash = span_find(s, '/');

    *len = 0;
    for (size_t i = 0; i < colon && colon < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

        if (letter || (i && ((c >= '0' && c <= '9') || strchr("+-.", c))))
            continue;
        if (colon > slash || strchr("?#", c))
            return true;
        return fail_url(s, "first path segment in URL cannot contain colon", why);
    }
    if (colon == 0 && s.len)
        return fail_url(s, "missing protocol scheme", why);
    *len = colon < s.len ? colon : 0;
    return true;
}

static bool check_host(struct span s, struct span host, struct buf *why)
{
    struct buf inner CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t close = span_rfind(host, ']');

    if (host.len && host.ptr[0] == '[') {
        if (close == host.len)
            return fail_url(s, "missing ']' in host", why);
        if (format_ipv6(span_of(host.ptr + 1, close - 1), &inner))
            return true;
        buf_printf(why, "invalid ipv6 address: %s", buf_str(&inner));
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        if (strchr(" \"<>\\^`{|}", host.ptr[i])) {
            char problem[] = "invalid character \"x\" in host name";

            problem[19] = host.ptr[i];
            return fail_url(s, problem, why);
        }
    }
    return true;
}

static bool check_url(struct span s, size_t *scheme, struct buf *why)
{
    struct span rest;

    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
            return fail_url(s, "net/url: invalid control character in URL", why);
        if (s.ptr[i] == '%' && (i + 2 >= s.len || !is_hex(s.ptr[i + 1]) || !is_hex(s.ptr[i + 2]))) {
            buf_printf(why, "parse \"%.*s\": invalid URL escape \"%.*s\"", SPAN_ARG(s),
                       SPAN_ARG(span_head(span_tail(s, i), 3)));
            return false;
        }
    }
    if (!take_scheme(s, scheme, why))
        return false;
    rest = span_tail(s, *scheme ? *scheme + 1 : 0);
    if (span_skip(&rest, "//")) {
        size_t end = 0, at;

        while (end < rest.len && !strchr("/?#", rest.ptr[end]))
            end++;
        rest = span_head(rest, end);
        at = span_rfind(rest, '@');
        return check_host(s, at < rest.len ? span_tail(rest, at + 1) : rest, why);
    }
    return true;
}

bool format_uri(struct span s, struct buf *why)
{
    size_t scheme;

    return check_url(s, &scheme, why) && (scheme || format_fail(why, "relative url"));
}

bool format_uri_reference(struct span s, struct buf *why)
{
    size_t scheme;

    if (span_find(s, '\\') < s.len)
        return format_fail(why, "contains \\");
    return check_url(s, &scheme, why);
}

bool format_uri_template(struct span s, struct buf *why)
{
    size_t scheme;
    bool open = false;

    if (!check_url(s, &scheme, why))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (open && s.ptr[i] == '/')
            return format_fail(why, "no matching closing brace");
        if (s.ptr[i] != '{' && s.ptr[i] != '}')
            continue;
        if (open == (s.ptr[i] == '{'))
            return format_fail(why, "nested curly braces");
        open = !open;
    }
    return !open || format_fail(why, "no matching closing brace");
}
