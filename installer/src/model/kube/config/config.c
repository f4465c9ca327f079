// SPDX-License-Identifier: Apache-2.0
// From the merged files to the one context that is used.
#include "model/kube/config/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int no_configuration(const struct config_files *files, const char *path, struct err **err)
{
    const char *list = getenv("KUBECONFIG");

    if (path)
        err_set(err, ERR_CONFIG, "kubeconfig %s has no configuration in it", path);
    else if (files->named && list)
        err_set(err, ERR_CONFIG, "none of the files of KUBECONFIG (%s) has a configuration", list);
    else
        err_set(err, ERR_CONFIG, "there is no kubeconfig");
    return err_hint(err, "name one with --kubeconfig FILE or KUBECONFIG, or put it to "
                         "~/.kube/config");
}

static void add_context_names(const struct config_files *files, struct buf *out)
{
    VEC_FOREACH (const struct config_file *, f, &files->list) {
        NODE_FOREACH_ITEM (entry, node_get(f->root, "contexts"))
            buf_printf(out, "%s%s", out->len ? ", " : "", node_get_str(entry, "name"));
    }
}

static int find_context(const struct config_files *files, const char *wanted,
                        struct config_entry *e, struct err **err)
{
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    e->what = "context";
    e->name = wanted ? wanted : config_files_context(files);
    add_context_names(files, &names);
    if (!*e->name) {
        err_set(err, ERR_CONFIG, "%s: there is no current-context", files->names);
        return err_hint(err, "choose one with --context: %s", buf_str(&names));
    }
    e->node = config_files_entry(files, "contexts", "context", e->name, &e->file);
    if (!e->node) {
        err_set(err, ERR_CONFIG, "%s: there is no context \"%s\"", files->names, e->name);
        return err_hint(err, "it has: %s", buf_str(&names));
    }
    return 0;
}

// The cluster or user that the context names.
static int find_part(const struct config_files *files, const struct config_entry *context,
                     const char *list, const char *key, struct config_entry *e, struct err **err)
{
    *e = *context;
    e->what = key;
    if (config_entry_text(context, key, &e->name, err) < 0)
        return -1;
    if (!e->name)
        return config_entry_fail(context, err, "it names no %s", key);
    e->node = config_files_entry(files, list, key, e->name, &e->file);
    if (!e->node)
        return config_entry_fail(context, err, "there is no %s \"%s\"", key, e->name);
    return 0;
}

static int select_context(struct kubeconfig *c, const struct config_files *files,
                          const struct kubeconfig_options *o, struct err **err)
{
    struct config_entry context = {.doc = c->doc}, cluster, user;
    struct arena *a = doc_arena(c->doc);

    if (find_context(files, o->context, &context, err) < 0 ||
        find_part(files, &context, "clusters", "cluster", &cluster, err) < 0 ||
        find_part(files, &context, "users", "user", &user, err) < 0 ||
        config_entry_text(&context, "namespace", &c->ns, err) < 0)
        return -1;
    c->source = files->names;
    c->context = arena_str(a, context.name);
    c->cluster = cluster.name;
    c->user = user.name;
    if (o->ns)
        c->ns = arena_str(a, o->ns);
    else if (!c->ns)
        c->ns = "default";
    if (config_read_user(c, &user, err) < 0)
        return -1;
    return config_read_cluster(c, &cluster, err);
}

struct kubeconfig *kubeconfig_load(const struct kubeconfig_options *options, struct err **err)
{
    static const struct kubeconfig_options defaults = {0};
    const struct kubeconfig_options *o = options ? options : &defaults;
    struct kubeconfig *c CLEANUP(kubeconfig_cleanup) = MEM_NEW(struct kubeconfig);
    struct config_files files = {0};

    c->doc = files.doc = doc_new();
    c->context = c->cluster = c->user = "";
    if (config_files_read(&files, o->path, err) < 0)
        return NULL;
    if (files.list.len == 0 && !o->path && in_cluster_possible()) {
        const char *ns = o->ns ? arena_str(doc_arena(c->doc), o->ns) : NULL;

        return in_cluster_read(c, ns, err) < 0 ? NULL : STEAL(c);
    }
    if (files.list.len == 0) {
        no_configuration(&files, o->path, err);
        return NULL;
    }
    return select_context(c, &files, o, err) < 0 ? NULL : STEAL(c);
}

void kubeconfig_free(struct kubeconfig *c)
{
    if (!c)
        return;
    doc_free(c->doc);
    free(c);
}

const char *kubeconfig_server(const struct kubeconfig *c)
{
    return c->server;
}

const char *kubeconfig_context(const struct kubeconfig *c)
{
    return c->context;
}

const char *kubeconfig_user(const struct kubeconfig *c)
{
    return c->user;
}

const char *kubeconfig_namespace(const struct kubeconfig *c)
{
    return c->ns;
}

const char *kubeconfig_source(const struct kubeconfig *c)
{
    return c->source;
}
