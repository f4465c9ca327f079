// SPDX-License-Identifier: Apache-2.0
// The longest way through the edges is the level of an item.
#include "work/teardown/plan/levels.h"

#include <limits.h>

struct place {
    size_t level;
    enum { PLACE_NEW, PLACE_ASKED, PLACE_KNOWN } state;
};

struct ordering {
    const struct levels *levels;
    struct place *places;
    bool in_circle;
    size_t circle;
};

static size_t level_of(struct ordering *o, size_t i)
{
    struct place *p = &o->places[i];

    if (p->state == PLACE_KNOWN)
        return p->level;
    p->state = PLACE_ASKED;
    VEC_FOREACH (const struct levels_edge *, e, &o->levels->edges) {
        size_t before;

        if (e->then != i)
            continue;
        if (o->places[e->first].state == PLACE_ASKED) {
            o->circle = o->in_circle ? o->circle : i;
            o->in_circle = true;
            continue;
        }
        before = level_of(o, e->first);
        if (p->level <= before)
            p->level = before + 1;
    }
    p->state = PLACE_KNOWN;
    return p->level;
}

// Below 0 when x goes before y.
static int compare(const struct ordering *o, size_t x, size_t y)
{
    const struct levels_item *a = &o->levels->items.items[x], *b = &o->levels->items.items[y];
    int above_a = a->layer < 0 ? INT_MAX : a->layer, above_b = b->layer < 0 ? INT_MAX : b->layer;

    if (above_a != above_b)
        return above_a > above_b ? -1 : 1;
    if (o->places[x].level != o->places[y].level)
        return o->places[x].level < o->places[y].level ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    return (int)a->late - (int)b->late;
}

// One of each wave, in order; a wave is found by comparing with it.
static void number(const struct ordering *o, struct levels *l)
{
    size_t *waves = mem_zalloc(l->items.len + 1, sizeof(*waves)), count = 0;

    for (size_t i = 0; i < l->items.len; i++) {
        size_t at = 0;

        while (at < count && compare(o, waves[at], i) < 0)
            at++;
        if (at < count && compare(o, waves[at], i) == 0)
            continue;
        memmove(waves + at + 1, waves + at, (count - at) * sizeof(*waves));
        waves[at] = i;
        count++;
    }
    for (size_t i = 0; i < l->items.len; i++)
        while (compare(o, waves[l->items.items[i].wave], i) < 0)
            l->items.items[i].wave++;
    free(waves);
}

bool levels_order(struct levels *l, size_t *circle)
{
    struct ordering o = {.levels = l, .places = mem_zalloc(l->items.len + 1, sizeof(struct place))};

    for (size_t i = 0; i < l->items.len; i++) {
        l->items.items[i].wave = 0;
        level_of(&o, i);
    }
    number(&o, l);
    free(o.places);
    *circle = o.circle;
    return o.in_circle;
}

void levels_free(struct levels *l)
{
    vec_free(&l->items);
    vec_free(&l->edges);
}
