// SPDX-License-Identifier: Apache-2.0
// Reading a pack (gitformat-pack): every object inflated, deltas applied, named by its SHA-1. The
// pack's own checksum is compared first.
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "io/crypto.h"
#include "model/git/store.h"

enum {
    PACK_HEADER_BYTES = 12,
    PACK_VERSION = 2,
    TYPE_OFS_DELTA = 6,
    TYPE_REF_DELTA = 7,
};

// An object of the pack as it stands in it.
struct packed {
    size_t at; // offset of its header
    unsigned type;
    uint64_t size;
    size_t base_at;                  // OFS_DELTA
    struct git_oid base_oid;         // REF_DELTA
    struct span data;                // inflated: content, or the delta
    const struct git_object *object; // once known
};

struct unpack {
    struct git_store *store;
    struct span pack;
    size_t at;
    VEC(struct packed) list; // sorted by offset, as read
};

static int bad(const struct unpack *u, const char *why, struct err **err)
{
    return err_set(err, ERR_INTEGRITY, "%s at byte %zu of the pack", why, u->at);
}

static uint32_t big_endian(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool next_byte(struct unpack *u, unsigned char *byte)
{
    if (u->at >= u->pack.len)
        return false;
    *byte = (unsigned char)u->pack.ptr[u->at++];
    return true;
}

// Type in bits 4 to 6 of the first byte; size in 4 bits, then 7 each, least significant first.
static int read_head(struct unpack *u, struct packed *p, struct err **err)
{
    unsigned char byte;
    unsigned shift = 4;

    p->at = u->at;
    if (!next_byte(u, &byte))
        return bad(u, "an object is missing", err);
    p->type = byte >> 4 & 7;
    p->size = byte & 15;
    while (byte & 0x80) {
        if (!next_byte(u, &byte) || shift > 56)
            return bad(u, "a malformed object size", err);
        p->size |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    }
    if (p->size > GIT_OBJECT_MAX_BYTES)
        return bad(u, "an object that is too large", err);
    return 0;
}

// The distance back to the base, most significant 7 bits first, with 1 added at each step.
static int read_offset(struct unpack *u, struct packed *p, struct err **err)
{
    unsigned char byte;
    uint64_t distance;

    if (!next_byte(u, &byte))
        return bad(u, "a delta without a base", err);
    distance = byte & 0x7f;
    while (byte & 0x80) {
        if (!next_byte(u, &byte) || distance > GIT_PACK_MAX_BYTES)
            return bad(u, "a malformed delta offset", err);
        distance = (distance + 1) << 7 | (byte & 0x7f);
    }
    if (distance == 0 || distance > p->at)
        return bad(u, "a delta whose base is outside", err);
    p->base_at = p->at - (size_t)distance;
    return 0;
}

static int read_base(struct unpack *u, struct packed *p, struct err **err)
{
    if (p->type == TYPE_OFS_DELTA)
        return read_offset(u, p, err);
    if (p->type != TYPE_REF_DELTA)
        return p->type >= GIT_COMMIT && p->type <= GIT_TAG
                   ? 0
                   : bad(u, "an object of unknown type", err);
    if (u->pack.len - u->at < GIT_OID_BYTES)
        return bad(u, "a delta without a base", err);
    memcpy(p->base_oid.bytes, u->pack.ptr + u->at, GIT_OID_BYTES);
    u->at += GIT_OID_BYTES;
    return 0;
}

static int inflate_data(struct unpack *u, struct packed *p, struct err **err)
{
    z_stream z = {.next_in = (unsigned char *)u->pack.ptr + u->at,
                  .avail_in = (unsigned)(u->pack.len - u->at),
                  .avail_out = (unsigned)p->size + 1};
    char *out;
    int result;

    u->store->bytes += p->size;
    if (u->store->bytes > GIT_STORE_MAX_BYTES)
        return bad(u, "more content than allowed", err);
    out = arena_alloc(u->store->arena, p->size + 1);
    z.next_out = (unsigned char *)out;
    if (inflateInit(&z) != Z_OK)
        return err_set(err, ERR_INTERNAL, "zlib does not start");
    result = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    if (result != Z_STREAM_END || z.total_out != p->size)
        return bad(u, "bad compressed data", err);
    u->at = u->pack.len - z.avail_in;
    out[p->size] = '\0';
    p->data = span_of(out, (size_t)p->size);
    return 0;
}

static int read_all(struct unpack *u, uint32_t count, struct err **err)
{
    for (uint32_t i = 0; i < count; i++) {
        struct packed p = {0};

        if (read_head(u, &p, err) < 0 || read_base(u, &p, err) < 0 || inflate_data(u, &p, err) < 0)
            return -1;
        if (p.type <= GIT_TAG)
            p.object = store_add(u->store, (enum git_type)p.type, p.data);
        vec_push(&u->list, p);
    }
    if (u->at != u->pack.len)
        return bad(u, "something else than objects", err);
    return 0;
}

static struct packed *find_at(struct unpack *u, size_t at)
{
    size_t low = 0, high = u->list.len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (u->list.items[middle].at == at)
            return &u->list.items[middle];
        if (u->list.items[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

// A number of a delta: 7 bits a byte, least significant first.
static bool delta_number(struct span *delta, uint64_t *value)
{
    unsigned shift = 0;

    *value = 0;
    while (delta->len && shift <= 56) {
        unsigned char byte = (unsigned char)delta->ptr[0];

        *delta = span_tail(*delta, 1);
        *value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

// The bytes that `bits` of the opcode say are present, least significant first.
static bool delta_field(struct span *delta, unsigned bits, unsigned count, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!(bits & 1u << i))
            continue;
        if (!delta->len)
            return false;
        *value |= (uint64_t)(unsigned char)delta->ptr[0] << (8 * i);
        *delta = span_tail(*delta, 1);
    }
    return true;
}

// One instruction: copy from the base, or insert what follows.
static bool delta_step(struct span base, struct span *delta, char *out, uint64_t room,
                       uint64_t *done)
{
    unsigned char op = (unsigned char)delta->ptr[0];
    uint64_t offset, size;

    *delta = span_tail(*delta, 1);
    if (op & 0x80) {
        if (!delta_field(delta, op & 0x0f, 4, &offset) ||
            !delta_field(delta, op >> 4 & 7, 3, &size))
            return false;
        if (size == 0)
            size = 0x10000;
        if (offset > base.len || size > base.len - offset || size > room)
            return false;
        memcpy(out, base.ptr + offset, size);
    } else {
        size = op;
        if (size == 0 || size > delta->len || size > room)
            return false;
        memcpy(out, delta->ptr, size);
        *delta = span_tail(*delta, size);
    }
    *done = size;
    return true;
}

static int apply_delta(struct unpack *u, struct packed *p, const struct git_object *base,
                       struct err **err)
{
    struct span delta = p->data;
    uint64_t base_size, size, at = 0, step;
    char *out;

    u->at = p->at;
    if (!delta_number(&delta, &base_size) || !delta_number(&delta, &size) ||
        base_size != base->content.len || size > GIT_OBJECT_MAX_BYTES)
        return bad(u, "a delta that does not fit its base", err);
    u->store->bytes += size;
    if (u->store->bytes > GIT_STORE_MAX_BYTES)
        return bad(u, "more content than allowed", err);
    out = arena_alloc(u->store->arena, size + 1);
    while (delta.len) {
        if (!delta_step(base->content, &delta, out + at, size - at, &step))
            return bad(u, "a malformed delta", err);
        at += step;
    }
    if (at != size)
        return bad(u, "a delta that is too short", err);
    p->object = store_add(u->store, base->type, span_of(out, size));
    return 0;
}

// The base of a delta, if it is known yet. A base outside of the pack never is.
static const struct git_object *base_of(struct unpack *u, const struct packed *p,
                                        struct packed **waits_for)
{
    *waits_for = NULL;
    if (p->type == TYPE_REF_DELTA)
        return store_find(u->store, &p->base_oid);
    *waits_for = find_at(u, p->base_at);
    return *waits_for ? (*waits_for)->object : NULL;
}

// Follows the chain of bases down to a known object and applies the deltas on the way back.
static int solve(struct unpack *u, struct packed *p, bool *progress, struct err **err)
{
    struct packed *chain[GIT_DELTA_DEPTH_MAX];
    size_t depth = 0;
    struct packed *next;
    const struct git_object *base;

    while (!p->object) {
        if (depth == GIT_DELTA_DEPTH_MAX)
            return bad(u, "a chain of deltas that is too long", err);
        chain[depth++] = p;
        base = base_of(u, p, &next);
        if (base)
            break;
        if (!next)
            return 0; // by name: it may become known later
        p = next;
    }
    while (depth > 0) {
        p = chain[--depth];
        if (apply_delta(u, p, base_of(u, p, &next), err) < 0)
            return -1;
        *progress = true;
    }
    return 0;
}

static int solve_all(struct unpack *u, struct err **err)
{
    bool progress = true, open = true;

    while (open && progress) {
        open = progress = false;
        VEC_FOREACH (struct packed *, p, &u->list) {
            if (p->object)
                continue;
            if (solve(u, p, &progress, err) < 0)
                return -1;
            open = open || !p->object;
        }
    }
    if (open)
        return err_set(err, ERR_INTEGRITY, "a delta of the pack has a base that is not in it");
    return 0;
}

static int unpack(struct unpack *u, struct err **err)
{
    unsigned char digest[CRYPTO_SHA1_BYTES];
    uint32_t count;

    if (u->pack.len < PACK_HEADER_BYTES + CRYPTO_SHA1_BYTES || !span_starts(u->pack, "PACK") ||
        big_endian(u->pack.ptr + 4) != PACK_VERSION)
        return err_set(err, ERR_INTEGRITY, "not a pack of version %d", PACK_VERSION);
    u->pack.len -= CRYPTO_SHA1_BYTES;
    crypto_sha1(u->pack, digest);
    if (memcmp(digest, u->pack.ptr + u->pack.len, sizeof(digest)) != 0)
        return err_set(err, ERR_INTEGRITY, "the pack's checksum is wrong");
    count = big_endian(u->pack.ptr + 8);
    if (count > GIT_OBJECTS_MAX)
        return err_set(err, ERR_INTEGRITY, "the pack has %u objects, more than %d", count,
                       GIT_OBJECTS_MAX);
    u->at = PACK_HEADER_BYTES;
    if (read_all(u, count, err) < 0)
        return -1;
    return solve_all(u, err);
}

struct git_store *git_store_new(struct span pack, const char *what, struct err **err)
{
    struct git_store *s CLEANUP(git_store_cleanup) = MEM_NEW(struct git_store);
    struct unpack u = {.store = s, .pack = pack};
    int result;

    s->arena = arena_new();
    result = unpack(&u, err);
    vec_free(&u.list);
    if (result < 0) {
        err_wrap(err, "%s", what);
        return NULL;
    }
    return STEAL(s);
}
