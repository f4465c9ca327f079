// SPDX-License-Identifier: Apache-2.0
// Blocks out of regions that are mapped once and stay, and out of memory that was something else's.
#include "base/block.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/checked.h"
#include "base/mem.h"

enum {
    REGION_BYTES = 16 << 20, // only what is written to is memory
    RECYCLED_MAX = 128,      // blocks, for they never go back to malloc
};

struct free_block {
    struct free_block *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of all below
static struct free_block *given_back;                    // the newest first: it is in the caches
static char *unused, *unused_end;                        // of the newest region
static size_t recycled;                                  // blocks, so far

static char *align(char *at)
{
    return at + (-(uintptr_t)at & (BLOCK_BYTES - 1));
}

static void map_region(void)
{
    char *room = mmap(NULL, REGION_BYTES + BLOCK_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (room == MAP_FAILED)
        mem_die("out of memory");
    unused = align(room);
    unused_end = unused + REGION_BYTES;
}

static void *take(bool *is_zero)
{
    void *block = given_back;

    *is_zero = !block;
    if (block) {
        given_back = given_back->next;
        return block;
    }
    if (unused == unused_end)
        map_region();
    block = unused;
    unused += BLOCK_BYTES;
    return block;
}

void *block_take(bool *is_zero)
{
    void *block;

    if (IS_CHECKED) {
        *is_zero = false;
        return mem_alloc(BLOCK_BYTES);
    }
    pthread_mutex_lock(&lock);
    block = take(is_zero);
    pthread_mutex_unlock(&lock);
    return block;
}

static void give(void *block)
{
    struct free_block *given = block;

    given->next = given_back;
    given_back = given;
}

void block_give(void *block)
{
    if (IS_CHECKED || !block) {
        free(block);
        return;
    }
    pthread_mutex_lock(&lock);
    give(block);
    pthread_mutex_unlock(&lock);
}

// The blocks that lie in it as a whole.
static bool cut_up(char *room, size_t size)
{
    char *first = align(room);
    size_t before = (size_t)(first - room);
    size_t count = size < before ? 0 : (size - before) / BLOCK_BYTES;

    if (!count || count > RECYCLED_MAX - recycled)
        return false;
    recycled += count;
    while (count--)
        give(first + count * BLOCK_BYTES);
    return true;
}

bool block_recycle_part(void *part, size_t size)
{
    bool taken;

    if (IS_CHECKED)
        return false;
    pthread_mutex_lock(&lock);
    taken = cut_up(part, size);
    pthread_mutex_unlock(&lock);
    return taken;
}

void block_recycle(void *room, size_t size)
{
    if (!room || !block_recycle_part(room, size))
        free(room);
}
