// SPDX-License-Identifier: Apache-2.0
#include "model/seed/reading.h"

#include <string.h>

void reading_refuse(struct reading *r, const char *key, const char *why)
{
    if (r->error)
        return;
    (void)err_set(&r->error, ERR_INTEGRITY, "%s is not understood: %s %s", r->what, key, why);
    (void)err_hint(&r->error, "another version of sandstrap may have written it: 'sandstrap up "
                              "--airgap' brings all nodes to this one");
}

int reading_end(struct reading *r, struct err **err)
{
    return r->error ? err_move(err, &r->error) : 0;
}

const struct node *reading_open(struct reading *r, struct doc *d, struct span text,
                                const char *format)
{
    const struct node *root = doc_read_json(d, text, r->what, ERR_INTEGRITY, &r->error);

    if (!root || span_is(node_get_text(root, "format"), format))
        return root;
    reading_refuse(r, "its format", "is another one");
    return NULL;
}

void reading_fields(struct reading *r, const struct node *map, const char *const *known)
{
    if (!node_is(map, NODE_MAP)) {
        reading_refuse(r, "what should be a map", "is none");
        return;
    }
    NODE_FOREACH_PAIR (pair, map) {
        const char *const *it = known;

        while (*it && !span_is(pair->key, *it))
            it++;
        if (!*it)
            reading_refuse(r, pair->key.ptr, "is unknown");
    }
}

uint64_t reading_number(struct reading *r, const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);
    uint64_t value = 0;

    // Written as a signed number.
    if (!node_is(n, NODE_INT) || !span_u64(node_scalar(n), &value) || value > INT64_MAX)
        reading_refuse(r, key, "is no number from 0 on");
    return value;
}

bool reading_flag(struct reading *r, const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);

    if (!node_is(n, NODE_BOOL))
        reading_refuse(r, key, "is neither true nor false");
    return node_bool(n, false);
}

struct digest reading_digest(struct reading *r, const struct node *map, const char *key)
{
    struct digest digest = {0};

    if (!digest_parse(node_get_text(map, key), &digest))
        reading_refuse(r, key, "is no digest");
    return digest;
}

struct span reading_item(struct reading *r, const struct node *text, const char *key)
{
    struct span s = node_text(text);

    if (!s.len || memchr(s.ptr, 0, s.len))
        reading_refuse(r, key, "has what is no text");
    return arena_span(r->arena, s);
}

const char *reading_text(struct reading *r, const struct node *map, const char *key)
{
    return reading_item(r, node_get(map, key), key).ptr;
}

const char *reading_text_if(struct reading *r, const struct node *map, const char *key)
{
    return node_get(map, key) ? reading_text(r, map, key) : NULL;
}

const struct node *reading_list(struct reading *r, const struct node *map, const char *key)
{
    const struct node *list = node_get(map, key);

    if (!node_is(list, NODE_SEQ))
        reading_refuse(r, key, "is no list");
    return list;
}
