// SPDX-License-Identifier: Apache-2.0
// Files parsed by other threads while the one that owns the set does something else.
//
// The threads share the files' texts and the table of functions, which nobody writes. Each piece, a
// few files in a row, is parsed into a set of its own, in an arena that no other thread has
// meanwhile. The owner waits for all, and puts the pieces together in the order of the files, which
// gives what parsing one after the other gives, whoever parsed which piece when. The first file
// that a piece could not parse, and all that follow, the owner parses itself: errors, and how deep
// a text may nest, are always its own.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/vec.h"
#include "io/template/parse/set.h"

// Less text is parsed in the time that a thread takes to start.
#define WORTH_A_THREAD_BYTES ((size_t)64 << 10)
#define PIECE_BYTES ((size_t)16 << 10)

// Far less than what a thread has (POOL_STACK_BYTES), as its thread-local memory lies there too:
// most of it, with ThreadSanitizer. Charts nest some ten levels of a few hundred bytes.
#define STACK_BYTES ((size_t)128 << 10)

struct piece {
    struct template_set set;
    size_t first, end; // its files
    size_t parsed;     // the first one that is not
};

struct template_parsing {
    struct template_set *set;
    const struct template_file *files;
    size_t count;
    VEC(struct piece) pieces; // none: all is left to the owner
    struct pool *pool;
    atomic_bool is_abandoned;
    pthread_mutex_t lock;       // of the next one
    VEC(struct arena *) arenas; // of nobody: one per thread at the end
};

static struct arena *take_arena(struct template_parsing *p)
{
    struct arena *arena = NULL;

    pthread_mutex_lock(&p->lock);
    if (p->arenas.len)
        arena = p->arenas.items[--p->arenas.len];
    pthread_mutex_unlock(&p->lock);
    return arena ? arena : arena_new();
}

static void give_arena(struct template_parsing *p, struct arena *arena)
{
    pthread_mutex_lock(&p->lock);
    vec_push(&p->arenas, arena);
    pthread_mutex_unlock(&p->lock);
}

static int parse_piece(void *data, size_t index, struct err **err UNUSED)
{
    struct template_parsing *p = data;
    struct piece *piece = &p->pieces.items[index];
    struct err *error CLEANUP(err_cleanup) = NULL;

    piece->set.arena = take_arena(p);
    piece->set.stack_base = __builtin_frame_address(0);
    if (piece->set.stack_bytes > STACK_BYTES) // the owner may have less
        piece->set.stack_bytes = STACK_BYTES;
    while (piece->parsed < piece->end && !atomic_load(&p->is_abandoned)) {
        const struct template_file *file = &p->files[piece->parsed];

        if (template_parse(&piece->set, file->name, file->text, &error) < 0)
            break;
        piece->parsed++;
    }
    give_arena(p, piece->set.arena);
    return 0;
}

static void add_piece(struct template_parsing *p, size_t first, size_t end)
{
    struct piece piece = {.set = *p->set, .first = first, .end = end, .parsed = first};

    piece.set.templates = (struct map)MAP_INIT;
    vec_push(&p->pieces, piece);
}

static void cut(struct template_parsing *p)
{
    size_t first = 0, bytes = 0;

    for (size_t i = 0; i < p->count; i++) {
        bytes += p->files[i].text.len;
        if (bytes < PIECE_BYTES && i + 1 < p->count)
            continue;
        add_piece(p, first, i + 1);
        first = i + 1;
        bytes = 0;
    }
}

struct template_parsing *template_parse_begin(struct template_set *set,
                                              const struct template_file *files, size_t count)
{
    struct template_parsing *p = MEM_NEW(struct template_parsing);
    size_t bytes = 0;

    p->set = set;
    p->files = files;
    p->count = count;
    pthread_mutex_init(&p->lock, NULL);
    for (size_t i = 0; i < count; i++)
        bytes += files[i].text.len;
    if (bytes < WORTH_A_THREAD_BYTES)
        return p;
    cut(p);
    p->pool = pool_begin(p->pieces.len, parse_piece, p);
    return p;
}

static void wait_for_all(struct template_parsing *p)
{
    struct err *none CLEANUP(err_cleanup) = NULL;

    if (p->pool && pool_end(p->pool, &none) < 0)
        abort(); // parse_piece() never fails
    p->pool = NULL;
}

// How many files are in the set then.
static size_t put_together(struct template_parsing *p)
{
    size_t parsed = 0;

    VEC_FOREACH (struct piece *, piece, &p->pieces) {
        set_add(p->set, &piece->set.templates);
        parsed = piece->parsed;
        if (parsed < piece->end)
            break;
    }
    while (p->arenas.len)
        vec_push(&p->set->more, p->arenas.items[--p->arenas.len]);
    return parsed;
}

int template_parse_end(struct template_parsing *p, size_t *failed, struct err **err)
{
    size_t at;
    int status = 0;

    wait_for_all(p);
    for (at = put_together(p); at < p->count; at++) {
        status = template_parse(p->set, p->files[at].name, p->files[at].text, err);
        if (status < 0)
            break;
    }
    *failed = at;
    template_parse_abandon(p);
    return status;
}

void template_parse_abandon(struct template_parsing *p)
{
    if (!p)
        return;
    atomic_store(&p->is_abandoned, true);
    wait_for_all(p);
    VEC_FOREACH (struct piece *, piece, &p->pieces)
        map_free(&piece->set.templates);
    VEC_FOREACH (struct arena **, it, &p->arenas)
        arena_free(*it);
    vec_free(&p->pieces);
    vec_free(&p->arenas);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
