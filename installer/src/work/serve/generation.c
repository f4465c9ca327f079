// SPDX-License-Identifier: Apache-2.0
// What is served and what was before it. What was replaced goes when nothing of it was asked for
// during SERVE_RETIRE_MS, or when there are too many: nobody is known to pull from it then.
#include "base/mem.h"
#include "work/serve/serving.h"

void generation_hold(struct generation *g)
{
    g->holders++;
}

void generation_let_go(struct generation *g)
{
    if (--g->holders)
        return;
    serve_content_free(g->content);
    free(g);
}

static void drop_last(struct serve *s)
{
    generation_let_go(s->generations[--s->generation_count]);
}

static void retire(void *data);

// The timer is for the one that goes first.
static void wait_for_next(struct serve *s)
{
    int64_t next = TIMER_NEVER;

    loop_remove_timer(s->loop, s->retire_timer);
    s->retire_timer = 0;
    for (size_t i = 1; i < s->generation_count; i++) {
        int64_t at = timer_add(s->generations[i]->asked_at, s->retire_ms);

        next = at < next ? at : next;
    }
    if (next != TIMER_NEVER)
        s->retire_timer = loop_add_timer(s->loop, next, retire, s);
}

static void retire(void *data)
{
    struct serve *s = data;
    int64_t now = timer_now();
    size_t kept = 1;

    for (size_t i = 1; i < s->generation_count; i++) {
        struct generation *g = s->generations[i];

        // What is being sent is asked for until its end: the next blob of that pull comes after.
        if (g->holders > 1)
            g->asked_at = now;
        if (timer_add(g->asked_at, s->retire_ms) <= now)
            generation_let_go(g);
        else
            s->generations[kept++] = g;
    }
    s->generation_count = kept;
    s->retire_timer = 0;
    wait_for_next(s);
}

// What was counted goes on, as long as a bundle of that path is served.
static void carry_counts(const struct serve_content *from, struct serve_content *to)
{
    VEC_FOREACH (struct content_source **, next, &to->sources)
        VEC_FOREACH (struct content_source *const *, last, &from->sources)
            if (strcmp(bundle_path((*next)->bundle), bundle_path((*last)->bundle)) == 0)
                (*next)->opened = (*last)->opened;
}

static bool is_same(const struct serve_content *a, const struct serve_content *b)
{
    if (a->sources.len != b->sources.len)
        return false;
    for (size_t i = 0; i < a->sources.len; i++)
        if (!digest_eq(bundle_identity(a->sources.items[i]->bundle),
                       bundle_identity(b->sources.items[i]->bundle)))
            return false;
    return true;
}

// What is empty, or what comes again, need not be kept.
static bool is_worth_keeping(const struct serve_content *last, const struct serve_content *next)
{
    return last->sources.len && !is_same(last, next);
}

void generations_put(struct serve *s, struct serve_content *take)
{
    struct generation *g = MEM_NEW(struct generation);

    struct generation *last = s->generation_count ? s->generations[0] : NULL;

    *g = (struct generation){.content = take, .holders = 1};
    if (last)
        carry_counts(last->content, take);
    if (last && !is_worth_keeping(last->content, take)) {
        s->generations[0] = g;
        generation_let_go(last);
        return;
    }
    if (last)
        last->asked_at = timer_now();
    if (s->generation_count == ARRAY_LEN(s->generations))
        drop_last(s);
    memmove(s->generations + 1, s->generations,
            s->generation_count++ * sizeof(struct generation *));
    s->generations[0] = g;
    wait_for_next(s);
}

void generations_free(struct serve *s)
{
    loop_remove_timer(s->loop, s->retire_timer);
    while (s->generation_count)
        drop_last(s);
}
