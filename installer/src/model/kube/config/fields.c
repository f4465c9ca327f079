// SPDX-License-Identifier: Apache-2.0
// Fields of one kubeconfig entry: texts, paths and PEM data, with errors that name the entry.
#include "model/kube/config/config.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/crypto.h"

int config_entry_fail(const struct config_entry *e, struct err **err, const char *fmt, ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    return err_set(err, ERR_CONFIG, "%s: %s \"%s\": %s", e->file->path, e->what, e->name, text);
}

int config_entry_text(const struct config_entry *e, const char *key, const char **text,
                      struct err **err)
{
    const struct node *n = node_get(e->node, key);

    *text = NULL;
    if (!n || node_is(n, NODE_NULL))
        return 0;
    if (!node_is(n, NODE_STRING))
        return config_entry_fail(e, err, "%s (line %u) is a %s, not a string", key, n->line,
                                 node_type_name(n));
    if (n->text.len)
        *text = node_str(n);
    return 0;
}

int config_entry_path(const struct config_entry *e, const char *key, const char **path,
                      struct err **err)
{
    char *whole CLEANUP(mem_cleanup) = NULL;
    const char *text;

    *path = NULL;
    if (config_entry_text(e, key, &text, err) < 0)
        return -1;
    if (!text)
        return 0;
    whole = path_join(e->file->dir, text);
    *path = arena_str(doc_arena(e->doc), whole);
    return 0;
}

static int decode(const struct config_entry *e, const char *field, const char *text,
                  struct span *data, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(CONFIG_PEM_MAX_BYTES);

    if (!crypto_base64_decode(span_str(text), &out))
        return config_entry_fail(e, err, "%s is not base64", field);
    if (buf_check(&out, ERR_CONFIG, field, err) < 0)
        return -1;
    *data = arena_span(doc_arena(e->doc), buf_span(&out));
    return 0;
}

int config_entry_data(const struct config_entry *e, const char *key, struct span *data,
                      struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(CONFIG_PEM_MAX_BYTES);
    char *field CLEANUP(mem_cleanup) = mem_printf("%s-data", key);
    const char *text, *path;

    *data = SPAN_EMPTY;
    if (config_entry_text(e, field, &text, err) < 0)
        return -1;
    if (text)
        return decode(e, field, text, data, err);
    if (config_entry_path(e, key, &path, err) < 0)
        return -1;
    if (!path)
        return 0;
    if (file_read(AT_FDCWD, path, &out, err) < 0 || buf_check(&out, ERR_CONFIG, path, err) < 0)
        return err_wrap(err, "%s: %s \"%s\": %s", e->file->path, e->what, e->name, key);
    *data = arena_span(doc_arena(e->doc), buf_span(&out));
    return 0;
}

int config_read_token(struct arena *a, const char *path, const char **token, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(CONFIG_PEM_MAX_BYTES);
    struct span text;

    if (file_read(AT_FDCWD, path, &out, err) < 0)
        return err_wrap(err, "token file");
    text = span_trim(buf_span(&out));
    if (text.len == 0)
        return err_set(err, ERR_CONFIG, "token file %s: it is empty", path);
    *token = arena_span(a, text).ptr;
    return 0;
}
