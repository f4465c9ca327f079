// SPDX-License-Identifier: Apache-2.0
// The document: its arena, its interned keys and the names of the files it was read from.
#include "io/doc/doc_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct doc *doc_new(void)
{
    struct doc *d = MEM_NEW(struct doc);

    d->arena = arena_new();
    d->room = DOC_FLOOR_BYTES;
    return d;
}

void doc_free(struct doc *d)
{
    if (!d)
        return;
    arena_free(d->arena);
    free(d->slots);
    vec_free(&d->files);
    free(d);
}

struct arena *doc_arena(struct doc *d)
{
    return d->arena;
}

uint16_t doc_add_file(struct doc *d, const char *name)
{
    if (d->files.len == UINT16_MAX)
        return 0;
    vec_push(&d->files, arena_str(d->arena, name));
    return (uint16_t)d->files.len;
}

const char *doc_file_name(const struct doc *d, uint16_t file)
{
    return file && file <= d->files.len ? d->files.items[file - 1] : "";
}

static void grow_slots(struct doc *d)
{
    size_t count = d->slot_count ? d->slot_count * 2 : 256;
    struct doc_key **slots = mem_zalloc(count, sizeof(*slots));

    for (size_t i = 0; i < d->slot_count; i++) {
        struct doc_key *key = d->slots[i];
        size_t at;

        if (!key)
            continue;
        at = key->hash & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = key;
    }
    free(d->slots);
    d->slots = slots;
    d->slot_count = count;
    if (!d->recent)
        d->recent = ARENA_NEW(d->arena, struct doc_recent);
}

static bool is_text_of(const struct doc_key *key, struct span text)
{
    return key->len == text.len && memcmp(key->text, text.ptr, text.len) == 0;
}

static struct doc_key *find_or_add(struct doc *d, struct span text)
{
    uint32_t hash = (uint32_t)hash_span(text);
    struct doc_key *key;
    size_t at;

    if ((d->key_count + 1) * 2 > d->slot_count)
        grow_slots(d);
    at = hash & (d->slot_count - 1);
    while ((key = d->slots[at])) {
        if (key->hash == hash && is_text_of(key, text))
            return key;
        at = (at + 1) & (d->slot_count - 1);
    }
    key = arena_alloc(d->arena, sizeof(*key) + text.len + 1);
    key->hash = hash;
    key->len = (uint32_t)text.len;
    if (text.len)
        memcpy(key->text, text.ptr, text.len);
    d->slots[at] = key;
    d->key_count++;
    return key;
}

// Where a key is remembered. Anybody can choose keys that push each other out there: then each of
// them costs its hash.
static size_t recent_place(struct span text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;

    return (text.len + bytes[0] * 3u + bytes[text.len / 2] * 5u + bytes[text.len - 1] * 7u) %
           DOC_RECENT_KEYS;
}

struct span doc_intern(struct doc *d, struct span text)
{
    struct doc_key **recent = NULL, *key;

    if (!d->recent)
        grow_slots(d); // which makes both
    if (text.len)
        recent = &d->recent->keys[recent_place(text)];
    if (recent && *recent && is_text_of(*recent, text))
        return span_of((*recent)->text, text.len);
    key = find_or_add(d, text);
    if (recent)
        *recent = key;
    return span_of(key->text, key->len);
}

uint32_t doc_new_stamp(struct doc *d)
{
    return ++d->stamp;
}

uint32_t doc_claim_key(struct span key, uint32_t stamp, uint32_t line)
{
    struct doc_key *header =
        (struct doc_key *)(uintptr_t)(key.ptr - offsetof(struct doc_key, text));

    if (header->stamp == stamp)
        return header->line;
    header->stamp = stamp;
    header->line = line;
    return 0;
}

struct node *doc_new_node(struct doc *d, enum node_type type)
{
    struct node *n = ARENA_NEW(d->arena, struct node);

    n->type = (uint8_t)type;
    return n;
}

void doc_set_text(struct doc *d, struct node *n, struct span text, struct span source)
{
    char *both;

    if (span_eq(text, source)) {
        n->flags &= (uint8_t)~NODE_RETYPED;
        n->text = source;
        return;
    }
    both = arena_alloc(d->arena, text.len + source.len + 2);
    if (text.len)
        memcpy(both, text.ptr, text.len);
    if (source.len)
        memcpy(both + text.len + 1, source.ptr, source.len);
    n->text = span_of(both, text.len);
    n->flags |= NODE_RETYPED;
}
