// SPDX-License-Identifier: Apache-2.0
// What both kinds of sources share, and the resolver for kustomize.
#include "work/artifacts/fetch/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/semver.h"
#include "base/url.h"
#include "controller/source.h"
#include "io/crypto.h"

static int resolve_file(struct kustomize_resolver *r, const char *url, struct buf *out,
                        struct err **err)
{
    return sources_file((struct sources *)r, url, out, err);
}

// The answer to `url` was no resource: it need not be had again.
static void forget_file(struct sources *s, const char *url)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->files.len; i++)
        if (strcmp(s->files.items[i].url, url) != 0)
            s->files.items[kept++] = s->files.items[i];
    s->files.len = kept;
}

static bool is_commit(struct span ref)
{
    struct git_oid oid;

    return git_oid_parse(ref, &oid);
}

const char *sources_git_url(struct arena *arena, struct span url)
{
    return arena_span(arena, url_trim(url)).ptr;
}

enum { GIT_NAMES_MOST = 3 };

// What `git fetch` takes a name for (gitrevisions), in its order: a full name, a name below refs/,
// a tag, a branch.
static size_t git_names(struct arena *arena, const char *ref, const char *names[GIT_NAMES_MOST])
{
    struct span s = span_str(ref);
    bool full = span_skip(&s, "refs/");
    size_t count = 0;

    if (!s.len || span_is(s, "HEAD")) {
        names[count++] = "";
    } else if (is_commit(s)) {
        names[count++] = arena_printf(arena, "commit/%s", s.ptr);
    } else {
        struct span below = s;
        if (span_skip(&below, "tags/"))
            names[count++] = arena_printf(arena, "tag/%s", below.ptr);
        else if (span_skip(&below, "heads/"))
            names[count++] = arena_printf(arena, "branch/%s", below.ptr);
        else if (full || span_find(s, '/') < s.len)
            names[count++] = arena_printf(arena, "refs/%s", s.ptr);
        if (!full) {
            names[count++] = arena_printf(arena, "tag/%s", s.ptr);
            names[count++] = arena_printf(arena, "branch/%s", s.ptr);
        }
    }
    return count;
}

static bool is_short_commit(struct span ref)
{
    size_t digits = 0;

    while (digits < ref.len && strchr("0123456789abcdef", ref.ptr[digits]))
        digits++;
    return digits == ref.len && digits >= 7 && digits < GIT_OID_HEX;
}

int sources_refuse_secrets(const char *text, struct err **err)
{
    struct url url;

    if (!url_parse(span_str(text), &url) || !url_has_secret(&url) ||
        !(url_is(&url, "https") || url_is(&url, "http")))
        return 0;
    err_set(err, ERR_CONFIG, "%s: a URL with credentials in it cannot be locked", text);
    return err_hint(err,
                    "locks and bundles are handed on: take them out of the URL, and put 'machine "
                    "%.*s login USER password PASSWORD' into ~/.netrc or the file that NETRC names",
                    SPAN_ARG(url.host));
}

static int check_secrets(const struct sources *s, const char *url, struct err **err)
{
    return s->handed_on ? sources_refuse_secrets(url, err) : 0;
}

// kustomize reads what git checks out, and git may convert it.
static void warn_of_conversion(struct sources *s, const struct sources_git *git)
{
    char *where CLEANUP(mem_cleanup) = NULL;

    if (git->tree)
        return; // said before
    where = git_conversion(git->store, &git->target.commit);
    if (where)
        report_warn(
            s->report, "fetch",
            "git %s: %s asks for files to be converted, which sandstrap does not: kustomize "
            "may read other content",
            git->url, where);
}

static struct kustomize_tree *resolve_git(struct kustomize_resolver *r,
                                          const struct kustomize_git *git, struct err **err)
{
    struct sources *s = (struct sources *)r;
    const char *url = sources_git_url(s->arena, span_str(git->url));
    const char *names[GIT_NAMES_MOST];
    size_t count = git_names(s->arena, git->ref, names);

    if (check_secrets(s, git->raw, err) < 0) // its query is no part of git->url
        return NULL;
    for (size_t i = 0; i < count; i++) {
        struct sources_git *found;

        err_clear(err);
        found = sources_git(s, url, names[i], err);
        if (found) {
            forget_file(s, git->raw);
            warn_of_conversion(s, found);
            return sources_git_tree(found, err);
        }
        // Not there, or not in the lock: it may be the next one.
        if (err_kind(*err) != ERR_SOURCE && err_kind(*err) != ERR_CONFIG)
            return NULL;
    }
    if (is_short_commit(span_str(git->ref)))
        err_hint(err, "a commit is named by all of its %d digits", GIT_OID_HEX);
    return NULL;
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
    VEC_FOREACH (struct kustomize_tree **, it, &s->trees)
        kustomize_tree_close(*it);
    vec_free(&s->trees);
    map_free(&s->artifacts);
    VEC_FOREACH (struct sources_git **, it, &s->gits) {
        kustomize_tree_close((*it)->tree);
        git_store_free((*it)->store);
    }
    vec_free(&s->gits);
    vec_free(&s->files);
    arena_free(s->arena);
    s->ops->close(s);
}

// Tags that are the same version to Flux, which then takes the one that was committed last.
static int check_one_meant(const char *url, const git_tags *tags, size_t picked, struct err **err)
{
    const struct git_tag *is = &tags->items[picked];
    struct semver v, other;

    if (!semver_parse(is->name, &v))
        return 0;
    VEC_FOREACH (const struct git_tag *, it, tags) {
        if (!semver_parse(it->name, &other) || semver_compare(&v, &other) != 0 ||
            memcmp(it->commit.bytes, is->commit.bytes, GIT_OID_BYTES) == 0)
            continue;
        err_set(err, ERR_UNSUPPORTED,
                "git %s: the tags %.*s and %.*s are the same version, of different commits", url,
                SPAN_ARG(is->name), SPAN_ARG(it->name));
        return err_hint(err, "Flux takes the one that was committed last: name the tag in "
                             "spec.ref.tag");
    }
    return 0;
}

const char *sources_git_range(struct sources *s, const char *url, struct span range,
                              struct err **err)
{
    struct source_wanted wanted = {.range = range};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct span *names;
    git_tags tags = {0};
    size_t picked;

    if (check_secrets(s, url, err) < 0 || s->ops->tags(s, url, arena, &tags, err) < 0)
        return NULL;
    names = arena_array(arena, tags.len + 1, sizeof(*names));
    for (size_t i = 0; i < tags.len; i++)
        names[i] = tags.items[i].name;
    if (source_pick(&wanted, names, tags.len, &picked, err) < 0) {
        err_wrap(err, "git %s%s", url, s->pinned ? ", as it is locked" : "");
        if (s->pinned)
            err_hint(err, "the tree has changed: run 'sandstrap bundle lock' again");
        return NULL;
    }
    if (!s->pinned && check_one_meant(url, &tags, picked, err) < 0)
        return NULL;
    return arena_printf(s->arena, "tag/%.*s", SPAN_ARG(names[picked]));
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

struct adding {
    struct kustomize_tree *tree;
    const char *at;
};

static int add_file(void *data, const char *path, unsigned mode, struct span content,
                    struct err **err UNUSED)
{
    const struct adding *to = data;
    char *absolute CLEANUP(mem_cleanup) = mem_printf("/%s/%s", to->at, path);
    char *target CLEANUP(mem_cleanup) = NULL;

    if (mode == GIT_MODE_SUBMODULE)
        return 0;
    if (mode == GIT_MODE_LINK) {
        target = mem_strn(content.ptr, content.len);
        kustomize_tree_link(to->tree, absolute, target);
    } else {
        kustomize_tree_add(to->tree, absolute, content);
    }
    return 0;
}

int sources_git_add(const struct sources_git *git, struct kustomize_tree *tree, const char *at,
                    struct err **err)
{
    struct adding to = {tree, at};

    if (git_walk(git->store, &git->target.commit, add_file, &to, err) < 0)
        return err_wrap(err, "git %s", git->url);
    return 0;
}

void sources_git_lock(const struct sources_git *git, struct lock *lock, const char *const *users,
                      size_t user_count)
{
    char commit[GIT_OID_HEX + 1], tag[GIT_OID_HEX + 1] = "";

    git_oid_format(&git->target.commit, commit);
    if (git->target.annotated)
        git_oid_format(&git->target.tag, tag);
    lock_add(lock, &(struct lock_entry){.kind = LOCK_GIT,
                                        .name = span_str(git->url),
                                        .ref = span_str(git->ref),
                                        .commit = span_str(commit),
                                        .tag = span_str(tag),
                                        .pack = git->pack,
                                        .used_by = users,
                                        .used_by_count = user_count});
}

struct kustomize_tree *sources_git_tree(struct sources_git *git, struct err **err)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = NULL;

    if (git->tree)
        return git->tree;
    tree = kustomize_tree_memory();
    if (sources_git_add(git, tree, "", err) < 0)
        return NULL;
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
    seen.digest = crypto_sha256(span_tail(buf_span(out), start));
    seen.size = out->len - start;
    vec_push(&s->files, seen);
    return 0;
}

void artifacts_resolver_free(struct kustomize_resolver *r)
{
    sources_free((struct sources *)r);
}
