// SPDX-License-Identifier: Apache-2.0
// The memory of needs.
#include "cluster/facts/needs.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"

struct needs {
    struct arena *arena;
    struct map list; // what, identity_key() to struct need
};

struct needs *needs_new(void)
{
    struct needs *n = MEM_NEW(struct needs);

    n->arena = arena_new();
    return n;
}

void needs_free(struct needs *n)
{
    if (!n)
        return;
    map_free(&n->list);
    arena_free(n->arena);
    free(n);
}

static struct span key_of(struct buf *key, enum need_of what, const struct identity *id)
{
    identity_key(id, key);
    buf_printf(key, " %d", what);
    return buf_span(key);
}

struct need *needs_see(struct needs *n, enum need_of what, const struct identity *id, int64_t now)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span key = key_of(&text, what, id);
    struct need *need = map_get(&n->list, key);

    if (!need) {
        need = ARENA_NEW(n->arena, struct need);
        map_put(&n->list, arena_span(n->arena, key), need);
    }
    if (!need->since)
        need->since = now;
    need->seen = true;
    return need;
}

void needs_end_look(struct needs *n)
{
    MAP_FOREACH (entry, &n->list) {
        struct need *need = entry->value;

        if (!need->seen)
            need->since = 0;
        need->seen = false;
    }
}

void needs_ask(struct needs *n, struct need *need, int64_t now)
{
    need->asked_at = now;
    need->times++;
    need->change = span_str(arena_printf(n->arena, "asked at %lld", (long long)now));
}

bool needs_in_vain(const struct needs *n, enum need_of what, const struct identity *id)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct need *need = map_get(&n->list, key_of(&text, what, id));

    return need && need->in_vain;
}
