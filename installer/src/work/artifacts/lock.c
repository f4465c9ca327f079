// SPDX-License-Identifier: Apache-2.0
// Locking: render the entrypoint, walk what it reaches, pin everything.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "work/artifacts/follow/follow.h"
#include "work/artifacts/tree/disk.h"

// "platform/sealed-secrets/kustomization.yaml:6": the first line of the tree that has the text.
static char *place_of(struct reads *reads, const char *text)
{
    const char *root = reads_root(reads);

    for (size_t i = 0; i < reads->files.len; i++) {
        const struct read_file *file = &reads->files.items[i];
        size_t at = span_search(file->content, span_str(text)), line = 1;
        char *path CLEANUP(mem_cleanup) = path_relative(root, file->path);

        if (at == file->content.len)
            continue;
        for (size_t j = 0; j < at; j++)
            line += file->content.ptr[j] == '\n';
        return mem_printf("%s:%zu", path, line);
    }
    return NULL;
}

static void add_remote_files(struct lock *lock, struct sources *sources, struct reads *reads)
{
    VEC_FOREACH (const struct sources_seen *, it, &sources->files) {
        char *place CLEANUP(mem_cleanup) = place_of(reads, it->url);

        lock_add(lock, &(struct lock_entry){.kind = LOCK_FILE,
                                            .name = span_str(it->url),
                                            .digest = it->digest,
                                            .size = it->size,
                                            .used_by = (const char *const *)&place,
                                            .used_by_count = place != NULL});
    }
}

// Repositories that kustomize itself asked for; those of Flux objects are there already.
static void add_bases(struct lock *lock, struct sources *sources, struct reads *reads)
{
    VEC_FOREACH (struct sources_git **, it, &sources->gits) {
        const struct sources_git *git = *it;
        char *place CLEANUP(mem_cleanup) = NULL;

        if (lock_find(lock, LOCK_GIT, span_str(git->url), span_str(git->ref)))
            continue;
        place = place_of(reads, git->url);
        sources_git_lock(git, lock, (const char *const *)&place, place != NULL);
    }
}

static int walk_tree(struct http *h, struct sources *sources, struct lock *lock,
                     const struct kustomize_result *tree, const struct artifacts_lock_options *o,
                     struct err **err)
{
    struct oci *oci CLEANUP(oci_cleanup) = oci_new(h, err);
    struct repositories *repositories CLEANUP(repositories_cleanup) =
        repositories_new(h, o->report);
    struct follow_options options = {.registry = {.http = h, .oci = oci},
                                     .repositories = repositories,
                                     .sources = sources,
                                     .lock = lock,
                                     .report = o->report,
                                     .runtimes = o->airgap};

    return oci ? follow_tree(&options, tree, NULL, err) : -1;
}

// In their normal form, separated by commas.
static int normal_platforms(const char *text, struct buf *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct span rest = span_str(text), part;
    size_t count = 0;

    while (span_next(&rest, ',', &part)) {
        struct oci_platform platform;

        if (!oci_platform_parse(arena, span_trim(part), &platform) || count++ == LOCK_PLATFORMS_MAX)
            break;
        buf_add_str(out, out->len ? "," : "");
        oci_platform_format(&platform, out);
        part = SPAN_EMPTY;
    }
    if (count && !rest.len && !part.len)
        return 0;
    err_set(err, ERR_USAGE, "'%s' is no list of platforms", text);
    return err_hint(err, "for example linux/amd64,linux/arm64");
}

static struct lock *lock_with(struct http *h, struct sources *sources,
                              const struct artifacts_lock_options *o, struct span platforms,
                              struct err **err)
{
    const struct disk_folder folder_on_disk = {o->entrypoint, NULL};
    struct reads reads CLEANUP(reads_free) = {0};
    struct kustomize_tree *disk CLEANUP(kustomize_tree_cleanup) = NULL;
    struct kustomize_result tree CLEANUP(kustomize_result_free) = {0};
    struct lock *lock CLEANUP(lock_cleanup) = NULL;
    char *folder CLEANUP(mem_cleanup) = NULL;

    if (disk_render(&folder_on_disk, sources, o->report, &reads, &disk, &tree, err) < 0)
        return NULL;
    folder = disk_entrypoint(&reads, &folder_on_disk, err);
    if (!folder)
        return NULL;
    lock = lock_new(span_str(folder), span_str(o->lab ? LOCK_ORIGIN_LAB : LOCK_ORIGIN_UPSTREAM),
                    platforms);
    if (o->kube_version)
        lock_set_kube_version(lock, span_str(o->kube_version));
    if (walk_tree(h, sources, lock, &tree, o, err) < 0)
        return NULL;
    add_remote_files(lock, sources, &reads);
    add_bases(lock, sources, &reads);
    return STEAL(lock);
}

struct lock *artifacts_lock(struct loop *loop, struct http *h,
                            const struct artifacts_lock_options *o, struct err **err)
{
    struct buf normal CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct sources *sources;
    struct lock *lock;

    if (normal_platforms(o->platforms, &normal, err) < 0 ||
        follow_check_kube_version(o->kube_version, err) < 0)
        return NULL;
    sources = sources_network(loop, h, NULL, o->report);
    sources->handed_on = true;
    lock = lock_with(h, sources, o, buf_span(&normal), err);
    sources_free(sources);
    return lock;
}
