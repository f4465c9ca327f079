// SPDX-License-Identifier: Apache-2.0
// Time, and timers in a binary heap.
#include "base/timer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/vec.h"

int64_t timer_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t timer_add(int64_t at, int64_t ms)
{
    int64_t sum;

    return __builtin_add_overflow(at, ms, &sum) ? TIMER_NEVER : sum;
}

int timer_left(int64_t deadline, int most_ms)
{
    int64_t left;

    if (deadline == TIMER_NEVER)
        return most_ms;
    left = deadline - timer_now();
    if (left < 0)
        return 0;
    return left < most_ms ? (int)left : most_ms;
}

const char *timer_format(int64_t ms, char out[32])
{
    long long seconds = ms / 1000;

    if (ms < 1000)
        snprintf(out, 32, "%lldms", (long long)ms);
    else if (seconds < 60)
        snprintf(out, 32, "%llds", seconds);
    else if (seconds < 3600)
        snprintf(out, 32, "%lldm%02llds", seconds / 60, seconds % 60);
    else
        snprintf(out, 32, "%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
    return out;
}

// A timer's id says in which slot it is, and which of those that were in it.
struct slot {
    timer_fn *fn;
    void *data;
    int64_t at;
    uint64_t order; // of adding
    size_t place;   // in the heap
    uint32_t use;
    bool taken;
};

struct timers {
    VEC(struct slot) slots;
    VEC(uint32_t) free; // slots
    VEC(uint32_t) heap; // slots: none is due before its parent, which is at (i - 1) / 2
    uint64_t added;
};

struct timers *timers_new(void)
{
    return MEM_NEW(struct timers);
}

static struct slot *slot_at(const struct timers *t, size_t place)
{
    return &t->slots.items[t->heap.items[place]];
}

static bool is_before(const struct timers *t, size_t a, size_t b)
{
    const struct slot *x = slot_at(t, a), *y = slot_at(t, b);

    return x->at < y->at || (x->at == y->at && x->order < y->order);
}

static void swap(struct timers *t, size_t a, size_t b)
{
    uint32_t moved = t->heap.items[a];

    t->heap.items[a] = t->heap.items[b];
    t->heap.items[b] = moved;
    slot_at(t, a)->place = a;
    slot_at(t, b)->place = b;
}

static void sift_up(struct timers *t, size_t i)
{
    for (; i > 0 && is_before(t, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(t, i, (i - 1) / 2);
}

static void sift_down(struct timers *t, size_t i)
{
    for (size_t child = 2 * i + 1; child < t->heap.len; child = 2 * i + 1) {
        if (child + 1 < t->heap.len && is_before(t, child + 1, child))
            child++;
        if (!is_before(t, child, i))
            return;
        swap(t, i, child);
        i = child;
    }
}

static uint32_t take_slot(struct timers *t)
{
    if (t->free.len)
        return t->free.items[--t->free.len];
    vec_push(&t->slots, (struct slot){0});
    return (uint32_t)(t->slots.len - 1);
}

uint64_t timers_add(struct timers *t, int64_t at, timer_fn *fn, void *data)
{
    uint32_t i = take_slot(t), use = t->slots.items[i].use + 1;

    t->slots.items[i] = (struct slot){
        fn, data, at, .order = ++t->added, .place = t->heap.len, .use = use, .taken = true};
    vec_push(&t->heap, i);
    sift_up(t, t->heap.len - 1);
    return (uint64_t)use << 32 | (i + 1);
}

static void remove_at(struct timers *t, size_t place)
{
    uint32_t i = t->heap.items[place];

    swap(t, place, t->heap.len - 1);
    t->heap.len--;
    t->slots.items[i].taken = false;
    vec_push(&t->free, i);
    if (place == t->heap.len)
        return;
    sift_up(t, place);
    sift_down(t, place);
}

void timers_cancel(struct timers *t, uint64_t id)
{
    uint32_t i = (uint32_t)id - 1; // 0 gives the largest

    if (i < t->slots.len && t->slots.items[i].taken && t->slots.items[i].use == id >> 32)
        remove_at(t, t->slots.items[i].place);
}

int64_t timers_next(const struct timers *t)
{
    return t->heap.len ? slot_at(t, 0)->at : TIMER_NEVER;
}

// No more than there are now: one that adds itself again and again leaves room for others.
void timers_run(struct timers *t)
{
    int64_t now = timers_next(t) == TIMER_NEVER ? 0 : timer_now();

    for (size_t left = t->heap.len; left > 0 && timers_next(t) <= now; left--) {
        struct slot due = *slot_at(t, 0);

        remove_at(t, 0);
        due.fn(due.data);
    }
}

void timers_free(struct timers *t)
{
    if (!t)
        return;
    vec_free(&t->slots);
    vec_free(&t->free);
    vec_free(&t->heap);
    free(t);
}
