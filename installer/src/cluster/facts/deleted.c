// SPDX-License-Identifier: Apache-2.0
// The memory of deletions.
#include "cluster/facts/deleted.h"

#include "base/map.h"
#include "base/timer.h"

struct loss {
    const struct node *wanted; // of the tree
    size_t layer;
    int64_t since; // when it was first missed, since it was there; 0: it is there
    bool missed;   // in this look
    bool applied;  // again
    bool again;    // missed after that
};

struct deleted {
    struct arena *arena;
    struct map losses; // identity_key() to struct loss
    struct buf key;
};

struct deleted *deleted_new(void)
{
    struct deleted *d = MEM_NEW(struct deleted);

    d->arena = arena_new();
    d->key = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    return d;
}

void deleted_free(struct deleted *d)
{
    if (!d)
        return;
    map_free(&d->losses);
    buf_free(&d->key);
    arena_free(d->arena);
    free(d);
}

static struct loss *loss_of(struct deleted *d, const struct graph_item *item)
{
    struct span key = identity_key(&item->id, &d->key);
    struct loss *loss = map_get(&d->losses, key);

    if (loss)
        return loss;
    loss = ARENA_NEW(d->arena, struct loss);
    loss->wanted = item->wanted;
    loss->layer = item->layer;
    map_put(&d->losses, arena_span(d->arena, key), loss);
    return loss;
}

// A Job that goes when it has finished is no loss.
static bool may_go(const struct graph_item *item)
{
    return span_is(item->id.kind, "Job") &&
           node_path(item->wanted, "spec", "ttlSecondsAfterFinished");
}

static bool is_gone(const struct graph_item *item, struct informers *inf)
{
    return item->parent == GRAPH_NO_PARENT && item->wanted && item->ready.state != READY_OK &&
           !may_go(item) && informers_find(inf, &item->id) == INFORMERS_ABSENT;
}

// When it counts that it is not there, or TIMER_NEVER.
static int64_t ripe_at(const struct loss *loss)
{
    return loss->since && !loss->again ? loss->since + DELETED_RIPE_MS : TIMER_NEVER;
}

static void miss(struct loss *loss, int64_t now)
{
    loss->missed = true;
    if (!loss->since)
        loss->since = now;
    // The watch has either shown it since, or had the time to.
    if (loss->applied && ripe_at(loss) <= now)
        loss->again = true;
}

void deleted_see(struct deleted *d, const struct graph *g, struct informers *inf, size_t first,
                 int64_t now)
{
    VEC_FOREACH (const struct graph_item *, item, &g->items)
        if (item->layer >= first && is_gone(item, inf))
            miss(loss_of(d, item), now);
    MAP_FOREACH (entry, &d->losses) {
        struct loss *loss = entry->value;

        if (!loss->missed) {
            loss->since = 0;
            loss->again = false;
        }
        loss->missed = false;
    }
}

void deleted_take(struct deleted *d, size_t layer, int64_t now, struct arena *arena,
                  struct deleted_list *list)
{
    *list = (struct deleted_list){0};
    MAP_FOREACH (entry, &d->losses) {
        struct loss *loss = entry->value;

        if (loss->layer != layer || loss->applied || ripe_at(loss) > now)
            continue;
        loss->applied = true;
        loss->since = 0;
        vec_push_arena(arena, &list->objects, loss->wanted);
    }
}

int64_t deleted_next(const struct deleted *d)
{
    int64_t next = TIMER_NEVER;

    MAP_FOREACH (entry, &d->losses) {
        int64_t at = ripe_at(entry->value);

        if (at < next)
            next = at;
    }
    return next;
}

bool deleted_is_again(const struct deleted *d, const struct identity *id)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct loss *loss = map_get(&d->losses, identity_key(id, &key));

    return loss && loss->again;
}
