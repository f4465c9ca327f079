// SPDX-License-Identifier: Apache-2.0
// How messages of a build name a place: file and line of a node, paths relative to the caller.
#include "model/kustomize/kust.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"

const char *kust_where(struct kust *k, const struct node *at)
{
    const char *file = at ? doc_file_name(k->doc, at->file) : "";
    if (!*file)
        return "";
    if (!at->line)
        return file;
    return arena_printf(k->arena, "%s:%u", file, at->line);
}

int kust_wrap(struct kust *k, const struct node *at, struct err **err)
{
    const char *where = kust_where(k, at);
    return *where ? err_wrap(err, "%s", where) : -1;
}

static PRINTF(5, 0) int fail(struct kust *k, enum err_kind kind, const struct node *at,
                             struct err **err, const char *fmt, va_list args)
{
    char *text CLEANUP(mem_cleanup) = mem_vprintf(fmt, args);
    const char *where = kust_where(k, at);
    if (*where)
        return err_set(err, kind, "%s: %s", where, text);
    return err_set(err, kind, "%s", text);
}

int kust_fail(struct kust *k, const struct node *at, struct err **err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int rc = fail(k, ERR_CONFIG, at, err, fmt, args);
    va_end(args);
    return rc;
}

int kust_unsupported(struct kust *k, const struct node *at, struct err **err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int rc = fail(k, ERR_UNSUPPORTED, at, err, fmt, args);
    va_end(args);
    return rc;
}

const char *kust_show(struct kust *k, const char *path)
{
    const char *base = k->options->relative_to;
    if (!base || !*base)
        return path;
    char *shown CLEANUP(mem_cleanup) = path_relative(base, path);
    return strlen(shown) < strlen(path) ? arena_str(k->arena, shown) : path;
}
