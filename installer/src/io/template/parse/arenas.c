// SPDX-License-Identifier: Apache-2.0
// Arenas of nobody, under a lock.
#include "io/template/parse/arenas.h"

#include "base/mem.h"

void parse_arenas_init(struct parse_arenas *p)
{
    *p = (struct parse_arenas){.lock = PTHREAD_MUTEX_INITIALIZER};
}

struct arena *parse_arenas_take(struct parse_arenas *p)
{
    struct arena *arena = NULL;

    pthread_mutex_lock(&p->lock);
    if (p->arenas.len)
        arena = p->arenas.items[--p->arenas.len];
    pthread_mutex_unlock(&p->lock);
    return arena ? arena : arena_new();
}

void parse_arenas_give(struct parse_arenas *p, struct arena *arena)
{
    pthread_mutex_lock(&p->lock);
    vec_push(&p->arenas, arena);
    pthread_mutex_unlock(&p->lock);
}

void parse_arenas_keep(struct parse_arenas *p, struct template_set *set)
{
    while (p->arenas.len)
        vec_push(&set->more, p->arenas.items[--p->arenas.len]);
}

void parse_arenas_end(struct parse_arenas *p)
{
    VEC_FOREACH (struct arena **, it, &p->arenas)
        arena_free(*it);
    vec_free(&p->arenas);
    pthread_mutex_destroy(&p->lock);
}
