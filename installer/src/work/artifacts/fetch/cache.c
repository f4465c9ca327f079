// SPDX-License-Identifier: Apache-2.0
// The content cache below $SANDSTRAP_CACHE, or $XDG_CACHE_HOME/sandstrap, or ~/.cache/sandstrap.
#include "work/artifacts/fetch/cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/crypto.h"

static char *cache_path(const char *kind, struct span key)
{
    const char *own = getenv("SANDSTRAP_CACHE");
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (own && own[0])
        return mem_printf("%s/content/%s/%.*s", own, kind, SPAN_ARG(key));
    if (xdg && xdg[0])
        return mem_printf("%s/sandstrap/content/%s/%.*s", xdg, kind, SPAN_ARG(key));
    return mem_printf("%s/.cache/sandstrap/content/%s/%.*s", home ? home : "", kind, SPAN_ARG(key));
}

bool cache_get(const char *kind, struct span key, struct buf *out)
{
    char *path CLEANUP(mem_cleanup) = cache_path(kind, key);
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    size_t start = out->len;

    if (access(path, R_OK) == 0 && file_read(AT_FDCWD, path, out, &ignored) == 0)
        return true;
    buf_truncate(out, start);
    return false;
}

void cache_put(const char *kind, struct span key, struct span data)
{
    char *path CLEANUP(mem_cleanup) = cache_path(kind, key);
    char *dir CLEANUP(mem_cleanup) = path_dir(path);
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    if (access(path, F_OK) == 0 || file_make_dirs(dir, &ignored) < 0)
        return;
    if (file_write(path, data, FILE_PUBLIC, &ignored) < 0)
        return;
}

bool cache_get_digest(const struct digest *digest, struct buf *out)
{
    size_t start = out->len;
    struct digest found;

    if (!cache_get("sha256", span_str(DIGEST_HEX(digest)), out))
        return false;
    found = crypto_sha256(span_tail(buf_span(out), start));
    if (digest_eq(&found, digest))
        return true;
    buf_truncate(out, start);
    return false;
}

void cache_put_digest(const struct digest *digest, struct span data)
{
    cache_put("sha256", span_str(DIGEST_HEX(digest)), data);
}
