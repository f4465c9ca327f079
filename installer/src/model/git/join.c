// SPDX-License-Identifier: Apache-2.0
// What is learned from packs of our own without unpacking them: what a pin is, and how several make
// one.
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "model/git/entries.h"
#include "model/git/store.h"

#define HEAD_OBJECT_MAX_BYTES ((size_t)8 << 20) // of a tag or commit

// The tags in front: each names the next one, and the last one the commit.
static int read_tags(struct entries *e, struct git_pin *pin, struct entry *entry,
                     struct buf *content, struct err **err)
{
    struct git_oid named;
    enum git_type type;

    while (entry->type == GIT_TAG) {
        if (!pin->target.annotated)
            pin->target.tag = entry->oid;
        pin->target.annotated = true;
        if (!store_read_tag(buf_span(content), &named, &type))
            return err_set(err, ERR_INTEGRITY, "a malformed tag");
        buf_truncate(content, 0);
        if (entries_next(e, entry, content, err) <= 0)
            return *err ? -1 : err_set(err, ERR_INTEGRITY, "a tag without what it names");
        if (memcmp(&named, &entry->oid, sizeof(named)) != 0)
            return err_set(err, ERR_INTEGRITY, "a tag of something else than what follows it");
    }
    return 0;
}

static int read_pin(struct entries *e, struct git_pin *pin, struct err **err)
{
    struct buf content CLEANUP(buf_free) = BUF_INIT(HEAD_OBJECT_MAX_BYTES);
    struct entry entry;
    struct span line, rest;
    char hex[GIT_OID_HEX + 1];

    pin->target.annotated = false;
    if (entries_next(e, &entry, &content, err) <= 0)
        return *err ? -1 : err_set(err, ERR_INTEGRITY, "an empty pack");
    if (read_tags(e, pin, &entry, &content, err) < 0)
        return -1;
    git_oid_format(&pin->target.commit, hex);
    if (entry.type != GIT_COMMIT || memcmp(&entry.oid, &pin->target.commit, sizeof(entry.oid)) != 0)
        return err_set(err, ERR_INTEGRITY, "the pack does not begin with the commit %s", hex);
    rest = buf_span(&content);
    (void)span_next(&rest, '\n', &line); // "tree <oid>"
    pin->has_parents = span_starts(rest, "parent ");
    return 0;
}

int git_pin_read(struct span pack_head, struct git_pin *pin, struct err **err)
{
    struct entries *e CLEANUP(entries_cleanup) = entries_new(stream_from_span(pack_head), err);

    return e ? read_pin(e, pin, err) : -1;
}

struct git_join {
    struct arena *arena;
    struct map seen; // names of objects
    size_t packs;
    uint32_t objects;
    VEC(struct git_part) parts;
};

struct git_join *git_join_new(void)
{
    struct git_join *j = MEM_NEW(struct git_join);

    j->arena = arena_new();
    return j;
}

void git_join_free(struct git_join *j)
{
    if (!j)
        return;
    map_free(&j->seen);
    vec_free(&j->parts);
    arena_free(j->arena);
    free(j);
}

static void keep_part(struct git_join *j, const struct entry *entry)
{
    j->objects++;
    if (j->parts.len > 0) {
        struct git_part *last = &j->parts.items[j->parts.len - 1];

        if (last->pack == j->packs && last->offset + last->len == entry->at) {
            last->len += entry->len;
            return;
        }
    }
    vec_push(&j->parts, ((struct git_part){j->packs, entry->at, entry->len}));
}

int git_join_add(struct git_join *j, struct stream *pack_take, struct err **err)
{
    struct entries *e CLEANUP(entries_cleanup) = entries_new(pack_take, err);
    struct entry entry;
    int got;

    if (!e)
        return -1;
    while ((got = entries_next(e, &entry, NULL, err)) > 0) {
        struct span name = span_of(entry.oid.bytes, GIT_OID_BYTES);

        if (map_get(&j->seen, name))
            continue;
        map_put(&j->seen, arena_span(j->arena, name), j);
        keep_part(j, &entry);
    }
    j->packs++;
    return got;
}

const struct git_part *git_join_parts(const struct git_join *j, size_t *count)
{
    *count = j->parts.len;
    return j->parts.items;
}

void git_join_header(const struct git_join *j, char header[GIT_PACK_HEADER_BYTES])
{
    memcpy(header, "PACK\0\0\0\2", GIT_PACK_HEADER_BYTES - 4);
    for (unsigned i = 0; i < 4; i++)
        header[GIT_PACK_HEADER_BYTES - 1 - i] = (char)(j->objects >> (8 * i));
}
