// SPDX-License-Identifier: Apache-2.0
// What is served, held and looked up. source.c fills it.
#include "work/serve/content/content.h"

#include <ctype.h>
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"

enum { KEY_BYTES = 1024 };

struct serve_content *serve_content_new(struct report *report)
{
    struct serve_content *c = MEM_NEW(struct serve_content);

    c->arena = arena_new();
    c->report = report;
    return c;
}

void serve_content_free(struct serve_content *c)
{
    if (!c)
        return;
    MAP_FOREACH (e, &c->repositories)
        map_free(&((struct content_repository *)e->value)->documents);
    map_free(&c->repositories);
    map_free(&c->names);
    map_free(&c->gits);
    map_free(&c->files);
    MAP_FOREACH (e, &c->charts) {
        map_free(&((struct content_charts *)e->value)->files);
        chart_index_free(((struct content_charts *)e->value)->list);
    }
    map_free(&c->charts);
    map_free(&c->hosts);
    VEC_FOREACH (struct content_source **, source, &c->sources)
        bundle_close((*source)->bundle);
    vec_free(&c->sources);
    VEC_FOREACH (struct blobstore **, store, &c->stores)
        blobstore_close(*store);
    vec_free(&c->stores);
    arena_free(c->arena);
    free(c);
}

// --- hosts ---

struct span content_host(struct span host, char out[CONTENT_HOST_BYTES])
{
    struct span folded = {out, host.len};

    if (host.len > CONTENT_HOST_BYTES)
        return SPAN_EMPTY;
    for (size_t i = 0; i < host.len; i++)
        out[i] = (char)tolower((unsigned char)host.ptr[i]);
    if (span_ends(folded, ":443"))
        folded.len -= sizeof(":443") - 1;
    else if (span_ends(folded, ":80"))
        folded.len -= sizeof(":80") - 1;
    if (span_is(folded, "registry-1.docker.io") || span_is(folded, "index.docker.io"))
        return SPAN("docker.io");
    return folded;
}

bool content_has_host(const struct serve_content *c, struct span host)
{
    char folded[CONTENT_HOST_BYTES];

    return map_get(&c->hosts, content_host(host, folded)) != NULL;
}

// --- names ---

const struct content_repository *content_repository(const struct serve_content *c,
                                                    struct span registry, struct span name)
{
    char key[KEY_BYTES];
    struct span host = content_host(registry, key);

    if (host.len + 1 + name.len > sizeof(key))
        return NULL;
    memmove(key, host.ptr, host.len);
    key[host.len] = '/';
    memcpy(key + host.len + 1, name.ptr, name.len);
    return map_get(&c->repositories, span_of(key, host.len + 1 + name.len));
}

const struct content_repository content_several;

const struct content_repository *content_only_repository(const struct serve_content *c,
                                                         struct span name)
{
    const struct content_repository *only = map_get(&c->names, name);

    return only == &content_several ? NULL : only;
}

// "/org/name.git/" and the like, as gits are looked up.
static struct span git_path(struct span path)
{
    while (span_ends(path, "/"))
        path.len--;
    if (span_ends(path, ".git"))
        path.len -= sizeof(".git") - 1;
    return path;
}

const struct content_git *content_git(const struct serve_content *c, struct span host,
                                      struct span path)
{
    const struct content_git *only = NULL;
    char key[KEY_BYTES];

    path = git_path(path);
    if (host.len + path.len > sizeof(key) || !path.len)
        return NULL;
    memcpy(key, host.ptr, host.len);
    memcpy(key + host.len, path.ptr, path.len);
    if (host.len)
        return map_get(&c->gits, span_of(key, host.len + path.len));
    MAP_FOREACH (e, &c->gits) {
        if (!span_eq(span_tail(e->key, span_find(e->key, '/')), path))
            continue;
        if (only)
            return NULL;
        only = e->value;
    }
    return only;
}

// --- blobs ---

// 1, or 0 when the source has it not.
static int open_in(struct content_source *source, const struct digest *digest,
                   struct content_bytes *bytes, struct err **err)
{
    const struct bundle_blob *blob = bundle_find_blob(source->bundle, digest);

    if (!blob)
        return 0;
    *bytes = (struct content_bytes){
        .fd = bundle_fd(source->bundle), .offset = blob->offset, .size = blob->size};
    if (source->store) {
        *bytes = (struct content_bytes){.own = true};
        bytes->fd = blobstore_open_blob(source->store, digest, &bytes->size);
        if (bytes->fd < 0 && (errno == EMFILE || errno == ENFILE))
            return err_set_errno(err, ERR_CONFIG, errno, "%s: the blob %s", source->label,
                                 DIGEST_TEXT(digest));
        if (bytes->fd < 0 || bytes->size != blob->size) {
            content_release(bytes);
            if (!source->whole)
                return 0;
            return err_set(err, ERR_INTEGRITY, "%s: the blob %s is not in the store %s",
                           source->label, DIGEST_TEXT(digest), blobstore_path(source->store));
        }
    }
    source->opened++;
    return 1;
}

int content_open(const struct serve_content *c, const struct digest *digest,
                 struct content_bytes *bytes, struct err **err)
{
    struct err *missing CLEANUP(err_cleanup) = NULL;

    VEC_FOREACH (struct content_source **, source, &c->sources) {
        struct err *failure CLEANUP(err_cleanup) = NULL;
        int found = open_in(*source, digest, bytes, &failure);

        if (found > 0)
            return 1;
        // Another source may have it still.
        if (found < 0 && !missing)
            missing = STEAL(failure);
    }
    return missing ? err_move(err, &missing) : 0;
}

void content_release(struct content_bytes *bytes)
{
    if (bytes->own && bytes->fd >= 0)
        close(bytes->fd);
    *bytes = (struct content_bytes){.fd = -1};
}
