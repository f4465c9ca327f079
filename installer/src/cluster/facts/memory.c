// SPDX-License-Identifier: Apache-2.0
// The last cause below each owner.
#include "cluster/facts/memory.h"

#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "cluster/graph/progress.h"

enum { MEMORY_OWNERS = 1024 }; // the oldest one makes room

struct record {
    struct arena *arena; // of all that follows
    const char *owner, *asked;
    struct finding cause;
};

struct memory {
    VEC(struct record) records;
};

struct memory *memory_new(void)
{
    return MEM_NEW(struct memory);
}

static void drop(struct memory *m, size_t i)
{
    arena_free(m->records.items[i].arena);
    vec_remove(&m->records, i);
}

void memory_free(struct memory *m)
{
    if (!m)
        return;
    while (m->records.len)
        drop(m, m->records.len - 1);
    vec_free(&m->records);
    free(m);
}

static size_t find(const struct memory *m, const char *owner)
{
    for (size_t i = 0; i < m->records.len; i++)
        if (strcmp(m->records.items[i].owner, owner) == 0)
            return i;
    return m->records.len;
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_known(const struct record *r, const char *asked, const struct finding *cause)
{
    return is_same(r->asked, asked) && is_same(r->cause.object, cause->object) &&
           is_same(r->cause.pod, cause->pod) && is_same(r->cause.reason, cause->reason) &&
           is_same(r->cause.message, cause->message) && is_same(r->cause.since, cause->since);
}

void memory_keep(struct memory *m, const char *owner, const char *asked,
                 const struct finding *cause)
{
    size_t i = find(m, owner);
    struct record fresh;

    if (i < m->records.len && is_known(&m->records.items[i], asked, cause))
        return;
    if (i < m->records.len)
        drop(m, i);
    else if (m->records.len == MEMORY_OWNERS)
        drop(m, 0);
    fresh.arena = arena_new();
    fresh.owner = arena_str(fresh.arena, owner);
    fresh.asked = arena_str(fresh.arena, asked);
    fresh.cause = finding_copy(fresh.arena, cause);
    vec_push(&m->records, fresh);
}

bool memory_recall(const struct memory *m, const char *owner, const char *asked,
                   struct arena *arena, struct finding *cause)
{
    size_t i = find(m, owner);

    if (i == m->records.len || progress_is_another(m->records.items[i].asked, asked))
        return false;
    *cause = finding_copy(arena, &m->records.items[i].cause);
    return true;
}

void memory_forget(struct memory *m, const char *label)
{
    for (size_t i = m->records.len; i-- > 0;) {
        const struct record *r = &m->records.items[i];

        if (strcmp(r->owner, label) == 0 || strcmp(r->cause.object, label) == 0)
            drop(m, i);
    }
}
