// SPDX-License-Identifier: Apache-2.0
// Which kubeconfig files are read, and how several become one: the first file that has an entry of
// a name wins the whole entry, the first current-context wins.
#include "model/kube/config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"

static int check_list(const struct config_file *f, const char *list, struct err **err)
{
    const struct node *entries = node_get(f->root, list);

    if (entries && !node_is(entries, NODE_NULL) && !node_is(entries, NODE_SEQ))
        return err_set(err, ERR_CONFIG, "%s:%u: %s is a %s, not a list", f->path, entries->line,
                       list, node_type_name(entries));
    for (size_t i = 0; i < node_len(entries); i++) {
        const struct node *a = node_item(entries, i);

        if (node_get_text(a, "name").len == 0)
            return err_set(err, ERR_CONFIG, "%s:%u: an entry of %s has no name", f->path, a->line,
                           list);
        for (size_t j = 0; j < i; j++)
            if (span_eq(node_get_text(node_item(entries, j), "name"), node_get_text(a, "name")))
                return err_set(err, ERR_CONFIG, "%s:%u: %s has two entries called \"%s\"", f->path,
                               a->line, list, node_get_str(a, "name"));
    }
    return 0;
}

static int check_root(const struct config_file *f, struct err **err)
{
    const char *kind = node_get_str(f->root, "kind");
    const char *version = node_get_str(f->root, "apiVersion");

    if (!node_is(f->root, NODE_MAP))
        return err_set(err, ERR_CONFIG, "%s: not a kubeconfig but a %s", f->path,
                       node_type_name(f->root));
    if ((*kind && strcmp(kind, "Config") != 0) || (*version && strcmp(version, "v1") != 0))
        return err_set(err, ERR_CONFIG, "%s: not a kubeconfig but apiVersion %s, kind %s", f->path,
                       version, kind);
    if (check_list(f, "clusters", err) < 0 || check_list(f, "users", err) < 0)
        return -1;
    return check_list(f, "contexts", err);
}

static const char *dir_of(struct arena *a, const char *path)
{
    char *cwd CLEANUP(mem_cleanup) = getcwd(NULL, 0);
    char *whole CLEANUP(mem_cleanup) = path_join(cwd ? cwd : "/", path);
    char *dir CLEANUP(mem_cleanup) = path_dir(whole);

    return arena_str(a, dir);
}

// An empty file is an empty configuration.
static int add_text(struct config_files *files, const char *path, struct span text,
                    struct err **err)
{
    struct arena *a = doc_arena(files->doc);
    struct node_list documents = {0};
    struct config_file f = {.path = arena_str(a, path), .dir = dir_of(a, path)};

    if (doc_read_yaml(files->doc, text, path, &documents, err) < 0)
        return -1;
    if (documents.len > 1)
        return err_set(err, ERR_CONFIG, "%s: more than one document in a kubeconfig", path);
    if (documents.len == 0 || node_is(documents.items[0], NODE_NULL))
        return 0;
    f.root = documents.items[0];
    if (check_root(&f, err) < 0)
        return -1;
    vec_push_arena(a, &files->list, f);
    files->names = files->names ? arena_printf(a, "%s:%s", files->names, path) : f.path;
    return 0;
}

static int add_file(struct config_files *files, const char *path, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(CONFIG_FILE_MAX_BYTES);

    if (file_read(AT_FDCWD, path, &text, err) < 0)
        return err_wrap(err, "kubeconfig");
    return add_text(files, path, buf_span(&text), err);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

// KUBECONFIG: parts that are missing or named twice are left out.
static int add_list(struct config_files *files, const char *list, struct err **err)
{
    struct span rest = span_str(list), part;
    struct map seen CLEANUP(map_free) = MAP_INIT;

    files->named = true;
    while (span_next(&rest, ':', &part)) {
        char *path CLEANUP(mem_cleanup) = mem_strn(part.ptr, part.len);

        if (part.len == 0 || map_get(&seen, part) || !exists(path))
            continue;
        map_put(&seen, part, files);
        if (add_file(files, path, err) < 0)
            return -1;
    }
    return 0;
}

int config_files_read(struct config_files *files, const char *path, struct err **err)
{
    const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");
    char *usual CLEANUP(mem_cleanup) = path_join(home ? home : "/root", ".kube/config");

    if (path) {
        files->named = true;
        return add_file(files, path, err);
    }
    if (list && *list)
        return add_list(files, list, err);
    return exists(usual) ? add_file(files, usual, err) : 0;
}

const struct node *config_files_entry(const struct config_files *files, const char *list,
                                      const char *key, const char *name,
                                      const struct config_file **file)
{
    VEC_FOREACH (const struct config_file *, f, &files->list) {
        NODE_FOREACH_ITEM (entry, node_get(f->root, list)) {
            if (span_is(node_get_text(entry, "name"), name)) {
                static const struct node nothing = {.type = NODE_MAP};
                const struct node *content = node_get(entry, key);

                *file = f;
                return content ? content : &nothing;
            }
        }
    }
    return NULL;
}

const char *config_files_context(const struct config_files *files)
{
    VEC_FOREACH (const struct config_file *, f, &files->list) {
        const char *name = node_get_str(f->root, "current-context");

        if (*name)
            return name;
    }
    return "";
}
