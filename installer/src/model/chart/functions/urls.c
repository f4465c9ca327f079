// SPDX-License-Identifier: Apache-2.0
// URLs as Go's net/url has them (url.go of Go 1.26), with its messages.
#include "model/chart/functions/urls.h"

#include <ctype.h>
#include <string.h>

#include "base/address.h"
#include "base/buf.h"
#include "model/chart/functions/functions.h"

// The part of a URL that a text is; what has to be escaped depends on it.
enum part { PART_PATH, PART_HOST, PART_ZONE, PART_USER, PART_FRAGMENT };

struct go_url {
    struct span scheme, opaque, host, path, query, fragment;
    bool has_user, has_password;
    struct span user, password;
};

// --- escapes ---

static bool is_plain(char c, enum part part)
{
    static const char *const plain[] = {
        [PART_PATH] = "-_.~$&+,/:;=@",          [PART_HOST] = "-_.~!$&'()*+,;=:[]<>\"",
        [PART_ZONE] = "-_.~!$&'()*+,;=:[]<>\"", [PART_USER] = "-_.~$&+,;=",
        [PART_FRAGMENT] = "-_.~!()*$&+,/:;=?@",
    };

    return isalnum((unsigned char)c) || (c && strchr(plain[part], c));
}

static struct span escaped(struct arena *a, struct span text, enum part part)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(3 * FUNCTIONS_TEXT_MAX);

    for (size_t i = 0; i < text.len; i++) {
        if (is_plain(text.ptr[i], part))
            buf_add_char(&out, text.ptr[i]);
        else
            buf_printf(&out, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
    }
    return arena_span(a, buf_span(&out));
}

static int hex_digit(char c)
{
    if (!isxdigit((unsigned char)c))
        return -1;
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

// The byte that is escaped at `at`, or -1.
static int hex_at(struct span text, size_t at)
{
    int high = at + 2 < text.len ? hex_digit(text.ptr[at + 1]) : -1;
    int low = high < 0 ? -1 : hex_digit(text.ptr[at + 2]);

    return low < 0 ? -1 : high * 16 + low;
}

static int say_quoted(struct err **err, const char *before, struct span what, const char *after)
{
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    value_quote(what, &quoted);
    return err_set(err, ERR_CONFIG, "%s%s%s", before, buf_str(&quoted), after);
}

// In a host only "%25" and what is not ASCII may be escaped.
static int check_escape(struct span text, size_t at, enum part part, struct err **err)
{
    struct span three = span_head(span_tail(text, at), 3);
    int byte = hex_at(text, at);
    bool bad = byte < 0;

    if (!bad && part == PART_HOST)
        bad = byte < 0x80 && !span_is(three, "%25");
    if (!bad && part == PART_ZONE)
        bad = !span_is(three, "%25") && byte != ' ' && !is_plain((char)byte, PART_HOST);
    return bad ? say_quoted(err, "invalid URL escape ", three, "") : 0;
}

static int unescape(struct arena *a, struct span text, enum part part, struct span *out,
                    struct err **err)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c != '%') {
            if ((part == PART_HOST || part == PART_ZONE) && (unsigned char)c < 0x80 &&
                !is_plain(c, part))
                return say_quoted(err, "invalid character ", span_of(&c, 1), " in host name");
            buf_add_char(&plain, c);
            continue;
        }
        if (check_escape(text, i, part, err) < 0)
            return -1;
        buf_add_char(&plain, (char)hex_at(text, i));
        i += 2;
    }
    *out = arena_span(a, buf_span(&plain));
    return 0;
}

// --- taking apart ---

static bool has(struct span text, char c)
{
    return span_find(text, c) < text.len;
}

static int take_scheme(struct span *rest, struct span *scheme, struct err **err)
{
    for (size_t i = 0; i < rest->len; i++) {
        char c = rest->ptr[i];

        if (isalpha((unsigned char)c) || (i && (isdigit((unsigned char)c) || strchr("+-.", c))))
            continue;
        if (c != ':')
            return 0;
        if (!i)
            return err_set(err, ERR_CONFIG, "missing protocol scheme");
        *scheme = span_head(*rest, i);
        *rest = span_tail(*rest, i + 1);
        return 0;
    }
    return 0;
}

static bool is_optional_port(struct span port)
{
    if (!port.len)
        return true;
    for (size_t i = 1; i < port.len; i++)
        if (!isdigit((unsigned char)port.ptr[i]))
            return false;
    return port.ptr[0] == ':';
}

static int check_port(struct span port, struct err **err)
{
    return is_optional_port(port) ? 0 : say_quoted(err, "invalid port ", port, " after host");
}

// "[::1%25eth0]:80"
static int parse_literal(struct arena *a, struct span host, struct span *out, struct err **err)
{
    size_t end = span_rfind(host, ']');
    struct span inner, port, zone, address;
    size_t zone_at;

    if (end == host.len)
        return err_set(err, ERR_CONFIG, "missing ']' in host");
    port = span_tail(host, end + 1);
    if (check_port(port, err) < 0)
        return -1;
    inner = span_of(host.ptr + 1, end - 1);
    zone_at = span_search(inner, SPAN("%25"));
    if (unescape(a, span_head(inner, zone_at), PART_HOST, &address, err) < 0 ||
        unescape(a, span_tail(inner, zone_at), PART_ZONE, &zone, err) < 0)
        return -1;
    if (address_of(address).bits == 32)
        return err_set(err, ERR_CONFIG, "invalid IP-literal");
    if (address_of(address).bits != 128) {
        struct span whole =
            span_str(arena_printf(a, "%.*s%.*s", SPAN_ARG(address), SPAN_ARG(zone)));

        return say_quoted(err, "invalid host: ParseAddr(", whole, "): unable to parse IP");
    }
    *out = span_str(
        arena_printf(a, "[%.*s%.*s]%.*s", SPAN_ARG(address), SPAN_ARG(zone), SPAN_ARG(port)));
    return 0;
}

static int parse_host(struct arena *a, struct span scheme, struct span host, struct span *out,
                      struct err **err)
{
    size_t bracket = span_rfind(host, '['), colon = span_find(host, ':');

    if (bracket < host.len)
        return bracket ? err_set(err, ERR_CONFIG, "invalid IP-literal")
                       : parse_literal(a, host, out, err);
    if (!span_is(scheme, "http") && !span_is(scheme, "https"))
        colon = span_rfind(host, ':');
    if (check_port(span_tail(host, colon), err) < 0)
        return -1;
    return unescape(a, host, PART_HOST, out, err);
}

static int parse_user(struct arena *a, struct span info, struct go_url *u, struct err **err)
{
    struct span user, password;

    for (size_t i = 0; i < info.len; i++)
        if (!isalnum((unsigned char)info.ptr[i]) &&
            (!info.ptr[i] || !strchr("-._:~!$&'()*+,;=%@", info.ptr[i])))
            return err_set(err, ERR_CONFIG, "net/url: invalid userinfo");
    u->has_user = true;
    u->has_password = has(info, ':');
    user = span_head(info, span_find(info, ':'));
    password = span_tail(info, user.len + 1);
    if (unescape(a, user, PART_USER, &u->user, err) < 0)
        return -1;
    return u->has_password ? unescape(a, password, PART_USER, &u->password, err) : 0;
}

static int parse_authority(struct arena *a, struct span authority, struct go_url *u,
                           struct err **err)
{
    size_t at = span_rfind(authority, '@');
    bool has_user = at < authority.len;

    if (parse_host(a, u->scheme, has_user ? span_tail(authority, at + 1) : authority, &u->host,
                   err) < 0)
        return -1;
    return has_user ? parse_user(a, span_head(authority, at), u, err) : 0;
}

static struct span lower(struct arena *a, struct span text)
{
    char *out = arena_alloc(a, text.len);

    for (size_t i = 0; i < text.len; i++)
        out[i] = (char)tolower((unsigned char)text.ptr[i]);
    return span_of(out, text.len);
}

// What is behind the scheme and before the query.
static int parse_hierarchy(struct arena *a, struct span rest, struct go_url *u, struct err **err)
{
    if (!span_starts(rest, "/")) {
        if (u->scheme.len) {
            u->opaque = rest;
            return 0;
        }
        if (has(span_head(rest, span_find(rest, '/')), ':'))
            return err_set(err, ERR_CONFIG, "first path segment in URL cannot contain colon");
    }
    if (span_starts(rest, "//") && (u->scheme.len || !span_starts(rest, "///"))) {
        struct span authority = span_tail(rest, 2);

        rest = span_tail(authority, span_find(authority, '/'));
        if (parse_authority(a, span_head(authority, authority.len - rest.len), u, err) < 0)
            return -1;
    }
    return unescape(a, rest, PART_PATH, &u->path, err);
}

static int parse_before_fragment(struct arena *a, struct span text, struct go_url *u,
                                 struct err **err)
{
    for (size_t i = 0; i < text.len; i++)
        if (iscntrl((unsigned char)text.ptr[i]))
            return err_set(err, ERR_CONFIG, "net/url: invalid control character in URL");
    if (span_is(text, "*")) {
        u->path = text;
        return 0;
    }
    if (take_scheme(&text, &u->scheme, err) < 0)
        return -1;
    u->scheme = lower(a, u->scheme);
    u->query = span_tail(text, span_find(text, '?') + 1);
    text = span_head(text, span_find(text, '?'));
    return parse_hierarchy(a, text, u, err);
}

static int parse(struct arena *a, struct span text, struct go_url *u, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span before, fragment;

    *u = (struct go_url){.scheme = SPAN_EMPTY,
                         .opaque = SPAN_EMPTY,
                         .host = SPAN_EMPTY,
                         .path = SPAN_EMPTY,
                         .query = SPAN_EMPTY,
                         .fragment = SPAN_EMPTY};
    before = span_head(text, span_find(text, '#'));
    fragment = span_tail(text, before.len + 1);
    if (parse_before_fragment(a, before, u, &why) == 0) {
        before = text;
        if (unescape(a, fragment, PART_FRAGMENT, &u->fragment, &why) == 0)
            return 0;
    }
    value_quote(before, &quoted);
    return err_set(err, ERR_CONFIG, "parse %s: %s", buf_str(&quoted), err_message(why));
}

// --- putting together ---

static struct span user_text(struct arena *a, const struct go_url *u)
{
    if (!u->has_user)
        return SPAN_EMPTY;
    return span_str(arena_printf(a, "%.*s%s%.*s", SPAN_ARG(escaped(a, u->user, PART_USER)),
                                 u->has_password ? ":" : "",
                                 SPAN_ARG(escaped(a, u->password, PART_USER))));
}

static void add_authority(struct arena *a, const struct go_url *u, struct buf *out)
{
    if (u->host.len || u->path.len || u->has_user)
        buf_add_str(out, "//");
    if (u->has_user) {
        buf_add_span(out, user_text(a, u));
        buf_add_char(out, '@');
    }
    buf_add_span(out, escaped(a, u->host, PART_HOST));
}

// A URL that was not parsed: nothing is kept as it was written.
static void format(struct arena *a, const struct go_url *u, struct buf *out)
{
    struct span path = span_is(u->path, "*") ? u->path : escaped(a, u->path, PART_PATH);

    if (u->scheme.len)
        buf_printf(out, "%.*s:", SPAN_ARG(u->scheme));
    if (u->opaque.len) {
        buf_add_span(out, u->opaque);
    } else {
        if (u->scheme.len || u->host.len || u->has_user)
            add_authority(a, u, out);
        if (path.len && path.ptr[0] != '/' && u->host.len)
            buf_add_char(out, '/');
        if (!out->len && has(span_head(path, span_find(path, '/')), ':'))
            buf_add_str(out, "./");
        buf_add_span(out, path);
    }
    if (u->query.len)
        buf_printf(out, "?%.*s", SPAN_ARG(u->query));
    if (u->fragment.len)
        buf_printf(out, "#%.*s", SPAN_ARG(escaped(a, u->fragment, PART_FRAGMENT)));
}

// --- Sprig's functions ---

static struct span hostname(struct span host)
{
    size_t colon = span_rfind(host, ':');

    if (colon < host.len && is_optional_port(span_tail(host, colon)))
        host = span_head(host, colon);
    if (span_starts(host, "[") && span_ends(host, "]"))
        host = span_of(host.ptr + 1, host.len - 2);
    return host;
}

int urls_parse(struct template_call *call, struct value *result, struct err **err)
{
    struct arena *a = call->arena;
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct go_url u;

    if (parse(a, call->args[0].s, &u, &why) < 0)
        return err_set(err, ERR_CONFIG, "unable to parse url: %s", err_message(why));
    *result = value_new_map(a, VALUE_MAP);
    value_set(a, result->map, SPAN("scheme"), value_string(u.scheme));
    value_set(a, result->map, SPAN("host"), value_string(u.host));
    value_set(a, result->map, SPAN("hostname"), value_string(hostname(u.host)));
    value_set(a, result->map, SPAN("path"), value_string(u.path));
    value_set(a, result->map, SPAN("query"), value_string(u.query));
    value_set(a, result->map, SPAN("opaque"), value_string(u.opaque));
    value_set(a, result->map, SPAN("fragment"), value_string(u.fragment));
    value_set(a, result->map, SPAN("userinfo"), value_string(user_text(a, &u)));
    return 0;
}

// The text under a key, empty when there is none.
static int take(const struct value *map, const char *key, struct span *text, struct err **err)
{
    struct value item;

    *text = SPAN_EMPTY;
    if (!value_is_map(map) || !value_get(map->map, span_str(key), &item))
        return 0;
    if (item.type == VALUE_NIL)
        return err_set(err, ERR_CONFIG,
                       "runtime error: invalid memory address or nil pointer dereference");
    if (item.type != VALUE_STRING)
        return err_set(err, ERR_CONFIG,
                       "unable to parse %s key, must be of type string, but %s found", key,
                       value_kind_name(&item));
    *text = item.s;
    return 0;
}

static int take_user(struct arena *a, struct span info, struct go_url *u, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct go_url with_user;

    if (!info.len)
        return 0;
    if (parse(a, span_str(arena_printf(a, "proto://%.*s@host", SPAN_ARG(info))), &with_user, &why) <
        0)
        return err_set(err, ERR_CONFIG, "unable to parse userinfo in dict: %s", err_message(why));
    u->has_user = with_user.has_user;
    u->has_password = with_user.has_password;
    u->user = with_user.user;
    u->password = with_user.password;
    return 0;
}

int urls_join(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    const struct value *map = &call->args[0];
    struct go_url u = {.scheme = SPAN_EMPTY};
    struct span info;

    if (take(map, "scheme", &u.scheme, err) < 0 || take(map, "host", &u.host, err) < 0 ||
        take(map, "path", &u.path, err) < 0 || take(map, "query", &u.query, err) < 0 ||
        take(map, "opaque", &u.opaque, err) < 0 || take(map, "fragment", &u.fragment, err) < 0 ||
        take(map, "userinfo", &info, err) < 0 || take_user(call->arena, info, &u, err) < 0)
        return -1;
    format(call->arena, &u, &out);
    return functions_take_text(call, &out, result, err);
}
