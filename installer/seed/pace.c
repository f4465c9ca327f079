// SPDX-License-Identifier: Apache-2.0
#include "seed/pace.h"

#include <stddef.h>
#include <time.h>

int64_t pace_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void pace_begin(struct pace *p, int64_t now)
{
    *p = (struct pace){.begun = now, .moved = now, .least = PACE_RATE};
}

void pace_add(struct pace *p, uint64_t bytes, int64_t now)
{
    p->bytes += bytes;
    p->moved = now;
}

const char *pace_wrong(const struct pace *p, int64_t now)
{
    int64_t age = now - p->begun;

    if (!p->in_body)
        return age >= PACE_HEAD_MS ? "the head of a message takes too long" : NULL;
    if (now - p->moved >= PACE_SILENCE_MS)
        return "silent in the middle of a body";
    if (age >= PACE_GRACE_MS && p->bytes < (uint64_t)age * p->least)
        return "a body that comes too slowly";
    return NULL;
}

int64_t pace_look_at(const struct pace *p)
{
    int64_t silent = p->moved + PACE_SILENCE_MS;
    int64_t slow = p->begun + (int64_t)(p->bytes / p->least) + 1;

    if (!p->in_body)
        return p->begun + PACE_HEAD_MS;
    if (slow < p->begun + PACE_GRACE_MS)
        slow = p->begun + PACE_GRACE_MS;
    return slow < silent ? slow : silent;
}

static uint64_t rate(const struct pace *p, int64_t now)
{
    return p->bytes * 1000 / (uint64_t)(now - p->begun + 1000);
}

bool pace_is_slower(const struct pace *a, const struct pace *b, int64_t now)
{
    uint64_t x = rate(a, now), y = rate(b, now);

    return x != y ? x < y : a->begun < b->begun;
}
