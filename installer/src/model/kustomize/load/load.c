// SPDX-License-Identifier: Apache-2.0
// Loading: local files under the load restrictor, folders with the check for cycles, and remote
// files and git sources through the resolver.
#include "model/kustomize/load/load.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/url.h"

static bool is_url(const char *path)
{
    return strncasecmp(path, "http://", 7) == 0 || strncasecmp(path, "https://", 8) == 0;
}

const char *load_show(struct kust *k, const struct loader *l, const char *file)
{
    char *path CLEANUP(mem_cleanup) = path_join(l->root, file);
    if (*l->prefix)
        return arena_printf(k->arena, "%s%s", l->prefix, path + 1);
    return kust_show(k, arena_str(k->arena, path));
}

static int no_resolver(struct kust *k, const struct node *at, const char *path, struct err **err)
{
    const char *where = kust_where(k, at);
    err_set(err, ERR_SOURCE, "%s%s%s is remote, and there is nothing to take it from", where,
            *where ? ": " : "", path);
    return err_hint(err, "give a bundle that holds it with --bundle");
}

static struct loader *new_loader(struct kust *k, const struct loader *referrer,
                                 struct kustomize_tree *tree, const char *root)
{
    struct loader *l = ARENA_NEW(k->arena, struct loader);
    l->referrer = referrer;
    l->tree = tree;
    l->root = arena_str(k->arena, root);
    l->restricted = referrer ? referrer->restricted : !k->options->load_any;
    l->repo = referrer ? referrer->repo : NULL;
    l->prefix = referrer ? referrer->prefix : "";
    return l;
}

struct loader *load_root(struct kust *k, struct err **err)
{
    enum kustomize_entry entry;
    char *real CLEANUP(mem_cleanup) = NULL;
    const struct kustomize_options *o = k->options;
    if (o->tree->ops->lookup(o->tree, o->folder, &entry, &real, err) < 0)
        return NULL;
    if (entry != KUSTOMIZE_FOLDER) {
        err_set(err, ERR_CONFIG, "%s is not a folder", kust_show(k, o->folder));
        return NULL;
    }
    return new_loader(k, NULL, o->tree, real);
}

// The entries that led to `l`, for messages: "a -> b -> c".
static const char *chain_text(struct kust *k, const struct loader *l)
{
    const char *text = load_show(k, l, ".");
    for (l = l->referrer; l; l = l->referrer)
        text = arena_printf(k->arena, "%s -> %s", load_show(k, l, "."), text);
    return text;
}

static int check_cycle(struct kust *k, const struct loader *l, const struct node *at,
                       const struct loader *candidate, struct err **err)
{
    for (const struct loader *up = l; up; up = up->referrer) {
        if (up->tree != candidate->tree || !path_within(candidate->root, up->root))
            continue;
        kust_fail(k, at, err, "cycle: %s contains %s, which is being built (%s)",
                  load_show(k, candidate, "."), load_show(k, up, "."), chain_text(k, l));
        return -1;
    }
    return 0;
}

static struct loader *load_git(struct kust *k, const struct loader *l, const struct node *at,
                               const struct kustomize_git *git, struct err **err)
{
    for (const struct loader *up = l; up; up = up->referrer) {
        if (up->repo && strncmp(up->repo->raw, git->raw, strlen(git->raw)) == 0) {
            kust_fail(k, at, err, "cycle: %s leads back to %s (%s)", up->repo->raw, git->raw,
                      chain_text(k, l));
            return NULL;
        }
    }
    struct kustomize_resolver *r = k->options->resolver;
    if (!r) {
        no_resolver(k, at, git->raw, err);
        return NULL;
    }
    struct kustomize_tree *tree = r->ops->git(r, git, err);
    char *path CLEANUP(mem_cleanup) = path_join("/", git->path);
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;
    if (!tree || tree->ops->lookup(tree, path, &entry, &real, err) < 0) {
        kust_wrap(k, at, err);
        return NULL;
    }
    if (entry != KUSTOMIZE_FOLDER) {
        kust_fail(k, at, err, "%s has no folder '%s'", git->url, git->path);
        return NULL;
    }
    struct loader *made = new_loader(k, l, tree, real);
    struct kustomize_git *copy = ARENA_NEW(k->arena, struct kustomize_git);
    *copy = *git;
    made->repo = copy;
    made->restricted = true;
    made->prefix = arena_printf(k->arena, "%s@%s:", git->url, *git->ref ? git->ref : "HEAD");
    return made;
}

// Whether a path leads out of a tree that is a part of something.
static bool leaves(const struct loader *l, const char *path)
{
    return l->tree->below && path_climbs(l->root, path);
}

struct loader *load_folder(struct kust *k, const struct loader *l, const struct node *at,
                           const char *path, struct err **err)
{
    struct kustomize_git git;
    if (!*path) {
        kust_fail(k, at, err, "an empty path names no folder");
        return NULL;
    }
    if (kustomize_git_parse(k->arena, path, &git))
        return load_git(k, l, at, &git, err);
    if (*path == '/') {
        kust_fail(k, at, err, "%s: the path of a folder cannot be absolute", path);
        return NULL;
    }
    if (leaves(l, path)) {
        kust_fail(k, at, err, "%s leads out of the source", path);
        return NULL;
    }
    char *full CLEANUP(mem_cleanup) = path_join(l->root, path);
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;
    if (l->tree->ops->lookup(l->tree, full, &entry, &real, err) < 0) {
        kust_wrap(k, at, err);
        return NULL;
    }
    if (entry != KUSTOMIZE_FOLDER) {
        kust_fail(k, at, err, "there is no folder %s", load_show(k, l, path));
        return NULL;
    }
    struct loader *made = new_loader(k, l, l->tree, real);
    return check_cycle(k, l, at, made, err) < 0 ? NULL : made;
}

int load_probe(struct kust *k, const struct loader *l, const char *path, enum load_kind *kind,
               struct err **err)
{
    struct kustomize_git git;
    *kind = LOAD_REMOTE;
    if (is_url(path))
        return 0;
    if (leaves(l, path) && !kustomize_git_parse(k->arena, path, &git))
        return err_set(err, ERR_CONFIG, "%s leads out of the source", path);
    char *full CLEANUP(mem_cleanup) = path_join(l->root, path);
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;
    if (l->tree->ops->lookup(l->tree, full, &entry, &real, err) < 0)
        return -1;
    *kind = LOAD_NOTHING;
    if (entry == KUSTOMIZE_FILE)
        *kind = LOAD_FILE;
    else if (entry == KUSTOMIZE_FOLDER || kustomize_git_parse(k->arena, path, &git))
        *kind = LOAD_FOLDER;
    return 0;
}

static int load_remote(struct kust *k, const struct node *at, const char *url, struct buf *out,
                       struct err **err)
{
    struct kustomize_resolver *r = k->options->resolver;
    if (!r)
        return no_resolver(k, at, url, err);
    if (r->ops->file(r, url, out, err) < 0)
        return kust_wrap(k, at, err);
    return buf_check(out, ERR_SOURCE, url, err);
}

int load_file(struct kust *k, const struct loader *l, const struct node *at, const char *path,
              struct buf *out, const char **name, struct err **err)
{
    if (is_url(path)) {
        // Masked before a line is added to it: what follows a secret in a message is masked with
        // it.
        char *masked CLEANUP(mem_cleanup) = url_masked(path);
        *name = arena_str(k->arena, masked);
        return load_remote(k, at, path, out, err);
    }
    char *full CLEANUP(mem_cleanup) = path_join(l->root, path);
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;
    *name = load_show(k, l, path);
    if (leaves(l, path))
        return kust_fail(k, at, err, "%s leads out of the source", path);
    if (l->tree->ops->lookup(l->tree, full, &entry, &real, err) < 0)
        return kust_wrap(k, at, err);
    if (entry == KUSTOMIZE_NONE)
        return kust_fail(k, at, err, "there is no file %s", *name);
    if (entry == KUSTOMIZE_FOLDER)
        return kust_fail(k, at, err, "%s is a folder, not a file", *name);
    if (l->restricted && !path_within(l->root, real)) {
        kust_fail(k, at, err, "%s lies outside of %s (%s)", *name, load_show(k, l, "."),
                  chain_text(k, l));
        return err_hint(err, l->repo ? "a git source may only read files below its own folders"
                                     : "--load-restrictor none lets it read files from elsewhere");
    }
    return l->tree->ops->read(l->tree, real, out, err);
}

struct node *load_yaml(struct kust *k, const struct loader *l, const struct node *at,
                       const char *path, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *name = NULL;
    if (load_file(k, l, at, path, &text, &name, err) < 0)
        return NULL;
    return doc_read_yaml11(k->doc, buf_span(&text), name, err);
}
