// SPDX-License-Identifier: Apache-2.0
// Typed growable arrays: VEC(struct item) items = {0}; vec_push(&items, one); vec_free(&items).
// Header only: the macros keep the element type.
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t len;                                                                                \
        size_t cap;                                                                                \
    }

// Few sizes on the way: of each that a thread asks for, the allocator makes many at once.
static inline size_t vec_grown(size_t cap)
{
    return !cap ? 8 : cap < 512 ? cap * 4 : cap * 2;
}

// Appends a copy of `value`; items may move.
#define vec_push(v, ...)                                                                           \
    do {                                                                                           \
        if ((v)->len == (v)->cap) {                                                                \
            (v)->cap = vec_grown((v)->cap);                                                        \
            (v)->items = mem_resize((v)->items, (v)->cap, sizeof(*(v)->items));                    \
        }                                                                                          \
        (v)->items[(v)->len++] = (__VA_ARGS__);                                                    \
    } while (0)

// As vec_push for an array whose items live in `arena`; never free such an array.
#define vec_push_arena(arena, v, ...)                                                              \
    do {                                                                                           \
        if ((v)->len == (v)->cap) {                                                                \
            size_t cap_ = (v)->cap ? (v)->cap * 2 : 4;                                             \
            void *grown_ = arena_array((arena), cap_, sizeof(*(v)->items));                        \
            if ((v)->len)                                                                          \
                memcpy(grown_, (v)->items, (v)->len * sizeof(*(v)->items));                        \
            (v)->items = grown_;                                                                   \
            (v)->cap = cap_;                                                                       \
        }                                                                                          \
        (v)->items[(v)->len++] = (__VA_ARGS__);                                                    \
    } while (0)

// Removes item i and keeps the order of the rest.
#define vec_remove(v, i)                                                                           \
    do {                                                                                           \
        size_t at_ = (i);                                                                          \
        memmove((v)->items + at_, (v)->items + at_ + 1,                                            \
                ((v)->len - at_ - 1) * sizeof(*(v)->items));                                       \
        (v)->len--;                                                                                \
    } while (0)

// for each item by pointer: VEC_FOREACH (struct item *, it, &items) { ... }
#define VEC_FOREACH(pointer_type, it, v)                                                           \
    for (pointer_type it = (v)->items; it && it < (v)->items + (v)->len; it++)

#define vec_free(v)                                                                                \
    do {                                                                                           \
        free((v)->items);                                                                          \
        (v)->items = NULL;                                                                         \
        (v)->len = (v)->cap = 0;                                                                   \
    } while (0)

#endif
