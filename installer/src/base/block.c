// SPDX-License-Identifier: Apache-2.0
// Blocks out of regions that are mapped once and stay.
#include "base/block.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/mem.h"

enum {
    HUGE_PAGE_BYTES = 2 << 20,
    REGION_BYTES = 16 << 20, // only what is written to is memory
};

// A checker of memory sees a block as one: it has to come from malloc.
#ifdef __SANITIZE_ADDRESS__
#define BLOCKS_ARE_CHECKED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCKS_ARE_CHECKED true
#endif
#endif
#ifndef BLOCKS_ARE_CHECKED
#define BLOCKS_ARE_CHECKED false
#endif

struct free_block {
    struct free_block *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of all below
static struct free_block *given_back;                    // the newest first: it is in the caches
static char *unused, *unused_end;                        // of the newest region

static void map_region(void)
{
    size_t size = REGION_BYTES + HUGE_PAGE_BYTES; // to align it
    char *room = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (room == MAP_FAILED)
        mem_die("out of memory");
    room += -(uintptr_t)room & (HUGE_PAGE_BYTES - 1);
    (void)madvise(room, REGION_BYTES, MADV_HUGEPAGE); // small ones do, too
    unused = room;
    unused_end = room + REGION_BYTES;
}

static void *take(void)
{
    void *block = given_back;

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

void *block_take(void)
{
    void *block;

    if (BLOCKS_ARE_CHECKED)
        return mem_alloc(BLOCK_BYTES);
    pthread_mutex_lock(&lock);
    block = take();
    pthread_mutex_unlock(&lock);
    return block;
}

void block_give(void *block)
{
    struct free_block *given = block;

    if (BLOCKS_ARE_CHECKED || !block) {
        free(block);
        return;
    }
    pthread_mutex_lock(&lock);
    given->next = given_back;
    given_back = given;
    pthread_mutex_unlock(&lock);
}
