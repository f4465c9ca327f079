// SPDX-License-Identifier: Apache-2.0
// Texts that are parsed before anybody knows which templates they are: but for its name, what a
// text comes to depends on nothing but the functions.
//
// A batch is parsed into an arena that no other thread has meanwhile, and is its thread's until the
// owner has waited for it. What could not be parsed is parsed again by who needs it, and has the
// error.
#include "io/template/texts.h"

#include <stdlib.h>

#include "base/errands.h"
#include "base/mem.h"
#include "base/vec.h"
#include "io/template/parse/arenas.h"

// Less text is parsed in the time that a thread takes to start.
#define FIRST_BATCH_BYTES ((size_t)32 << 10)
#define BATCH_BYTES ((size_t)16 << 10)

struct text {
    const struct batch *batch;
    struct span text; // the pointer is its key
    struct parsed_text parsed;
    bool is_parsed; // and not taken
};

struct batch {
    struct template_texts *of;
    struct errand *errand; // NULL: it is not begun
    VEC(struct text *) texts;
    size_t bytes;
};

struct template_texts {
    const struct template_function *functions;
    size_t function_count;
    struct template_set *set; // of these, when a batch is begun
    struct arena *arena;
    struct errands *errands;
    struct map by_place; // of the first byte: struct text
    VEC(struct batch *) batches;
    struct batch *open; // the one that is filled, or NULL
    size_t room;        // bytes
    struct parse_arenas arenas;
};

struct template_texts *template_texts_new(const struct template_function *functions, size_t count)
{
    struct template_texts *t = MEM_NEW(struct template_texts);

    t->functions = functions;
    t->function_count = count;
    t->arena = arena_new();
    t->errands = errands_new();
    t->room = TEMPLATE_TEXTS_MAX_BYTES;
    parse_arenas_init(&t->arenas);
    return t;
}

// --- parsing ---

static void parse_batch(void *data)
{
    struct batch *batch = data;
    struct template_set set = *batch->of->set;

    set.arena = parse_arenas_take(&batch->of->arenas);
    set.stack_base = __builtin_frame_address(0);
    if (set.stack_bytes > PARSE_STACK_BYTES)
        set.stack_bytes = PARSE_STACK_BYTES;
    VEC_FOREACH (struct text **, it, &batch->texts) {
        struct err *error CLEANUP(err_cleanup) = NULL;
        struct text *text = *it;

        text->is_parsed = parse_text(&set, text->text, &text->parsed, &error) == 0;
    }
    parse_arenas_give(&batch->of->arenas, set.arena);
}

// --- which ones ---

static void begin(struct template_texts *t)
{
    if (!t->set)
        t->set = template_set_new(t->functions, t->function_count, NULL);
    t->open->errand = errands_add(t->errands, parse_batch, t->open, t->open->bytes);
    t->open = NULL;
}

static struct span key_of(const char *const *place)
{
    return span_of((const char *)place, sizeof(*place));
}

void template_texts_add(struct template_texts *t, struct span text)
{
    struct text *added;

    if (!text.len || text.len > t->room || map_get(&t->by_place, key_of(&text.ptr)))
        return;
    t->room -= text.len;
    if (!t->open) {
        t->open = ARENA_NEW(t->arena, struct batch);
        t->open->of = t;
        vec_push(&t->batches, t->open);
    }
    added = ARENA_NEW(t->arena, struct text);
    *added = (struct text){.batch = t->open, .text = text};
    (void)map_put(&t->by_place, key_of(&added->text.ptr), added);
    vec_push(&t->open->texts, added);
    t->open->bytes += text.len;
    if (t->open->bytes >= (t->set ? BATCH_BYTES : FIRST_BATCH_BYTES))
        begin(t);
}

void texts_close(struct template_texts *t)
{
    if (t->open && t->set)
        begin(t);
}

struct text *texts_find(const struct template_texts *t, struct span text)
{
    struct text *found = map_get(&t->by_place, key_of(&text.ptr));

    return found && found->batch->errand && found->text.len == text.len ? found : NULL;
}

// --- the end ---

void texts_finish(struct template_texts *t)
{
    VEC_FOREACH (struct batch **, batch, &t->batches)
        if ((*batch)->errand)
            errands_finish(t->errands, (*batch)->errand);
}

bool texts_take(struct template_texts *t, struct text *text, struct span name, struct map *trees)
{
    if (!text->is_parsed || !parse_give_name(&text->parsed, name, t->arena))
        return false;
    text->is_parsed = false;
    *trees = text->parsed.trees;
    text->parsed.trees = (struct map)MAP_INIT;
    return true;
}

static void end(struct template_texts *t)
{
    errands_free(t->errands);
    MAP_FOREACH (e, &t->by_place) {
        struct text *text = e->value;

        map_free(&text->parsed.trees);
    }
    map_free(&t->by_place);
    VEC_FOREACH (struct batch **, batch, &t->batches)
        vec_free(&(*batch)->texts);
    vec_free(&t->batches);
    parse_arenas_give(&t->arenas, t->arena);
}

static void free_rest(struct template_texts *t)
{
    parse_arenas_end(&t->arenas);
    template_set_free(t->set);
    free(t);
}

void texts_end(struct template_texts *t, struct template_set *set)
{
    end(t);
    parse_arenas_keep(&t->arenas, set);
    free_rest(t);
}

void template_texts_free(struct template_texts *t)
{
    if (!t)
        return;
    end(t);
    free_rest(t);
}
