// SPDX-License-Identifier: Apache-2.0
// What is written page by page, kept.
#ifndef SUPPORT_PAGES_H
#define SUPPORT_PAGES_H

#include "unit.h"

#include "base/mem.h"
#include "base/vec.h"

struct pages {
    VEC(struct span) items;
};

static inline void pages_free(struct pages *pages)
{
    VEC_FOREACH (struct span *, it, &pages->items)
        free((char *)(uintptr_t)it->ptr);
    vec_free(&pages->items);
}

// As journal_write() and snapshot_write() call it; `data` are the pages.
static inline int keep(void *data, size_t page, struct span bytes, struct err **err)
{
    struct pages *pages = data;

    (void)err;
    assert_int_equal(page, pages->items.len);
    vec_push(&pages->items, span_of(mem_strn(bytes.ptr, bytes.len), bytes.len));
    return 0;
}

#endif
