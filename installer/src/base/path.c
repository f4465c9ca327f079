// SPDX-License-Identifier: Apache-2.0
// Lexical path arithmetic.
#include "base/path.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

// Removes the last part of what is in `out`, keeping a leading '/' (`root` is its length).
static void drop_part(struct buf *out, size_t root)
{
    size_t at = span_rfind(buf_span(out), '/');

    if (at >= out->len || at < root)
        at = root;
    buf_truncate(out, at);
}

static bool ends_in_dotdot(const struct buf *out, size_t root)
{
    struct span s = span_tail(buf_span(out), root);

    return span_is(s, "..") || span_ends(s, "/..");
}

char *path_clean(const char *path)
{
    struct buf out = BUF_INIT(SIZE_MAX / 2);
    struct span rest = span_str(path);
    struct span part;
    size_t root = path[0] == '/';

    if (root)
        buf_add_char(&out, '/');
    while (span_next(&rest, '/', &part)) {
        if (part.len == 0 || span_is(part, "."))
            continue;
        if (span_is(part, "..") && out.len > root && !ends_in_dotdot(&out, root)) {
            drop_part(&out, root);
            continue;
        }
        if (span_is(part, "..") && root && out.len == root)
            continue;
        if (out.len > root)
            buf_add_char(&out, '/');
        buf_add_span(&out, part);
    }
    if (!out.len)
        buf_add_char(&out, '.');
    return buf_take(&out);
}

char *path_join(const char *dir, const char *name)
{
    char *joined CLEANUP(mem_cleanup) = NULL;

    if (name[0] == '/')
        return path_clean(name);
    joined = mem_printf("%s/%s", dir[0] ? dir : ".", name);
    return path_clean(joined);
}

bool path_climbs(const char *dir, const char *path)
{
    struct span rest = span_str(path), part;
    size_t depth = 0;

    for (const char *c = *path == '/' ? "" : dir; *c; c++)
        depth += *c == '/' && c[1];
    while (span_next(&rest, '/', &part)) {
        if (span_is(part, "..") && depth-- == 0)
            return true;
        depth += part.len && !span_is(part, ".") && !span_is(part, "..");
    }
    return false;
}

char *path_dir(const char *path)
{
    char *clean CLEANUP(mem_cleanup) = path_clean(path);
    char *slash = strrchr(clean, '/');

    if (!slash)
        return mem_str(".");
    if (slash == clean)
        return mem_str("/");
    return mem_strn(clean, (size_t)(slash - clean));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool path_within(const char *root, const char *path)
{
    size_t n = strlen(root);

    if (strcmp(root, ".") == 0)
        return path[0] != '/' && strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0;
    if (strcmp(root, "/") == 0)
        return path[0] == '/';
    return strncmp(root, path, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

char *path_relative(const char *base, const char *path)
{
    struct buf out = BUF_INIT(SIZE_MAX / 2);
    struct span from = span_str(strcmp(base, ".") == 0 ? "" : base);
    struct span to = span_str(strcmp(path, ".") == 0 ? "" : path);
    struct span part_from, part_to;

    for (;;) {
        struct span next_from = from, next_to = to;
        bool has_from = span_next(&next_from, '/', &part_from);
        bool has_to = span_next(&next_to, '/', &part_to);

        if (!has_from || !has_to || !span_eq(part_from, part_to))
            break;
        from = next_from;
        to = next_to;
    }
    while (span_next(&from, '/', &part_from))
        buf_add_str(&out, out.len ? "/.." : "..");
    if (to.len && out.len)
        buf_add_char(&out, '/');
    buf_add_span(&out, to);
    if (!out.len)
        buf_add_char(&out, '.');
    return buf_take(&out);
}
