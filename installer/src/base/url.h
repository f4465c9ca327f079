// SPDX-License-Identifier: Apache-2.0
// URLs (RFC 3986) taken apart, origins compared, and secrets in them found and masked. Errors
// (base/err.h) and events (base/report.h) mask every message that they are given: no URL gets out
// of the program with its secrets, whoever prints it.
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/span.h"

// Pieces of the text that was parsed, still percent-encoded.
struct url {
    struct span scheme;
    struct span userinfo;  // "user:password", without the "@"
    struct span authority; // host and port as they are written, without the userinfo
    struct span host;      // without the brackets of an IPv6 address
    struct span path;      // "" or from the first slash on
    struct span query;     // without the "?"
    struct span fragment;  // without the "#"
    int port;              // the default of http, https and ssh when none is named; else 0
};

// Takes "scheme://authority…" apart; false for anything else, and for control characters, spaces
// and backslashes, which other readers of the same text may see as something else.
bool url_parse(struct span text, struct url *url) MUST_CHECK;

// Whether the scheme is this one, in any case.
bool url_is(const struct url *url, const char *scheme);

// The text without slashes at its end: a prefix that a path is put behind, or one of several ways
// to write the same repository.
struct span url_trim(struct span text);

// What `reference`, a URL or a path, means in a document at `base` (RFC 3986, section 5.2; "../"
// stays in it, and is followed when it is asked for). Without the userinfo of `base`. The caller
// frees it. NULL for what url_parse() would not take in a URL either.
char *url_resolve(const struct url *base, struct span reference) MUST_CHECK;

// Whether a host is no place outside: of the cluster, of the machine, of documentation (RFC 2606).
bool url_host_is_inside(struct span host);

// Scheme, host and port are the same (RFC 6454): credentials for the one are for the other.
bool url_same_origin(const struct url *a, const struct url *b);

// Percent-decodes a piece of a URL; *out is `text` itself when there is nothing to decode, else a
// copy in the arena. False for a bad escape and for a NUL, escaped or not.
bool url_unescape(struct arena *arena, struct span text, struct span *out) MUST_CHECK;

// The first parameter of that name in a query, "name=value&…": true, and its value decoded as
// above. False when there is none, or it does not decode.
bool url_query(struct arena *arena, struct span query, const char *name, struct span *value)
    MUST_CHECK;

// Whether there are userinfo or a query parameter whose name says that its value is a secret.
bool url_has_secret(const struct url *url);

// A copy of any text in which the userinfo and the secret query values of all URLs are "***"; also
// of URLs that do not parse. The caller frees it.
char *url_masked(const char *text) MUST_CHECK RETURNS_NONNULL;

#endif
