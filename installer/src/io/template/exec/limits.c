// SPDX-License-Identifier: Apache-2.0
// What an execution may use, and where arguments lie meanwhile.
#include "io/template/exec/run.h"

int exec_check_memory(struct frame *f)
{
    const struct template_run *run = f->run;

    if (arena_size(run->arena) + arena_size(run->set->arena) > run->limits.memory_bytes)
        return exec_fail(f, "the templates use more than %zu MiB of memory",
                         run->limits.memory_bytes >> 20);
    return 0;
}

int exec_step(struct frame *f)
{
    enum { STEPS_PER_CHECK = 1024 };
    struct template_run *run = f->run;

    if (++run->steps > run->limits.steps)
        return exec_fail(f, "the templates take more than %llu steps",
                         (unsigned long long)run->limits.steps);
    return run->steps % STEPS_PER_CHECK ? 0 : exec_check_memory(f);
}

struct value *args_take(struct template_run *run, size_t count)
{
    enum { BLOCK_ITEMS = 256 };
    struct args_block *block = run->args;

    if (!block || count > block->size - block->used) {
        size_t size = count > BLOCK_ITEMS ? count : BLOCK_ITEMS;

        block = mem_alloc(sizeof(*block) + size * sizeof(block->items[0]));
        *block = (struct args_block){.previous = run->args, .size = size};
        run->args = block;
    }
    block->used += count;
    return block->items + block->used - count;
}

void args_return(struct template_run *run, size_t count)
{
    struct args_block *block = run->args;

    block->used -= count;
    if (!block->used && block->previous) {
        run->args = block->previous;
        free(block);
    }
}
