// SPDX-License-Identifier: Apache-2.0
// Time and timers. The timers are few, so a flat array is searched.
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

struct timer {
    uint64_t id;
    int64_t at;
    timer_fn *fn;
    void *data;
};

struct timers {
    VEC(struct timer) list;
    uint64_t last_id;
};

struct timers *timers_new(void)
{
    return MEM_NEW(struct timers);
}

uint64_t timers_add(struct timers *t, int64_t at, timer_fn *fn, void *data)
{
    vec_push(&t->list, (struct timer){++t->last_id, at, fn, data});
    return t->last_id;
}

void timers_cancel(struct timers *t, uint64_t id)
{
    for (size_t i = 0; i < t->list.len; i++) {
        if (t->list.items[i].id == id) {
            vec_remove(&t->list, i);
            return;
        }
    }
}

static size_t first(const struct timers *t)
{
    size_t best = 0;

    for (size_t i = 1; i < t->list.len; i++)
        if (t->list.items[i].at < t->list.items[best].at)
            best = i;
    return best;
}

int64_t timers_next(const struct timers *t)
{
    return t->list.len ? t->list.items[first(t)].at : TIMER_NEVER;
}

void timers_run(struct timers *t)
{
    int64_t now = timer_now();

    while (t->list.len) {
        size_t i = first(t);
        struct timer due = t->list.items[i];

        if (due.at > now)
            return;
        vec_remove(&t->list, i);
        due.fn(due.data);
    }
}

void timers_free(struct timers *t)
{
    if (!t)
        return;
    vec_free(&t->list);
    free(t);
}
