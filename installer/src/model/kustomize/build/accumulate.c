// SPDX-License-Identifier: Apache-2.0
// Accumulating a kustomization: its resources, components, generators, transformers, validators and
// vars, in kustomize's order, folder by folder.
#include "model/kustomize/build/accumulate.h"

#include "model/kustomize/build/builtin.h"
#include "model/kustomize/build/origin.h"
#include "model/kustomize/build/plugins.h"
#include "model/kustomize/resource/objects.h"

struct accumulator *accumulator_new(struct kust *k)
{
    struct accumulator *acc = ARENA_NEW(k->arena, struct accumulator);
    acc->resources = resmap_new(k);
    return acc;
}

static int accumulator_merge(struct kust *k, struct accumulator *into,
                             const struct accumulator *from, struct err **err)
{
    if (resmap_append_all(k, into->resources, from->resources, err) < 0)
        return -1;
    into->config = config_merge(k, into->config, from->config, err);
    if (from->config && !into->config)
        return -1;
    return vars_merge(k, &into->vars, &from->vars, err);
}

static int append_file(struct kust *k, const struct target *t, const char *path,
                       const struct resource_list *list, struct accumulator *acc, struct err **err)
{
    const struct origin *origin = origin_append(k, t->origin, path);
    for (size_t i = 0; i < list->len; i++) {
        list->items[i]->origin = origin;
        if (resmap_append(k, acc->resources, list->items[i], err) < 0)
            return -1;
    }
    return 0;
}

static int add_file(struct kust *k, const struct target *t, const struct node *at, const char *path,
                    struct accumulator *acc, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct resource_list list = {0};
    const char *name = NULL;
    if (load_file(k, t->loader, at, path, &text, &name, err) < 0 ||
        objects_read(k, buf_span(&text), name, &list, err) < 0)
        return -1;
    return append_file(k, t, path, &list, acc, err);
}

static int check_kind(struct kust *k, const struct target *t, const struct node *at, bool component,
                      struct err **err)
{
    struct span kind = node_get_text(t->spec, "kind");
    bool is_component = span_is(kind, "Component");
    if (component == is_component)
        return 0;
    kust_fail(k, at, err, "%s is a %s, expected a %s", t->file,
              is_component ? "Component" : "Kustomization",
              component ? "Component" : "Kustomization");
    return err_hint(err, is_component ? "list it under `components`"
                                      : "list it under `resources`, or make it `kind: Component`");
}

// Builds the folder that an entry names and merges it. A component works on what is there.
static int add_loaded(struct kust *k, struct target *t, const struct node *at, const char *path,
                      struct loader *l, bool component, struct accumulator *acc, struct err **err)
{
    struct target *sub = NULL;
    const struct origin *origin = origin_append(k, t->origin, path);
    if (component) {
        struct origin *same_chain = ARENA_NEW(k->arena, struct origin);
        *same_chain = *origin;
        same_chain->chain = t->origin->chain;
        same_chain->chain_len = t->origin->chain_len;
        origin = same_chain;
    }
    sub = target_read(k, l, origin, err);
    if (!sub)
        return err_wrap(err, "%s: %s", kust_where(k, at), path);
    if (target_set_schema(k, sub, err) < 0 || check_kind(k, sub, at, component, err) < 0)
        return -1;
    struct accumulator *own = accumulator_new(k);
    if (component) {
        *own = *acc;
        acc->resources = resmap_new(k);
        acc->config = NULL;
        acc->vars = (struct var_list){0};
    }
    if (++k->depth > KUST_DEPTH_MAX)
        return kust_fail(k, at, err, "more than %d kustomizations within each other",
                         KUST_DEPTH_MAX);
    int rc = target_accumulate(k, sub, own, err);
    k->depth--;
    if (rc < 0)
        return -1;
    if (accumulator_merge(k, acc, own, err) < 0)
        return err_wrap(err, "%s: %s", kust_where(k, at), path);
    return 0;
}

static int add_folder(struct kust *k, struct target *t, const struct node *at, const char *path,
                      bool component, struct accumulator *acc, struct err **err)
{
    struct loader *l = load_folder(k, t->loader, at, path, err);
    return l ? add_loaded(k, t, at, path, l, component, acc, err) : -1;
}

// A failure that says that the URL names nothing of this kind. What contradicts a pin, or was
// cancelled, says nothing.
static bool is_refuted(const struct err *e)
{
    return err_kind(e) == ERR_SOURCE || err_kind(e) == ERR_TIMEOUT || err_kind(e) == ERR_CONFIG;
}

// Neither file nor git source. The error is that of the try that got further, with why the other
// one failed; what both say is said once.
static int fail_both(const char *url, struct err **file, bool was_file, struct err **git,
                     struct err **err)
{
    struct buf as_file CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf as_git CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    err_format(*file, &as_file);
    err_format(*git, &as_git);
    err_move(err, was_file ? file : git);
    if (span_eq(buf_span(&as_file), buf_span(&as_git)))
        return -1;
    if (was_file)
        return err_wrap(err, "%s is no git source (%s), and has no resources", url,
                        buf_str(&as_git));
    return err_wrap(err, "%s is no file (%s), and no git source", url, buf_str(&as_file));
}

// As kustomize does it: nothing in a URL tells whether it names a file or a repository, so it is
// tried as a file, and then as a git source.
static int add_remote(struct kust *k, struct target *t, const struct node *at, const char *url,
                      struct accumulator *acc, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct err *no_file CLEANUP(err_cleanup) = NULL, *no_git CLEANUP(err_cleanup) = NULL;
    struct resource_list list = {0};
    struct kustomize_git git;
    const char *name = NULL;
    bool was_file = load_file(k, t->loader, NULL, url, &text, &name, &no_file) == 0;
    if (was_file && objects_read(k, buf_span(&text), name, &list, &no_file) == 0)
        return append_file(k, t, url, &list, acc, err);
    if (!is_refuted(no_file) || !kustomize_git_parse(k->arena, url, &git)) {
        err_move(err, &no_file);
        return kust_wrap(k, at, err);
    }
    struct loader *l = load_folder(k, t->loader, NULL, url, &no_git);
    if (l)
        return add_loaded(k, t, at, url, l, false, acc, err);
    if (is_refuted(no_git))
        fail_both(url, &no_file, was_file, &no_git, err);
    else
        err_move(err, &no_git);
    return kust_wrap(k, at, err);
}

static int add_entry(struct kust *k, struct target *t, const struct node *at,
                     struct accumulator *acc, struct err **err)
{
    const char *path = node_str(at);
    enum load_kind kind = LOAD_NOTHING;
    if (!*path)
        return kust_fail(k, at, err, "an empty entry names no resource");
    if (load_probe(k, t->loader, path, &kind, err) < 0)
        return kust_wrap(k, at, err);
    if (kind == LOAD_NOTHING)
        return kust_fail(k, at, err, "there is no file or folder %s",
                         load_show(k, t->loader, path));
    if (kind == LOAD_REMOTE)
        return add_remote(k, t, at, path, acc, err);
    return kind == LOAD_FILE ? add_file(k, t, at, path, acc, err)
                             : add_folder(k, t, at, path, false, acc, err);
}

static int add_resources(struct kust *k, struct target *t, const struct node *list,
                         struct accumulator *acc, struct err **err)
{
    NODE_FOREACH_ITEM (entry, list) {
        if (cancel_check(k->options->cancel, err) < 0 || add_entry(k, t, entry, acc, err) < 0)
            return -1;
    }
    return 0;
}

// What configures plugins: each entry is a path, or the configuration itself. NULL on failure.
static const struct resmap *read_configs(struct kust *k, struct target *t, const struct node *list,
                                         struct err **err)
{
    struct accumulator *acc = accumulator_new(k);
    struct node *paths = node_new_seq(k->doc);
    NODE_FOREACH_ITEM (entry, list) {
        struct resource_list found = {0};
        struct err *why CLEANUP(err_cleanup) = NULL;
        struct span text = node_text(entry);
        bool in_place = span_find(text, '\n') < text.len || span_find(text, '{') < text.len;
        const char *name = arena_printf(k->arena, "%s (in place)", kust_where(k, entry));
        if (!in_place || objects_read(k, text, name, &found, &why) < 0) {
            if (why && span_find(text, '\n') < text.len) { // no path has several lines
                err_move(err, &why);
                return NULL;
            }
            node_push(k->doc, paths, entry);
            continue;
        }
        for (size_t i = 0; i < found.len; i++) {
            found.items[i]->origin = origin_append(k, t->origin, t->file_name);
            if (resmap_append(k, acc->resources, found.items[i], err) < 0)
                return NULL;
        }
    }
    return add_resources(k, t, paths, acc, err) < 0 ? NULL : acc->resources;
}

static int add_config(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
{
    const struct transformer_config *config =
        config_load(k, t->loader, node_get(t->spec, "configurations"), err);
    if (!config || !(acc->config = config_merge(k, acc->config, config, err)))
        return -1;
    struct node *crds = node_get(t->spec, "crds");
    if (!node_len(crds))
        return 0;
    config = config_from_crds(k, t->loader, crds, err);
    return config && (acc->config = config_merge(k, acc->config, config, err)) ? 0 : -1;
}

static int generate(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
{
    if (builtin_generate(k, t, acc->resources, err) < 0)
        return -1;
    const struct resmap *configs = read_configs(k, t, node_get(t->spec, "generators"), err);
    return configs ? plugin_generate(k, t, configs, acc->resources, err) : -1;
}

static int transform(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
{
    struct transformer_list list = {0};
    if (builtin_transformers(k, t, acc->config, &list, err) < 0)
        return -1;
    const struct resmap *configs = read_configs(k, t, node_get(t->spec, "transformers"), err);
    if (!configs || plugin_transformers(k, t, configs, &list, err) < 0)
        return -1;
    return transformers_run(k, &list, acc->resources, err);
}

static int validate(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
{
    struct transformer_list list = {0};
    const struct resmap *configs = read_configs(k, t, node_get(t->spec, "validators"), err);
    if (!configs || plugin_transformers(k, t, configs, &list, err) < 0)
        return -1;
    return validators_run(k, &list, acc->resources, err);
}

int target_accumulate(struct kust *k, struct target *t, struct accumulator *acc, struct err **err)
{
    const struct node *spec = t->spec;
    if (add_resources(k, t, node_get(spec, "resources"), acc, err) < 0 ||
        add_resources(k, t, node_get(spec, "bases"), acc, err) < 0 ||
        add_config(k, t, acc, err) < 0 || generate(k, t, acc, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (entry, node_get(spec, "components")) {
        if (add_folder(k, t, entry, node_str(entry), true, acc, err) < 0)
            return -1;
    }
    if (transform(k, t, acc, err) < 0 || validate(k, t, acc, err) < 0)
        return -1;
    return vars_add(k, &acc->vars, node_get(spec, "vars"), acc->resources, err);
}
