// SPDX-License-Identifier: Apache-2.0
// What functions of one text gave for it. Texts and results lie in the run's arena, and count as
// its memory.
#include "io/template/exec/run.h"
#include "io/template/value/map.h"

struct remembered {
    const struct template_function *function;
    struct value result;     // nobody else has it
    struct remembered *next; // of the same text, by another function
};

static struct remembered *find(const struct template_call *call)
{
    struct remembered *it = map_get(&call->run->remembered, call->args[0].s);

    while (it && it->function != call->function)
        it = it->next;
    return it;
}

bool template_recall(const struct template_call *call, struct value *result)
{
    const struct remembered *found = find(call);

    if (found)
        *result = value_lend(call->arena, &found->result);
    return found != NULL;
}

struct value template_remember(const struct template_call *call, const struct value *result)
{
    struct map *all = &call->run->remembered;
    struct remembered *one = ARENA_NEW(call->arena, struct remembered);

    *one = (struct remembered){call->function, *result, map_get(all, call->args[0].s)};
    (void)map_put(all, call->args[0].s, one);
    return value_lend(call->arena, result);
}
