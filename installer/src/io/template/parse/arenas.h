// SPDX-License-Identifier: Apache-2.0
// Arenas for threads that parse: each has one for a while, which nobody else has meanwhile.
#ifndef IO_TEMPLATE_PARSE_ARENAS_H
#define IO_TEMPLATE_PARSE_ARENAS_H

#include <pthread.h>

#include "base/arena.h"
#include "base/vec.h"
#include "io/template/parse/set.h"

struct parse_arenas {
    pthread_mutex_t lock;       // of the next one
    VEC(struct arena *) arenas; // of nobody: one per thread at the end
};

void parse_arenas_init(struct parse_arenas *p);
// From any thread: one of those that are nobody's, or a new one; and back.
struct arena *parse_arenas_take(struct parse_arenas *p) MUST_CHECK RETURNS_NONNULL;
void parse_arenas_give(struct parse_arenas *p, struct arena *arena);
// When no other thread is at work: `set` keeps them all.
void parse_arenas_keep(struct parse_arenas *p, struct template_set *set);
// Frees those that nobody keeps.
void parse_arenas_end(struct parse_arenas *p);

#endif
