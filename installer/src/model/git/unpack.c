// SPDX-License-Identifier: Apache-2.0
// Reading a pack (gitformat-pack): every object inflated, deltas applied, named by its SHA-1. The
// pack's own checksum is compared first.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "io/crypto.h"
#include "model/git/delta.h"
#include "model/git/entries.h"
#include "model/git/store.h"

enum {
    OBJECT_MIN_BYTES = 9, // a head of one byte, and nothing, compressed
    TYPE_OFS_DELTA = 6,
    TYPE_REF_DELTA = 7,
    STEP_BYTES = 1 << 20,     // inflated between two looks at the cancel token
    SCRATCH_BYTES = 64 << 10, // for what is inflated only to find its end
};

// Where an object of the pack stands, and the deltas on it. What is a delta is inflated once more
// when its base is known: so only contents take memory.
struct packed {
    uint32_t at;      // offset of its head
    uint32_t data_at; // offset of its compressed data
    uint32_t size;    // of the data when inflated
    uint32_t child;   // 1 + the index of the last OFS_DELTA on it
    uint32_t sibling; // 1 + the index of the one before, on the same base
};

// A REF_DELTA: its base may be any object of the pack, known before or after it.
struct waiter {
    struct git_oid base;
    uint32_t index;
};

struct unpack {
    struct git_store *store;
    struct span pack;
    size_t at;
    uint64_t bytes_left; // that may still be inflated
    struct packed *list; // store->count of them, sorted by offset
    VEC(struct waiter) waiters;
    VEC(uint32_t) ready; // known objects whose deltas are to be applied
    z_stream z;
    struct crypto_hash *hash;
    char *scratch;
};

static int bad(const struct unpack *u, const char *why, struct err **err)
{
    return err_set(err, ERR_INTEGRITY, "%s at byte %zu of the pack", why, u->at);
}

static bool next_byte(struct unpack *u, unsigned char *byte)
{
    if (u->at >= u->pack.len)
        return false;
    *byte = (unsigned char)u->pack.ptr[u->at++];
    return true;
}

static int read_head(struct unpack *u, unsigned *type, uint64_t *size, struct err **err)
{
    size_t len;

    if (u->at >= u->pack.len)
        return bad(u, "an object is missing", err);
    len = entries_read_head(span_tail(u->pack, u->at), type, size);
    if (!len)
        return bad(u, "a malformed object size", err);
    u->at += len;
    if (*size > GIT_OBJECT_MAX_BYTES)
        return bad(u, "an object that is too large", err);
    return 0;
}

// The index of the object whose head is at `at`, among the first `count`; `count` when none is.
static uint32_t find_at(const struct unpack *u, uint32_t count, size_t at)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (u->list[middle].at == at)
            return middle;
        if (u->list[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return count;
}

// The distance back to the base, most significant 7 bits first, with 1 added at each step.
static int read_offset(struct unpack *u, uint32_t index, struct err **err)
{
    struct packed *p = &u->list[index];
    unsigned char byte;
    uint64_t distance;
    uint32_t base;

    if (!next_byte(u, &byte))
        return bad(u, "a delta without a base", err);
    distance = byte & 0x7f;
    while (byte & 0x80) {
        if (!next_byte(u, &byte) || distance > GIT_PACK_MAX_BYTES)
            return bad(u, "a malformed delta offset", err);
        distance = (distance + 1) << 7 | (byte & 0x7f);
    }
    base = distance > p->at ? index : find_at(u, index, p->at - (size_t)distance);
    if (base == index)
        return bad(u, "a delta whose base is outside", err);
    p->sibling = u->list[base].child;
    u->list[base].child = index + 1;
    return 0;
}

static int read_base(struct unpack *u, uint32_t index, unsigned type, struct err **err)
{
    struct waiter w = {.index = index};

    if (type == TYPE_OFS_DELTA)
        return read_offset(u, index, err);
    if (type != TYPE_REF_DELTA)
        return type >= GIT_COMMIT && type <= GIT_TAG ? 0 : bad(u, "an object of unknown type", err);
    if (u->pack.len - u->at < GIT_OID_BYTES)
        return bad(u, "a delta without a base", err);
    memcpy(w.base.bytes, u->pack.ptr + u->at, GIT_OID_BYTES);
    u->at += GIT_OID_BYTES;
    vec_push(&u->waiters, w);
    return 0;
}

// Takes `size` bytes from what the pack may inflate to.
static int take_bytes(struct unpack *u, uint64_t size, struct err **err)
{
    if (size > u->bytes_left)
        return bad(u, "more content than a pack of this size may have", err);
    u->bytes_left -= size;
    return 0;
}

// Inflates `size` bytes from u->at on and steps over them. `out` has room for one byte more, or is
// NULL: then the data is only passed over.
static int inflate_data(struct unpack *u, char *out, size_t size, struct err **err)
{
    size_t done = 0;
    int result = Z_OK;

    u->z.next_in = (unsigned char *)u->pack.ptr + u->at;
    u->z.avail_in = (unsigned)(u->pack.len - u->at);
    if (inflateReset(&u->z) != Z_OK)
        return err_set(err, ERR_INTERNAL, "zlib does not start again");
    while (result == Z_OK && done <= size) {
        size_t step = out ? STEP_BYTES : SCRATCH_BYTES;

        if (step > size + 1 - done)
            step = size + 1 - done;
        if (cancel_check(u->store->cancel, err) < 0)
            return -1;
        u->z.next_out = (unsigned char *)(out ? out + done : u->scratch);
        u->z.avail_out = (unsigned)step;
        result = inflate(&u->z, Z_NO_FLUSH);
        done += step - u->z.avail_out;
    }
    if (result != Z_STREAM_END || done != size)
        return bad(u, "bad compressed data", err);
    u->at = u->pack.len - u->z.avail_in;
    if (out)
        out[size] = '\0';
    return 0;
}

// An object is known: it gets its name, and its deltas can be applied.
static void set_object(struct unpack *u, uint32_t index, enum git_type type, struct span content)
{
    struct git_object *object = &u->store->objects[index];

    store_start_name(u->hash, type, content.len);
    crypto_hash_add(u->hash, content.ptr, content.len);
    crypto_hash_end(u->hash, object->oid.bytes);
    object->type = type;
    object->content = content;
    vec_push(&u->ready, index);
}

static int read_object(struct unpack *u, uint32_t index, struct err **err)
{
    struct packed *p = &u->list[index];
    unsigned type = 0;
    uint64_t size = 0;
    char *out = NULL;

    p->at = (uint32_t)u->at;
    if (read_head(u, &type, &size, err) < 0 || read_base(u, index, type, err) < 0 ||
        take_bytes(u, size, err) < 0)
        return -1;
    p->data_at = (uint32_t)u->at;
    p->size = (uint32_t)size;
    if (type <= GIT_TAG)
        out = arena_alloc(u->store->arena, size + 1);
    if (inflate_data(u, out, size, err) < 0)
        return -1;
    if (out)
        set_object(u, index, (enum git_type)type, span_of(out, size));
    return 0;
}

static int read_all(struct unpack *u, struct err **err)
{
    for (uint32_t i = 0; i < u->store->count; i++)
        if (read_object(u, i, err) < 0)
            return -1;
    if (u->at != u->pack.len)
        return bad(u, "something else than objects", err);
    return 0;
}

static int apply_delta(struct unpack *u, uint32_t index, const struct git_object *base,
                       struct err **err)
{
    const struct packed *p = &u->list[index];
    char *data CLEANUP(mem_cleanup) = mem_alloc((size_t)p->size + 1);
    struct span delta = span_of(data, p->size);
    uint64_t base_size, size, made;
    char *out;

    u->at = p->data_at;
    if (inflate_data(u, data, p->size, err) < 0)
        return -1;
    u->at = p->at;
    if (!delta_sizes(&delta, &base_size, &size) || base_size != base->content.len ||
        size > GIT_OBJECT_MAX_BYTES)
        return bad(u, "a delta that does not fit its base", err);
    if (take_bytes(u, size, err) < 0)
        return -1;
    out = arena_alloc(u->store->arena, size + 1);
    if (!delta_apply(base->content, delta, out, size, &made))
        return bad(u, "a malformed delta", err);
    if (made != size)
        return bad(u, "a delta that is too short", err);
    set_object(u, index, base->type, span_of(out, size));
    return 0;
}

static int compare_waiters(const void *a, const void *b)
{
    return memcmp(a, b, GIT_OID_BYTES); // the base's name comes first
}

// The place of the first waiter for `oid`, or of the one where it would stand.
static size_t first_waiter(const struct unpack *u, const struct git_oid *oid)
{
    size_t low = 0, high = u->waiters.len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(u->waiters.items[middle].base.bytes, oid->bytes, GIT_OID_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Applies all deltas on a known object. The same object may be in a pack twice: then those that
// wait for its name are done already.
static int apply_all(struct unpack *u, uint32_t index, struct err **err)
{
    const struct git_object *base = &u->store->objects[index];

    for (uint32_t i = u->list[index].child; i; i = u->list[i - 1].sibling)
        if (apply_delta(u, i - 1, base, err) < 0)
            return -1;
    for (size_t i = first_waiter(u, &base->oid); i < u->waiters.len; i++) {
        const struct waiter *w = &u->waiters.items[i];

        if (memcmp(w->base.bytes, base->oid.bytes, GIT_OID_BYTES) != 0)
            break;
        if (!u->store->objects[w->index].type && apply_delta(u, w->index, base, err) < 0)
            return -1;
    }
    return 0;
}

// Every object is taken once, when it becomes known: chains may be as long as they like.
static int solve_all(struct unpack *u, struct err **err)
{
    size_t solved = 0;

    if (u->waiters.len)
        qsort(u->waiters.items, u->waiters.len, sizeof(*u->waiters.items), compare_waiters);
    for (; u->ready.len; solved++)
        if (apply_all(u, u->ready.items[--u->ready.len], err) < 0)
            return -1;
    if (solved != u->store->count)
        return err_set(err, ERR_INTEGRITY, "a delta of the pack has a base that is not in it");
    return 0;
}

static int read_header(struct unpack *u, struct err **err)
{
    unsigned char digest[CRYPTO_SHA1_BYTES];
    uint32_t count;

    if (entries_read_header(u->pack, &count, err) < 0)
        return -1;
    if (u->pack.len < GIT_PACK_HEADER_BYTES + sizeof(digest))
        return bad(u, "the checksum is missing", err);
    if (u->pack.len > GIT_PACK_MAX_BYTES)
        return err_set(err, ERR_INTEGRITY, "a pack of %zu bytes, more than %zu", u->pack.len,
                       GIT_PACK_MAX_BYTES);
    u->pack.len -= CRYPTO_SHA1_BYTES;
    crypto_sha1(u->pack, digest);
    if (memcmp(digest, u->pack.ptr + u->pack.len, sizeof(digest)) != 0)
        return err_set(err, ERR_INTEGRITY, "the pack's checksum is wrong");
    u->store->count = count;
    u->at = GIT_PACK_HEADER_BYTES;
    if (u->store->count > (u->pack.len - u->at) / OBJECT_MIN_BYTES + 1)
        return err_set(err, ERR_INTEGRITY, "%zu bytes of pack cannot hold its %zu objects",
                       u->pack.len, u->store->count);
    return 0;
}

static int compare_objects(const void *a, const void *b)
{
    return memcmp(a, b, GIT_OID_BYTES); // the name comes first
}

static int unpack(struct unpack *u, struct err **err)
{
    struct git_store *s = u->store;

    if (read_header(u, err) < 0)
        return -1;
    s->pack_bytes = u->pack.len;
    u->bytes_left = GIT_STORE_FLOOR_BYTES + GIT_STORE_RATIO * (uint64_t)u->pack.len;
    if (u->bytes_left > GIT_STORE_MAX_BYTES)
        u->bytes_left = GIT_STORE_MAX_BYTES;
    s->objects = mem_zalloc(s->count, sizeof(*s->objects));
    u->list = mem_zalloc(s->count, sizeof(*u->list));
    if (read_all(u, err) < 0 || solve_all(u, err) < 0)
        return -1;
    qsort(s->objects, s->count, sizeof(*s->objects), compare_objects);
    return 0;
}

static void unpack_cleanup(struct unpack *u)
{
    inflateEnd(&u->z);
    crypto_hash_free(u->hash);
    vec_free(&u->waiters);
    vec_free(&u->ready);
    free(u->list);
    free(u->scratch);
}

struct git_store *git_store_new(struct span pack, const char *what, struct cancel *cancel,
                                struct err **err)
{
    struct git_store *s CLEANUP(git_store_cleanup) = MEM_NEW(struct git_store);
    struct unpack u CLEANUP(unpack_cleanup) = {.store = s, .pack = pack};

    s->arena = arena_new();
    s->cancel = cancel;
    u.hash = crypto_hash_new(CRYPTO_SHA1);
    u.scratch = mem_alloc(SCRATCH_BYTES);
    if (inflateInit(&u.z) != Z_OK)
        mem_die("zlib does not start");
    if (unpack(&u, err) < 0) {
        err_wrap(err, "%s", what);
        return NULL;
    }
    return STEAL(s);
}
