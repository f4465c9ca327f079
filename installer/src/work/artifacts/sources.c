// SPDX-License-Identifier: Apache-2.0
// What both kinds of sources share, and the resolver for kustomize.
#include "work/artifacts/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"

static int resolve_file(struct kustomize_resolver *r, const char *url, struct buf *out, bool *found,
                        struct err **err)
{
    *found = true;
    return sources_file((struct sources *)r, url, out, err);
}

static bool is_commit(struct span ref)
{
    struct git_oid oid;

    return git_oid_parse(ref, &oid);
}

const char *sources_git_url(struct arena *arena, struct span url)
{
    while (span_ends(url, "/"))
        url.len--;
    return arena_span(arena, url).ptr;
}

static struct kustomize_tree *resolve_git(struct kustomize_resolver *r,
                                          const struct kustomize_git *git, struct err **err)
{
    struct sources *s = (struct sources *)r;
    const char *url = sources_git_url(s->arena, span_str(git->url));
    struct err *first CLEANUP(err_cleanup) = NULL;
    struct sources_git *found;

    if (!git->ref[0]) {
        found = sources_git(s, url, "", err);
    } else if (is_commit(span_str(git->ref))) {
        found = sources_git(s, url, arena_printf(s->arena, "commit/%s", git->ref), err);
    } else {
        found = sources_git(s, url, arena_printf(s->arena, "tag/%s", git->ref), &first);
        if (!found)
            found = sources_git(s, url, arena_printf(s->arena, "branch/%s", git->ref), err);
    }
    return found ? sources_git_tree(found, err) : NULL;
}

void sources_init(struct sources *s, const struct sources_ops *ops)
{
    static const struct kustomize_resolver_ops resolver = {resolve_file, resolve_git};

    s->resolver.ops = &resolver;
    s->ops = ops;
    s->arena = arena_new();
}

void sources_free(struct sources *s)
{
    if (!s)
        return;
    VEC_FOREACH (struct sources_git **, it, &s->gits) {
        kustomize_tree_close((*it)->tree);
        git_store_free((*it)->store);
    }
    vec_free(&s->gits);
    vec_free(&s->files);
    arena_free(s->arena);
    s->ops->close(s);
}

static int check_secrets(const struct sources *s, const char *text, struct err **err)
{
    struct url url;

    if (!s->handed_on || !url_parse(span_str(text), &url) || !url_has_secret(&url) ||
        !(url_is(&url, "https") || url_is(&url, "http")))
        return 0;
    err_set(err, ERR_CONFIG, "%s: a URL with credentials in it cannot be locked", text);
    return err_hint(err,
                    "locks and bundles are handed on: take them out of the URL, and put 'machine "
                    "%.*s login USER password PASSWORD' into ~/.netrc or the file that NETRC names",
                    SPAN_ARG(url.host));
}

struct sources_git *sources_git(struct sources *s, const char *url, const char *ref,
                                struct err **err)
{
    struct sources_git *git;

    if (check_secrets(s, url, err) < 0)
        return NULL;
    VEC_FOREACH (struct sources_git **, it, &s->gits)
        if (strcmp((*it)->url, url) == 0 && strcmp((*it)->ref, ref) == 0)
            return *it;
    git = ARENA_NEW(s->arena, struct sources_git);
    git->url = arena_str(s->arena, url);
    git->ref = arena_str(s->arena, ref);
    if (s->ops->git(s, git, err) < 0)
        return NULL;
    vec_push(&s->gits, git);
    return git;
}

static int add_file(void *data, const char *path, unsigned mode, struct span content,
                    struct err **err UNUSED)
{
    struct kustomize_tree *tree = data;
    char *absolute CLEANUP(mem_cleanup) = mem_printf("/%s", path);
    char *target CLEANUP(mem_cleanup) = NULL;

    if (mode == GIT_MODE_SUBMODULE)
        return 0;
    if (mode == GIT_MODE_LINK) {
        target = mem_strn(content.ptr, content.len);
        kustomize_tree_link(tree, absolute, target);
    } else {
        kustomize_tree_add(tree, absolute, content);
    }
    return 0;
}

struct kustomize_tree *sources_git_tree(struct sources_git *git, struct err **err)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = NULL;

    if (git->tree)
        return git->tree;
    tree = kustomize_tree_memory();
    if (git_walk(git->store, &git->commit, add_file, tree, err) < 0) {
        err_wrap(err, "git %s", git->url);
        return NULL;
    }
    git->tree = STEAL(tree);
    return git->tree;
}

int sources_file(struct sources *s, const char *url, struct buf *out, struct err **err)
{
    size_t start = out->len;
    struct sources_seen seen;

    if (check_secrets(s, url, err) < 0)
        return -1;
    if (s->ops->file(s, url, out, err) < 0)
        return -1;
    VEC_FOREACH (const struct sources_seen *, it, &s->files)
        if (strcmp(it->url, url) == 0)
            return 0;
    seen.url = arena_str(s->arena, url);
    seen.digest = oci_digest(s->arena, span_tail(buf_span(out), start));
    seen.size = out->len - start;
    vec_push(&s->files, seen);
    return 0;
}

void artifacts_resolver_free(struct kustomize_resolver *r)
{
    sources_free((struct sources *)r);
}

struct kustomize_resolver *artifacts_resolver(struct http *h, const struct lock *lock,
                                              struct report *report)
{
    return &sources_network(h, lock, report)->resolver;
}

struct kustomize_resolver *artifacts_bundle_resolver(const struct bundle *b)
{
    return &sources_bundle(b)->resolver;
}
