// SPDX-License-Identifier: Apache-2.0
// Sets of templates, and runs of them.
#include "io/template.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "io/template/exec/walk.h"
#include "io/template/parse/parse.h"

// What of the C stack nested templates may use; the rest is for the functions that they call.
#define STACK_SHARE(bytes) ((bytes) / 4 * 3)
#define STACK_MAX_BYTES ((size_t)64 << 20)

static size_t stack_bytes(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur > STACK_MAX_BYTES)
        return STACK_SHARE(STACK_MAX_BYTES);
    return STACK_SHARE((size_t)limit.rlim_cur);
}

struct template_set *template_set_new(const struct template_function *functions, size_t count,
                                      void *data)
{
    struct template_set *set = MEM_NEW(struct template_set);
    size_t builtins = 0;

    while (template_builtin(builtins))
        builtins++;
    set->arena = arena_new();
    set->functions = set_functions_new(builtins + count);
    for (size_t i = 0; i < builtins; i++)
        set_functions_add(set->functions, template_builtin(i));
    for (size_t i = 0; i < count; i++)
        set_functions_add(set->functions, &functions[i]);
    set->data = data;
    set->stack_base = __builtin_frame_address(0);
    set->stack_bytes = stack_bytes();
    return set;
}

struct template_set *template_set_clone(const struct template_set *set)
{
    struct template_set *clone = MEM_NEW(struct template_set);

    *clone = *set;
    clone->original = set;
    clone->templates = (struct map)MAP_INIT;
    return clone;
}

void template_set_free(struct template_set *set)
{
    if (!set)
        return;
    map_free(&set->templates);
    if (!set->original) {
        set_functions_free(set->functions);
        arena_free(set->arena);
        VEC_FOREACH (struct arena **, it, &set->more)
            arena_free(*it);
        vec_free(&set->more);
    }
    free(set);
}

int template_parse(struct template_set *set, struct span name, struct span text, struct err **err)
{
    struct map trees CLEANUP(map_free) = MAP_INIT;

    if (parse_file(set, arena_span(set->arena, name), text, &trees, err) < 0)
        return -1;
    set_add(set, &trees);
    return 0;
}

bool template_is_defined(const struct template_set *set, struct span name)
{
    return set_find(set, name) != NULL;
}

struct template_run *template_run_new(const struct template_set *set, struct arena *arena,
                                      const struct template_limits *limits)
{
    struct template_run *run = MEM_NEW(struct template_run);

    run->set = set;
    run->arena = arena;
    run->limits = *limits;
    return run;
}

void template_run_free(struct template_run *run)
{
    if (!run)
        return;
    while (run->args) {
        struct args_block *block = run->args;

        run->args = block->previous;
        free(block);
    }
    vec_free(&run->bindings);
    map_free(&run->remembered);
    free(run);
}

int template_execute(struct template_run *run, struct span name, const struct value *dot,
                     struct buf *out, struct err **err)
{
    return template_execute_in(run, template_run_set(run), name, dot, out, err);
}

int template_execute_in(struct template_run *run, const struct template_set *set, struct span name,
                        const struct value *dot, struct buf *out, struct err **err)
{
    const struct template_tree *tree = set_find(set, name);
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct operand operand = {*dot, false};

    if (!run->frame) {
        run->trace.len = 0;
        run->missing = (struct template_missing){0};
    }
    if (tree)
        return walk_template(run, set, tree, &operand, out, err);
    value_quote(name, &quoted);
    return err_set(err, ERR_CONFIG, "template: no template %s associated with template \"%s\"",
                   buf_str(&quoted), TEMPLATE_SET_NAME);
}

const struct template_set *template_run_set(const struct template_run *run)
{
    return run->frame ? run->frame->set : run->set;
}

struct template_trace template_trace(const struct template_run *run)
{
    return run->trace;
}

struct template_missing template_missing(const struct template_run *run)
{
    return run->missing;
}
