// SPDX-License-Identifier: Apache-2.0
// Writing a pack of one commit and its tag: no deltas, a fixed order, a fixed compression.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "io/crypto.h"
#include "model/git/store.h"

enum { PACK_LEVEL = 6 };

struct packer {
    const struct git_store *store;
    bool *wanted; // by the index of the object
    uint32_t count;
    VEC(const struct git_object *) tags; // outermost first
};

static void packer_free(struct packer *p)
{
    free(p->wanted);
    vec_free(&p->tags);
}

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

static int add_objects(const struct packer *p, enum git_type type, struct buf *out,
                       struct err **err)
{
    for (size_t i = 0; i < p->store->count; i++) {
        if (!p->wanted[i] || p->store->objects[i].type != type)
            continue;
        if (cancel_check(p->store->cancel, err) < 0)
            return -1;
        add_object(out, &p->store->objects[i]);
    }
    return 0;
}

static int write_pack(const struct packer *p, struct buf *out, struct err **err)
{
    size_t start = out->len;
    unsigned char digest[CRYPTO_SHA1_BYTES];

    buf_add_str(out, "PACK");
    add_big_endian(out, 2);
    add_big_endian(out, p->count);
    for (size_t i = 0; i < p->tags.len; i++)
        add_object(out, p->tags.items[i]);
    for (unsigned type = GIT_COMMIT; type <= GIT_BLOB; type++)
        if (add_objects(p, (enum git_type)type, out, err) < 0)
            return -1;
    crypto_sha1(span_tail(buf_span(out), start), digest);
    buf_add(out, digest, sizeof(digest));
    return buf_check(out, ERR_SOURCE, "the pack", err);
}

// The tag, and those that it goes through to the commit.
static int collect_tags(struct packer *p, const struct git_target *target, struct err **err)
{
    struct git_oid named = target->tag;
    enum git_type type = GIT_TAG;

    while (type == GIT_TAG) {
        const struct git_object *tag;

        if (need(p, &named, GIT_TAG, &tag, err) < 0)
            return -1;
        vec_push(&p->tags, tag);
        if (!store_read_tag(tag->content, &named, &type))
            return err_set(err, ERR_INTEGRITY, "a malformed tag");
    }
    if (memcmp(&named, &target->commit, sizeof(named)) == 0)
        return 0;
    return err_set(err, ERR_INTEGRITY, "the tag is of another commit");
}

static int collect(struct packer *p, const struct git_target *target, struct err **err)
{
    const struct git_object *object;
    struct git_oid tree;

    if ((target->annotated && collect_tags(p, target, err) < 0) ||
        need(p, &target->commit, GIT_COMMIT, &object, err) < 0 ||
        git_commit_tree(p->store, &target->commit, &tree, err) < 0)
        return -1;
    return collect_tree(p, &tree, 0, err);
}

int git_check(const struct git_store *s, const struct git_target *target, struct err **err)
{
    struct packer p CLEANUP(packer_free) = {.store = s,
                                            .wanted = mem_zalloc(s->count, sizeof(*p.wanted))};

    if (collect(&p, target, err) < 0)
        return -1;
    if (p.count != s->count)
        return err_set(err, ERR_INTEGRITY, "the pack has %zu objects, of which the commit has %zu",
                       (size_t)s->count, (size_t)p.count);
    return 0;
}

int git_pack(const struct git_store *s, const struct git_target *target, struct buf *out,
             struct err **err)
{
    struct packer p CLEANUP(packer_free) = {.store = s,
                                            .wanted = mem_zalloc(s->count, sizeof(*p.wanted))};

    return collect(&p, target, err) < 0 ? -1 : write_pack(&p, out, err);
}
