// SPDX-License-Identifier: Apache-2.0
// Writing a pack of one commit: no deltas, objects by type and name, a fixed compression.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "model/git/store.h"

enum { PACK_LEVEL = 6 };

struct packer {
    const struct git_store *store;
    bool *wanted; // by the index of the object
    uint32_t count;
};

static int need(struct packer *p, const struct git_oid *oid, enum git_type type,
                const struct git_object **object, struct err **err)
{
    char hex[GIT_OID_HEX + 1];
    bool *wanted;

    *object = store_find(p->store, oid);
    if (*object && type == GIT_COMMIT && (*object)->type != type) {
        git_oid_format(oid, hex);
        err_set(err, ERR_UNSUPPORTED, "%s is a %s, not a commit", hex,
                store_type_name((*object)->type));
        return err_hint(err, "name a branch, or a tag of a commit");
    }
    if (!*object || (*object)->type != type) {
        git_oid_format(oid, hex);
        return err_set(err, ERR_INTEGRITY, "the %s %s is missing", store_type_name(type), hex);
    }
    wanted = &p->wanted[*object - p->store->objects];
    if (*wanted)
        return 0;
    *wanted = true;
    p->count++;
    return 1;
}

static int collect_tree(struct packer *p, const struct git_oid *oid, unsigned depth,
                        struct err **err)
{
    const struct git_object *tree, *blob;
    struct store_entry entry;
    struct span rest;
    int fresh = need(p, oid, GIT_TREE, &tree, err);

    if (fresh <= 0)
        return fresh;
    if (depth > GIT_TREE_DEPTH_MAX)
        return err_set(err, ERR_INTEGRITY, "folders are nested deeper than %d", GIT_TREE_DEPTH_MAX);
    rest = tree->content;
    while (rest.len) {
        if (store_next_entry(&rest, &entry, err) < 0)
            return -1;
        if (entry.mode == GIT_MODE_FOLDER) {
            if (collect_tree(p, &entry.oid, depth + 1, err) < 0)
                return -1;
        } else if (entry.mode != GIT_MODE_SUBMODULE &&
                   need(p, &entry.oid, GIT_BLOB, &blob, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static void add_big_endian(struct buf *out, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(value >> shift));
}

static void add_head(struct buf *out, enum git_type type, uint64_t size)
{
    unsigned byte = (unsigned)type << 4 | (size & 15);

    size >>= 4;
    while (size) {
        buf_add_char(out, (char)(byte | 0x80));
        byte = size & 0x7f;
        size >>= 7;
    }
    buf_add_char(out, (char)byte);
}

static void add_object(struct buf *out, const struct git_object *object)
{
    uLongf room = compressBound(object->content.len);
    char *at;

    add_head(out, object->type, object->content.len);
    at = buf_reserve(out, room);
    if (!at)
        return;
    if (compress2((unsigned char *)at, &room, (const unsigned char *)object->content.ptr,
                  object->content.len, PACK_LEVEL) != Z_OK)
        abort(); // the room is what zlib asked for
    buf_commit(out, room);
}

static int write_pack(struct packer *p, struct buf *out, struct err **err)
{
    size_t start = out->len;
    unsigned char digest[CRYPTO_SHA1_BYTES];

    buf_add_str(out, "PACK");
    add_big_endian(out, 2);
    add_big_endian(out, p->count);
    for (unsigned type = GIT_COMMIT; type <= GIT_BLOB; type++) {
        for (size_t i = 0; i < p->store->count; i++) {
            if (!p->wanted[i] || p->store->objects[i].type != type)
                continue;
            if (cancel_check(p->store->cancel, err) < 0)
                return -1;
            add_object(out, &p->store->objects[i]);
        }
    }
    crypto_sha1(span_tail(buf_span(out), start), digest);
    buf_add(out, digest, sizeof(digest));
    return buf_check(out, ERR_SOURCE, "the pack", err);
}

static int collect(struct packer *p, const struct git_oid *commit, struct err **err)
{
    const struct git_object *object;
    struct git_oid tree;

    if (need(p, commit, GIT_COMMIT, &object, err) < 0 ||
        git_commit_tree(p->store, commit, &tree, err) < 0)
        return -1;
    return collect_tree(p, &tree, 0, err);
}

int git_check(const struct git_store *s, const struct git_oid *commit, struct err **err)
{
    bool *wanted CLEANUP(mem_cleanup) = mem_zalloc(s->count, sizeof(*wanted));
    struct packer p = {.store = s, .wanted = wanted};

    if (collect(&p, commit, err) < 0)
        return -1;
    if (p.count != s->count)
        return err_set(err, ERR_INTEGRITY, "the pack has %zu objects, of which the commit has %zu",
                       (size_t)s->count, (size_t)p.count);
    return 0;
}

int git_pack(const struct git_store *s, const struct git_oid *commit, struct buf *out,
             struct err **err)
{
    bool *wanted CLEANUP(mem_cleanup) = mem_zalloc(s->count, sizeof(*wanted));
    struct packer p = {.store = s, .wanted = wanted};

    return collect(&p, commit, err) < 0 ? -1 : write_pack(&p, out, err);
}
