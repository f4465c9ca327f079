// SPDX-License-Identifier: Apache-2.0
// What an execution may use, and where arguments lie meanwhile.
#include "io/template/exec/run.h"

static bool is_spent(const struct template_run *run)
{
    return run->steps > run->limits.steps;
}

#define TOO_MANY_STEPS "the templates take more than %llu steps"

int exec_check(struct frame *f)
{
    const struct template_run *run = f->run;

    if (is_spent(run))
        return exec_fail(f, TOO_MANY_STEPS, (unsigned long long)run->limits.steps);
    if (arena_size(run->arena) + arena_size(run->set->arena) > run->limits.memory_bytes)
        return exec_fail(f, "the templates use more than %zu MiB of memory",
                         run->limits.memory_bytes >> 20);
    return 0;
}

int template_charge(const struct template_call *call, uint64_t steps, struct err **err)
{
    struct template_run *run = call->run;

    run->steps += steps;
    if (!is_spent(run))
        return 0;
    return err_set(err, ERR_CONFIG, TOO_MANY_STEPS, (unsigned long long)run->limits.steps);
}

int exec_too_deep(struct frame *f)
{
    if (f->run->depth <= 1)
        return exec_fail(f, "exceeded maximum expression depth");
    return exec_fail(f, "exceeded maximum template depth (%zu)", f->run->depth);
}

int exec_step(struct frame *f)
{
    enum { STEPS_PER_CHECK = 1024 };
    struct template_run *run = f->run;

    run->steps++;
    return is_spent(run) || run->steps % STEPS_PER_CHECK == 0 ? exec_check(f) : 0;
}

void exec_charge(struct template_run *run, const struct value *args, size_t count)
{
    enum { STEPS_PER_CALL = 8, BYTES_PER_STEP = 8, ITEMS_PER_STEP = 2 };

    run->steps += STEPS_PER_CALL;
    for (size_t i = 0; i < count; i++) {
        const struct value *v = &args[i];

        if (v->type == VALUE_STRING || v->type == VALUE_BYTES)
            run->steps += v->s.len / BYTES_PER_STEP;
        else if (value_is_list(v))
            run->steps += v->list->len / ITEMS_PER_STEP;
    }
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
