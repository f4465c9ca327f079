// SPDX-License-Identifier: Apache-2.0
// A unified diff of two texts: the shortest edit script after Myers, up to a number of edits; what
// differs more is shown as replaced as a whole.
#include "base/mem.h"
#include "base/vec.h"
#include "cmd/render/print.h"

#define EDITS_MAX 2000
#define CONTEXT 3

struct lines {
    struct span *items;
    size_t len, cap;
};

struct edit {
    char sign; // ' ', '-' or '+'
    struct span line;
    size_t a, b; // line numbers before it, from 0
};

struct edits {
    struct edit *items;
    size_t len, cap;
};

static void split(struct span text, struct lines *out)
{
    struct span line;
    while (span_next(&text, '\n', &line))
        vec_push(out, line);
}

// One step of the search: the furthest x on diagonal k, given those of the step before.
static long furthest(const long *v, long max, long d, long k)
{
    bool down = k == -d || (k != d && v[max + k - 1] < v[max + k + 1]);
    return down ? v[max + k + 1] : v[max + k - 1] + 1;
}

// Runs the search and keeps every step; the number of edits, or -1 when there are too many.
static long search(const struct lines *a, const struct lines *b, long max, long *trace, long *v)
{
    long width = 2 * max + 1;
    for (long d = 0; d <= max; d++) {
        memcpy(trace + d * width, v, (size_t)width * sizeof(*v));
        for (long k = -d; k <= d; k += 2) {
            long x = furthest(v, max, d, k), y = x - k;
            while (x < (long)a->len && y < (long)b->len && span_eq(a->items[x], b->items[y])) {
                x++;
                y++;
            }
            v[max + k] = x;
            if (x >= (long)a->len && y >= (long)b->len)
                return d;
        }
    }
    return -1;
}

// Walks the kept steps back and collects the edits, last first.
static void backtrack(const struct lines *a, const struct lines *b, long max, const long *trace,
                      long d, struct edits *out)
{
    long x = (long)a->len, y = (long)b->len, width = 2 * max + 1;
    for (; d >= 0; d--) {
        const long *v = trace + d * width;
        long k = x - y;
        bool down = k == -d || (k != d && v[max + k - 1] < v[max + k + 1]);
        long before_x = d ? v[max + (down ? k + 1 : k - 1)] : 0;
        long before_y = d ? before_x - (down ? k + 1 : k - 1) : 0;
        while (x > before_x && y > before_y) {
            x--;
            y--;
            vec_push(out, ((struct edit){' ', a->items[x], (size_t)x, (size_t)y}));
        }
        if (!d)
            break;
        if (down)
            vec_push(out, ((struct edit){'+', b->items[y - 1], (size_t)x, (size_t)y - 1}));
        else
            vec_push(out, ((struct edit){'-', a->items[x - 1], (size_t)x - 1, (size_t)y}));
        x = before_x;
        y = before_y;
    }
}

static void replace_all(const struct lines *a, const struct lines *b, struct edits *out)
{
    for (size_t i = b->len; i-- > 0;)
        vec_push(out, ((struct edit){'+', b->items[i], a->len, i}));
    for (size_t i = a->len; i-- > 0;)
        vec_push(out, ((struct edit){'-', a->items[i], i, 0}));
}

static void find_edits(const struct lines *a, const struct lines *b, struct edits *out)
{
    if (!a->len || !b->len) {
        replace_all(a, b, out);
        return;
    }
    size_t total = a->len + b->len;
    long max = (long)(total < EDITS_MAX ? total : EDITS_MAX);
    if (max * max > 4 * EDITS_MAX * 100L)
        max = 800; // what is kept grows with the square
    long width = 2 * max + 1;
    long *v = mem_zalloc((size_t)width + 2, sizeof(long));
    long *trace = mem_zalloc((size_t)(max + 1) * (size_t)width, sizeof(long));
    long d = search(a, b, max, trace, v);
    if (d >= 0)
        backtrack(a, b, max, trace, d, out);
    else
        replace_all(a, b, out);
    free(v);
    free(trace);
}

// Whether an edit at distance up to CONTEXT in list order is a change.
static bool near_change(const struct edits *e, size_t at)
{
    size_t from = at > CONTEXT ? at - CONTEXT : 0;
    for (size_t i = from; i < e->len && i <= at + CONTEXT; i++) {
        if (e->items[i].sign != ' ')
            return true;
    }
    return false;
}

static void print_edits(const struct edits *e, struct buf *out)
{
    bool open = false;
    for (size_t i = e->len; i-- > 0;) {
        const struct edit *one = &e->items[i];
        if (!near_change(e, i)) {
            open = false;
            continue;
        }
        if (!open)
            buf_printf(out, "@@ -%zu +%zu @@\n", one->a + 1, one->b + 1);
        open = true;
        buf_printf(out, "%c%.*s\n", one->sign, SPAN_ARG(one->line));
    }
}

void diff_lines(struct span a, struct span b, const char *name, struct buf *out)
{
    struct lines old = {0}, new = {0};
    struct edits edits = {0};
    if (span_eq(a, b))
        return;
    split(a, &old);
    split(b, &new);
    find_edits(&old, &new, &edits);
    buf_printf(out, "--- %s\n+++ %s\n", old.len ? name : "(not there)",
               new.len ? name : "(not there)");
    print_edits(&edits, out);
    vec_free(&old);
    vec_free(&new);
    vec_free(&edits);
}
